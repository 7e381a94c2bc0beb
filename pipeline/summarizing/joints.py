"""Where a text that is copied piece by piece may leave its source and where it may come back; numpy only.

A model that copies joins pieces of sentences. Most joints a person would make too: a clause, an attribute, some names of
a list. Others put one person's deed into another's mouth or stop in the middle of what was said. These weights make the
first kind cheap, the second kind dear, and a doubtful one impossible: where the model is not sure, it goes on copying.
They were set by hand, by reading what comes out and by ROUGE; the model card says on which documents and what they gave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.summarizing.lexicon import HAN_RUN
from pipeline.summarizing.names import OFFICE, ends_in_person

USED = 0.05  # of a place that was copied before: what was said is not said again (coverage, See et al. 2017)
BACK = 0.1  # of a place before the last one: abstracts keep the order of their texts
JUMP = 0.3  # of any place of the same sentence but the next
CROSS = 0.6  # of the beginning of another sentence
UNFINISHED = 0.4  # of that, where the sentence left is not at its end
ROUGH = 0.3  # of a place in the same sentence where neither a clause nor an item of a list begins
FINAL = 0.2  # of a full stop where the source has a comma
STOP = 0.01  # of the end, where there is no full stop
DOUBT = 0.08  # inside a clause, what is less likely than this is not done, if it is not the next place of the source
SHORT = 12  # characters; a clause of fewer says too little to be left alone
GENERATED = 0.02  # of a piece taken from the vocabulary, marks apart

FINAL_MARKS = "。！？!?"
CLAUSE_MARKS = "，；,;" + FINAL_MARKS
CLOSING = '”’》）」』)"'
NO_MARK, CLAUSE, SENTENCE = 0, 1, 2

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
class Vocabulary:
    """What can be written.

    Attributes:
        ids: Pieces that can be written without being copied, (V,).
        weights: How much of its probability each of these keeps, (V,): digits and Latin letters nothing, marks all.
        ends: Of all pieces of the tokenizer, whether they end a clause (1), a sentence (2) or neither (0).
        end: The piece that ends a text.
    """

    ids: NDArray[np.int64]
    weights: Floats
    ends: NDArray[np.int8]
    end: int

    @classmethod
    def of(cls, tokenizer: Tokenizer, ids: Sequence[int], end: int) -> "Vocabulary":
        """Weights and marks by what the pieces are made of."""

        def weight(piece: int) -> float:
            text = piece_text(tokenizer, piece)
            if piece == end or not any(c.isalnum() for c in text):
                return 1.0
            return 0.0 if any(c.isdigit() or c.isascii() for c in text) else GENERATED

        return cls(
            ids=np.array(ids, np.int64),
            weights=np.array([weight(int(piece)) for piece in ids], np.float32),
            ends=np.array(
                [_mark(piece_text(tokenizer, piece)) for piece in range(tokenizer.get_vocab_size())], np.int8
            ),
            end=end,
        )


def piece_text(tokenizer: Tokenizer, piece: int) -> str:
    """A piece of the tokenizer without its mark of a word's beginning."""
    return str(tokenizer.id_to_token(piece)).replace("▁", "")


def _mark(text: str) -> int:
    if not text or text[-1] not in CLAUSE_MARKS:
        return NO_MARK
    return SENTENCE if text[-1] in FINAL_MARKS else CLAUSE


def clauses_end(text: str) -> int:
    """Where the last clause that came to its end does so; 0 if none did."""
    return max(text.rfind(mark) + 1 for mark in CLAUSE_MARKS)


class Joints:
    """The weights for one source."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        """Looks for clauses and sentences in the source."""
        self._ids, self._vocabulary = source.ids, vocabulary
        pieces = [source.text[start:end] for start, end in source.spans]
        self._after = _marks_after(pieces)
        ended = np.array([_mark(piece) for piece in pieces])
        for place in range(1, len(pieces)):  # a quote ends after its closing mark
            if pieces[place] and pieces[place] in CLOSING:
                ended[place], ended[place - 1] = ended[place - 1], NO_MARK
        control = np.array([start == end for start, end in source.spans])
        first = np.concatenate([[True], control[:-1] | (ended[:-1] == SENTENCE)])
        clause = first | np.concatenate([[True], ended[:-1] > NO_MARK])
        item = np.concatenate([[False], [piece.endswith("、") for piece in pieces[:-1]]])
        self._sentence, self._clause = np.cumsum(first), np.cumsum(clause)
        self._first = first.astype(np.float32)
        self._listing = np.array(
            [
                ends_in_person("".join(pieces[start:end]).rstrip(CLAUSE_MARKS + "、"))
                for start, end in _runs(self._clause)
            ],
            np.bool_,
        )[self._clause - 1]
        self._inside = np.where(clause | item, 1.0, ROUGH).astype(np.float32)
        self._inside[[piece == "、" for piece in pieces]] = 0  # no way round into the middle of another list
        self._inside[_offices_of_others(source.text, source.spans)] = 0

    def copies(self, places: Sequence[int], text: str) -> Floats:
        """How much of its probability each place keeps.

        Args:
            places: Places copied so far, in order.
            text: What was written so far.

        Returns:
            Weights, (S,).
        """
        if not places:
            return self._first
        last = places[-1]
        here = self._sentence == self._sentence[last]
        # Another sentence is entered at its beginning, with its own subject, and never from within a clause.
        crossing = self._first if self._may_leave(last, text) else np.zeros_like(self._first)
        cross = CROSS if self._after[last] == SENTENCE else CROSS * UNFINISHED
        weights = np.where(here, self._inside * JUMP, crossing * cross).astype(np.float32)
        if text.endswith("、"):  # a list goes on with another of its items
            weights[self._clause != self._clause[last]] = 0
        elif self._listing[last] and _mark(text) != NO_MARK and self._after[last] != SENTENCE:
            weights[self._predicate(last) + 1 :] = 0  # persons with their offices wait for what is said of them
        weights[:last] *= BACK
        weights[last + 1 : last + 2] = 1
        weights[list(places)] *= USED
        return weights

    def _predicate(self, last: int) -> int:
        """The last place of the first clause behind a list of persons that is no part of the list."""
        behind = self._clause[last:][~self._listing[last:]]
        return int(np.flatnonzero(self._clause == behind[0])[-1]) if len(behind) else len(self._clause) - 1

    def _may_leave(self, last: int, text: str) -> bool:
        """Whether a sentence may be left: at its end, or after a clause that is more than 会上 or a name."""
        if _mark(text) == NO_MARK:
            return False
        clause = text[:-1][clauses_end(text[:-1]) :]
        return self._after[last] == SENTENCE or len(clause) >= SHORT

    def restrain(self, chances: Floats, places: Sequence[int], text: str) -> None:
        """Lowers the chances of marks and of the end where a clause is not at its end, and takes those of doubtful steps.

        Args:
            chances: Of all pieces of the tokenizer; changed in place.
            places: Places copied so far, in order.
            text: What was written so far.
        """
        if not places:
            return
        ends, after = self._vocabulary.ends, self._after[places[-1]]
        if after != SENTENCE:
            chances[ends == SENTENCE] *= FINAL if after == CLAUSE else 0  # clauses end where the source ends them
        if after != SENTENCE and self._listing[places[-1]]:
            chances[ends == SENTENCE] = 0  # nothing was said of those persons yet
        if after == NO_MARK:
            chances[ends == CLAUSE] = 0
        if _mark(text) != SENTENCE:
            chances[self._vocabulary.end] *= STOP
        if _mark(text) == NO_MARK:
            following = self._ids[places[-1] + 1]
            kept = chances[following]
            chances[chances < DOUBT] = 0
            chances[following] = kept


def _offices_of_others(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Of places, whether an office begins there whose organisation stands right before it: 董事长 in 青禾公司董事长."""
    offices = {
        match.start() for match in OFFICE.finditer(text) if match.start() and HAN_RUN.match(text, match.start() - 1)
    }
    return [start in offices and start < end for start, end in spans]


def _runs(numbers: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Beginning and end of each stretch of equal numbers."""
    borders = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    return list(pairwise(borders))


def _marks_after(pieces: Sequence[str]) -> NDArray[np.int8]:
    """What ends with each place, or right behind it, closing quotes and brackets apart; the end of a source ends a sentence."""
    after = np.full(len(pieces), SENTENCE, np.int8)
    for place in reversed(range(len(pieces) - 1)):
        behind = pieces[place + 1]
        after[place] = _mark(pieces[place]) or (
            after[place + 1] if behind and behind in CLOSING else _mark(behind) if behind else SENTENCE
        )
    return after
