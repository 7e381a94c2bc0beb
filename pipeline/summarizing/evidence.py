"""What a clause of a generated text rests on: the sentences that hold its words and facts, and whether they speak of one party.

Sentences that a clause is known to be copied from come first. Words are aligned by the longest runs a clause shares with a
sentence, weighted by how rare their character bigrams are in the document, so that 签署战略合作协议 weighs more than 有限公司.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.schema import Sentence, Span
from pipeline.summarizing.alignment import AlignedFact, FactSource
from pipeline.summarizing.facts import FactKind
from pipeline.summarizing.lexicon import fold
from pipeline.summarizing.parties import PartyCheck
from pipeline.text.sentences import PAIRS

CLAUSE_MARKS = "，；。！？,;!?"
MOST_SENTENCES = 4
WORTH_ADDING = 0.15
ENOUGH = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What stands behind a clause.

    Attributes:
        sentences: Indices of the sentences it rests on, in order; empty: nothing supports it.
        coverage: Share of its words, weighted by rarity, that stand in those sentences.
        mixed: A party of the clause and what is said of it come from sentences about different parties.
    """

    sentences: tuple[int, ...]
    coverage: float
    mixed: bool


def split_clauses(text: str) -> list[Span]:
    """The clauses of a text, each with the mark that ends it; marks in numbers, brackets and quotations end none."""
    spans, start, closers = [], 0, []
    for at, character in enumerate(text):
        if character in PAIRS and PAIRS[character] in text[at:]:
            closers.append(PAIRS[character])
        elif closers and character == closers[-1]:
            closers.pop()
        number = text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
        follows = text[at + 1 : at + 2]
        if character in CLAUSE_MARKS and not closers and not number and follows not in tuple(CLAUSE_MARKS):
            spans.append(Span(start=start, end=at + 1))
            start = at + 1
    if text[start:].strip():
        spans.append(Span(start=start, end=len(text)))
    return spans


class EvidenceFinder:
    """The sentences of a document, indexed once, to find what any number of clauses rest on."""

    def __init__(self, sentences: Sequence[Sentence], facts: FactSource) -> None:
        """Indexes the bigrams of the sentences, folded and without white space."""
        self._indices = [s.index for s in sentences]
        self._texts = facts.texts
        self._rows: dict[str, set[int]] = {}
        for row, text in enumerate(self._texts):
            for bigram in _bigrams(text):
                self._rows.setdefault(bigram, set()).add(row)
        self._parties = PartyCheck(self._texts)

    def support(
        self, clause: str, facts: Sequence[AlignedFact], context: str = "", copied: Sequence[int] = ()
    ) -> Support:
        """What a clause rests on.

        Args:
            clause: The clause.
            facts: Its facts, as aligned with the same sentences.
            context: The clauses before it in its sentence, which may name its subject.
            copied: Indices of the sentences it is known to be copied from: it rests on them before others.
        """
        text = "".join(fold(clause).split()).strip(CLAUSE_MARKS)
        weights = [self._weight(bigram) for bigram in _bigrams(text)]
        total = sum(weights)
        if not total:
            return Support(sentences=(), coverage=0.0, mixed=False)
        covered = self._covered(text)
        chosen = [self._indices.index(index) for index in copied[:MOST_SENTENCES] if index in self._indices]
        done: set[int] = set().union(*(covered.get(row, set()) for row in chosen))
        while len(chosen) < MOST_SENTENCES:
            gains = {row: self._gain(places - done, weights) for row, places in covered.items() if row not in chosen}
            best = max(gains, key=lambda row: (gains[row], -row), default=None)
            if best is None or gains[best] < WORTH_ADDING * total:
                break
            chosen.append(best)
            done |= covered[best]
        coverage = sum(weights[i] for i in done) / total
        if not chosen or coverage < ENOUGH:
            return Support(sentences=(), coverage=coverage, mixed=False)
        rows = set(chosen) | self._fact_rows(chosen, facts, covered, weights)
        mixed = self._parties.mixed(text, "".join(fold(context).split()))
        return Support(sentences=tuple(self._indices[row] for row in sorted(rows)), coverage=coverage, mixed=mixed)

    def _weight(self, bigram: str) -> float:
        return math.log(1 + len(self._texts) / max(1, len(self._rows.get(bigram, ()))))

    def _covered(self, text: str) -> dict[int, set[int]]:
        """For each sentence the bigrams of a clause that stand in it."""
        found: dict[int, set[int]] = {}
        for place, bigram in enumerate(_bigrams(text)):
            for row in self._rows.get(bigram, ()):
                found.setdefault(row, set()).add(place)
        return found

    @staticmethod
    def _gain(places: set[int], weights: Sequence[float]) -> float:
        """Weight of bigrams; those in a run count more the longer the run is."""
        total, run = 0.0, 0
        for place in sorted(places):
            run = run + 1 if place - 1 in places else 1
            total += weights[place] * (1 + math.log(run))
        return total

    def _fact_rows(
        self,
        chosen: Sequence[int],
        facts: Sequence[AlignedFact],
        covered: dict[int, set[int]],
        weights: Sequence[float],
    ) -> set[int]:
        """For each fact that no chosen sentence says, the sentence that says it and shares most with the clause."""
        said = {self._indices[row] for row in chosen}
        rows: set[int] = set()
        place = {index: row for row, index in enumerate(self._indices)}
        for fact in facts:
            if fact.fact.kind is not FactKind.NOVEL and fact.sentences and not said & set(fact.sentences):
                best = max(fact.sentences, key=lambda i: self._gain(covered.get(place[i], set()), weights))
                rows.add(place[best])
                said.add(best)
        return rows


def _bigrams(text: str) -> list[str]:
    return [a + b for a, b in pairwise(text)]
