"""Which clauses of which sentences make an abstract: those that together belong in it most and fit, by dynamic programming.

Extraction and compression in one, as by Berg-Kirkpatrick et al. 2011 (https://aclanthology.org/P11-1049/), solved like a
knapsack (McDonald 2007, https://doi.org/10.1007/978-3-540-71496-5_51).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Joints
from pipeline.summarizing.grammar import PART
from pipeline.summarizing.skips import Parts

MANY = 60  # sentences that are looked at, the most worth first

UNANCHORED = 8.0  # characters' worth: what beginning with a sentence that points at something else costs
UNSOUND = 5.0  # characters' worth for each nat of surprise that a clause may stand where it does
POINTING = 3.0  # the same, that a sentence can be understood without those before it
DOUBTFUL = -1.0  # a joint that is less likely, in logits, is not made
BARE = 1.5  # the same, behind a clause that may be no more than names
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
        joints: How its clauses may be joined, if that is known.
    """

    place: int
    parts: Parts
    salience: Sequence[float]
    leans: bool = False
    points: bool = False
    joints: Sequence[Joints] = ()

    def step(self, i: int, j: int) -> float:
        """The logit that a clause may stand right behind another; -1 is the beginning of the sentence."""
        if not self.joints or i == j - 1:
            return math.inf
        return self.joints[j].begins if i < 0 else self.joints[i].leaves + self.joints[j].resumes

    def end(self, j: int) -> float:
        """The logit that the sentence may end with a clause; never if it is doubtful."""
        ends = self.joints[j].ends if self.joints and j < len(self.joints) - 1 else math.inf
        return ends if ends >= (BARE if self.parts.bare[j] else DOUBTFUL) else -math.inf

    def alone(self, kept: Kept) -> float:
        """The logit that some of its clauses can be understood without the sentences before."""
        return -self.joints[kept[0]].points if self.joints else math.inf


@dataclass(frozen=True, slots=True)
class Variant:
    """Clauses of one sentence that can stand as a sentence: how many characters they have, and what they are worth.

    `alone` is what it costs where the sentence before it is not taken.
    """

    length: int
    worth: float
    kept: Kept
    alone: float = 0.0


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
        What is worth most together, less what doubtful joints cost; of a sentence that leans on the one before it only where
        that one is taken too.
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
        follows = np.array([False, False, one.place == before + 1])[:, None]
        tried = [np.where(follows, base, base - v.alone) for v in found[one.place]]
        taken = np.stack(
            [_moved(b.max(axis=0), v.length) + v.worth for b, v in zip(tried, found[one.place], strict=True)]
        )
        pick = taken.argmax(axis=0)
        came = np.stack([b.argmax(axis=0) for b in tried])
        trail.append((came, pick, best[SOMETHING:].argmax(axis=0) + SOMETHING))
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
            row = came[pick[length], length - variant.length]
            length -= variant.length
        elif row == SOMETHING:
            row = since[length]
    return dict(sorted(chosen.items()))


def variants(one: Candidate, most: int, cost: float) -> list[Variant]:
    """Runs of clauses of a sentence that can stand alone and fit, none both longer and in no way better than another.

    Args:
        one: The sentence.
        most: Characters a run may have.
        cost: Of a character.
    """
    ending: list[dict[tuple[int, int], Variant]] = []  # by the last clause, by length and first clause
    for j, clause in enumerate(one.parts.clauses):
        length, worth = len(clause) + 1, (len(clause) + 1) * (one.salience[j] - cost)
        here: dict[tuple[int, int], Variant] = {}
        for i in one.parts.steps[j]:
            if one.step(i, j) < DOUBTFUL:
                continue
            gain = worth - UNSOUND * _surprise(one.step(i, j))
            for v in [Variant(0, 0.0, ())] if i < 0 else ending[i].values():
                longer = Variant(v.length + length, v.worth + gain, (*v.kept, j))
                key = longer.length, longer.kept[0]
                if longer.length <= most and (key not in here or here[key].worth < longer.worth):
                    here[key] = longer
        ending.append(here)
    whole = len(one.parts.clauses)
    standing = [
        replace(v, worth=v.worth - UNSOUND * _surprise(one.end(j)), alone=POINTING * _surprise(one.alone(v.kept)))
        for j, of in enumerate(ending)
        if one.parts.ends[j] and one.end(j) > -math.inf
        for v in of.values()
        if v.length >= PART or len(v.kept) == whole
    ]
    front: list[Variant] = []
    for v in sorted(standing, key=lambda v: (v.length, -v.worth)):
        if not any(other.worth >= v.worth and other.alone <= v.alone for other in front):
            front.append(v)
    return front


def _surprise(logit: float) -> float:
    """The negative logarithm of a probability, in nats."""
    return float(np.logaddexp(0, -logit))


def _moved(worth: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """Worth by length, where so many characters more are taken."""
    moved = np.full(len(worth), -np.inf)
    moved[by:] = worth[: len(worth) - by]
    return moved
