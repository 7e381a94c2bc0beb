"""Persons of a document with their offices, the organisation named before the office, and the side they stand on."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.schema import Document, Person
from pipeline.summarizing.lexicon import HAN, PARTY_ENDINGS
from pipeline.summarizing.names import OFFICE, NameKind, name_start, person_at
from pipeline.visits.lines import Line, WordIndex
from pipeline.visits.words import (
    BUSINESS,
    BUSINESS_OFFICE,
    DEPARTMENT,
    GENERIC_HEAD,
    LEARNED,
    LEARNED_OFFICE,
    PUBLIC,
    PUBLIC_OFFICE,
    kind_of,
    side_of,
)

TITLE = re.compile(rf"(?:{OFFICE.pattern}|副总(?!经理|裁|工)|(?:采购|招聘|人事)主管|负责人|股长|第一书记)(?:助理)?")
ACTS = re.compile(
    rf"(?!详细|重点|依次|简要|全面|首先|随后|热情|现场|充分|一致|高度|分别|亲自|主要|特别|深入|认真|再次|共同|同时|最后|进一步|代表|关于|有关|相关|作|都|均|也|还|的|对|向)"
    rf"([{HAN}]{{2,3}}?)(?=一行|率队|表示|介绍|指出|强调|带队|认为)"
)
# What comes before an office in a title, as far as it names the body: 青溪县 in 青溪县委书记, 松塘镇 in 松塘镇镇长.
PUBLIC_PARTY = re.compile(
    r"(?P<body>[^、副]{1,6}?[省市县区州](?:政协|人大常委会|人大|总工会|妇联|工商联|科协)"
    r"|[^、]{2,}?(?:局|委员会|卫生健康委|厅|开发区|高新区|经开区|示范区|试验区)"
    r"|[^、副]{1,6}?(?P<level>[省市县区镇乡州])(?=(?P=level)[长委])"
    r"|[^、副]{1,6}?(?:[县市区镇乡州](?![县市区镇乡州委])|[县市区](?=委)))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as the document introduces them.

    Attributes:
        name: The name.
        person: Name and office with their places in the document.
        side: ``public``, ``learned``, ``business``, or empty where the office does not tell.
        organisation: Line number, start and end of the organisation named before the office; None if there is none.
        line: Number of the line that introduces them.
    """

    name: str
    person: Person
    side: str
    organisation: tuple[int, int, int] | None
    line: int


class Cast:
    """The persons a document introduces with an office, in order, and which lines name them.

    Attributes:
        people: All of them.
        acting: Those who do more than attend where they are introduced.
    """

    def __init__(self, document: Document, lines: Sequence[Line]) -> None:
        """Reads the lines once."""
        self.people = tuple(known_people(document, lines).values())
        self.acting = tuple(known for known in self.people if not lines[known.line].attendance)
        self._lines = lines
        self._names = WordIndex()
        self._introduced: defaultdict[int, list[Known]] = defaultdict(list)
        for number, known in enumerate(self.people):
            self._names.add(known.name, number)
            if known.organisation:
                self._introduced[known.organisation[0]].append(known)

    def named(self, number: int) -> list[Known]:
        """Those whose name stands in a line."""
        return [self.people[at] for at in self._names.found(self._lines[number].text)]

    def introduced(self, number: int) -> Sequence[Known]:
        """Those introduced in a line with their organisation."""
        return self._introduced.get(number, ())

    def of(self, number: int, end: int) -> list[Known]:
        """Those introduced with the organisation whose name ends there in a line."""
        return [known for known in self.introduced(number) if known.organisation and known.organisation[2] == end]


def known_people(document: Document, lines: Sequence[Line]) -> dict[str, Known]:
    """The persons a document introduces with an office, by name; the first introduction holds."""
    found: dict[str, Known] = {}
    for number, line in enumerate(lines):
        for match in TITLE.finditer(line.text):
            span = person_at(line.text, match.end()) or _unusual(line.text, match.end())
            if span is None:
                continue
            known = _known(document, line, number, match, span)
            earlier = found.get(known.name)
            if earlier is None or (earlier.organisation is None and known.organisation and known.side != PUBLIC):
                found[known.name] = known
    return found


def _known(document: Document, line: Line, number: int, match: re.Match[str], span: tuple[int, int]) -> Known:
    start = _title_start(line, match.start())
    office, organisation = _split(line, start, match.end())
    title = line.text[start : match.end()]
    side = side_of(kind_of(line.text[slice(*organisation)])) if organisation else _side(title)
    mention = line.mention(document, office, match.end())
    return Known(
        name=line.text[slice(*span)],
        person=Person(name=line.mention(document, *span), office=mention),
        side=side,
        organisation=(number, *organisation) if organisation else None,
        line=number,
    )


def _unusual(text: str, at: int) -> tuple[int, int] | None:
    """A name whose surname is on no list, where what follows can only follow a person."""
    match = ACTS.match(text, at)
    return match.span(1) if match else None


def _title_start(line: Line, office: int) -> int:
    """Where a title begins: 市委副书记、市长 is one."""
    text, borders = line.text, frozenset(date.end for date in line.parsed.dates)
    start = name_start(text, office, borders)
    while start > 1 and text[start - 1] == "、":
        before = next((m for m in TITLE.finditer(text, 0, start - 1) if m.end() == start - 1), None)
        part = before or _department(text, start - 1)
        if part is None:
            break
        start = name_start(text, part.start(), borders)
    return start - 1 if text[start - 1 : start + 2] in ("经开区", "经信局") else start


def _department(text: str, end: int) -> re.Match[str] | None:
    """A body whose post goes on after the mark, as in 党委、管委会主任."""
    return re.compile(r"(?:党委|党组|党工委)$").search(text, max(0, end - 3), end)


def _split(line: Line, start: int, end: int) -> tuple[int, tuple[int, int] | None]:
    """Where the office begins in a title, and the organisation before it: 恒远公司 | 总经理."""
    text, title = line.text, line.text[start:end]
    if GENERIC_HEAD.match(title):
        return start, None
    named = [n for n in line.parsed.names if n.kind is NameKind.ORGANISATION and n.start <= start < n.end < end]
    whole = [n for n in named if text[n.start : n.end].endswith(PARTY_ENDINGS)]
    if whole:
        last = min(whole, key=lambda n: n.end)
        return last.end, (last.start, last.end)
    first = TITLE.search(text, start, end)
    prefix = text[start : first.start()] if first else ""
    if _side(title) == PUBLIC:
        return start, _public_body(text, start, end)
    if first and BUSINESS_OFFICE.search(title) and len(prefix) >= 3 and not DEPARTMENT.search(prefix):
        return first.start(), (start, first.start())
    if len(prefix) < 3 and text[start - 1 : start] == "的" and BUSINESS_OFFICE.search(title):
        owner = name_start(text, start - 1, frozenset())
        if start - 1 - owner >= 3 and not GENERIC_HEAD.match(text[owner : start - 1]):
            return start, (owner, start - 1)
    return start, None


def _public_body(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The body of the last post of a title that names one: 青溪县 in 松塘州副州长、青溪县委书记."""
    found = None
    for part in re.finditer("[^、]+", text[start:end]):
        body = PUBLIC_PARTY.match(part[0])
        if body and 2 < body.end("body") < len(part[0]):
            found = start + part.start(), start + part.start() + body.end("body")
    return found


def _side(title: str) -> str:
    if LEARNED_OFFICE.search(title) and not PUBLIC_OFFICE.search(title):
        return LEARNED
    if PUBLIC_OFFICE.search(title):
        return PUBLIC
    return BUSINESS if BUSINESS_OFFICE.search(title) else ""
