import numpy as np
import pytest
from sklearn.metrics import f1_score

from pipeline.evaluation.bootstrap import RESAMPLES, Difference, Interval, compare, count, draw, headline, intervals
from tests.evaluation.test_tagging import LABELS, PREDICTED, make_judged


def random_case(seed: int, share: float) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Labels, predictions that are right in a share of the cells, and documents of four sentences."""
    rng = np.random.default_rng(seed)
    labels = rng.random((40, 3)) < 0.4
    predicted = np.where(rng.random((40, 3)) < share, labels, ~labels)
    return labels, predicted, [i // 4 for i in range(40)]


def test_a_resample_has_as_many_documents_as_the_data_and_is_the_same_every_time() -> None:
    weights = draw(7)
    assert weights.shape == (RESAMPLES, 7)
    assert set(weights.sum(axis=1)) == {7.0}
    np.testing.assert_array_equal(weights, draw(7))
    assert not np.array_equal(weights, draw(7, seed=14))


def test_figures_of_a_resample_are_those_of_its_sentences() -> None:
    labels, predicted, document = random_case(1, 0.8)
    weights = draw(10, resamples=5)
    found = headline(count(make_judged(labels, predicted, document)), weights)
    for i, row in enumerate(weights.astype(int)):
        rows = [s for s, d in enumerate(document) for _ in range(row[d])]
        assert found.macro[i] == pytest.approx(f1_score(labels[rows], predicted[rows], average="macro"))
        assert found.micro[i] == pytest.approx(f1_score(labels[rows], predicted[rows], average="micro"))
        assert found.exact_match[i] == pytest.approx((labels[rows] == predicted[rows]).all(axis=1).mean())


def test_two_documents_by_hand() -> None:
    # Document 0 alone has micro F1 4/5, document 1 alone 2/3: a quarter of all resamples is either of them twice.
    counts = count(make_judged(LABELS, PREDICTED, [0, 0, 1, 1]))
    assert intervals(counts).micro == Interval(low=pytest.approx(2 / 3), high=pytest.approx(4 / 5))


def test_one_document_leaves_no_doubt() -> None:
    micro = intervals(count(make_judged(LABELS, PREDICTED, [0] * 4))).micro
    assert (micro.low, micro.high) == (pytest.approx(0.75), pytest.approx(0.75))


def test_a_system_does_not_differ_from_itself() -> None:
    counts = count(make_judged(*random_case(2, 0.7)))
    none = Difference(value=0.0, low=0.0, high=0.0, better=0.0, worse=0.0)
    difference = compare(counts, counts)
    assert difference.macro == difference.document_f1 == none
    assert set(difference.topics.values()) == {none}


def test_a_better_system_is_ahead_and_the_reverse_mirrors_it() -> None:
    labels, poor, document = random_case(3, 0.6)
    good, bad = count(make_judged(labels, labels, document)), count(make_judged(labels, poor, document))
    ahead, behind = compare(good, bad).micro, compare(bad, good).micro
    assert (ahead.better, ahead.worse) == (1.0, 0.0)
    assert 0 < ahead.low < ahead.value < ahead.high
    assert (behind.value, behind.low, behind.high) == (
        pytest.approx(-ahead.value),
        pytest.approx(-ahead.high),
        pytest.approx(-ahead.low),
    )
    assert behind.worse == 1.0


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(40):
        hits = rng.random((60, 1)) < 0.7  # one sentence a document, right with 0.7
        labels = np.ones((60, 3), bool)
        around = intervals(count(make_judged(labels, np.repeat(hits, 3, axis=1), list(range(60))))).exact_match
        covered += around.low <= 0.7 <= around.high
    assert 33 <= covered <= 40
