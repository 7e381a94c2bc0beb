import numpy as np
import pytest

from pipeline.evaluation import best_thresholds, f1_per_topic, gold_arrays, tagging_report
from tests.conftest import TOPICS, make_gold, make_tagged


def test_the_threshold_lies_in_the_middle_between_the_two_classes() -> None:
    labels = np.array([[0], [0], [1], [1]], np.float32)
    (threshold,) = best_thresholds(labels, np.array([[0.1], [0.3], [0.7], [0.9]], np.float32))
    assert threshold == pytest.approx(0.5, abs=0.01)


def test_report_on_a_case_counted_by_hand() -> None:
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], np.float32)
    predicted = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]], bool)
    report = tagging_report(labels, predicted.astype(np.float32), predicted, TOPICS)
    assert report["enterprise_visit"] == pytest.approx(
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "ap": 0.5, "support": 2}
    )
    assert report["university_cooperation"]["f1"] == 1.0
    assert report["outcome_summary"]["f1"] == 0.0
    assert report["macro"]["f1"] == pytest.approx(0.5)
    assert report["micro"]["f1"] == pytest.approx(0.75)
    assert f1_per_topic(labels, predicted).tolist() == [0.5, 1.0, 0.0]


def test_a_sentence_taken_for_furniture_counts_as_predicted_empty() -> None:
    gold = make_gold([("双方座谈。", ["enterprise_visit"]), ("来源：某报。", ["enterprise_visit"])], "d")
    tagged = make_tagged([("双方座谈。", ["enterprise_visit"])])
    labels, scores, predicted = gold_arrays([gold], [tagged], TOPICS)
    assert labels[:, 0].tolist() == [1, 1]
    assert predicted[:, 0].tolist() == [True, False]
    assert scores[:, 0].tolist() == pytest.approx([0.9, 0.0])
