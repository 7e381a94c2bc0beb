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
from pipeline.visits.lines import Line, WordIndex, read_lines
from pipeline.visits.parties import SHARED, Party, Roll, attendants, parties
from pipeline.visits.people import Cast
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
    cast = Cast(document, lines)
    home = _home(document, lines, cast)
    scenes = _scenes(document, lines)
    return tuple(_visit(document, lines, cast, home, scenes, row) for row in _rows(lines, cast, home))


def _home(document: Document, lines: Sequence[Line], cast: Cast) -> str:
    """The side that reports: the one that speaks of itself, else the public one, else the learned one."""
    contacts = [number for number, line in enumerate(lines) if line.contact]
    lead = document.title + "".join(lines[number].text for number in contacts[:LEAD])
    before = [known for known in cast.acting if known.line <= contacts[-1]]
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


def _rows(lines: Sequence[Line], cast: Cast, home: str) -> list[_Row]:
    rows: list[_Row] = []
    own = attendants(lines)
    current: list[int] = []
    roll = Roll()
    words = WordIndex()  # what a row is spoken of by: names of its organisation and of those introduced with it
    for number, line in enumerate(lines):
        if not line.contact and not line.outcome:
            continue
        named = parties(line, number, cast.introduced(number)) if line.contact and not line.attendance else []
        here: list[int] = []
        for party in named:
            if side_of(party.kind) == home or party.text in own or TOTAL.search(line.text):
                continue
            at = roll.enter(party.text)
            if at == len(rows):
                rows.append(_Row(parties=[]))
            rows[at].parties.append(party)
            for word in (party.text, *(known.name for known in cast.of(party.line, party.end))):
                words.add(word, at)
            if at not in here:
                here.append(at)
        here += sorted(words.found(line.text) - set(here))
        if not here and date_of(line, len(line.text))[0] and number and line.paragraph != lines[number - 1].paragraph:
            current = []  # another day's news
        current = here or current
        told = [rows[at] for at in current]
        every = len(told) == 1 or SHARED.search(line.text)
        parts = dict.fromkeys(range(len(told)), (0, len(line.text))) if every else _parts(line, told)
        for place, row in enumerate(told):
            if not row.lines or row.lines[-1] != number:
                row.lines.append(number)
            if place in parts:
                row.alone[number] = parts[place]
    return rows


def _parts(line: Line, rows: Sequence[_Row]) -> dict[int, tuple[int, int]]:
    """By the place of a row among several, the first part of a line, between semicolons, that names it and no other."""
    found: dict[int, tuple[int, int]] = {}
    at = 0
    for part in line.text.split(";"):
        named = [place for place, row in enumerate(rows) if any(party.text in part for party in row.parties)]
        if len(named) == 1 and len(part) < len(line.text):
            found.setdefault(named[0], (at, at + len(part)))
        at += len(part) + 1
    return found


def _visit(
    document: Document, lines: Sequence[Line], cast: Cast, home: str, scenes: Sequence["_Scene"], row: _Row
) -> Visit:
    fullest = max(row.parties, key=lambda p: len(p.text))
    own = [lines[number] for number in row.lines]
    matter = matter_of([lines[n] for n in row.lines if lines[n].contact])
    return Visit(
        date=_date(document, lines, scenes, row),
        place=scenes[_anchor(row).line].place,
        who=_who(lines, cast, home, row),
        organisation=lines[fullest.line].mention(document, fullest.start, fullest.end),
        kind=fullest.kind,
        met=_met(cast, home, row),
        matter=matter[0].mention(document, *matter[1]) if matter else None,
        outcomes=tuple(_outcomes(document, lines, own, row))[:MOST],
    )


def _anchor(row: _Row) -> Party:
    """The naming that begins the telling of a contact: after a lead that lists several, the next one."""
    return next((p for p in row.parties if p.line in row.alone), row.parties[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """When and where things are as a line ends: what it says itself, or what the lines before it said last."""

    date: Mention | None = None
    place: Mention | None = None


def _scenes(document: Document, lines: Sequence[Line]) -> list[_Scene]:
    """The scene at the end of each line; a relative date (次日) makes the date unknown, places count in contacts only."""
    scenes: list[_Scene] = []
    last = _Scene()
    for line in lines:
        span, other = date_of(line, len(line.text))
        place = place_of(line, len(line.text)) if line.contact else None
        last = _Scene(
            date=line.mention(document, *span) if span else None if other else last.date,
            place=line.mention(document, *place) if place else last.place,
        )
        scenes.append(last)
    return scenes


def _date(document: Document, lines: Sequence[Line], scenes: Sequence[_Scene], row: _Row) -> Mention | None:
    """The date that stands before the contact in the line that begins it, or the last one before that line."""
    anchor = _anchor(row)
    line = lines[anchor.line]
    span, other = date_of(line, anchor.start)
    if span:
        return line.mention(document, *span)
    return None if other or anchor.line == 0 else scenes[anchor.line - 1].date


def _who(lines: Sequence[Line], cast: Cast, home: str, row: _Row) -> tuple[Person, ...]:
    """The one who leads the reporting side, and those of it who act in the lines of the contact."""
    ours = [known for known in cast.acting if known.side == home]
    leader = [known for known in ours if known.line <= row.lines[-1]][:1]
    here = {known.name for n in row.lines if n in row.alone and lines[n].contact for known in cast.named(n)}
    acting = [known for known in ours if known.name in here and known not in leader]
    return tuple(known.person for known in (*leader, *acting))[:MOST]


def _met(cast: Cast, home: str, row: _Row) -> tuple[Person, ...]:
    """Persons introduced with the organisation, or without any in a line that speaks of it alone."""
    side = side_of(row.kind)
    belonging = {known.name for party in row.parties for known in cast.of(party.line, party.end)}
    found = [
        known
        for known in cast.people
        if known.name in belonging
        or (known.organisation is None and known.side in (side, "") and known.side != home and known.line in row.alone)
    ]
    return tuple(known.person for known in found)[:MOST]


def _outcomes(document: Document, lines: Sequence[Line], own: Sequence[Line], row: _Row) -> Iterator[Outcome]:
    for number, line in zip(row.lines, own, strict=True):
        if number in row.alone:
            for kind, span in outcomes_of(line, row.alone[number]):
                yield Outcome(kind=kind, mention=line.mention(document, *span))
