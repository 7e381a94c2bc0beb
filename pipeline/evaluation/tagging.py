"""Scores sentence topics against gold labels, with scikit-learn.

Arrays are (sentences, topics); labels are 0 and 1, scores are probabilities.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from pipeline.evaluation.bootstrap import Headline, Interval, count, headline, intervals
from pipeline.evaluation.gold import Judged

MOST_SETS = 12
POSITION_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Figures of one topic, or of an average over topics.

    Attributes:
        precision: Share of what was given that is right.
        recall: Share of what is right that was given.
        f1: Their harmonic mean.
        ap: Average precision: how well the scores rank, whatever the threshold.
        ece: Expected calibration error of the scores.
        brier: Mean squared error of the scores (Brier 1950).
        support: Gold sentences with the topic.
        threshold: The score from which on the topic was given, as far as the predictions show it.
    """

    precision: float
    recall: float
    f1: float
    ap: float
    ece: float
    brier: float
    support: int
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often each set of topics (rows, gold) was given as each set (columns, predicted).

    The empty set stands for no topic, None for all sets rarer than those named.
    """

    sets: tuple[tuple[str, ...] | None, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggingReport:
    """All figures of one system on one set of labelled documents.

    Attributes:
        documents: How many.
        sentences: Gold sentences in them.
        topics: Figures of each topic.
        macro: Means over topics.
        micro: All sentence-topic pairs taken together.
        exact_match: Share of sentences whose set of topics is right.
        document_f1: Mean over documents of F1 over their pairs; 1 for a document with no topic, gold or predicted.
        intervals: 95% bootstrap intervals of the F1 figures and of exact match.
        confusion: Gold sets of topics against predicted sets.
        f1_by_position: Micro F1 of the sentences in each tenth of their documents; None where there are no topics.
    """

    documents: int
    sentences: int
    topics: Mapping[str, Scores]
    macro: Scores
    micro: Scores
    exact_match: float
    document_f1: float
    intervals: Headline[Interval]
    confusion: Confusion
    f1_by_position: tuple[float | None, ...]


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


def brier_score(labels: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    """Mean squared difference of scores and labels (Brier 1950); both (sentences,)."""
    return float(np.mean((scores.astype(float) - labels) ** 2))


def score_topic(labels: NDArray[np.float32], scores: NDArray[np.float32], predicted: NDArray[np.bool_]) -> Scores:
    """Figures of one topic; all arrays (sentences,). What is not defined without a positive counts as 0."""
    truth = labels.astype(bool)
    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, average="binary", zero_division=0)
    given, left = scores[predicted], scores[~predicted]
    threshold = float((given.min() + left.max()) / 2) if len(given) and len(left) else None
    return Scores(
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        ap=float(average_precision_score(truth, scores)) if truth.any() else 0.0,
        ece=calibration_error(labels, scores),
        brier=brier_score(labels, scores),
        support=int(truth.sum()),
        threshold=threshold,
    )


def macro_average(rows: Sequence[Scores]) -> Scores:
    """Means of the figures over topics."""

    def mean(name: str) -> float:
        return float(np.mean([getattr(row, name) for row in rows]))

    return Scores(
        precision=mean("precision"),
        recall=mean("recall"),
        f1=mean("f1"),
        ap=mean("ap"),
        ece=mean("ece"),
        brier=mean("brier"),
        support=sum(row.support for row in rows),
    )


def tagging_report(
    labels: NDArray[np.float32], scores: NDArray[np.float32], predicted: NDArray[np.bool_], topics: Sequence[str]
) -> dict[str, dict[str, float]]:
    """The figures that stand in a model card: by topic, and their macro and micro averages."""
    rows = {t: score_topic(labels[:, i], scores[:, i], predicted[:, i]) for i, t in enumerate(topics)}
    macro = macro_average(list(rows.values()))
    micro = score_topic(labels.ravel(), scores.ravel(), predicted.ravel())
    names = ("precision", "recall", "f1", "ap", "ece")
    report = {t: {**_chosen(row, names), "support": float(row.support)} for t, row in rows.items()}
    return {**report, "macro": _chosen(macro, names), "micro": _chosen(micro, names[:3])}


def _chosen(row: Scores, names: Sequence[str]) -> dict[str, float]:
    return {name: float(getattr(row, name)) for name in names}


def score_tagging(judged: Judged) -> TaggingReport:
    """All figures of one system."""
    labels, scores, predicted = judged.labels, judged.scores, judged.predicted
    rows = {t: score_topic(labels[:, i], scores[:, i], predicted[:, i]) for i, t in enumerate(judged.topics)}
    micro = score_topic(labels.ravel(), scores.ravel(), predicted.ravel())
    counts = count(judged)
    whole = headline(counts, np.ones((1, judged.documents)))
    return TaggingReport(
        documents=judged.documents,
        sentences=len(labels),
        topics=rows,
        macro=macro_average(list(rows.values())),
        micro=replace(micro, threshold=None),
        exact_match=float(whole.exact_match[0]),
        document_f1=float(whole.document_f1[0]),
        intervals=intervals(counts),
        confusion=confusion(judged),
        f1_by_position=f1_by_position(judged),
    )


def confusion(judged: Judged, most: int = MOST_SETS) -> Confusion:
    """Gold sets of topics against predicted ones, the `most` frequent of them by name, in the order of the topics."""
    gold, found = _sets(judged, judged.labels > 0), _sets(judged, judged.predicted)
    frequency = Counter([*gold, *found])
    order = {topic: i for i, topic in enumerate(judged.topics)}
    named = sorted((s for s, _ in frequency.most_common(most)), key=lambda s: (len(s), [order[t] for t in s]))
    sets: tuple[tuple[str, ...] | None, ...] = (*named, *([None] if len(frequency) > most else []))
    place = {s: named.index(s) if s in named else len(named) for s in frequency}
    counts = np.zeros((len(sets), len(sets)), int)
    np.add.at(counts, ([place[s] for s in gold], [place[s] for s in found]), 1)
    return Confusion(sets=sets, counts=tuple(tuple(row) for row in counts.tolist()))


def _sets(judged: Judged, marked: NDArray[np.bool_]) -> list[tuple[str, ...]]:
    return [tuple(t for t, m in zip(judged.topics, row, strict=True) if m) for row in marked]


def f1_by_position(judged: Judged, bins: int = POSITION_BINS) -> tuple[float | None, ...]:
    """Micro F1 of the sentences in each of `bins` equal parts of their documents."""
    where = np.minimum((judged.position * bins).astype(int), bins - 1)
    truth, found = judged.labels > 0, judged.predicted
    hits = np.bincount(where, (truth & found).sum(axis=1), bins)
    marks = np.bincount(where, truth.sum(axis=1) + found.sum(axis=1), bins)
    return tuple(float(2 * h / m) if m else None for h, m in zip(hits, marks, strict=True))
