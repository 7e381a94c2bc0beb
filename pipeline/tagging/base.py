"""The contract of all taggers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Joints, SalientClause, Sentence, TaggedSentence
from pipeline.text.tidy import clause_spans


class Tagger(Protocol):
    """Scores the sentences of one document, reading each among its neighbours."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Identifiers of the topics, in the order of the scores' columns."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """For each topic the probability from which on a sentence carries it."""
        ...

    @property
    def name(self) -> str:
        """The model's name and digest, for the provenance of a briefing."""
        ...

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities of the consecutive sentences of one document with this title: (sentences, topics)."""
        ...


class ClauseReading(NamedTuple):
    """What a tagger makes of the clauses of a sentence.

    Attributes:
        salience: How likely each belongs in each abstract, (clauses, abstracts).
        joints: How it may be joined, (clauses, 5) in the order of `schema.Joints`; None if the tagger cannot tell.
    """

    salience: NDArray[np.float32]
    joints: NDArray[np.float32] | None = None


@runtime_checkable
class SalienceTagger(Tagger, Protocol):
    """A tagger that can also tell what belongs in an abstract, from the same reading of the document."""

    @property
    def abstracts(self) -> tuple[str | None, ...]:
        """The topics of the abstracts it knows, in the order of the columns of salience; None: that of the document."""
        ...

    def read(self, texts: Sequence[str], title: str = "") -> tuple[NDArray[np.float32], list[ClauseReading]]:
        """What `score` gives, and what it makes of the clauses of each sentence, those of `pipeline.text.tidy.clause_spans`."""
        ...


def tag(
    tagger: Tagger,
    sentences: Sequence[Sentence],
    title: str = "",
    thresholds: Mapping[str, float] | None = None,
    *,
    salience: bool = False,
) -> tuple[TaggedSentence, ...]:
    """Tags the sentences of one document.

    Args:
        tagger: Any tagger.
        sentences: All sentences of the document, in order.
        title: The document's headline, which some taggers read as well.
        thresholds: Replacements for some of the tagger's own.
        salience: Whether to ask for it as well, of a tagger that can tell.

    Returns:
        One tagged sentence per sentence, in the same order.
    """
    if not sentences:
        return ()
    limits = {**tagger.thresholds, **(thresholds or {})}
    texts = [s.text for s in sentences]
    clauses: Sequence[tuple[SalientClause, ...]] = [()] * len(texts)
    if salience and isinstance(tagger, SalienceTagger) and tagger.abstracts:
        scores, found = tagger.read(texts, title)
        clauses = [_clauses(text, of, tagger.abstracts) for text, of in zip(texts, found, strict=True)]
    else:
        scores = tagger.score(texts, title)
    return tuple(
        TaggedSentence(
            sentence=sentence,
            scores=(named := {topic: float(p) for topic, p in zip(tagger.topics, row, strict=True)}),
            topics=tuple(topic for topic in tagger.topics if named[topic] >= limits[topic]),
            clauses=of,
        )
        for sentence, row, of in zip(sentences, scores, clauses, strict=True)
    )


def _clauses(text: str, read: ClauseReading, abstracts: Sequence[str | None]) -> tuple[SalientClause, ...]:
    joints: Sequence[Joints | None] = [None] * len(read.salience)
    if read.joints is not None:
        joints = [Joints(*row) for row in read.joints.tolist()]
    return tuple(
        SalientClause(start=start, end=end, salience=dict(zip(abstracts, row, strict=True)), joints=of)
        for (start, end), row, of in zip(clause_spans(text), read.salience.tolist(), joints, strict=True)
    )


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of logits, without overflow."""
    values: NDArray[np.float32] = 0.5 * (1 + np.tanh(0.5 * logits))
    return values


def logit(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits of probabilities; those nearer to 0 or 1 than a millionth are taken as that near."""
    clipped = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    values: NDArray[np.float32] = np.log(clipped / (1 - clipped)).astype(np.float32)
    return values
