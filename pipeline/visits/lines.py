"""A tagged sentence as the visit record reads it: its facts, and the way from them back to the document."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.schema import Document, Mention, TaggedSentence
from pipeline.summarizing.facts import ParsedText, parse
from pipeline.visits.words import ATTENDANCE, CONTACTS, MOVES, OUTCOMES

HEAD = 2  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence with its facts.

    Attributes:
        tagged: The sentence with its topics.
        parsed: Its text folded and without white space, with dates, amounts and names; all offsets of the record's rules
            are offsets into ``parsed.text``.
        paragraph: Number of the paragraph it stands in.
    """

    tagged: TaggedSentence
    parsed: ParsedText
    paragraph: int

    @property
    def text(self) -> str:
        """The folded text."""
        return self.parsed.text

    @property
    def contact(self) -> bool:
        """Whether it reports a contact."""
        return bool(CONTACTS & set(self.tagged.topics))

    @property
    def outcome(self) -> bool:
        """Whether it reports what came of one."""
        return bool(OUTCOMES & set(self.tagged.topics))

    @property
    def attendance(self) -> bool:
        """Whether it only lists who was there."""
        return bool(ATTENDANCE.search(self.text)) and not MOVES.search(self.text)

    def mention(self, document: Document, start: int, end: int) -> Mention:
        """The stretch of the document that a stretch of the folded text was."""
        first, last = self.parsed.span(start, end)
        at = self.tagged.sentence.start
        text = document.body[at + first : at + last]
        return Mention(sentence=self.tagged.sentence.index, start=at + first, end=at + last, text=text)


def read_lines(document: Document, sentences: Sequence[TaggedSentence]) -> list[Line]:
    """The sentences of a document, in order."""
    lines, paragraph, at = [], 0, 0
    for tagged in sentences:
        paragraph += "\n" in document.body[at : tagged.sentence.start]
        at = tagged.sentence.end
        lines.append(Line(tagged=tagged, parsed=parse(tagged.sentence.text), paragraph=paragraph))
    return lines


class WordIndex:
    """Finds in a text which of many words stand in it, at a cost that does not grow with their number.

    Each word has two characters at least and stands for numbers.
    """

    def __init__(self) -> None:
        """Has no words yet."""
        self._by_head: defaultdict[str, dict[str, set[int]]] = defaultdict(dict)

    def add(self, word: str, number: int) -> None:
        """From now on a word stands for a number, too."""
        self._by_head[word[:HEAD]].setdefault(word, set()).add(number)

    def found(self, text: str) -> set[int]:
        """The numbers of all words in a text."""
        return {
            number
            for at in range(len(text) - 1)
            for word, numbers in self._by_head.get(text[at : at + HEAD], {}).items()
            if text.startswith(word, at)
            for number in numbers
        }
