"""Bootstrap over documents: sentences of one document err together, so documents are what is drawn again.

What a resample needs is counted once for each document; a resample is then a sum of those counts. Sources: Efron and
Tibshirani 1993 (percentile intervals); Koehn 2004, https://aclanthology.org/W04-3250/ (paired comparison).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.gold import Judged

RESAMPLES = 1000
SEED = 13
TAILS = (2.5, 97.5)

T = TypeVar("T")
U = TypeVar("U")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A 95% interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One system minus another on the same documents.

    Attributes:
        value: The difference as measured.
        low: Lower end of its 95% interval.
        high: Upper end.
        better: Share of resamples in which the first system is ahead.
        worse: Share in which it is behind; what is missing to 1 are ties.
    """

    value: float
    low: float
    high: float
    better: float
    worse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline(Generic[T]):
    """Something for each of the main figures: F1 by topic, macro, micro, exact match, mean F1 of a document."""

    topics: Mapping[str, T]
    macro: T
    micro: T
    exact_match: T
    document_f1: T


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DocumentCounts:
    """What each document adds to the figures.

    Attributes:
        topics: Topics of the columns.
        hits: Topics rightly given, (documents, topics).
        marks: Topics in the gold labels plus topics given, (documents, topics).
        exact: Sentences whose set of topics is right, (documents,).
        sentences: Gold sentences, (documents,).
    """

    topics: tuple[str, ...]
    hits: Floats
    marks: Floats
    exact: Floats
    sentences: Floats


def count(judged: Judged) -> DocumentCounts:
    """Sums what was judged by document."""
    truth, found = judged.labels > 0, judged.predicted

    def by_document(values: NDArray[np.generic]) -> Floats:
        sums = np.zeros((judged.documents, *values.shape[1:]))
        np.add.at(sums, judged.document, values)
        return sums

    return DocumentCounts(
        topics=judged.topics,
        hits=by_document(truth & found),
        marks=by_document(truth.astype(int) + found),
        exact=by_document((truth == found).all(axis=1)),
        sentences=by_document(np.ones(len(truth))),
    )


def draw(documents: int, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """How often each document is in each resample: (resamples, documents), rows that sum to `documents`."""
    drawn = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), resamples)
    return drawn.astype(float)


def headline(counts: DocumentCounts, weights: Floats) -> Headline[Floats]:
    """The main figures of each resample, (resamples,) each; `weights` as `draw` gives them, or ones for the data as is."""
    hits, marks = weights @ counts.hits, weights @ counts.marks  # (resamples, topics)
    f1 = _share(2 * hits, marks)
    of_document = _share(2 * counts.hits.sum(axis=1), counts.marks.sum(axis=1), empty=1.0)
    return Headline(
        topics={topic: f1[:, i] for i, topic in enumerate(counts.topics)},
        macro=f1.mean(axis=1),
        micro=_share(2 * hits.sum(axis=1), marks.sum(axis=1)),
        exact_match=_share(weights @ counts.exact, weights @ counts.sentences),
        document_f1=weights @ of_document / weights.sum(axis=1),
    )


def intervals(counts: DocumentCounts) -> Headline[Interval]:
    """95% intervals of the main figures."""
    return _each(interval, headline(counts, draw(len(counts.sentences))))


def compare(one: DocumentCounts, other: DocumentCounts) -> Headline[Difference]:
    """Paired comparison of two systems: both are measured on the same resamples."""
    weights = np.vstack([np.ones((1, len(one.sentences))), draw(len(one.sentences))])
    return _each(difference, headline(one, weights), headline(other, weights))


def interval(values: Floats) -> Interval:
    """The middle 95% of resampled values."""
    low, high = np.percentile(values, TAILS)
    return Interval(low=float(low), high=float(high))


def difference(one: Floats, other: Floats) -> Difference:
    """Figures of two systems, as measured and on each resample, as one difference."""
    gap = np.round(one - other, 12)  # equal figures from different counts may differ in the last bit
    around = interval(gap[1:])
    better, worse = float(np.mean(gap[1:] > 0)), float(np.mean(gap[1:] < 0))
    return Difference(value=float(gap[0]), low=around.low, high=around.high, better=better, worse=worse)


def _each(make: Callable[..., U], *figures: Headline[Floats]) -> Headline[U]:
    return Headline(
        topics={topic: make(*(f.topics[topic] for f in figures)) for topic in figures[0].topics},
        macro=make(*(f.macro for f in figures)),
        micro=make(*(f.micro for f in figures)),
        exact_match=make(*(f.exact_match for f in figures)),
        document_f1=make(*(f.document_f1 for f in figures)),
    )


def _share(part: Floats, whole: Floats, empty: float = 0.0) -> Floats:
    shares: Floats = np.divide(part, whole, out=np.full(part.shape, empty), where=whole > 0)
    return shares
