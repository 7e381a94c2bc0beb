"""The visit record of a document: a row for each organisation of the other side, filled from the sentences about it.

Rules, no model; a cell is left empty where the document does not say it plainly. The stages: read the lines, learn who is
introduced with which office, find which side reports, gather the parties of the other side with the lines that speak of
each, fill the cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.schema import Document, Mention, Outcome, Person, TaggedSentence, Visit
from pipeline.summarizing.names import NameKind
from pipeline.visits.details import date_of, matter_of, outcomes_of, place_of
from pipeline.visits.lines import Line, read_lines
from pipeline.visits.parties import SHARED, Party, parties, same
from pipeline.visits.people import Known, known_people
from pipeline.visits.words import (
    INSTITUTE,
    LEARNED,
    OWN_TITLE,
    PUBLIC,
    SELF_LEARNED,
    SELF_PUBLIC,
    TOTAL,
    UNIVERSITY,
    kind_of,
    side_of,
)

MOST = 3  # persons and outcomes of a cell
LEAD = 2  # lines


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row as it grows: every naming of its organisation, the lines that speak of it, the parts of lines of it alone."""

    parties: list[Party]
    lines: list[int] = field(default_factory=list)
    alone: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Of the fullest naming."""
        return max(self.parties, key=lambda p: len(p.text)).kind


def find_visits(document: Document, sentences: Sequence[TaggedSentence]) -> tuple[Visit, ...]:
    """The contacts a document reports, in order.

    Args:
        document: The document.
        sentences: All its sentences, with topics.
    """
    lines = read_lines(document, sentences)
    if not any(line.contact for line in lines):
        return ()
    people = known_people(document, lines)
    home = _home(document, lines, people)
    rows = _rows(lines, people, home)
    return tuple(_visit(document, lines, people, home, row) for row in rows)


def _home(document: Document, lines: Sequence[Line], people: dict[str, Known]) -> str:
    """The side that reports: the one that speaks of itself, else the public one, else the learned one."""
    contacts = [number for number, line in enumerate(lines) if line.contact]
    lead = document.title + "".join(lines[number].text for number in contacts[:LEAD])
    before = [known for known in people.values() if known.line <= contacts[-1] and not lines[known.line].attendance]
    sides = [known.side for known in before]
    first = next((known.side for known in before if known.line <= contacts[:LEAD][-1] and known.side), "")
    if (OWN_TITLE.match(document.title) or SELF_LEARNED.search(lead)) and not SELF_PUBLIC.search(document.title):
        return LEARNED
    if contacts and _opens_learned(lines[contacts[0]]):
        return LEARNED
    if first == LEARNED or PUBLIC not in sides:
        return LEARNED if LEARNED in sides else first or PUBLIC
    return PUBLIC


def _opens_learned(line: Line) -> bool:
    """Whether a university or institute is the first organisation of a line and its subject."""
    named = [n for n in line.parsed.names if n.kind is NameKind.ORGANISATION]
    first = min(named, key=lambda n: (n.start, n.start - n.end), default=None)
    if first is None or re.search("赴|访|来到|与|会见", line.text[: first.start]):
        return False
    return kind_of(line.text[first.start : first.end]) in (UNIVERSITY, INSTITUTE)


def _rows(lines: Sequence[Line], people: dict[str, Known], home: str) -> list[_Row]:
    rows: list[_Row] = []
    current: list[_Row] = []
    introduced = list(people.values())
    for number, line in enumerate(lines):
        if not line.contact and not line.outcome:
            continue
        named = parties(lines, number, introduced) if line.contact and not line.attendance else []
        here: list[_Row] = []
        for party in named:
            if side_of(party.kind) == home or TOTAL.search(line.text):
                continue
            row = next((r for r in rows if any(same(party.text, p.text) for p in r.parties)), None)
            if row is None:
                row = _Row(parties=[])
                rows.append(row)
            row.parties.append(party)
            here.append(row)
        here += [row for row in rows if row not in here and _mentioned(line, row, people)]
        if not here and date_of(line, len(line.text))[0] and number and line.paragraph != lines[number - 1].paragraph:
            current = []  # another day's news
        current = here or current
        for row in current:
            if number not in row.lines:
                row.lines.append(number)
            if len(current) == 1 or SHARED.search(line.text):
                row.alone[number] = (0, len(line.text))
            elif part := _part(line, row, current):
                row.alone[number] = part
    return rows


def _part(line: Line, row: _Row, rows: Sequence[_Row]) -> tuple[int, int] | None:
    """The part of a line, between semicolons, that names one of several rows and no other."""
    at = 0
    for part in line.text.split(";"):
        named = [r for r in rows if any(party.text in part for party in r.parties)]
        if named == [row] and len(part) < len(line.text):
            return at, at + len(part)
        at += len(part) + 1
    return None


def _mentioned(line: Line, row: _Row, people: dict[str, Known]) -> bool:
    """Whether a line names a row's organisation again, or somebody introduced with it."""
    if any(party.text in line.text for party in row.parties):
        return True
    return any(known.name in line.text and known.organisation and _belongs(known, row) for known in people.values())


def _belongs(known: Known, row: _Row) -> bool:
    return any(
        known.organisation is not None and known.organisation[0] == p.line and known.organisation[2] == p.end
        for p in row.parties
    )


def _visit(document: Document, lines: Sequence[Line], people: dict[str, Known], home: str, row: _Row) -> Visit:
    fullest = max(row.parties, key=lambda p: len(p.text))
    own = [lines[number] for number in row.lines]
    matter = matter_of([lines[n] for n in row.lines if lines[n].contact])
    return Visit(
        date=_date(document, lines, row),
        place=_place(document, lines, row),
        who=_who(lines, people, home, row),
        organisation=lines[fullest.line].mention(document, fullest.start, fullest.end),
        kind=fullest.kind,
        met=_met(people, home, row),
        matter=matter[0].mention(document, *matter[1]) if matter else None,
        outcomes=tuple(_outcomes(document, lines, own, row))[:MOST],
    )


def _anchor(row: _Row) -> Party:
    """The naming that begins the telling of a contact: after a lead that lists several, the next one."""
    return next((p for p in row.parties if p.line in row.alone), row.parties[0])


def _date(document: Document, lines: Sequence[Line], row: _Row) -> Mention | None:
    """The date in the line that begins the contact, or the last before it; a relative one is left out."""
    anchor = _anchor(row)
    for number in range(anchor.line, -1, -1):
        span, other = date_of(lines[number], anchor.start if number == anchor.line else len(lines[number].text))
        if span:
            return lines[number].mention(document, *span)
        if other:
            return None
    return None


def _place(document: Document, lines: Sequence[Line], row: _Row) -> Mention | None:
    """The place in the line that begins the contact, or the last before it that names one."""
    anchor = _anchor(row)
    for number in range(anchor.line, -1, -1):
        if lines[number].contact or number == anchor.line:
            span = place_of(lines[number], len(lines[number].text))
            if span:
                return lines[number].mention(document, *span)
    return None


def _who(lines: Sequence[Line], people: dict[str, Known], home: str, row: _Row) -> tuple[Person, ...]:
    """The one who leads the reporting side, and those of it who act in the lines of the contact."""
    ours = [known for known in people.values() if known.side == home and not lines[known.line].attendance]
    leader = [known for known in ours if known.line <= row.lines[-1]][:1]
    acting = [
        known
        for known in ours
        if known not in leader
        and any(n in row.alone and known.name in lines[n].text and lines[n].contact for n in row.lines)
    ]
    return tuple(known.person for known in (*leader, *acting))[:MOST]


def _met(people: dict[str, Known], home: str, row: _Row) -> tuple[Person, ...]:
    """Persons introduced with the organisation, or without any in a line that speaks of it alone."""
    side = side_of(row.kind)
    found = [
        known
        for known in people.values()
        if _belongs(known, row)
        or (known.organisation is None and known.side in (side, "") and known.side != home and known.line in row.alone)
    ]
    return tuple(known.person for known in found)[:MOST]


def _outcomes(document: Document, lines: Sequence[Line], own: Sequence[Line], row: _Row) -> Iterator[Outcome]:
    for number, line in zip(row.lines, own, strict=True):
        if number in row.alone:
            for kind, span in outcomes_of(line, row.alone[number]):
                yield Outcome(kind=kind, mention=line.mention(document, *span))
