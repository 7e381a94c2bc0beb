"""Beam search over pieces that are copied from a source or taken from a vocabulary; numpy only.

Each beam keeps the place its tokens were copied from, hence sets them as the source has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

NOT_COPIED = -1
FLOOR = 1e-12

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text to copy from.

    Attributes:
        text: The text.
        ids: What the model reads, (S,): control tokens, then tokens of the text, then the end.
        copyable: Which of them may be copied, (S,).
        spans: Where in the text each of them stands.
    """

    text: str
    ids: NDArray[np.int64]
    copyable: NDArray[np.bool_]
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a search: characters at least and at most, beams, n-grams that may not come twice, banned words."""

    least: int
    most: int
    beams: int
    no_repeat: int
    banned: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Beam:
    """Tokens written so far, their text, and the sum of their log-probabilities."""

    tokens: tuple[int, ...]
    text: str
    score: float

    @property
    def rate(self) -> float:
        """Log-probability a token, by which beams of different length are compared."""
        return self.score / max(1, len(self.tokens))


class BeamSearch:
    """One search; `advance` takes the distributions after each beam until it returns none to go on with."""

    def __init__(self, source: Source, wanted: Wanted, tokenizer: Tokenizer, end: int) -> None:
        """Starts with one empty beam; `end` is the token that ends a text."""
        self._source, self._wanted, self._tokenizer, self._end = source, wanted, tokenizer, end
        self.beams: list[Beam] = [Beam((), "", 0.0)]
        self._finished: list[Beam] = []

    @property
    def best(self) -> Beam:
        """The finished beam of the highest rate; of the unfinished ones if none is."""
        return max(self._finished or self.beams, key=lambda beam: beam.rate)

    def advance(self, chances: Floats, copied: Floats) -> list[int]:
        """Takes the best steps.

        Args:
            chances: Probability of each token of the vocabulary after each beam, however it comes about: (beams, vocabulary).
            copied: Probability of copying each source position after each beam, (beams, S).

        Returns:
            For each beam that goes on, the row of the beam it grew from; nothing when the search is over.
        """
        grown: list[tuple[float, int, int]] = []
        for row, beam in enumerate(self.beams):
            if len(beam.text) >= self._wanted.most:
                grown.append((beam.score, row, self._end))
                continue
            allowed = chances[row].copy()
            if len(beam.text) < self._wanted.least:
                allowed[self._end] = 0
            allowed[_repeats(beam.tokens, self._wanted.no_repeat)] = 0
            top = np.argpartition(-allowed, 2 * self._wanted.beams)[: 2 * self._wanted.beams]
            grown += [(beam.score + float(np.log(allowed[token] + FLOOR)), row, int(token)) for token in top]
        grown.sort(reverse=True)
        kept, rows = [], []
        for score, row, token in grown:
            beam = self.beams[row]
            if token == self._end:
                self._finished.append(Beam(beam.tokens, beam.text, score))
                continue
            text = beam.text + self._piece(token, copied[row])
            if any(word in text for word in self._wanted.banned):
                continue
            kept.append(Beam((*beam.tokens, token), text, score))
            rows.append(row)
            if len(kept) == self._wanted.beams:
                break
        if not kept or (self._finished and kept[0].rate < self.best.rate):
            return []
        self.beams = kept
        return rows

    def _piece(self, token: int, copied: Floats) -> str:
        """A token as the source has it where it was most likely copied from; as the vocabulary has it if it stands nowhere.

        A word boundary by itself stands for no character: tokenizers give it the place of the one behind it.
        """
        plain = str(self._tokenizer.id_to_token(token)).replace("▁", "")
        here = np.flatnonzero(self._source.ids == token)
        if plain and len(here) and copied[here].max() > 0:
            start, end = self._source.spans[int(here[copied[here].argmax()])]
            return self._source.text[start:end]
        return plain


def _repeats(tokens: tuple[int, ...], size: int) -> list[int]:
    """Tokens that would make an n-gram of `size` come a second time."""
    if len(tokens) < size:
        return []
    last = tokens[len(tokens) - size + 1 :]
    return [tokens[i + size - 1] for i in range(len(tokens) - size + 1) if tokens[i : i + size - 1] == last]
