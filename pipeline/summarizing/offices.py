"""Persons with the office in which the document introduces them, where an abstract has taken up the name alone."""

import re
from collections.abc import Sequence
from functools import cached_property

from pipeline.schema import TaggedSentence
from pipeline.summarizing.brevity import persons
from pipeline.summarizing.grammar import OPENING
from pipeline.summarizing.lexicon import fold
from pipeline.summarizing.names import OFFICE, name_start
from pipeline.text.tidy import tidy

LONGEST = 12  # characters of an office with its body; of a longer one only the office is taken
BEGINS = "，；。"  # what a clause begins behind
PARTIAL = re.compile("(?:大学|学院|公司|集团|中心|我校|学校|我院|[部局厅处院委]|(?<=[和与及]))")  # no body by itself
ONE_BODY = re.compile("(?:常务)?副?校长|(?:党委)?副?书记")  # of the body that reports, if no other is named
AFTER_NAMES = ("教授", "院士", "研究员", "工程师")


class Offices:
    """The offices of the persons of a document, as far as it says one where they first come."""

    def __init__(self, sentences: Sequence[TaggedSentence]) -> None:
        """Takes all sentences of the document; they are looked through when a text first needs it."""
        self._sources = [tidy(tagged.sentence.text) for tagged in sentences]

    @cached_property
    def _known(self) -> dict[str, str]:
        """Offices by name, empty where the document says none."""
        known: dict[str, str] = {}
        for source in self._sources:
            folded = fold(source)
            for start, end in persons(source):
                if source[start:end] not in known:
                    known[source[start:end]] = _office(source, folded, start)
        return known

    def added(self, text: str, most: int) -> str:
        """An abstract in which each person has an office where they first come, as far as there is room.

        Args:
            text: The abstract.
            most: Characters it may have.
        """
        for name, office in self._known.items():
            at = text.find(name)
            if office and at >= 0 and len(text) + len(office) <= most and _alone(text, at, at + len(name)):
                taken_for_another = text[at - 1 : at] == "，" and any(
                    s.startswith((office + name)[:OPENING]) for s in self._sources
                )
                text = text if taken_for_another else text[:at] + office + text[at:]
        return text


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name begins a clause, has no office behind it, and is not the first of a list, which would seem to share it."""
    begins = start == 0 or text[start - 1] in BEGINS
    return begins and not text.startswith(("、", "和", "与", "及"), end) and not OFFICE.match(text, end)


def _office(text: str, folded: str, end: int) -> str:
    """The office that ends at a position, with the body before it; of several, 市委书记、市人大常委会主任, the first."""
    office = next((m for m in OFFICE.finditer(folded, max(0, end - 20)) if m.end() == end), None)
    if office is None or office[0].endswith(AFTER_NAMES):
        return ""
    start = name_start(folded, office.start(), frozenset())
    if folded[start - 1 : start] == "、" and (first := _office(text, folded, start - 1)):
        return first
    if end - start <= LONGEST and not PARTIAL.match(folded, start):
        return text[start:end]
    return office[0] if ONE_BODY.fullmatch(office[0]) else ""
