"""The visit record as a table: headings, and for each visit its cells with the sentences they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.schema import Briefing, Mention, Person, Visit
from pipeline.writing.rows import Cell
from pipeline.writing.wording import WORDS, Language

COLUMNS = ("visit_date", "place", "who", "organisation", "kind", "met", "matter", "outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCell:
    """The text of a cell, the sentences it rests on, by number from 1, and persons' names in it; empty if nothing is known."""

    text: str
    sentences: tuple[int, ...]
    names: tuple[str, ...] = ()


def visit_heading(language: Language) -> list[str]:
    """Headings of `visit_cells`."""
    return [WORDS[language][column] for column in COLUMNS]


def visit_cells(visit: Visit, language: Language) -> list[VisitCell]:
    """The cells of a row, in the order of `COLUMNS`."""
    words = WORDS[language]
    return [
        _cell([visit.date], ""),
        _cell([visit.place], ""),
        _people(visit.who, words["comma"]),
        _cell([visit.organisation], ""),
        VisitCell(text=words[visit.kind], sentences=()),
        _people(visit.met, words["comma"]),
        _cell([visit.matter], ""),
        _cell([outcome.mention for outcome in visit.outcomes], words["semicolon"]),
    ]


def visit_sheet_header(language: Language) -> list[str]:
    """Headings of `visit_rows`."""
    return [WORDS[language]["id"], *visit_heading(language), WORDS[language]["sentences_of"]]


def visit_rows(briefing: Briefing, language: Language) -> list[list[Cell]]:
    """A row for each visit: the document's id, its cells, and the numbers of the sentences they rest on."""
    rows: list[list[Cell]] = []
    for visit in briefing.visits:
        cells = visit_cells(visit, language)
        numbers = sorted({number for cell in cells for number in cell.sentences})
        rows.append(
            [briefing.document.id, *(cell.text for cell in cells), WORDS[language]["comma"].join(map(str, numbers))]
        )
    return rows


def _cell(mentions: Sequence[Mention | None], separator: str) -> VisitCell:
    given = [mention for mention in mentions if mention]
    return VisitCell(text=separator.join(_line(m.text) for m in given), sentences=_numbers(given))


def _people(people: Sequence[Person], separator: str) -> VisitCell:
    mentions = [m for person in people for m in (person.office, person.name) if m]
    texts = [_line((p.office.text if p.office else "") + p.name.text) for p in people]
    names = tuple(_line(p.name.text) for p in people)
    return VisitCell(text=separator.join(texts), sentences=_numbers(mentions), names=names)


def _numbers(mentions: Sequence[Mention]) -> tuple[int, ...]:
    return tuple(sorted({mention.sentence + 1 for mention in mentions}))


def _line(text: str) -> str:
    return " ".join(text.split())
