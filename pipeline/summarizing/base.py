"""The contract of all summarizers, and what extractive ones share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from pipeline.schema import Abstract, Evidence, TaggedSentence
from pipeline.summarizing.naming import Tour
from pipeline.text.tidy import shorten, tidy, truncate

SHORT_DOCUMENT = 400
SHARE = 3
LEAST = 40
WORTH_ADDING = 24


class Summarizer(Protocol):
    """Writes the abstract of a document, and that of one topic."""

    @property
    def name(self) -> str:
        """What to call it in the provenance of a briefing."""
        ...

    def summarize(self, sentences: Sequence[TaggedSentence], topic: str | None = None) -> Abstract:
        """Summarizes.

        Args:
            sentences: All sentences of a document, in order.
            topic: Summarize what is said on this topic only; None for everything.

        Returns:
            One paragraph that ends with a stop; empty where there is nothing to summarize.
        """
        ...

    def summarize_all(
        self,
        sentences: Sequence[TaggedSentence],
        topics: Sequence[str | None],
        tours: Mapping[str | None, Tour] | None = None,
    ) -> list[Abstract]:
        """The abstracts for several topics (None: the whole document), in the same order; models write them together.

        Args:
            sentences: All sentences of a document, in order.
            topics: What to write about.
            tours: Whom the abstract of a topic should name; abstracts that are extracts do without.
        """
        ...


def on_topic(sentences: Sequence[TaggedSentence], topic: str | None) -> list[TaggedSentence]:
    """What an abstract may draw on: sentences of the topic; for None those of any topic, or all if none has one."""
    if topic is not None:
        return [s for s in sentences if topic in s.topics]
    return [s for s in sentences if s.topics] or list(sentences)


def length_limit(sentences: Sequence[TaggedSentence], wanted: int) -> int:
    """Characters an abstract may have: `wanted`, for short sources at most a third of them."""
    total = sum(len(s.sentence.text) for s in sentences)
    return wanted if total >= SHORT_DOCUMENT else max(LEAST, min(wanted, total // SHARE))


def compose(ranked: Iterable[TaggedSentence], limit: int, topic: str | None, *, skip: bool = True) -> Abstract:
    """Takes sentences in the order given while they fit, and sets them in document order.

    A sentence that does not fit whole gives its first clauses, if they are worth adding; one without a clause that fits
    is cut and ends in ……, if nothing else was taken. Each sentence taken is a clause with itself as evidence.

    Args:
        ranked: Sentences, the best first.
        limit: Characters the abstract may have.
        topic: The topic it is about, None for the whole document.
        skip: Whether to go on after a sentence that does not fit.
    """
    taken: dict[int, str] = {}
    room = limit
    for tagged in ranked:
        text = tidy(tagged.sentence.text)
        part = shorten(text, room)
        if part is not None and part != text and len(part) < WORTH_ADDING:
            part = None
        if part is None and not taken:
            part = text if len(text) <= limit else truncate(text, limit)
        if part is not None:
            taken[tagged.sentence.index] = part
            room -= len(part)
        if room < WORTH_ADDING or (part != text and not skip):
            break
    evidence, text = [], ""
    for index in sorted(taken):
        evidence.append(Evidence(start=len(text), end=len(text) + len(taken[index]), sentences=(index,)))
        text += taken[index]
    return Abstract(text=text, topic=topic, evidence=tuple(evidence))
