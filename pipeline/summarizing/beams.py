"""Beam search over pieces that are copied from a source or taken from a vocabulary; numpy only.

Each beam keeps the place its tokens were copied from, hence sets them as the source has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.summarizing.copied import NOWHERE
from pipeline.summarizing.joints import Floats, Joints, Source, Vocabulary, clauses_end, piece_text

LENGTH = 1.2  # a text is judged by its log-probability over its tokens to this power: over 1, longer texts gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a search.

    Attributes:
        least: Characters at least.
        most: Characters at most.
        beams: How many texts are kept at each step.
        no_repeat: Length of the n-grams that may not come twice.
        banned: Words that must not be written.
        sentences: Whether whole sentences are written, see `Joints`; a headline may leave its source anywhere.
    """

    least: int
    most: int
    beams: int
    no_repeat: int
    banned: Sequence[str] = ()
    sentences: bool = True


@dataclass(frozen=True, slots=True)
class Beam:
    """Tokens written so far, their text, the sum of their log-probabilities, and the places copied, in order.

    `characters` says of each character of the text where in the source it was copied from, `NOWHERE` if it was not.
    """

    tokens: tuple[int, ...]
    text: str
    score: float
    places: tuple[int, ...] = ()
    characters: tuple[int, ...] = ()

    @property
    def rate(self) -> float:
        """Log-probability a token, by which beams of different length are compared."""
        return float(self.score / max(1, len(self.tokens)) ** LENGTH)


class BeamSearch:
    """One search; `advance` takes the distributions after each beam until it returns none to go on with.

    Inside, pieces are numbered anew: only those that can be written, a sixth of the tokenizer's.
    """

    def __init__(self, source: Source, wanted: Wanted, vocabulary: Vocabulary, tokenizer: Tokenizer) -> None:
        """Starts with one empty beam."""
        self._pieces, numbers = np.unique(np.concatenate([vocabulary.ids, source.ids]), return_inverse=True)
        generated, copied = np.split(numbers, [len(vocabulary.ids)])
        self._end = int(np.searchsorted(self._pieces, vocabulary.end))
        self._source = replace(source, ids=copied)
        self._vocabulary = replace(vocabulary, ids=generated, ends=vocabulary.ends[self._pieces], end=self._end)
        self._wanted, self._tokenizer = wanted, tokenizer
        self._joints = Joints(self._source, self._vocabulary) if wanted.sentences else None
        self.beams: list[Beam] = [Beam((), "", 0.0)]
        self._finished: list[Beam] = []

    @property
    def best(self) -> Beam:
        """The finished beam of the highest rate; of the unfinished ones if none is. An open clause at its end is cut off."""
        beam = max(self._finished or self.beams, key=lambda beam: beam.rate)
        return beam if self._joints is None else replace(beam, text=beam.text[: clauses_end(beam.text)])

    def advance(self, generated: Floats, copied: Floats) -> list[int]:
        """Takes the best steps.

        Args:
            generated: Probability of each piece of the vocabulary after each beam, (beams, V).
            copied: Probability of copying each source position after each beam, (beams, S).

        Returns:
            For each beam that goes on, the row of the beam it grew from; nothing when the search is over.
        """
        grown: list[tuple[float, int, int]] = []
        weighted = copied
        if self._joints:
            weighted = copied * np.stack([self._joints.copies(beam.places, beam.text) for beam in self.beams])
        for row, beam in enumerate(self.beams):
            if len(beam.text) >= self._wanted.most:
                grown.append((beam.score, row, self._end))
                continue
            chances = np.zeros(len(self._vocabulary.ends), np.float32)
            chances[self._vocabulary.ids] = generated[row] * self._vocabulary.weights
            np.add.at(chances, self._source.ids, weighted[row])
            if len(beam.text) < self._wanted.least:
                chances[self._end] = 0
            if self._joints:
                self._joints.restrain(chances, beam.places, beam.text)
            chances[np.searchsorted(self._pieces, _repeats(beam.tokens, self._wanted.no_repeat))] = 0
            grown += [
                (beam.score + float(np.log(chances[number])), row, int(number))
                for number in _likeliest(chances, 2 * self._wanted.beams)
            ]
        grown.sort(reverse=True)
        kept, rows = [], []
        for score, row, number in grown:
            beam = self.beams[row]
            if number == self._end:
                self._finished.append(replace(beam, score=score))
                continue
            piece, place = self._piece(number, weighted[row])
            text = beam.text + piece
            if any(word in text for word in self._wanted.banned):
                continue
            places = beam.places if place is None else (*beam.places, place)
            start = NOWHERE if place is None else self._source.spans[place][0]
            characters = [start if place is None else start + i for i in range(len(piece))]
            tokens = (*beam.tokens, int(self._pieces[number]))
            kept.append(Beam(tokens, text, score, places, (*beam.characters, *characters)))
            rows.append(row)
            if len(kept) == self._wanted.beams:
                break
        if not kept or (self._finished and kept[0].rate < self.best.rate):
            return []
        self.beams = kept
        return rows

    def _piece(self, number: int, weighted: Floats) -> tuple[str, int | None]:
        """A piece as the source has it where it was most likely copied from, and that place; as the vocabulary has it if nowhere.

        A word boundary by itself stands for no character: tokenizers give it the place of the one behind it.
        """
        plain = piece_text(self._tokenizer, int(self._pieces[number]))
        here = np.flatnonzero(self._source.ids == number)
        if not len(here) or weighted[here].max() <= 0:
            return plain, None
        place = int(here[weighted[here].argmax()])
        start, end = self._source.spans[place]
        return (self._source.text[start:end] if plain else ""), place


def _likeliest(chances: Floats, count: int) -> NDArray[np.int64]:
    """The numbers of the highest chances, in no order, at most so many; none that has no chance."""
    possible = np.flatnonzero(chances > 0)
    if len(possible) <= count:
        return possible
    return possible[np.argpartition(-chances[possible], count)[:count]]


def _repeats(tokens: tuple[int, ...], size: int) -> list[int]:
    """Tokens that would make an n-gram of `size` come a second time."""
    if len(tokens) < size:
        return []
    last = tokens[len(tokens) - size + 1 :]
    return [tokens[i + size - 1] for i in range(len(tokens) - size + 1) if tokens[i : i + size - 1] == last]
