"""Abstracts of sentences of the document, made shorter where that does no harm; which sentences, salience says."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.summarizing.brevity import without_long_lists
from pipeline.summarizing.courtesy import without_courtesy
from pipeline.summarizing.grammar import ANY_DAY, PART, breaks_off, leans, without_aim, without_then
from pipeline.summarizing.polish import only_speech
from pipeline.summarizing.select import Chosen
from pipeline.text.tidy import CLAUSE_END, shorten, tidy

OPENING = 0.7  # of the characters an abstract may have goes at most to the event it would begin without
UNLIKELY = 0.1  # to belong in the abstract: such a sentence does not fill a gap
ROOM = 20  # characters: a smaller gap is left
# What a picture shows, where it runs into the sentence: 座谈现场3月18日.
CAPTION = re.compile("^[^，。]{0,6}(?:现场|合影|留影)\\s*(?=\\d{1,2}月|\\d{4}年)")
Floats = NDArray[np.float32]


def told(chosen: Chosen, named: Mapping[int, str]) -> list[str]:
    """Sentences as an abstract may have them: who speaks is named, aims and long lists are left out.

    Args:
        chosen: The sentences.
        named: Texts that name the speaker, by the index of the sentence; see `pipeline.summarizing.speakers`.
    """
    texts = []
    for tagged, text in zip(chosen.sentences, chosen.texts, strict=True):
        whole = text == tidy(tagged.sentence.text)
        texts.append(_told(named.get(tagged.sentence.index, text) if whole else text))
    return texts


def _told(text: str) -> str:
    return without_long_lists(without_aim(without_courtesy(CAPTION.sub("", text))))


def extracted(texts: Sequence[str], salience: Floats, most: int, *, event: bool) -> str | None:
    """The most salient sentences in document order; of one that is longer than the room left, its first clauses.

    Args:
        texts: Sentences to take from, at least one, as `told` gives them.
        salience: How much each of them belongs in the abstract, (sentences,).
        most: Characters at most.
        event: Whether the text begins with the first sentence if that says a day and no other that was taken does.

    Returns:
        The text; None if nothing of the sentences can stand alone.
    """
    taken = _taken(texts, salience, most, {})
    if event and ANY_DAY.search(texts[0]) and not leans(texts[0]) and not any(map(ANY_DAY.search, taken.values())):
        opening = _beginning(texts[0], int(OPENING * most))
        taken = _taken(texts, salience, most, {0: opening}) if opening else taken
    return without_then("".join(taken[place] for place in sorted(taken))) or None


def _taken(texts: Sequence[str], salience: Floats, most: int, already: Mapping[int, str]) -> dict[int, str]:
    """What is taken of which sentence, the most salient first."""
    taken, room = dict(already), most - sum(map(len, already.values()))
    waiting = [place for place in _order(salience) if texts[place] and place not in taken]
    while room >= ROOM:
        place = next((p for p in waiting if p - 1 in taken or not leans(texts[p])), None)
        if place is None or (taken and salience[place] < UNLIKELY):
            break
        waiting.remove(place)
        part = _beginning(texts[place], room)
        if part is not None and (len(part) >= PART or not taken):
            taken[place] = part
            room -= len(part)
    return taken


def _beginning(text: str, room: int) -> str | None:
    """The longest run of whole clauses from the start of a sentence that fits and can stand; if none does, with short lists."""
    for sentence in dict.fromkeys([text, without_long_lists(text, every=True)]):
        part = shorten(sentence, room)
        while part is not None and part != sentence and not _stands(part):
            part = shorten(sentence, len(part) - 1)
        if part is not None:
            return part
    return None


def _stands(text: str) -> bool:
    """Whether a text can end with its last clause."""
    last = CLAUSE_END.split(text)[-1].rstrip("。")
    return not (breaks_off(last) or only_speech(last))


def _order(salience: Floats) -> Iterator[int]:
    """Places, the most salient first."""
    return iter(np.argsort(-salience, kind="stable").tolist())
