"""Names in a folded text by their form: persons beside offices, organisations and places by their endings, Latin words, titles.

Rules, no model: a name that is not recognised is still held to the source by its evidence, one recognised in too wide an
extent is supported all the same where the words are copied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.summarizing.lexicon import (
    AFTER_PERSONS,
    BEFORE_NAMES,
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    GENERIC,
    HAN,
    HAN_RUN,
    IN_NAMES,
    JOINED,
    LONGEST_BEFORE,
    NEVER_GIVEN,
    NOT_AN_ENDING,
    NOT_PERSONS,
    OFFICE_RANKS,
    OFFICES,
    ORGANISATION_ENDINGS,
    PERSON_VERBS,
    PLACE_ENDINGS,
    PLACES,
    SURNAMES,
    WEAK_ENDINGS,
    WEAK_FOLLOWERS,
)

LONGEST_NAME = 20
UNKNOWN = "\ufffd"
BODIES = tuple("部局委厅校院司会处科社")
_LETTER = rf"(?:(?![{HAN}\u2e80-\u33ff\uff00-\uffef])[^\W\d_])"
LATIN = re.compile(rf"(?:\d+(?:\.\d+)?)?{_LETTER}(?:{_LETTER}|\d)*(?:[-+&./'’·_@](?:{_LETTER}|\d)+)*[+]*|{UNKNOWN}")
QUOTED = re.compile(r"《([^《》]{2,60})》|“([^“”]{2,40})”|「([^「」]{2,40})」")
_RANK = "|".join(sorted(OFFICE_RANKS, key=len, reverse=True))
OFFICE = re.compile(rf"(?P<rank>(?:{_RANK})+)?(?P<office>(?:{'|'.join(OFFICES)})(?!会))")
PLACE = re.compile("|".join(sorted(PLACES, key=len, reverse=True)))
_GIVEN = rf"[{HAN}]"
_PERSON = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[{''.join(SURNAMES)}]){_GIVEN}{{1,2}}"
SUBJECT = re.compile(rf"(?:^|(?<=[\s,;。:、“”()（）]))({_PERSON})(?={'|'.join(PERSON_VERBS)})")
# At the end of a clause a name is as long as it looks: 副校长林登, 农学院何秀教授.
LAST_PERSON = re.compile(
    rf"(?:(?:{'|'.join(OFFICES)})(?P<name>{_PERSON})|(?P<honoured>{_PERSON})(?:副?教授|研究员|院士|博士|老师|同志|先生|女士))$"
)
HONORIFIC = re.compile(rf"(?:^|(?<=[\s,;。:、“”与和]))([{''.join(COMMON_SURNAMES)}](?:总|{'|'.join(OFFICES)}))")
_ENDINGS = sorted({*ORGANISATION_ENDINGS, *PLACE_ENDINGS}, key=len, reverse=True)
ENDING = re.compile("|".join(_ENDINGS))
ENDS = re.compile(rf"(?:{'|'.join(_ENDINGS)})$")
# Too little to be a firm's name by itself: what stands before it belongs to it, as in 云帆六和股份有限公司 or 久其软件公司.
PARTIAL = re.compile(
    rf"[{HAN}]?(?:科技|技术|发展|股份|有限|责任|实业|控股|投资|建设|信息|食品|生物|农业|农牧|新材料|智能|环保|工程|电子|医药|能源|贸易|文化|传媒|"
    r"电力|钢铁|汽车|化工|矿业|航空|建筑|水务|文旅|旅游|商业|金融|资产|资本|软件|咨询|产业|管理|服务|项目|网络|教育|机械|设备|商贸|物流|集成|交通|规划|设计|研究院)*(?:总?公司|集团)"
)
WIDER = 4  # times
STUDENT = re.compile("生(?![命物态化殖科工])")
INSIDE = re.compile(rf"[{HAN}0-9a-z&·]")


class NameKind(StrEnum):
    """What sort of thing a name names."""

    LATIN = "latin"
    PERSON = "person"
    OFFICE = "office"
    ORGANISATION = "organisation"
    PLACE = "place"
    TITLE = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name, ``text[start:end]``; `ending` is where the word that shows its kind begins."""

    kind: NameKind
    start: int
    end: int
    ending: int


def names(text: str, borders: frozenset[int] = frozenset()) -> Iterator[Name]:
    """All names of a folded text; they may overlap (a place at the head of an organisation).

    Args:
        text: The text.
        borders: Positions no name extends over: where amounts end.
    """
    for match in LATIN.finditer(text):
        yield Name(kind=NameKind.LATIN, start=match.start(), end=match.end(), ending=match.start())
    for match in QUOTED.finditer(text):
        yield Name(kind=NameKind.TITLE, start=match.start() + 1, end=match.end() - 1, ending=match.start() + 1)
    for match in PLACE.finditer(text):
        yield Name(kind=NameKind.PLACE, start=match.start(), end=match.end(), ending=match.start())
    yield from _offices(text)
    yield from _by_ending(text, borders)
    seen: set[tuple[int, int]] = set()
    for start, end in _persons(text):
        if (start, end) not in seen:
            seen.add((start, end))
            yield Name(kind=NameKind.PERSON, start=start, end=end, ending=start)


def ends_in_person(clause: str) -> bool:
    """Whether a clause, without the mark behind it, ends with a person's name (and 教授, 同志): a member of a list of persons."""
    last = LAST_PERSON.search(clause)
    if last and not (last["name"] or last["honoured"]).startswith(NOT_PERSONS):
        return True
    return any(name.end == len(clause) and name.kind is NameKind.PERSON for name in names(clause))


def _offices(text: str) -> Iterator[Name]:
    for match in OFFICE.finditer(text):
        yield Name(kind=NameKind.OFFICE, start=match.start(), end=match.end(), ending=match.start("office"))


def _persons(text: str) -> Iterator[tuple[int, int]]:
    for match in OFFICE.finditer(text):
        after = person_at(text, match.end())
        if after:
            yield after
        if match.group()[0] not in PLACE_ENDINGS and text[match.start() - 1 : match.start()] not in BODIES:
            yield from (
                (start, match.start())
                for start in range(max(0, match.start() - 4), match.start() - 1)
                if _begins(text, start) and person_at(text[: match.start()], start) == (start, match.start())
            )
    for match in SUBJECT.finditer(text):
        yield from filter(None, [person_at(text, match.start())])
    for match in HONORIFIC.finditer(text):
        yield match.span(1)


def person_at(text: str, start: int) -> tuple[int, int] | None:
    """A person's name that begins here: surname, then one or two characters as what follows allows."""
    surname = next((s for s in COMPOUND_SURNAMES if text.startswith(s, start)), text[start : start + 1])
    if surname not in SURNAMES and surname not in COMPOUND_SURNAMES:
        return None
    given = start + len(surname)
    if not HAN_RUN.match(text, given) or text[given] in NEVER_GIVEN or text.startswith(NOT_PERSONS, start):
        return None
    if text.startswith(AFTER_PERSONS, given) and not text.startswith(AFTER_PERSONS, given + 2):
        return None
    end = given + (1 if person_ends(text, given + 1) else 2)
    return None if text[end - 1] in PLACE_ENDINGS else (start, end)


def person_ends(text: str, at: int) -> bool:
    """Whether what follows shows that a person's name ends here."""
    return not HAN_RUN.match(text, at) or text.startswith(AFTER_PERSONS, at)


def _begins(text: str, start: int) -> bool:
    """Whether a name may begin here, by what stands before it."""
    return start == 0 or not INSIDE.match(text[start - 1]) or _before(text, start) > 0


def ends_word(text: str, at: int) -> bool:
    """Whether a word that stands before names ends at a position."""
    return _before(text, at) > 0


def _before(text: str, end: int) -> int:
    """Length of the longest word before `end` that stands before names, 0 if there is none."""
    for length in range(min(LONGEST_BEFORE, end), 0, -1):
        if text[end - length : end] in BEFORE_NAMES:
            return 0 if length == 1 and (IN_NAMES.match(text, end - 1) or _joins(text, end - 1)) else length
    return 0


def _joins(text: str, at: int) -> bool:
    """Whether a 和 stands inside the name of a public body: 工业和信息化局."""
    return text[at] == "和" and any(m.start() < at < m.end() for m in JOINED.finditer(text, max(0, at - 5), at + 6))


def _by_ending(text: str, borders: frozenset[int]) -> Iterator[Name]:
    for match in ENDING.finditer(text):
        word, end = match.group(), match.end()
        follows = text[end : end + 1]
        if follows and follows in NOT_AN_ENDING.get(word, ""):
            continue
        if word.endswith("学") and STUDENT.match(text, end):
            continue
        if word in WEAK_ENDINGS and HAN_RUN.match(follows) and follows not in WEAK_FOLLOWERS:
            continue
        start = name_start(text, match.start(), borders)
        if PARTIAL.fullmatch(text[start:end]):
            start = _wider(text, start, end, borders)
        compound = len(word) == 1 and text[end - 2 : end] in GENERIC
        if start == match.start() or text[start:end] in GENERIC or compound:
            continue
        kind = NameKind.PLACE if word in PLACE_ENDINGS else NameKind.ORGANISATION
        yield Name(kind=kind, start=start, end=end, ending=match.start())


def _wider(text: str, start: int, end: int, borders: frozenset[int]) -> int:
    """Where a firm's name starts if what was found is part of it: before a word that mostly stands before names, or brackets."""
    for _ in range(WIDER):
        opening = text.rfind("(", 0, start) if text[start - 1 : start] == ")" else start - 1
        if opening <= 0 or opening in borders or ENDS.search(text, 0, opening):
            break
        whole = name_start(text, opening, borders)
        if whole == opening or not (text[start - 1] == ")" or INSIDE.match(text[start - 1])):
            break
        start = whole
        if not PARTIAL.fullmatch(text[start:end]):
            break
    return start


def name_start(text: str, ending: int, borders: frozenset[int]) -> int:
    """Where a name whose ending begins at `ending` starts: after a word that stands before names, an amount or a mark."""
    start = ending
    while start > 0 and ending - start < LONGEST_NAME and start not in borders:
        if not INSIDE.match(text[start - 1]) or _before(text, start):
            break
        start -= 1
    return start
