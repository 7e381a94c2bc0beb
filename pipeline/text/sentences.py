"""Splits Chinese text into sentences with exact offsets.

A sentence ends at 。！？ (full or half width, runs of them), at …… where it closes a statement, and at the end
of a line. Stops inside matching quotation marks and brackets do not end it, unless the stop closes the quotation and the
quotation ends the statement. A pair longer than `LONGEST_PAIR` characters is read as running text, so a speech of a page
is not one sentence.
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence

from pipeline.schema import Document, Sentence, Span

LONGEST_PAIR = 200
PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "〈": "〉", "【": "】", "[": "]"}
OPENERS_OF = {closer: opener for opener, closer in PAIRS.items()}
QUOTE_CLOSERS = frozenset('”’」』"')
TITLE_CLOSERS = frozenset("》〉")
CONTINUING = frozenset("，,、；;：:。！？!?…）)》】")
SPEECH_OPENING = tuple("：:，,")
ASCII_WORD = re.compile(r"[A-Za-z0-9]")
WORD = re.compile(r"\w")
STOP_RUN = re.compile(r"[。！？!?｡．.…]+")
SEMICOLON_RUN = re.compile(r"[。！？!?｡．.…；;]+")


def split_sentences(document: Document, *, semicolons: bool = False) -> tuple[Sentence, ...]:
    """Splits a document, leaving out its furniture.

    Args:
        document: The document.
        semicolons: Whether ； ends a sentence as well.

    Returns:
        The sentences in order. Every character of the body outside the furniture that is not white space lies in
        exactly one of them.
    """
    spans = [
        span
        for piece in _outside(len(document.body), document.furniture)
        for span in split_spans(document.body[piece.start : piece.end], offset=piece.start, semicolons=semicolons)
    ]
    return tuple(
        Sentence(document_id=document.id, index=i, start=s.start, end=s.end, text=document.body[s.start : s.end])
        for i, s in enumerate(spans)
    )


def split_spans(text: str, *, offset: int = 0, semicolons: bool = False) -> list[Span]:
    """Sentence spans of a text, each shifted by `offset`; white space at their ends is left out."""
    spans: list[Span] = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        for start, end in _split_line(line, SEMICOLON_RUN if semicolons else STOP_RUN):
            spans.append(Span(start=offset + line_start + start, end=offset + line_start + end))
        line_start += len(line)
    return spans


def _outside(length: int, furniture: Iterable[Span]) -> list[Span]:
    """What `furniture` leaves of ``range(length)``."""
    pieces, at = [], 0
    for span in furniture:
        pieces.append(Span(start=at, end=span.start))
        at = span.end
    pieces.append(Span(start=at, end=length))
    return [piece for piece in pieces if piece.start < piece.end]


def _split_line(line: str, stops: re.Pattern[str]) -> list[tuple[int, int]]:
    """Sentences of one line as (start, end)."""
    closing = _closing_positions(line)
    opened = sorted((opener, closer) for closer, opener in closing.items())
    borders: list[int] = []
    start = 0
    inside_until = -1  # end of the outermost pair that is open at the position read
    next_pair = 0
    for match in stops.finditer(line):
        while next_pair < len(opened) and opened[next_pair][0] < match.start():
            inside_until = max(inside_until, opened[next_pair][1])
            next_pair += 1
        straight = _straight_pair(line, start, match.start())
        pairs = ChainMap(straight, closing)
        end = _absorb_closers(line, match.end(), pairs)
        if max([inside_until, *straight]) >= end:
            continue
        if _ends_sentence(line, match, end, start, pairs) and WORD.search(line, start, end):
            borders.append(end)
            start = end
    if not borders or WORD.search(line, borders[-1]):
        borders.append(len(line))
    else:
        borders[-1] = len(line)
    return _trimmed(line, borders)


def _trimmed(line: str, borders: Sequence[int]) -> list[tuple[int, int]]:
    """(start, end) between consecutive borders without white space at either end; empty ones are dropped."""
    found, start = [], 0
    for end in borders:
        piece = line[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = end - (len(piece) - len(piece.rstrip()))
        if left < right:
            found.append((left, right))
        start = end
    return found


def _closing_positions(line: str) -> dict[int, int]:
    """Position of each closing mark that has an opening one at most `LONGEST_PAIR` before it, with that position."""
    stack: list[int] = []
    found: dict[int, int] = {}
    for i, character in enumerate(line):
        if character in PAIRS:
            stack.append(i)
        elif character in OPENERS_OF:
            stack = [opener for opener in stack[-LONGEST_PAIR:] if i - opener <= LONGEST_PAIR]
            depth = next((d for d in range(len(stack) - 1, -1, -1) if line[stack[d]] == OPENERS_OF[character]), None)
            if depth is not None:
                opener = stack[depth]
                del stack[depth:]
                found[i] = opener
    return found


def _straight_pair(line: str, start: int, at: int) -> dict[int, int]:
    """The pair of straight quotes around `at`, if the sentence that began at `start` has one open there."""
    opener, closer = line.rfind('"', start, at), line.find('"', at)
    is_open = line.count('"', start, at) % 2 == 1
    return {closer: opener} if is_open and closer >= 0 and closer - opener <= LONGEST_PAIR else {}


def _absorb_closers(line: str, at: int, pairs: Mapping[int, int]) -> int:
    """The end of the run of closing marks that starts at `at`; a straight quote counts only if it closes a pair."""
    while at < len(line) and (line[at] in OPENERS_OF or (line[at] == '"' and at in pairs)):
        at += 1
    return at


def _ends_sentence(line: str, match: re.Match[str], end: int, start: int, pairs: Mapping[int, int]) -> bool:
    """Whether the run of stops `match`, with closing marks up to `end`, ends the sentence that began at `start`."""
    run, follows = match.group(), line[end : end + 1]
    if follows in CONTINUING and follows:
        return False
    before, after = line[match.start() - 1 : match.start()], line[match.end() : match.end() + 1]
    if set(run) <= {".", "．"} or run == "…":
        weak = len(run) < len("...") and (not before or ASCII_WORD.match(before) or before.isspace())
        if run == "…" or weak or ASCII_WORD.match(after):
            return not line[end:].strip()
    if set(run) <= {"!", "?"} and ASCII_WORD.match(after) and ASCII_WORD.match(before):
        return False
    if set(run) <= {"…", "."} and follows in ("等", "的"):
        return False
    last = line[end - 1]
    if end > match.end() and end - 1 in pairs and line[end:].strip():
        lead = line[start : pairs[end - 1]].rstrip()
        speech = last in QUOTE_CLOSERS and (lead[-1:] in SPEECH_OPENING or "。" in run)
        return last not in TITLE_CLOSERS and (not lead or speech)
    return True
