"""What in a text is a fact: numbers, dates, names; with a value that does not hang on how they are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.summarizing.lexicon import HAN_RUN, fold
from pipeline.summarizing.names import LATIN, Name, names
from pipeline.summarizing.quantities import Date, Quantity, dates, quantities


class FactKind(StrEnum):
    """What sort of fact."""

    NUMBER = "number"
    DATE = "date"
    LATIN = "latin"
    PERSON = "person"
    OFFICE = "office"
    ORGANISATION = "organisation"
    PLACE = "place"
    TITLE = "title"
    NOVEL = "novel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A stretch of a text that must be supported, ``text[start:end]``, with what it is compared by."""

    kind: FactKind
    start: int
    end: int
    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedText:
    """A text without white space, folded, with the places its characters had."""

    text: str
    places: tuple[int, ...]
    dates: tuple[Date, ...]
    quantities: tuple[Quantity, ...]
    names: tuple[Name, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of `text` stands in the text as it was given."""
        return self.places[start], self.places[end - 1] + 1


def parse(text: str) -> ParsedText:
    """Reads the facts of a text."""
    folded = fold(text)
    places = tuple(i for i, c in enumerate(folded) if not c.isspace() or _between_latin(folded, i))
    compact = "".join(folded[i] for i in places)
    blank = _blank(compact, [m.span() for m in LATIN.finditer(compact)])
    found = tuple(dates(blank))
    numbers = tuple(quantities(_blank(blank, [(d.start, d.end) for d in found])))
    amounts = frozenset(q.end for q in numbers if q.unit and not q.unit.startswith("第"))
    return ParsedText(
        text=compact,
        places=places,
        dates=found,
        quantities=numbers,
        names=tuple(names(compact, amounts | frozenset(d.end for d in found))),
    )


def _between_latin(text: str, at: int) -> bool:
    """Whether white space parts two words or numbers that are not Chinese."""
    around = text[:at].rstrip()[-1:] + text[at:].lstrip()[:1]
    return len(around) > 1 and around.isalnum() and not HAN_RUN.search(around)


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def extract_facts(text: str) -> tuple[Fact, ...]:
    """The facts of a text by their form alone, in order; they may overlap."""
    return tuple(fact for fact, _ in parsed_facts(text, parse(text)))


def parsed_facts(text: str, parsed: ParsedText) -> list[tuple[Fact, Date | Quantity | Name]]:
    """The facts of a parsed text, each with what it was read as, in order."""
    found: list[tuple[Fact, Date | Quantity | Name]] = []

    def add(kind: FactKind, part: Date | Quantity | Name, value: str) -> None:
        start, end = parsed.span(part.start, part.end)
        found.append((Fact(kind=kind, start=start, end=end, text=text[start:end], value=value), part))

    for date in parsed.dates:
        if not date.same:
            add(FactKind.DATE, date, f"{date.year or '-'}/{date.month or '-'}/{date.day or '-'}{date.part}")
    for number in parsed.quantities:
        add(FactKind.NUMBER, number, f"{number.bound}{number.number} {number.unit}".strip())
    for name in parsed.names:
        add(FactKind(name.kind.value), name, parsed.text[name.start : name.end])
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end))
