"""Makes copied text fit to print: full-width punctuation, no stray white space, a cut only between clauses."""

import re
from itertools import pairwise

HALF_TO_FULL = str.maketrans(",;:?!()", "，；：？！（）")
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
CJK = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’《》「」『』【】、。·—…]"
MARK = re.compile(r"[,;:?!()]+")
SPACE_BETWEEN = re.compile(rf"(?<={CJK})\s+(?={CJK})")
CLAUSE_END = re.compile(r"[，；]|(?<!\d)[,;]|[,;](?!\d)")
OPENING, CLOSING = "“‘（(《【「『", "”’）)》】」』"
FINAL = "。！？!?…."
ELLIPSIS = "……"
# A number without its unit, or half a word in Latin letters, would say something else.
BROKEN = re.compile(r"[\d０-９A-Za-zＡ-Ｚａ-ｚ〇零一二三四五六七八九十百千万亿两.．%:：—～~\-]+$")


def tidy(text: str) -> str:
    """One line of text with full-width punctuation next to Chinese characters and a stop at its end.

    Marks between Latin letters or digits (8:30, 1,200, AT&T) stay as they are.
    """
    text = " ".join(INVISIBLE.sub("", text).split())
    text = MARK.sub(lambda m: m.group().translate(HALF_TO_FULL) if _beside_cjk(text, m) else m.group(), text)
    text = SPACE_BETWEEN.sub("", text)
    text = re.sub(rf"(?<={CJK})[.．]$", "。", text)
    return text if text.rstrip(CLOSING + "\"']")[-1:] in tuple(FINAL) else text.rstrip("，、；：,;:") + "。"


def clause_spans(text: str) -> list[tuple[int, int]]:
    """Where the clauses of a sentence stand in it, each with the mark that ends it; together they are the sentence."""
    borders = [0, *(match.end() for match in CLAUSE_END.finditer(text) if match.end() < len(text)), len(text)]
    return list(pairwise(borders))


def _beside_cjk(text: str, match: re.Match[str]) -> bool:
    around = (text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1])
    return any(re.fullmatch(CJK, character) for character in around if character)


def shorten(text: str, limit: int) -> str | None:
    """The longest run of whole clauses from the start of a sentence that fits `limit` characters, ended by a stop.

    Returns:
        The text itself if it fits; None if not even its first clause does, or brackets stay open at every cut.
    """
    if len(text) <= limit:
        return text
    for match in reversed(list(CLAUSE_END.finditer(text, 0, limit))):
        head = text[: match.start()]
        if all(head.count(a) == head.count(b) for a, b in zip(OPENING, CLOSING, strict=True)):
            return head + "。"
    return None


def truncate(text: str, limit: int) -> str:
    """The beginning of a sentence with …… behind it, `limit` characters at most, for one without a clause that fits.

    It does not end within a number or a Latin word, nor, where that leaves half of it, within quotes or brackets.
    """
    room = limit - len(ELLIPSIS)
    head = text[:room]
    opened = [head.rfind(a) for a, b in zip(OPENING, CLOSING, strict=True) if head.count(a) > head.count(b)]
    head = head[: min((at for at in opened if at >= room // 2), default=room)]
    return (BROKEN.sub("", head) or head).rstrip("，、；：") + ELLIPSIS
