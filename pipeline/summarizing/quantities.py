"""Numbers, amounts, percentages, clock times and dates in a text, each with a value that does not depend on how it is written.

三亿元, 3亿元 and 300000000元 have the value ``300000000 元``; 百分之五 and 5% both ``5 %``. Works on folded text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.summarizing.lexicon import words

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
DIGITS |= {c: i + 1 for i, c in enumerate("壹贰叁肆伍陆柒捌玖")}
SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
NUMERAL = "".join([*DIGITS, *SMALL, *LARGE])

SAME_UNIT = {
    "名": "人",
    "位": "人",
    "千米": "公里",
    "平米": "平方米",
    "㎡": "平方米",
    "千克": "公斤",
    "度": "千瓦时",
    "个百分点": "百分点",
    "号": "日",
    "点": "时",
    "点钟": "时",
    "人次": "人次",
    "余": "",
    "块": "元",
    "元人民币": "元",
    "年度": "年",
    "份": "份",
}
UNITS = tuple(
    sorted(
        words(
            "元 元人民币 美元 欧元 港元 日元 英镑 块 家 个 名 位 人 人次 项 件 次 场 期 批 层 栋 幢 条 份 辆 台 套 所 "
            "座 张 艘 架 户 村 倍 种 类 大 站 轮 强 届 年 年度 天 周 季度 小时 分钟 秒 分 时 点 点钟 岁 公里 千米 米 "
            "平方米 平米 ㎡ 平方公里 亩 公顷 吨 公斤 千克 克 千瓦时 千瓦 兆瓦 度 百分点 个百分点 个月 间 支 部 门 "
            "款 组 队 节 级 号 线 箱 标箱 头 只 棵 株 粒 本 篇 幅 首 字 页 对 双 成 方 师 立方米 升 "
            "公升 桶 道 处 片 届 代 流 院 校 地 点位 环 链 县 区 市 镇 乡 国 省 厂 店 馆 员 席 床 课 学分 学时 "
            "学年 折 股 手 宗 笔 单 例 起 回 遍 趟 番 步 集 期 版 章 条款 句 声 步骤 方面 领域 维 维度 % ‰"
        ),
        key=len,
        reverse=True,
    )
)
VAGUE_ONE = frozenset(
    words(
        "个 家 种 批 项 次 名 位 座 条 场 份 件 套 支 部 些 步 点 级 方 大 线 道 起 对 带 体 流 片 处 直 定 回 遍 "
        "趟 番 句 声 系列 方面"
    )
)
MORE, LESS, ABOUT = "+", "-", "~"
PREFIXES = {
    **dict.fromkeys(["超", "超过", "逾", "突破", "不少于", "不低于", "至少", "高于", "多于"], MORE),
    **dict.fromkeys(["近", "不足", "不到", "将近", "接近", "低于", "少于", "不超过", "至多", "最多"], LESS),
    **dict.fromkeys(["约", "大约", "约合", "大概"], ABOUT),
}
SUFFIXES = {"余": MORE, "多": MORE, "来": ABOUT, "以上": MORE, "左右": ABOUT, "上下": ABOUT, "以下": LESS, "以内": LESS}

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CHINESE = rf"[{NUMERAL}]+(?:点[零〇一二三四五六七八九]+[{''.join(LARGE)}]*)?"
_UNIT = "|".join(map(re.escape, UNITS))
_PREFIX = "|".join(sorted(PREFIXES, key=len, reverse=True))
NUMBER = re.compile(
    rf"(?P<vague>[数几上好][十百千万亿]+)(?P<vague_unit>{_UNIT})?"
    rf"|(?P<parts>[{NUMERAL}]+)分之(?P<share>(?:{_ARABIC})|{_CHINESE})"
    rf"|(?P<prefix>(?<![签合制附最临])(?:{_PREFIX}))?(?P<rank>第)?(?:(?P<arabic>{_ARABIC})\s?(?P<scale>[十百千万亿]*)|(?P<chinese>{_CHINESE}))"
    rf"(?P<more>余|多|来)?\s?(?P<unit>{_UNIT})?(?P<after>以上|左右|上下|以下|以内)?"
)
CLOCK = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)(?!\d)|[时点](?P<minutes>[0-5]?\d)分)")

_N = r"[零〇一二三四五六七八九十]"
PARTS = {"凌晨": "凌晨", "清晨": "早", "早上": "早", "早晨": "早", "上午": "上午", "中午": "中午", "下午": "下午", "傍晚": "傍晚",
         "晚上": "晚", "晚间": "晚", "晚": "晚", "夜间": "晚", "夜": "晚"}  # fmt: skip
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_RANGE = r"\s?(?:[-—–~至到]+|、)\s?(?:1[0-2]|[1-9]|" + _N + r")?月?"
DATE = re.compile(
    rf"(?P<year>(?<!\d)(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{{3}})(?:(?P<sep>[-./])(?P<m2>1[0-2]|0?[1-9])(?P=sep)(?P<d2>[12]\d|3[01]|0?[1-9])(?!\d)"
    rf"|年)?(?:\s?(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?)?"
    rf"(?:\s?(?P<day>[12]\d|3[01]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])(?:日|号))?(?P<part>{_PART})?"
    rf"|(?P<month_>(?<!\d)1[0-2]|(?<!\d)0?[1-9]|(?<!{_N})(?:十[一二]?|[一二三四五六七八九]))月(?:份)?"
    rf"(?:\s?(?P<day_>[12]\d|3[01]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])(?:日|号|(?={_RANGE}\d{{1,2}}日)))?(?P<part_>{_PART})?"
    rf"|(?P<only>(?<![\d.])(?:[12]\d|3[01]|0?[1-9])|(?<!{_N})(?:二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九]))"
    rf"(?:日|(?={_RANGE}\d{{1,2}}日))(?P<part__>{_PART})?"
    rf"|(?P<same>当天|当日|同日|当)(?P<part___>{_PART})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit, ``text[start:end]``; `unit` is empty where none is known, `bound` one of + - ~ or empty."""

    start: int
    end: int
    number: str
    unit: str
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date, ``text[start:end]``; 0 stands for a part that is not said; `part` is the part of the day."""

    start: int
    end: int
    year: int
    month: int
    day: int
    part: str
    same: bool

    def covers(self, other: "Date") -> bool:
        """Whether everything `other` says is said here."""
        asked = ((other.year, self.year), (other.month, self.month), (other.day, self.day), (other.part, self.part))
        return all(not wanted or wanted == here for wanted, here in asked)


def chinese_number(text: str) -> Decimal | None:
    """The value of a Chinese numeral (三亿二千万, 二〇二五, 十二点六亿); None if it is none."""
    scale = 1
    if "点" in text:
        head, tail = text.split("点", 1)
        while tail[-1:] in LARGE:
            scale *= LARGE[tail[-1]]
            tail = tail[:-1]
        whole = chinese_number(head)
        return None if whole is None or not tail else (whole + Decimal(f"0.{_digits(tail)}")) * scale
    if len(text) > 1 and all(c in DIGITS for c in text):
        return Decimal(_digits(text))
    groups = {"亿": 0, "万": 0}  # what was read before 亿, and between it and 万
    section = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in SMALL:
            section += (digit or 1) * SMALL[character]
            digit = 0
        else:
            read = section + digit
            section = digit = 0
            if character == "亿":
                read += groups["万"]
                groups["万"] = 0
            groups[character] += (read or 1) * LARGE[character]
    return Decimal(sum(groups.values()) + section + digit)


def _digits(text: str) -> str:
    return "".join(str(DIGITS[c]) for c in text)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def dates(text: str) -> Iterator[Date]:
    """The dates of a folded text in order, as written: a day alone has no month."""
    for match in DATE.finditer(text):
        found = {name.rstrip("_"): value for name, value in match.groupdict().items() if value}
        year = found.get("year", "")
        if year and match.end() == match.end("year"):  # four digits and nothing else: a number
            continue
        month, day = (
            found.get("month") or found.get("m2", ""),
            found.get("day") or found.get("only") or found.get("d2", ""),
        )
        yield Date(
            start=match.start(),
            end=match.end(),
            year=_integer(year),
            month=_integer(month),
            day=_integer(day),
            part=PARTS.get(found.get("part", ""), ""),
            same="same" in found,
        )


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text else int(chinese_number(text) or 0) if text else 0


def quantities(text: str) -> Iterator[Quantity]:
    """The numbers of a folded text in order, dates and Latin words blanked out by the caller."""
    clocks = {match.start(): match for match in CLOCK.finditer(text)}
    at = 0
    while match := NUMBER.search(text, at):
        clock = clocks.get(match.start())
        if clock:
            minute = int(clock["minute"] or clock["minutes"])
            yield Quantity(
                start=clock.start(), end=clock.end(), number=f"{int(clock['hour'])}:{minute:02}", unit="", bound=""
            )
            at = clock.end()
            continue
        at = match.end()
        quantity = _quantity(match)
        if quantity:
            yield quantity


def _quantity(match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    if match["vague"]:
        return Quantity(start=start, end=end, number=match["vague"], unit=_unit(match["vague_unit"]), bound="")
    if match["parts"]:
        whole, share = chinese_number(match["parts"]), _value(match["share"])
        if not whole or share is None:
            return None
        exact = whole in (100, 1000)
        number = _plain(share * 100 / whole) if exact else f"{_plain(share)}/{_plain(whole)}"
        return Quantity(start=start, end=end, number=number, unit="%" if exact else "", bound="")
    unit, written = match["unit"], match["chinese"]
    bound = PREFIXES.get(match["prefix"] or "") or SUFFIXES.get(match["more"] or match["after"] or "", "")
    if written and not match["rank"]:
        bare = unit is None and match["more"] is None
        if len(written) == 1 and (bare or (written == "一" and unit in VAGUE_ONE)):
            return None
        if bare and all(c in LARGE or c in "百千" for c in written):  # 千万 as a warning, 万 as a word
            return None
    value = chinese_number(written) if written else _value(match["arabic"])
    if value is None:
        return None
    for character in match["scale"] or "":
        value *= SMALL.get(character) or LARGE[character]
    if unit == "成":
        value, unit = value * 10, "%"
    elif unit == "‰":
        value, unit = value / 10, "%"
    return Quantity(start=start, end=end, number=_plain(value), unit=(match["rank"] or "") + _unit(unit), bound=bound)


def _value(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if text[0].isdigit() and text.isascii() else chinese_number(text)


def _unit(unit: str | None) -> str:
    return SAME_UNIT.get(unit, unit) if unit else ""
