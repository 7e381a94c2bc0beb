"""What is chosen on a development split: thresholds and calibration.

Arrays are (sentences, topics); labels are 0 and 1, scores are probabilities.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

GRID = np.arange(1, 100, dtype=np.float32) / 100
PLATEAU = 0.01


def f1_per_topic(labels: NDArray[np.float32], predicted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 of each topic, 0 where nothing was found and nothing predicted: (topics,)."""
    truth = labels.astype(bool)
    return np.array([f1_score(truth[:, i], predicted[:, i], zero_division=0) for i in range(truth.shape[1])])


def best_thresholds(
    labels: NDArray[np.float32], probabilities: NDArray[np.float32], *, calibrated: bool = False
) -> NDArray[np.float32]:
    """A threshold for each topic by its F1: the middle of those within `PLATEAU` of the best.

    F1 on a few hundred sentences is flat around its best and jumps with single sentences; the middle of the flat part
    carries over to other documents better than the very best point. Where scores are calibrated, theory says where the best
    threshold lies: at half of the best F1 (Lipton et al. 2014, https://arxiv.org/abs/1402.1892). The mean of both is taken,
    which a few odd sentences cannot pull far.

    Args:
        labels: 0 and 1, (sentences, topics).
        probabilities: Scores between 0 and 1, (sentences, topics).
        calibrated: Whether of the sentences with a score of p a share of p has the topic.

    Returns:
        Thresholds, (topics,).
    """
    f1 = np.stack([f1_per_topic(labels, probabilities >= cut) for cut in GRID])  # (cuts, topics)
    best = f1.max(axis=0)
    near = f1 >= best - PLATEAU
    middle = np.array([np.median(GRID[near[:, topic]]) for topic in range(labels.shape[1])])
    return ((middle + best / 2) / 2 if calibrated else middle).astype(np.float32)


def platt(labels: NDArray[np.float32], logits: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Slope and offset for each topic that make ``sigmoid(slope * logit + offset)`` a probability (Platt 1999).

    Args:
        labels: 0 and 1, (sentences, topics).
        logits: What the model gives, (sentences, topics).

    Returns:
        Slopes and offsets, each (topics,); 1 and 0 for a topic whose labels are all alike.
    """
    slopes, offsets = np.ones(labels.shape[1], np.float32), np.zeros(labels.shape[1], np.float32)
    for topic in range(labels.shape[1]):
        if len(set(labels[:, topic])) == 2:
            fit = LogisticRegression(C=1e3).fit(logits[:, topic : topic + 1], labels[:, topic])
            slopes[topic], offsets[topic] = fit.coef_[0, 0], fit.intercept_[0]
    return slopes, offsets
