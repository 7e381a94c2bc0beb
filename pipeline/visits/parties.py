"""Organisations a sentence names as parties to a contact, as opposed to those it merely mentions."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.summarizing.lexicon import HAN, HAN_RUN, PARTY_ENDINGS, WEAK_ENDINGS
from pipeline.summarizing.names import NameKind
from pipeline.summarizing.parties import alike
from pipeline.visits.lines import Line
from pipeline.visits.people import Known
from pipeline.visits.words import (
    ENTERPRISE,
    FOLLOWS,
    GENERIC_HEAD,
    GOVERNMENT,
    MEET,
    PUBLIC,
    VISIT,
    kind_of,
)

_WORD = rf"[{HAN}a-z0-9·]"
# Firms without an ending of their own stand in a list that says what they are: 甲、乙两家企业.
LIST = re.compile(
    rf"((?:{_WORD}{{2,16}}、)*{_WORD}{{2,16}}(?:[和与、]){_WORD}{{2,16}}?)(?:等)?(?:[两三四五六七八九十\d]+家)(?:企业|公司|单位|商会)"
)
_VERB = "走访|拜访|来到|走进|走入|到访|回访|探访|敲开|直奔|创办的"
BARE = re.compile(
    rf"(?:{_VERB})(?:了|的)?(?:(?:从事|研发|生产|会员企业|校友企业|位于)[^,。;]{{0,16}}?的?)?({_WORD}{{3,9}}?)(?=(?:参观|考察|调研|总部|座谈|,|。|$))"
)
NOT_A_FIRM = re.compile(
    "车间|展厅|线|园|中心|馆|区|村|镇|县|市|现场|项目|工地|基地|大厅|企业|公司|平台|室|站|校|家|门|处|厂区|所|寨|课题|单位|大学|大$|队|驻|交流|考察|调研|表示|欢迎|感谢|期间|进行|开展|代表|我|这|那|会|学院|里|上|中|前"
)
SHARED = re.compile("分别与|与[两三四五六七八九\\d]+家|与.{2,40}(?:[两三四五六七八九\\d]+家)")
ADJACENT = re.compile(
    r"(?:走访|访问|拜访|回访|到访|来到|走进|走入|抵达|考察|调研|参观|会见|会晤|接见|接待|拜会|探访|看望|直奔|赴|到|邀请|欢迎|位于[^,。;]{2,12}的|[从以][^,。;]{2,16}的)(?:了|来访的|来[^,。;]{1,4}的)?$"
)
TALKS = re.compile("座谈|会谈|会见|签署|签订|签约|签下|交流|见面|磋商|洽谈|会商|会晤|商谈|共同揭|会议|协议|举行")
PREFIX = re.compile(
    "^(?:(?:课题|项目)?(?:承担|依托|建设|参与|实施|牵头|共建)单位|直奔|应|位于|已|已与|方|运营方|当地|东道主|合作方|家|访|往|会员企业|校友企业|企业|与会|来自|从事|随后|还)"
)
UNLIKELY = re.compile(
    rf"分公司|下属|里面|元$|多家|家企|某|各|全省|全国|[与和及]|的|了|是|书记|县长|市长|董事长|总经理|院长|校长|(?<![{HAN}])第|相应|相关|有关|用人单位|率|带领|局长|厅长|处长|主任|[近约余超共等]$"
)
PUBLIC_PLACE = re.compile(
    rf"(?:赴|来到|抵达|到)((?:{_WORD}{{2,3}}省)?{_WORD}{{2,6}}?(?:县|区管委会|街道办事处|镇|局))(?=[,。、考调开察走与]|实地|推进)"
)


ATTENDANT = re.compile(
    f"[局委办处]、(?P<firm>[{HAN}]{{2,16}}(?:公司|集团))等?(?:主要|有关|相关)?负责(?:人|同志)[^,。;]{{0,6}}(?:参加|陪同|出席)"
)
FACULTY = re.compile(f"[{HAN}]{{1,4}}学院")
# After a list of one's own departments: 化工学院、科研院等相关负责人参加座谈.
ATTENDING = re.compile(r"[^,。;]{0,40}负责(?:人|同志)[^,。;]{0,12}(?:参加|陪同|出席|随行|列席)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation named in a line: ``lines[line].text[start:end]``."""

    line: int
    start: int
    end: int
    text: str
    kind: str


def parties(line: Line, number: int, introduced: Sequence[Known]) -> list[Party]:
    """The parties a line names, in order.

    Args:
        line: A line that reports a contact.
        number: Its number.
        introduced: Persons it introduces with their organisations, which are parties.
    """
    found = [*_introduced(line, number, introduced), *_named(line, number), *_listed(line, number)]
    found += _bare(line, number)
    found += _public(line, number)
    kept: list[Party] = []
    for party in sorted(found, key=lambda p: (p.start, p.start - p.end)):
        if not kept or party.start >= kept[-1].end:
            kept.append(party)
    return kept


def _party(line: Line, number: int, start: int, end: int, kind: str | None = None) -> Party:
    prefix = PREFIX.match(line.text[start:end])
    if prefix and end - start - prefix.end() >= 4:
        start += prefix.end()
    return Party(
        line=number, start=start, end=end, text=line.text[start:end], kind=kind or kind_of(line.text[start:end])
    )


def _introduced(line: Line, number: int, introduced: Sequence[Known]) -> Iterator[Party]:
    for known in introduced:
        if known.organisation:
            yield _party(line, number, *known.organisation[1:], GOVERNMENT if known.side == PUBLIC else None)


def _named(line: Line, number: int) -> Iterator[Party]:
    text = line.text
    for name in line.parsed.names:
        words = text[name.start : name.end]
        if name.kind is not NameKind.ORGANISATION or not words.endswith(PARTY_ENDINGS) or len(words) < 4:
            continue
        if GENERIC_HEAD.match(words) or UNLIKELY.search(words) or text[name.end : name.end + 1] in tuple("的内"):
            continue
        if (words[-1:] == "厂" and len(words) < 5) or (FACULTY.fullmatch(words) and ATTENDING.match(text, name.end)):
            continue
        party = _party(line, number, name.start, name.end)
        if _met(text, name.start, party, WEAK_ENDINGS):
            yield party


def _met(text: str, start: int, party: Party, weak: frozenset[str]) -> bool:
    """Whether the words around a name, which starts before its party if that has a prefix, show that it is met or acts."""
    before, after = text[:start], text[party.end :]
    clause = re.split("[,;。:]", before)[-1]
    if ADJACENT.search(before) or (clause.endswith("、") and any(verb in clause for verb in VISIT)):
        return True
    if any(party.text.endswith(ending) for ending in weak):
        return False
    if after.startswith(FOLLOWS):
        return not clause or clause[-1:] in "、与和同" or not HAN_RUN.search(clause)
    together = clause.endswith(MEET) or after.startswith(("与", "和", "同", "、", "向"))
    return together and bool(TALKS.search(after[:60]))


def _listed(line: Line, number: int) -> Iterator[Party]:
    for match in LIST.finditer(line.text):
        found: list[Party] = []
        at = match.start(1)
        for piece in re.split("([、和与])", match[1]):
            start, end = at, at + len(piece)
            at = end
            if len(piece) < 3:
                continue
            verb = list(re.finditer(f"(?:{_VERB}|走访了|与|同)(?:了|位于)?", piece))
            if verb and end - start - verb[-1].end() >= 3:
                start += verb[-1].end()
            if UNLIKELY.search(line.text[start:end]):
                found = []  # what stands before it is no part of the list
            elif end - start >= 3:
                kind = kind_of(line.text[start:end])
                found.append(_party(line, number, start, end, kind if kind != GOVERNMENT else ENTERPRISE))
        yield from found


def _bare(line: Line, number: int) -> Iterator[Party]:
    for match in BARE.finditer(line.text):
        words = match[1]
        if not NOT_A_FIRM.search(words) and not UNLIKELY.search(words) and not GENERIC_HEAD.match(words):
            if any(
                n.kind is NameKind.PLACE and n.start < match.end(1) and match.start(1) < n.end
                for n in line.parsed.names
            ):
                continue
            yield _party(line, number, match.start(1), match.end(1), ENTERPRISE)


def _public(line: Line, number: int) -> Iterator[Party]:
    for match in PUBLIC_PLACE.finditer(line.text):
        if not UNLIKELY.search(match[1]):
            start = match.start(1) + (match[1].find("省") + 1)
            yield Party(
                line=number, start=start, end=match.end(1), text=line.text[start : match.end(1)], kind=GOVERNMENT
            )


def attendants(lines: Sequence[Line]) -> frozenset[str]:
    """Firms that stand in a list of the offices of those who report: they came along, they were not met."""
    return frozenset(match["firm"] for line in lines for match in ATTENDANT.finditer(line.text))


class Roll:
    """The organisations met so far, each a number, found by any name that is the same by `same`."""

    def __init__(self) -> None:
        """Is empty."""
        self._names: list[list[str]] = []
        self._holding: defaultdict[str, set[int]] = defaultdict(set)  # by each character of their names
        self._beginning: defaultdict[str, set[int]] = defaultdict(set)  # by the first

    def enter(self, name: str) -> int:
        """The number of an organisation: of the first that has such a name, else a new one."""
        # One of two names that are the same begins with a character of the other, so these are all to look at.
        likely = self._holding[name[0]].union(*(self._beginning[character] for character in name))
        number = next((i for i in sorted(likely) if any(same(name, n) for n in self._names[i])), len(self._names))
        if number == len(self._names):
            self._names.append([])
        self._names[number].append(name)
        self._beginning[name[0]].add(number)
        for character in name:
            self._holding[character].add(number)
        return number


def same(one: str, other: str) -> bool:
    """Whether two names are of one organisation, as far as their characters tell."""
    stems = [re.sub("(?:股份)?(?:有限)?公司$|集团$", "", name) for name in (one, other)]
    return (
        alike(one, other) or alike(other, one) or (min(map(len, stems)) >= 3 and (stems[0] in other or stems[1] in one))
    )
