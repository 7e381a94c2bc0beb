"""What every reader of labelled files gives: documents with spans of named topics, and where in the file they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.schema import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSpan:
    """A stretch of a text, the topics as people wrote them, and its place in the file for messages."""

    start: int
    end: int
    topics: Sequence[str]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDocument:
    """A document as a file gives it, unchecked; `split` is empty where the file names none."""

    id: str
    text: str
    spans: Sequence[LabelledSpan]
    place: str
    title: str = ""
    split: str = ""
    furniture: tuple[Span, ...] = ()
    abstract: str = ""
    topic_abstracts: Mapping[str, str] = field(default_factory=dict)
