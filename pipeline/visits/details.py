"""When, where, about what, and what came of it: the cells of a row that a few sentences of the document fill."""

import re
from collections.abc import Iterator, Sequence

from pipeline.summarizing.lexicon import HAN
from pipeline.summarizing.names import NameKind
from pipeline.visits.lines import Line
from pipeline.visits.words import RELATIVE, TOTAL

Span = tuple[int, int]
BEFORE_DATE = re.compile(r"(?:^|[,;。:)】(▲\s]|\]|于|在|是|这是|讯|电)$")
NOT_THEN = re.compile("^(?:以来|起|前(?!夕)|底前|内|生效|签|提出|成立|合作|之前|完成|取得)")
RANGE = re.compile(r"[至到\-—~、]+")
MATTER = re.compile(
    r"(?:就|围绕|聚焦)(?:下一步)?在?(?P<matter>[^,。;就]{4,60}?)(?:等(?:方面|事项|问题|内容|话题|工作|事宜|议题)?)?(?:的(?:有关)?(?:问题|事宜))?"
    r"(?:与[^,。;]{2,20}?)?(?:,?(?:进行|开展|展开|作了|作出|做了|交换|深入|座谈|洽谈|探讨|磋商|会商|商议|商谈|交流|讨论|沟通|咨询|再次|举行|畅所欲言|逐项|向(?:企业|公司)|达成))"
)
ABOUT = re.compile(
    r"(?:共商|探讨|商讨|洽谈)(?!合作[,。])(?:了)?(?P<matter>[^,。;]{4,40}?)(?:等)?(?:问题|事宜|事项)?(?=[,。;])"
)
SIGNED = "签署|签订|签下|签约|续签|达成|互换|形成|敲定|交换"
AGREEMENT = re.compile(
    rf"(?:{SIGNED})(?:了)?(?P<what>[^,。;、]{{0,34}}?(?:协议书|合同|协议|备忘录|协定|意向书|会议纪要|(?<!业)意向)(?:》|\d+项|\d+份)?)"
)
SIGNED_UP = re.compile(
    r"(?P<what>[^,。;]{2,24}(?:协议|合同|备忘录))(?:在[^,。;]{2,10})?(?:正式)?(?:签约|签署|签了|签字)"
)
UNVEILED = re.compile(
    rf"(?:为|由)?[“\"](?P<quoted>[^“”\"]{{4,30}})[”\"](?:正式)?揭牌|(?P<plain>[{HAN}]{{4,24}}?)(?:同时|正式|于当日)?(?:揭牌(?!仪式)|挂牌)"
)
HEAD = re.compile(r"^.*(?:为|的|合建的|签署的|由|及其|,|:|举行|在)")
PLACE_BEFORE = re.compile(r"(?:赴|奔赴|来到|抵达|前往|走进|位于|在|于|到)(?:了)?$")
VENUE = re.compile(
    rf"在(?P<venue>[{HAN}\d]{{2,14}}?)(?:会见|举行|召开|会晤|揭牌|正式|签署|签订|签约|接待|接见|举办|与)"
)
NOT_A_VENUE = re.compile(
    "座谈|会上|会见|期间|领域|方面|基础|随后|陪同|下$|中$|时$|之际|今年|前|后|见证|公司|集团|企业|指导|双方|一起|会谈|交流"
)
MONEY = re.compile("元$")


def date_of(line: Line, before: int) -> tuple[Span | None, bool]:
    """The date a line gives before a position, and whether it speaks of another day than the lines before."""
    found = None
    dates = [d for d in line.parsed.dates if d.start < before and d.day and not d.same]
    skip = -1
    for i, date in enumerate(dates):
        if i == skip:
            continue
        end = date.end
        if i + 1 < len(dates) and RANGE.fullmatch(line.text[end : dates[i + 1].start]):
            end, skip = dates[i + 1].end, i + 1
        if NOT_THEN.match(line.text[end:]) or not BEFORE_DATE.search(line.text[: date.start]):
            continue
        found = (date.start, end)
    return found, found is None and bool(RELATIVE.search(line.text[:before][:40]))


def place_of(line: Line, before: int) -> Span | None:
    """The place a line sets its contact in; None where it names several or none."""
    venue = VENUE.search(line.text)
    if venue and not NOT_A_VENUE.search(venue["venue"]):
        return venue.span("venue")
    found: list[Span] = []
    for name in line.parsed.names:
        if name.kind is not NameKind.PLACE or name.start > before or not _set_in(line.text, name.start, name.end):
            continue
        if re.match(r"[、和与]", line.text[name.end :]):
            return None
        found = [span for span in found if not name.start <= span[0] < span[1] <= name.end]
        if not any(span[0] <= name.start and name.end <= span[1] for span in found):
            found.append((name.start, name.end))
    return found[0] if len(found) == 1 else None


def _set_in(text: str, start: int, end: int) -> bool:
    """Whether a place's name follows a word of place, or stands alone, as 青岛 in 11日,青岛 does."""
    alone = text[end : end + 1] == "。" and (start == 0 or text[start - 1] == ",")
    return alone or bool(PLACE_BEFORE.search(text[:start]))


def matter_of(lines: Sequence[Line]) -> tuple[Line, Span] | None:
    """What a contact was about, in the words of the first line that says so."""
    for line in lines:
        for pattern in (MATTER, ABOUT):
            if match := pattern.search(line.text):
                return line, match.span("matter")
    return None


def outcomes_of(line: Line, within: Span) -> Iterator[tuple[str, Span]]:
    """Agreements, amounts and projects a part of a line states, in order; none where it sums up the whole trip."""
    if TOTAL.search(line.text) or not line.outcome:
        return
    yield from (pair for pair in _outcomes(line) if within[0] <= pair[1][0] < within[1])


def _outcomes(line: Line) -> list[tuple[str, Span]]:
    found: list[tuple[str, Span]] = []
    for pattern in (AGREEMENT, SIGNED_UP):
        for match in pattern.finditer(line.text):
            start, end = match.span("what")
            head = HEAD.match(line.text[start:end]) if pattern is SIGNED_UP else None
            start += head.end() if head else 0
            if end - start >= 2 and not any(s < end and start < e for _, (s, e) in found):
                found.append(("agreement", (start, end)))
    for match in UNVEILED.finditer(line.text):
        start, end = match.span("quoted" if match["quoted"] else "plain")
        head = HEAD.match(line.text[start:end])
        start += head.end() if head else 0
        if end - start >= 4 and not any(s < end and start < e for _, (s, e) in found):
            found.append(("project", (start, end)))
    for quantity in line.parsed.quantities:
        words = line.text[quantity.start : quantity.end]
        covered = any(s <= quantity.start < e for _, (s, e) in found)
        if (
            MONEY.search(words)
            and not covered
            and re.search(
                "投资|金额|资金|经费|捐赠|注册|出资|授信|额度|合同|费|拨付|设立|贷款|补助|共",
                line.text[max(0, quantity.start - 14) : quantity.start],
            )
        ):
            found.append(("amount", (quantity.start, quantity.end)))
    return sorted(found, key=lambda pair: pair[1])
