"""Persons with the office in which the document introduces them, where an abstract has taken up the name alone."""

import re
from collections.abc import Sequence

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


def with_offices(text: str, sentences: Sequence[TaggedSentence], most: int) -> str:
    """A text in which each person has an office where they first come, as far as the document says one and there is room.

    Args:
        text: An abstract.
        sentences: All sentences of the document.
        most: Characters it may have.
    """
    sources = [tidy(tagged.sentence.text) for tagged in sentences]
    known: dict[str, str] = {}
    for source in sources:
        for start, end in persons(source):
            known.setdefault(source[start:end], _office(source, start))
    for name, office in known.items():
        at = text.find(name)
        if office and at >= 0 and len(text) + len(office) <= most and _alone(text, at, at + len(name)):
            taken_for_another = text[at - 1 : at] == "，" and any(
                s.startswith((office + name)[:OPENING]) for s in sources
            )
            text = text if taken_for_another else text[:at] + office + text[at:]
    return text


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name begins a clause, has no office behind it, and is not the first of a list, which would seem to share it."""
    begins = start == 0 or text[start - 1] in BEGINS
    return begins and not text.startswith("、", end) and not OFFICE.match(text, end)


def _office(text: str, end: int) -> str:
    """The office that ends at a position, with the body before it."""
    folded = fold(text)
    office = next((m for m in OFFICE.finditer(folded, max(0, end - 20)) if m.end() == end), None)
    if office is None or office[0].endswith(AFTER_NAMES):
        return ""
    start = name_start(folded, office.start(), frozenset())
    if end - start <= LONGEST and not PARTIAL.match(folded, start):
        return text[start:end]
    return office[0] if ONE_BODY.fullmatch(office[0]) else ""
