"""Packs consecutive sentences into windows an encoder can read, without losing or shifting one.

Sequential sentence classification as in Cohan et al. 2019 (https://aclanthology.org/D19-1383/): a window is
``<s> sentence </s> sentence </s> ...``; here each sentence takes its scores from the window where it stands deepest.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A run of tokens of one sentence; a sentence longer than a window has several.

    Attributes:
        sentence: Number of the sentence.
        tokens: Token ids.
        clauses: For each token the number of its clause in the sentence.
    """

    sentence: int
    tokens: tuple[int, ...]
    clauses: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One encoder input.

    Attributes:
        tokens: Token ids, special tokens included, at most the encoder's limit.
        units: For each token the number of its unit, counted over the document; -1 for special tokens.
        owned: The units whose scores are taken from this window.
    """

    tokens: NDArray[np.int64]
    units: NDArray[np.int64]
    owned: range


def make_units(
    token_ids: Sequence[Sequence[int]], clauses: Sequence[Sequence[int]], room: int, unknown: int
) -> list[Unit]:
    """One unit per sentence, more for a sentence longer than `room`.

    Args:
        token_ids: Token ids per sentence, without special tokens.
        clauses: For each of them the number of its clause.
        room: Tokens of a window that are left for a unit.
        unknown: The id that stands in for a sentence without tokens.
    """
    units = []
    for index, (ids, of) in enumerate(zip(token_ids, clauses, strict=True)):
        ids, of = (list(ids), list(of)) if ids else ([unknown], [0])
        parts = math.ceil(len(ids) / room)
        size = math.ceil(len(ids) / parts)
        units += [
            Unit(sentence=index, tokens=tuple(ids[a : a + size]), clauses=tuple(of[a : a + size]))
            for a in range(0, len(ids), size)
        ]
    return units


def plan_windows(lengths: Sequence[int], capacity: int, context: int) -> list[range]:
    """Cuts a row of units into overlapping runs that fit, of about equal size.

    Args:
        lengths: Tokens per unit, each at most `capacity`.
        capacity: Tokens per window.
        context: Tokens that consecutive windows share, at most (at borders of units).

    Returns:
        Runs of units in order; each starts inside or right after the one before it, together they cover all.
    """
    total = sum(lengths)
    if total <= capacity:
        return [range(len(lengths))] if lengths else []
    widest = _greedy(lengths, capacity, context)
    balanced = math.ceil((total + (len(widest) - 1) * context) / len(widest))
    for size in range(max(balanced, max(lengths)), capacity, 8):
        runs = _greedy(lengths, size, context)
        if len(runs) <= len(widest):
            return runs
    return widest


def _greedy(lengths: Sequence[int], capacity: int, context: int) -> list[range]:
    runs, start = [], 0
    while True:
        end, used = start, 0
        while end < len(lengths) and used + lengths[end] <= capacity:
            used += lengths[end]
            end += 1
        runs.append(range(start, end))
        if end == len(lengths):
            return runs
        following, shared = end, 0
        while following - 1 > start and shared + lengths[following - 1] <= context:
            following -= 1
            shared += lengths[following]
        start = following if shared + lengths[end] <= capacity else end


def owners(runs: Sequence[range], lengths: Sequence[int]) -> list[int]:
    """For each unit the number of the run in which it has the most tokens on its poorer side.

    The start and the end of the document count as unlimited context.
    """
    borders = np.concatenate([[0], np.cumsum(lengths)])
    best = [(-1.0, 0)] * len(lengths)
    for number, run in enumerate(runs):
        for unit in run:
            left = math.inf if run.start == 0 else float(borders[unit] - borders[run.start])
            right = math.inf if run.stop == len(lengths) else float(borders[run.stop] - borders[unit + 1])
            if min(left, right) > best[unit][0]:
                best[unit] = (min(left, right), number)
    return [number for _, number in best]


def make_windows(
    units: Sequence[Unit], *, start: Sequence[int], separator: int, limit: int, context: int
) -> list[Window]:
    """Windows over the units of a document.

    Args:
        units: The document's units in order.
        start: Ids of the tokens every window starts with: ``<s>`` or ``[CLS]`` where the encoder knows one, perhaps a title.
        separator: Id of the token after each unit (``</s>`` or ``[SEP]``).
        limit: The encoder's limit in tokens.
        context: Tokens that consecutive windows share, at most.

    Returns:
        Windows in order; each unit is owned by exactly one of them.
    """
    lengths = [len(unit.tokens) + 1 for unit in units]
    runs = plan_windows(lengths, limit - len(start), context)
    owner = owners(runs, lengths)
    windows = []
    for number, run in enumerate(runs):
        tokens, marks = [*start], [-1] * len(start)
        for unit in run:
            tokens += [*units[unit].tokens, separator]
            marks += [unit] * len(units[unit].tokens) + [-1]
        owned = [unit for unit in run if owner[unit] == number]
        windows.append(
            Window(
                tokens=np.array(tokens, np.int64),
                units=np.array(marks, np.int64),
                owned=range(owned[0], owned[-1] + 1) if owned else range(0),
            )
        )
    return windows


def mean_by_unit(token_logits: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
    """Mean of the token logits over each owned unit: (tokens, topics) to (owned units, topics)."""
    return np.stack([token_logits[window.units == unit].mean(axis=0) for unit in window.owned])


def sums_by_clause(
    token_logits: NDArray[np.float32], window: Window, units: Sequence[Unit]
) -> Iterator[tuple[int, int, NDArray[np.float32], int]]:
    """Of each clause in the owned units: its sentence, its number in it, the sum of its tokens' logits, how many they are."""
    for number in window.owned:
        logits, unit = token_logits[window.units == number], units[number]
        of = np.array(unit.clauses)
        for clause in sorted(set(unit.clauses)):
            yield unit.sentence, clause, logits[of == clause].sum(axis=0), int((of == clause).sum())


def by_sentence(unit_logits: NDArray[np.float32], units: Sequence[Unit]) -> NDArray[np.float32]:
    """The highest logits among the units of each sentence: (units, topics) to (sentences, topics)."""
    first = [i for i, unit in enumerate(units) if i == 0 or units[i - 1].sentence != unit.sentence]
    return np.maximum.reduceat(unit_logits, first, axis=0)
