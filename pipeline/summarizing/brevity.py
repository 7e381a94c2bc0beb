"""Long lists of persons and of departments as abstracts have them: the first two, then 等."""

import re
from collections.abc import Sequence

from pipeline.summarizing.lexicon import HAN, NOT_PERSONS, SURNAMES, fold
from pipeline.summarizing.names import ENDS, LAST_PERSON, OFFICE, NameKind, names

KEPT = 2  # of a list
SAVES = 14  # characters at least, or a list stays whole
# Behind a name, and part of how the person is called.
HONOURS = re.compile("副?教授|副?研究员|院士|博士|老师|同志|先生|女士|书记|主任|院长|处长|局长|校长")
# Between two persons of a list stands an office, a body, or nothing; never a deed.
JOINT = re.compile("[，、]|以及|和|及")
DEEDS = re.compile(
    "率|赴|会见|陪同|参观|带领|来到|前往|主持|介绍|表示|出席|参加|座谈|接待|对(?!外)|向|就(?!业)|将|在|来校|签|揭|为(?!了)|发言|当选|颁|启动|；|。"
)
OFFICE_ENDS = re.compile(rf"(?:{OFFICE.pattern}|负责人|班主任|总工|第一书记)(?:助理)?$")
BODY_ENDS = re.compile("(?:学院|大学|研究院|研究所|中心|公司|集团|[所系站部处局厅委室会办])$")
# What a list of persons ends with where the last have no name, 及相关部门负责人, and what may follow.
OTHERS = re.compile(
    rf"[，、]?(?:以及|及其|及|和|与)?(?!等)[{HAN}、]{{0,40}}?"
    r"(?:负责人|负责同志|负责人员|人员|成员|代表|干部|专家|教师|领导|同志|师生|嘉宾|老师)(?:等|们)?"
    r"(?=一行|等?\d+余?[人名位]|前往|赴|来|到|参|出席|陪同|随|与会|列席|一同|共同|在|接待|会见|的|，|。)"
    rf"|[，、][{HAN}]{{2,16}}(?=一行)"
)
# Names that the rules for facts miss: with a surname on no list, and those that follow another at once.
RARE = re.compile(rf"{OFFICE.pattern}(?P<name>(?!助理)[{HAN}]{{2,3}})(?:$|(?=出席|参加|参会|陪同|列席|一行|等))")
PLAIN = re.compile(rf"[{''.join(SURNAMES)}][{HAN}]{{1,2}}(?=[,、]|等|一行)")
ONE_MORE = re.compile(rf"(?!等)[{HAN}](?=[,、]|等)")  # of a given name: 苗益先等
# Departments that come along: 县委办、教育局、水利局、林业局一行.
_UNIT = rf"[{HAN}]{{1,14}}?(?:[局处办科部厅]|管委会|工委|办公室|委员会)"
_ANY = rf"(?:(?![等的])[{HAN}（）]){{2,18}}"
UNITS = re.compile(
    rf"(?P<first>{_UNIT}、{_UNIT})(?P<more>(?:、{_UNIT})+(?:(?:和|及|以及){_UNIT})?)等?(?=一行|来|到|赴|前往)"
    rf"|(?P<first_of>{_ANY}、{_ANY})(?P<more_of>(?:、{_ANY}){{2,}}?)"
    r"等?(?P<heads>(?:单位|部门)?(?:主要|相关|有关|党政)*(?:负责人|负责同志|负责领导|领导))"
)
# A series of anything, 与甲局、乙公司、丙学院共同, as far as its end is clear.
_ITEM = "[^，。；：、]{2,40}?"
SERIES = re.compile(
    rf"(?<=[^，。；：、]{{2}})(?:、{_ITEM}){{2,}}(?:(?:以及|及|和){_ITEM})?"
    r"(?=等|共同|联合|一起|一同|分别|进行|开展|签[署订]|达成|参[加与会]|出席)"
)
PARTIES = re.compile("公司|集团|企业|银行|商会|协会|基金")  # whom they met
DOTS = tuple("·•・")  # in foreign names
# 副校长卡琳·莱曼德对, as far as what follows shows where it ends.
FOREIGN = re.compile(
    rf"(?:^|(?<=[,、。;与和同对向])|(?<=[长任授席记理事士使员官]))(?P<name>[{HAN}]{{1,5}}[·•・](?:[{HAN}]{{1,6}}[·•・])*[{HAN}]{{1,6}}?)"
    "(?=[对向表介说谈指强希在访率出参与和会就为致发代一、,。]|等|教授|先生|女士|博士|$)"
)


def without_long_lists(text: str) -> str:
    """A tidied sentence with its long lists cut short."""
    text = UNITS.sub(_few, text)
    for people in reversed(_lists(text)):
        if len(people) > KEPT:
            text = _cut(text, people)
    return text


def without_series(text: str) -> str:
    """A tidied sentence with the first member alone of every long series: 学校与甲局等共同成立工作站."""
    return SERIES.sub(lambda series: "等" if len(series[0]) >= SAVES else series[0], text).replace("等等", "等")


def _few(units: re.Match[str]) -> str:
    found = {name.removesuffix("_of"): words for name, words in units.groupdict().items() if words}
    kept = len(found["more"]) < SAVES or ("heads" in found and PARTIES.search(found["more"]))
    return units[0] if kept else f"{found['first']}等{found.get('heads', '')}"


def _cut(text: str, people: Sequence[tuple[int, int]]) -> str:
    """The text without the persons of a list behind the first ones, and without those unnamed at its end."""
    kept, end = people[KEPT - 1][1], people[-1][1]
    others = OTHERS.match(text, end)
    if others and not DEEDS.search(others[0]):
        end = others.end()
    rest = text[end:].removeprefix("等")
    short = end - kept >= SAVES and not rest.startswith(("、", "和", "及", *DOTS))
    return f"{text[:kept]}等{rest}" if short else text


def _lists(text: str) -> list[list[tuple[int, int]]]:
    """Persons in a row, nothing but their offices between them."""
    found: list[list[tuple[int, int]]] = []
    for person in persons(text):
        if found and _joined(text[found[-1][-1][1] : person[0]]):
            found[-1].append(person)
        else:
            found.append([person])
    return found


def _joined(gap: str) -> bool:
    """Whether what stands between two persons only lists them."""
    joint = JOINT.match(gap)
    if not joint or DEEDS.search(gap):
        return False
    office = gap[joint.end() :]
    return not office or bool(OFFICE_ENDS.search(office)) or bool(BODY_ENDS.search(office))


def persons(text: str) -> list[tuple[int, int]]:
    """Where persons stand, with the word of honour behind the name."""
    folded = fold(text)
    spans = {(n.start, n.end) for n in names(folded) if n.kind is NameKind.PERSON}
    for part in re.finditer("[^,、。;]+", folded):
        last = LAST_PERSON.search(part[0])
        if last and not (last["name"] or last["honoured"]).startswith(NOT_PERSONS):
            group = "name" if last["name"] else "honoured"
            spans.add((part.start() + last.start(group), part.start() + last.end(group)))
        elif (rare := RARE.search(part[0])) and not any(part.start() <= start < part.end() for start, _ in spans):
            spans.add((part.start() + rare.start("name"), part.start() + rare.end("name")))
    for match in FOREIGN.finditer(folded):
        start = max(
            (office.end() for office in OFFICE.finditer(folded, *match.span("name"))), default=match.start("name")
        )
        spans |= set() if ENDS.search(match["name"]) else {(start, match.end("name"))}
    for _, end in sorted(spans):
        while folded[end : end + 1] == "、" and (plain := PLAIN.match(folded, end + 1)):  # 副市长程立、许行
            spans.add(plain.span())
            end = plain.end()
    chosen: list[tuple[int, int]] = []
    starts = {start for start, _ in spans}
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end - start == 2 and ONE_MORE.match(folded, end):
            end += 1
        honour = HONOURS.match(folded, end)
        after = honour.end() if honour else end
        office = honour and after in starts  # 党政办主任 before a name is none
        if not office and (not chosen or start >= chosen[-1][1]):
            chosen.append((start, after))
    return chosen
