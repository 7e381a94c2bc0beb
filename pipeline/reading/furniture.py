"""Recognises page furniture: what stands on a page around an article and is not the article.

Rules over lines and over what stands at their ends. They look at form (a label before a colon, a short line after a
navigation heading), never at a particular site; where form does not tell, a line stays in the article.
"""

import re
from collections.abc import Iterator

from pipeline.reading import rules
from pipeline.schema import Span
from pipeline.text.sentences import split_spans
from pipeline.text.tidy import INVISIBLE

TITLE_LENGTH = 60
LINK_LENGTH = 50
CREDIT_LENGTH = 80
NOTICE_LENGTH = 100
PROSE_LENGTH = 20
EDGE = re.compile(rf"^(?:\s|{INVISIBLE.pattern})+|(?:\s|{INVISIBLE.pattern})+$")


def find_furniture(body: str) -> tuple[Span, ...]:
    """Spans of `body` that are furniture: whole lines, credits and notices at line ends, bylines at line starts."""
    rows = list(_rows(body))
    last_prose = max((start for start, text in rows if _is_prose(text)), default=-1)
    spans: list[Span] = []
    in_list = False
    for start, text in rows:
        heading = rules.NAVIGATION.match(text) or (start > last_prose and rules.SECTION.match(text))
        in_list = bool(heading) or (in_list and len(text) <= LINK_LENGTH and not rules.STOP.search(text))
        if in_list or is_furniture_line(text):
            spans.append(Span(start=start, end=start + len(text)))
        else:
            spans.extend(Span(start=start + a, end=start + b) for a, b in _inline(text))
            rest = rules.BYLINE_END.match(text) if start == rows[0][0] else None
            if rest and rest.end() < len(text):
                spans.append(Span(start=start, end=start + len(rest.group().rstrip())))
    return tuple(spans)


def is_furniture_line(text: str) -> bool:
    """Whether a line, taken by itself and without white space around it, belongs to the page and not to the article."""
    text = rules.SPACED.sub(lambda m: m.group().replace(" ", "").replace("\u3000", ""), text)
    if rules.END_MARK.match(text) or rules.TOOLBAR.fullmatch(text) or not INVISIBLE.sub("", text).strip():
        return True
    is_plain = not rules.STOP.search(text) and len(text) <= CREDIT_LENGTH
    if is_plain and any(rule.match(text) for rule in (rules.PAGER, rules.STAMP, rules.LABEL)):
        return True
    if is_plain and "，" not in text and (rules.CREDIT.match(text) or rules.SIGNATURE.match(text)):
        return True
    if rules.CAPTION.match(text):
        bullet = text[0] in rules.BULLETS
        return is_plain and (bullet or not re.search(r"[，、]", text) or text.endswith(("摄", "供图")))
    sentences = [text[s.start : s.end] for s in split_spans(text)]
    notices = [_is_notice(sentence) for sentence in sentences]
    return notices[0] and sum(notices) * 2 >= len(notices)


def find_title(body: str, furniture: tuple[Span, ...]) -> Span | None:
    """The headline, if the text opens with one: a short first line without a full stop, above a line that is prose."""
    covered = {(span.start, span.end) for span in furniture}
    rows = [(start, text) for start, text in _rows(body) if (start, start + len(text)) not in covered]
    if not rows:
        return None
    (start, first), rest = rows[0], rows[1:4]
    ends = re.search(r"[。！？!?；;，,：:、…](?=[”’」』\"）)]*$)", first)
    statement = ends is not None and (ends.group() not in "！？!?" or first[-1] != ends.group())
    dated = re.match(r"\d+[年月]", first) and re.search(r"[，,]", first)  # a line of prose broken by its width
    prose = any(rules.STOP.search(text) and len(text) > len(first) for _, text in rest)
    if len(first) <= TITLE_LENGTH and prose and not statement and not dated:
        return Span(start=start, end=start + len(first))
    return None


def lines_equal(body: str, text: str) -> Iterator[Span]:
    """Spans of the lines of `body` that are exactly `text`."""
    for start, line in _rows(body):
        if line == text:
            yield Span(start=start, end=start + len(line))


def _rows(body: str) -> Iterator[tuple[int, str]]:
    """Lines that hold something: where they start, and their text without white space and invisible characters around it."""
    at = 0
    for line in body.splitlines(keepends=True):
        text = EDGE.sub("", line)
        if text:
            yield at + line.index(text), text
        elif line.strip():  # nothing but invisible characters
            yield at + line.index(line.strip()), line.strip()
        at += len(line)


def _is_prose(text: str) -> bool:
    return len(text) >= PROSE_LENGTH and text.rstrip('”’」』"）)').endswith(("。", "！", "？")) and not _is_notice(text)


def _is_notice(text: str) -> bool:
    """Whether a sentence is a notice to the reader: by one plain sign, or by several weak ones in a short sentence."""
    strong = len(set(rules.NOTICE.findall(text)))
    weak = len(set(rules.WEAK_NOTICE.findall(text)))
    if rules.CONTACT.match(text) and not rules.STOP.search(text):
        return True
    if strong or (weak and rules.PLEA.match(text)):
        return len(text) <= NOTICE_LENGTH
    return weak > 1 and len(text) <= NOTICE_LENGTH / 2 and "，" not in text


def _inline(text: str) -> list[tuple[int, int]]:
    """Inside a line of prose: a byline at its start; notices and a source in brackets at its end."""
    found = []
    byline = rules.BYLINE.match(text)
    if byline and byline.end() < len(text):
        found.append((0, len(byline.group().rstrip())))
    end = len(text)
    for span in reversed(split_spans(text)[1:]):
        if not _is_notice(text[span.start : span.end]):
            break
        end = span.start
    credit = rules.CREDIT_IN_BRACKETS.search(text, 0, end)
    if credit and credit.start() > 0 and text[: credit.start()].rstrip()[-1:] in tuple("。！？!?”…"):
        end = credit.start()
    return found + ([(end, len(text))] if end < len(text) else [])
