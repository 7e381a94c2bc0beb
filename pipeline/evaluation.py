"""Scores sentence topics against gold labels, with scikit-learn; needs no torch.

Arrays are (sentences, topics); labels are 0 and 1, scores are probabilities.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

from pipeline.corpus import GoldDocument, align
from pipeline.schema import TaggedSentence

GRID = np.arange(1, 100, dtype=np.float32) / 100
PLATEAU = 0.01


def best_thresholds(labels: NDArray[np.float32], probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """A threshold for each topic by its F1: the middle of those within `PLATEAU` of the best.

    F1 on a few hundred sentences is flat around its best and jumps with single sentences; the middle of the flat part
    carries over to other documents better than the very best point.

    Args:
        labels: 0 and 1, (sentences, topics).
        probabilities: Scores between 0 and 1, (sentences, topics).

    Returns:
        Thresholds, (topics,).
    """
    f1 = np.stack([f1_per_topic(labels, probabilities >= cut) for cut in GRID])  # (cuts, topics)
    near = f1 >= f1.max(axis=0) - PLATEAU
    return np.array([np.median(GRID[near[:, topic]]) for topic in range(labels.shape[1])], np.float32)


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


def calibration_error(labels: NDArray[np.float32], scores: NDArray[np.float32], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015) of one topic, over bins of equal width.

    Args:
        labels: 0 and 1, (sentences,).
        scores: Probabilities, (sentences,).
        bins: How many bins.
    """
    which = np.minimum((scores * bins).astype(int), bins - 1)
    gap = np.abs(np.bincount(which, scores, bins) - np.bincount(which, labels, bins))
    return float(gap.sum() / max(1, len(scores)))


def f1_per_topic(labels: NDArray[np.float32], predicted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 of each topic, 0 where nothing was found and nothing predicted: (topics,)."""
    scores: NDArray[np.float64] = f1_score(labels.astype(bool), predicted, average=None, zero_division=0)
    return scores


def gold_arrays(
    gold: Sequence[GoldDocument], tagged: Sequence[Sequence[TaggedSentence]], topics: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Lines up predictions with gold sentences by the characters they share.

    A gold sentence that no predicted sentence touches (it was taken for furniture) counts as predicted empty.

    Returns:
        Labels, scores, predictions, each (gold sentences, topics).
    """
    labels, scores, predicted = [], [], []
    for document, sentences in zip(gold, tagged, strict=True):
        matches = align([t.sentence for t in sentences], document.sentences)
        for target, match in zip(document.sentences, matches, strict=True):
            found = sentences[match] if match is not None else None
            labels.append([topic in target.topics for topic in topics])
            scores.append([found.scores[topic] if found else 0.0 for topic in topics])
            predicted.append([bool(found and topic in found.topics) for topic in topics])
    return np.array(labels, np.float32), np.array(scores, np.float32), np.array(predicted, bool)


def tagging_report(
    labels: NDArray[np.float32], scores: NDArray[np.float32], predicted: NDArray[np.bool_], topics: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Precision, recall, F1, average precision and support of each topic, and their macro and micro averages."""
    truth = labels.astype(bool)
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, average=None, zero_division=0)
    ap = [
        float(average_precision_score(truth[:, i], scores[:, i])) if truth[:, i].any() else 0.0
        for i in range(len(topics))
    ]
    report = {
        topic: {
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
            "ap": ap[i],
            "ece": calibration_error(labels[:, i], scores[:, i]),
            "support": float(support[i]),
        }
        for i, topic in enumerate(topics)
    }
    micro = precision_recall_fscore_support(truth, predicted, average="micro", zero_division=0)
    report["macro"] = {
        "precision": float(np.mean(precision)),
        "recall": float(np.mean(recall)),
        "f1": float(np.mean(f1)),
        "ap": float(np.mean(ap)),
        "ece": float(np.mean([report[topic]["ece"] for topic in topics])),
    }
    report["micro"] = {"precision": float(micro[0]), "recall": float(micro[1]), "f1": float(micro[2])}
    return report
