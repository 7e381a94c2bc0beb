"""Which clauses of which sentences make an abstract: those that together belong in it most and fit, by dynamic programming.

Extraction and compression in one, as by Berg-Kirkpatrick et al. 2011 (https://aclanthology.org/P11-1049/), solved like a
knapsack (McDonald 2007, https://doi.org/10.1007/978-3-540-71496-5_51).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.summarizing.grammar import PART
from pipeline.summarizing.skips import Parts

MANY = 60  # sentences that are looked at, the most worth first

UNANCHORED = 8.0  # characters' worth: what beginning with a sentence that points at something else costs
NOTHING, SOMETHING, LAST = 0, 1, 2  # taken so far

Kept = tuple[int, ...]  # clauses of a sentence, by their number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that an abstract may take clauses of.

    Attributes:
        place: Its number among the sentences of the document.
        parts: Its clauses.
        salience: How likely each of them belongs in the abstract.
        leans: Whether it says little without the sentence before it.
        points: Whether it speaks of something that a sentence before it should have named.
    """

    place: int
    parts: Parts
    salience: Sequence[float]
    leans: bool = False
    points: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """Clauses of one sentence that can stand as a sentence: how many characters they have, and what they are worth."""

    length: int
    worth: float
    kept: Kept


def choose(
    candidates: Sequence[Candidate], most: int, cost: float, forced: Mapping[int, int] | None = None
) -> dict[int, Kept]:
    """The clauses to take, by the place of their sentence.

    Args:
        candidates: Sentences in document order.
        most: Characters that all of it may have.
        cost: Of a character: a clause that belongs in the abstract less likely than this is not worth its room.
        forced: Sentences, by their place, of which something must be taken if anything of them can stand in so many characters.

    Returns:
        What is worth most together; of a sentence that leans on the one before it only where that one is taken too.
    """
    forced = forced or {}
    found = {one.place: variants(one, forced.get(one.place, most), cost) for one in candidates}
    worth = {place: max((v.worth for v in of), default=-1.0) for place, of in found.items()}
    looked_at = sorted((one for one in candidates if found[one.place]), key=lambda one: -worth[one.place])[:MANY]
    rows = sorted(looked_at, key=lambda one: one.place)
    # The most that so many characters can be worth: where nothing is taken yet, where something is, where the sentence before is.
    best = np.full((3, most + 1), -np.inf)
    best[NOTHING, 0] = 0.0
    trail: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]] = []
    before = -1
    for one in rows:
        base = best.copy()
        base[NOTHING] -= UNANCHORED if one.points else 0.0
        if one.leans:
            base[[NOTHING, SOMETHING] if one.place == before + 1 else ...] = -np.inf
        came, base = base.argmax(axis=0), base.max(axis=0)
        taken = np.stack([_moved(base, v.length) + v.worth for v in found[one.place]])
        trail.append((came, taken.argmax(axis=0), best[SOMETHING:].argmax(axis=0) + SOMETHING))
        best = np.stack([best[NOTHING], best[SOMETHING:].max(axis=0), taken.max(axis=0)])
        if one.place in forced:
            best[[NOTHING, SOMETHING]] = -np.inf
        before = one.place
    row, length = np.unravel_index(best.argmax(), best.shape) if np.isfinite(best).any() else (NOTHING, 0)
    chosen: dict[int, Kept] = {}
    for one, (came, pick, since) in zip(reversed(rows), reversed(trail), strict=True):
        if row == LAST:
            variant = found[one.place][pick[length]]
            chosen[one.place] = variant.kept
            length -= variant.length
            row = came[length]
        elif row == SOMETHING:
            row = since[length]
    return dict(sorted(chosen.items()))


def variants(one: Candidate, most: int, cost: float) -> list[Variant]:
    """Runs of clauses of a sentence that can stand alone and fit, none both longer and worth less than another.

    Args:
        one: The sentence.
        most: Characters a run may have.
        cost: Of a character.
    """
    ending: list[dict[int, Variant]] = []  # by the last clause, by length
    for j, clause in enumerate(one.parts.clauses):
        length, worth = len(clause) + 1, (len(clause) + 1) * (one.salience[j] - cost)
        here: dict[int, Variant] = {}
        for i in one.parts.steps[j]:
            for v in [Variant(0, 0.0, ())] if i < 0 else ending[i].values():
                longer = Variant(v.length + length, v.worth + worth, (*v.kept, j))
                if longer.length <= most and (longer.length not in here or here[longer.length].worth < longer.worth):
                    here[longer.length] = longer
        ending.append(here)
    whole = len(one.parts.clauses)
    standing = [
        v
        for j, of in enumerate(ending)
        if one.parts.ends[j]
        for v in of.values()
        if v.length >= PART or len(v.kept) == whole
    ]
    front: list[Variant] = []
    for v in sorted(standing, key=lambda v: (v.length, -v.worth)):
        if not front or v.worth > front[-1].worth:
            front.append(v)
    return front


def _moved(worth: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """Worth by length, where so many characters more are taken."""
    moved = np.full(len(worth), -np.inf)
    moved[by:] = worth[: len(worth) - by]
    return moved
