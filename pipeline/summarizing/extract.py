"""Abstracts of sentences as they stand, and what is left to be written anew; which sentences, salience says."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.summarizing.brevity import without_long_lists
from pipeline.summarizing.grammar import PART, breaks_off, leans, without_aim, without_then
from pipeline.summarizing.polish import only_speech
from pipeline.summarizing.select import Chosen
from pipeline.text.tidy import CLAUSE_END, shorten, tidy

LONG = 0.9  # of the characters an abstract may have: a sentence that takes more has to be written anew
SOURCE = 1.6  # for that the model reads so many times the characters it may write
ROOM = 20  # characters: a smaller gap is left
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
        texts.append(without_long_lists(without_aim(named.get(tagged.sentence.index, text) if whole else text)))
    return texts


def extracted(texts: Sequence[str], salience: Floats, most: int) -> str | None:
    """The most salient sentences in document order; of one that is longer than the room left, its first clauses.

    Args:
        texts: Sentences to take from, at least one, as `told` gives them.
        salience: How much each of them belongs in the abstract, (sentences,).
        most: Characters at most.

    Returns:
        The text; None if the most salient sentence is too long, or if none can stand alone.
    """
    if len(texts[int(salience.argmax())]) > LONG * most:
        return None
    room, taken = most, dict[int, str]()
    waiting = list(_order(salience))
    while room >= ROOM:
        place = next((p for p in waiting if p - 1 in taken or not leans(texts[p])), None)
        if place is None:
            break
        waiting.remove(place)
        part = _beginning(texts[place], room)
        if part is not None and (len(part) >= PART or not taken):
            taken[place] = part
            room -= len(part)
    return without_then("".join(taken[place] for place in sorted(taken))) or None


def _beginning(text: str, room: int) -> str | None:
    """The longest run of whole clauses from the start of a sentence that fits and can stand alone."""
    part = shorten(text, room)
    while part is not None and part != text and not _stands(part):
        part = shorten(text, len(part) - 1)
    return part


def _stands(text: str) -> bool:
    """Whether a text can end with its last clause."""
    last = CLAUSE_END.split(text)[-1].rstrip("。")
    return not (breaks_off(last) or only_speech(last))


def narrowed(chosen: Chosen, salience: Floats, most: int) -> Chosen:
    """What a model reads to write `most` characters: the most salient sentence, and others as far as they fit beside it."""
    room, kept = SOURCE * most, list[int]()
    for place in _order(salience):
        if not kept or len(chosen.texts[place]) <= room:
            kept.append(place)
            room -= len(chosen.texts[place])
    kept.sort()
    return Chosen(tuple(chosen.sentences[i] for i in kept), tuple(chosen.texts[i] for i in kept))


def _order(salience: Floats) -> Iterator[int]:
    """Places, the most salient first."""
    return iter(np.argsort(-salience, kind="stable").tolist())
