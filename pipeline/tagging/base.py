"""The contract of all taggers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Sentence, TaggedSentence


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


def tag(
    tagger: Tagger, sentences: Sequence[Sentence], title: str = "", thresholds: Mapping[str, float] | None = None
) -> tuple[TaggedSentence, ...]:
    """Tags the sentences of one document.

    Args:
        tagger: Any tagger.
        sentences: All sentences of the document, in order.
        title: The document's headline, which some taggers read as well.
        thresholds: Replacements for some of the tagger's own.

    Returns:
        One tagged sentence per sentence, in the same order.
    """
    if not sentences:
        return ()
    limits = {**tagger.thresholds, **(thresholds or {})}
    scores = tagger.score([s.text for s in sentences], title)
    return tuple(
        TaggedSentence(
            sentence=sentence,
            scores=(named := {topic: float(p) for topic, p in zip(tagger.topics, row, strict=True)}),
            topics=tuple(topic for topic in tagger.topics if named[topic] >= limits[topic]),
        )
        for sentence, row in zip(sentences, scores, strict=True)
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
