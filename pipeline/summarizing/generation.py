"""The contract of models that write a text from a text; needs no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.schema import TaggedSentence
from pipeline.summarizing.extract import Floats
from pipeline.summarizing.select import Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model reads: chosen sentences as one text, the topic to write about (None: everything), and how much to write.

    Attributes:
        text: The sentences.
        topic: The topic.
        least: Characters to write at least, about.
        most: Characters to write at most, about.
        sentences: Whether to write whole sentences; a headline is none.
    """

    text: str
    topic: str | None
    least: int
    most: int
    sentences: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a model wrote.

    Attributes:
        text: Its text.
        tokens: The tokens it is made of.
        places: For each character of the text, where in what was read it was copied from, `NOWHERE` if it was not; of a
            model that does not tell, empty.
    """

    text: str
    tokens: tuple[int, ...]
    places: tuple[int, ...] = ()


class TextGenerator(Protocol):
    """Writes drafts; facts are checked by others."""

    @property
    def name(self) -> str:
        """The model's name and digest."""
        ...

    @property
    def limit(self) -> int:
        """The most tokens it reads, those of `overhead` included."""
        ...

    @property
    def overhead(self) -> int:
        """Tokens of special tokens, prefix and task."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text by itself."""
        ...

    def salience(self, sentences: Sequence[TaggedSentence], topic: str | None) -> tuple[Chosen, Floats] | None:
        """What it reads of a document, and how likely each sentence of that belongs in the abstract; None if it cannot tell."""
        ...

    def generate(self, readings: Sequence[Reading]) -> list[Draft]:
        """What it writes for each reading."""
        ...

    def again(self, reading: Reading, words: Sequence[str], drafts: Sequence[Draft]) -> Draft:
        """What it writes without some words, which stand in the drafts it wrote before."""
        ...
