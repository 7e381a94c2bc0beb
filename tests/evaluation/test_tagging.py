import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evaluation.gold import Judged
from pipeline.evaluation.tagging import (
    brier_score,
    calibration_error,
    confusion,
    f1_by_position,
    score_tagging,
    tagging_report,
)
from tests.conftest import TOPICS

LABELS = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], np.float32)
PREDICTED = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]], bool)


def make_judged(labels: np.ndarray, predicted: np.ndarray, document: list[int]) -> Judged:
    return Judged(
        topics=TOPICS,
        labels=labels.astype(np.float32),
        scores=np.where(predicted, 0.9, 0.1).astype(np.float32),
        predicted=predicted.astype(bool),
        document=np.array(document),
        position=(np.arange(len(labels)) + 0.5) / len(labels),
        documents=max(document) + 1,
    )


def test_calibration_and_brier_by_hand() -> None:
    labels, scores = np.array([1, 0, 1, 0], np.float32), np.array([0.95, 0.85, 0.15, 0.05], np.float32)
    assert calibration_error(labels, scores) == pytest.approx((0.05 + 0.85 + 0.85 + 0.05) / 4)
    assert brier_score(labels, scores) == pytest.approx((0.05**2 + 0.85**2 + 0.85**2 + 0.05**2) / 4)
    assert calibration_error(labels, labels) == brier_score(labels, labels) == 0.0
    assert calibration_error(np.array([1, 0], np.float32), np.array([0.5, 0.5], np.float32)) == 0.0


def test_the_card_of_a_case_counted_by_hand() -> None:
    report = tagging_report(LABELS, PREDICTED.astype(np.float32), PREDICTED, TOPICS)
    assert report["enterprise_visit"] == pytest.approx(
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "ap": 0.5, "ece": 0.5, "support": 2}
    )
    assert report["university_cooperation"]["f1"] == 1.0
    assert report["outcome_summary"]["f1"] == 0.0
    assert report["macro"]["f1"] == pytest.approx(0.5)
    assert report["micro"] == pytest.approx({"precision": 0.75, "recall": 0.75, "f1": 0.75})


def test_the_report_of_the_same_case() -> None:
    report = score_tagging(make_judged(LABELS, PREDICTED, [0, 0, 1, 2]))
    assert report.topics["university_cooperation"].threshold == pytest.approx(0.5)
    assert report.topics["outcome_summary"].threshold is None
    assert (report.macro.f1, report.micro.f1) == (pytest.approx(0.5), pytest.approx(0.75))
    assert report.exact_match == 0.5
    # Document 0: 2 of 3 gold and 2 given; document 1: 1 of 1 gold, 2 given; document 2 has nothing and is right.
    assert report.document_f1 == pytest.approx((2 * 2 / 5 + 2 * 1 / 3 + 1) / 3)
    assert (report.documents, report.sentences, report.micro.support) == (3, 4, 4)


def test_confusion_counts_sets_and_gathers_the_rare_ones() -> None:
    judged = make_judged(LABELS, PREDICTED, [0, 0, 0, 0])
    whole = confusion(judged)
    assert whole.sets == ((), TOPICS[:1], TOPICS[1:2], TOPICS[:2])
    assert whole.counts == ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0))
    short = confusion(judged, most=1)
    assert len(short.sets) == 2 and short.sets[1] is None
    assert sum(map(sum, short.counts)) == len(LABELS)


def test_f1_by_position_by_hand() -> None:
    # Halves: rows 0-1 have 2 hits of 3 gold and 2 given; rows 2-3 have 1 hit of 1 gold and 2 given.
    judged = make_judged(LABELS, PREDICTED, [0, 0, 0, 0])
    assert f1_by_position(judged, 2) == (pytest.approx(4 / 5), pytest.approx(2 / 3))
    assert f1_by_position(judged, 4)[3] is None


CELLS = st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=12)


@settings(max_examples=30)
@given(CELLS)
def test_invariants(cells: list[tuple[bool, ...]]) -> None:
    table = np.array(cells)
    labels, predicted = table[:, :3], table[:, 3:]
    document = [i // 3 for i in range(len(cells))]
    report = score_tagging(make_judged(labels, predicted, document))
    f1 = [scores.f1 for scores in report.topics.values()]
    assert report.macro.f1 == pytest.approx(sum(f1) / 3)
    assert all(0 <= value <= 1 for value in (*f1, report.micro.f1, report.exact_match, report.document_f1))
    assert report.micro.support == labels.sum()
    assert sum(map(sum, report.confusion.counts)) == len(cells)
    trace = sum(report.confusion.counts[i][i] for i in range(len(report.confusion.sets)))
    assert report.exact_match == pytest.approx(trace / len(cells))
    perfect = score_tagging(make_judged(labels, labels, document))
    assert perfect.exact_match == perfect.document_f1 == 1.0
    assert all(scores.f1 == (1.0 if scores.support else 0.0) for scores in perfect.topics.values())
