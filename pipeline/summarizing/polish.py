"""Makes what a model wrote fit to print, and puts clauses together again after some were taken out."""

import re
from collections.abc import Sequence
from itertools import groupby

from pipeline.text.tidy import CLOSING, FINAL, OPENING, tidy

BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
IN_NUMBER = re.compile(r"(?<=\d)\s*([.:])\s*(?=\d)|(?<=\d)\s+(?=%)|(?<=\d)\s+(?=\d)")
LATIN_STOP = re.compile(r"(?<=[^\x00-\x7f])[.．](?=[^\w.．]|[^\x00-\x7f])")
REPEATED_MARK = re.compile(r"[，；：、]+(?=[。！？])|([，。；：、！？])[，；：、]+|(。)。+")
STRAIGHT = re.compile(r'"([^"]*)"')
SPEECH = re.compile(
    r"(?:表示|指出|强调|(?<![行了作做])介绍|说|认为|要求|希望|建议|提出|坦言|透露|宣布)[，：]?$|(?:表示|指出|强调|认为|坦言)。$"
)
CONJUNCTION = re.compile(r"^(?:并且|并|而且|且|同时|还|而|但是|但|以及|和|与此同时|其中|此外)，?(?=\w{2})")
MARKS = "，；：、,;:"


def polish(text: str) -> str:
    """Model output as one line of text: no white space beside Chinese characters, full-width marks, pairs that close."""
    text = BESIDE_HAN.sub("", IN_NUMBER.sub(r"\1", " ".join(text.split())))
    text = STRAIGHT.sub(r"“\1”", text)
    text = LATIN_STOP.sub("。", text)
    text = balance(text)
    text = tidy(text)
    text = REPEATED_MARK.sub(lambda m: m.group(1) or m.group(2) or "", text)
    text = text.lstrip(MARKS + FINAL + " ")
    return text if re.search(r"\w", text) else ""


def balance(text: str) -> str:
    """The text without quotation marks and brackets that have no partner."""
    partner = dict(zip(CLOSING, OPENING, strict=True))
    open_at: list[int] = []
    lonely = {at for at, character in enumerate(text) if character == '"'}
    for at, character in enumerate(text):
        if character in OPENING:
            open_at.append(at)
        elif character in partner:
            if open_at and text[open_at[-1]] == partner[character]:
                open_at.pop()
            else:
                lonely.add(at)
    lonely |= set(open_at)
    return "".join(character for at, character in enumerate(text) if at not in lonely)


def is_final(clause: str) -> bool:
    """Whether a clause ends its sentence."""
    return clause.rstrip(CLOSING)[-1:] in tuple(FINAL)


def only_speech(clause: str) -> bool:
    """Whether a clause says no more than that somebody speaks, as 程望舒表示 does."""
    return SPEECH.search(clause) is not None


def rejoin(clauses: Sequence[tuple[int, str, bool]]) -> list[str]:
    """Clauses made ready to stand one after the other.

    Args:
        clauses: For each the number of its sentence, its text, and whether the clause before it was taken out.

    Returns:
        The clauses: each sentence ends at a stop, and does not begin with a conjunction that lost what it joins.
    """
    joined = []
    for _, group in groupby(clauses, key=lambda clause: clause[0]):
        texts = [(CONJUNCTION.sub("", text) if orphan else text) for _, text, orphan in group]
        last = texts[-1]
        joined += [*texts[:-1], last if is_final(last) else last.rstrip(MARKS) + "。"]
    return joined
