"""Rules for abstracts people or models write by hand for a corpus: form, and nothing that the text does not say.

Whether a name stands in the text cannot be looked up in a list, because the names are invented. So everything is looked
up: a Han character of an abstract is *borrowed* if it and a neighbour stand side by side in the text too; what is not
borrowed must be ordinary words, that is pairs of characters which other documents use, or single function characters.
A changed name leaves a character that is neither.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from pipeline.text.tidy import tidy

LONG_TEXT = 400
LENGTHS = (80, 160)
TOPIC_LENGTH = 80
ORDINARY_DOCUMENTS = 2
STRAIGHT_QUOTE = re.compile("[\"']")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]+")
# A unit that changes what a number is worth belongs to it; a counting word (家, 名) does not.
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:[百千万亿]+|[%‰年月日时分点])?")
HAN_DIGITS = "〇零一二三四五六七八九十百千万亿两"
COUNTED = "个项名家人份所位次场天年月日条台套件期轮批届类种处市县省区校地方倍成"
# 一 alone is more often a word than a count (一行, 一起).
HAN_NUMBER = re.compile(rf"(?<![\d{HAN_DIGITS}])(?!一(?![{HAN_DIGITS}]))[{HAN_DIGITS}]+[{COUNTED}]?")
# Kinds of organisation and offices: ordinary words, but not to be added to a name that lacks them in the text.
KINDS = (
    *("大学", "学院", "公司", "集团", "银行", "医院", "商会", "协会", "联合会", "研究院", "研究所", "事务所", "基金会"),
    *("合作社", "管委会", "委员会", "开发区", "新区", "书记", "市长", "县长", "区长", "省长", "州长", "镇长", "乡长"),
    *("校长", "院长", "局长", "厅长", "部长", "司长", "主任", "会长", "主席", "行长", "所长", "处长", "厂长", "秘书长"),
    *("理事长", "董事长", "总经理", "总裁", "总工程师", "教授", "院士"),
)
FUNCTION_CHARACTERS = frozenset(
    "等与并和获到为就率在谈颁已及办赴聘人讲至向其作后的派对应授带设听出愿致份拟被会答问共请两面用有以自称间驻上看前将任另"
    "曾首签该降了个先加由又于把给同还来名项再中当之让但只这她他访达列按帮打递延提试都需经使靠互补解查进量即是从"
)

OFFICE_WORDS = "书记|(?:董事|理事|秘书|[市县区省州镇乡校院局厅部司会行所处厂])长|主任|主席|总经理|总裁|总工程师"
OFFICE = re.compile(rf"(?P<office>{OFFICE_WORDS})(?=(?P<name>[\u3400-\u9fff]*))")

Ordinary = Callable[[str], bool]


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each pair of neighbouring characters stands."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(pairs(text))
    return counts


def pairs(text: str) -> set[str]:
    """All pairs of neighbouring characters."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def abstract_faults(abstract: str, text: str, ordinary: Ordinary, *, topic: bool = False) -> Iterator[str]:
    """Everything that is wrong with an abstract.

    Args:
        abstract: The abstract.
        text: What it is an abstract of.
        ordinary: Whether a pair of characters is part of a word anybody may use.
        topic: Whether it is the abstract of one topic, which has a length of its own.

    Yields:
        A phrase for each fault.
    """
    yield from _length_faults(len(abstract), len(text), topic)
    if not abstract.endswith("。"):
        yield "does not end with 。"
    if abstract.splitlines() != [abstract]:
        yield "is not one line"
    if tidy(abstract) != abstract or STRAIGHT_QUOTE.search(abstract):
        yield "has half-width punctuation or stray spaces"
    numbers = {*NUMBER.findall(text), *HAN_NUMBER.findall(text)}
    for number in (*NUMBER.findall(abstract), *HAN_NUMBER.findall(abstract)):
        if number not in numbers:
            yield f"number {number} is not in the text"
    words = set(LATIN.findall(text))
    yield from (f"word {w} is not in the text" for w in LATIN.findall(abstract) if w not in words)
    yield from (f"{kind} is not in the text" for kind in KINDS if kind in abstract and kind not in text)
    yield from (f"{found} is neither in the text nor ordinary" for found in foreign_stretches(abstract, text, ordinary))
    yield from (f"{found} is not in the text" for found in foreign_names(abstract, text, ordinary))


def foreign_stretches(abstract: str, text: str, ordinary: Ordinary) -> list[str]:
    """Stretches of an abstract that are neither borrowed from its text nor ordinary words, with a neighbour each side."""
    known = [not HAN.match(c) or c in FUNCTION_CHARACTERS for c in abstract]
    for i in range(len(abstract) - 1):
        pair = abstract[i : i + 2]
        if pair in text or (HAN.match(pair[0]) and HAN.match(pair[1]) and ordinary(pair)):
            known[i] = known[i + 1] = True
    runs = re.finditer("x+", "".join("." if k else "x" for k in known))
    return [abstract[max(m.start() - 1, 0) : m.end() + 1] for m in runs]


def foreign_names(abstract: str, text: str, ordinary: Ordinary) -> list[str]:
    """What follows an office in an abstract and does not in its text: a name that is another, or ends in another way."""
    found = []
    for office in OFFICE.finditer(abstract):
        rest = office["name"]
        if rest[:3] in text:
            continue
        start = 2 if rest[:2] in text else 0
        follows = rest[start : start + 2]
        if follows[:1] not in FUNCTION_CHARACTERS and not (follows in text or ordinary(follows)):
            found.append(office["office"] + rest[:3])
    return found


def _length_faults(length: int, text_length: int, topic: bool) -> Iterator[str]:
    shortest, longest = LENGTHS
    if topic:
        if length > TOPIC_LENGTH:
            yield f"has {length} characters, more than {TOPIC_LENGTH}"
    elif text_length >= LONG_TEXT:
        if not shortest <= length <= longest:
            yield f"has {length} characters, not {shortest} to {longest}"
    elif length * 3 > text_length:
        yield f"has {length} characters, more than a third of the text's {text_length}"
