import numpy as np
import pytest

from pipeline.evaluation.thresholds import best_thresholds, f1_per_topic, platt


def test_the_threshold_lies_in_the_middle_between_the_two_classes() -> None:
    labels = np.array([[0], [0], [1], [1]], np.float32)
    (threshold,) = best_thresholds(labels, np.array([[0.1], [0.3], [0.7], [0.9]], np.float32))
    assert threshold == pytest.approx(0.5, abs=0.01)


def test_f1_is_zero_where_there_is_nothing() -> None:
    labels = np.array([[1, 0], [1, 0]], np.float32)
    assert f1_per_topic(labels, np.array([[True, False], [False, False]])).tolist() == [pytest.approx(2 / 3), 0.0]


def test_platt_scaling_makes_overconfident_logits_probabilities() -> None:
    logits = np.repeat(np.array([[-8.0], [8.0]], np.float32), 10, axis=0)
    labels = np.array([[0]] * 8 + [[1]] * 2 + [[0]] * 2 + [[1]] * 8, np.float32)  # right in 8 of 10
    slopes, offsets = platt(labels, logits)
    scores = 1 / (1 + np.exp(-(slopes * logits + offsets)))
    assert scores[:, 0] == pytest.approx([0.2] * 10 + [0.8] * 10, abs=0.01)
    untouched, shift = platt(np.zeros_like(labels), logits)
    assert (untouched.tolist(), shift.tolist()) == ([1.0], [0.0])


def test_a_single_topic_is_scored_on_its_own_class() -> None:
    labels = np.array([[1], [0], [0], [0]], np.float32)
    scores = np.array([[0.9], [0.6], [0.2], [0.1]], np.float32)
    assert f1_per_topic(labels, scores >= 0.5).tolist() == [pytest.approx(2 / 3)]
    assert 0.6 < best_thresholds(labels, scores)[0] < 0.9


def test_odd_sentences_do_not_pull_the_threshold_of_calibrated_scores_far() -> None:
    scores = np.repeat(np.array([0.05, 0.15, 0.45, 0.75, 0.95], np.float32), 20)[:, None]
    labels = np.concatenate([np.arange(20) < 20 * share for share in (0.05, 0.6, 0.45, 0.75, 0.95)])[:, None].astype(
        np.float32
    )
    (low,) = best_thresholds(labels, scores)
    (held,) = best_thresholds(labels, scores, calibrated=True)
    assert low < 0.15 < held < 0.45  # many with 0.15 have the topic here, by chance
