"""Puts clauses that were checked together again: sentences that stand, not longer than wanted, each clause with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from pipeline.schema import Abstract, Evidence, Removal
from pipeline.summarizing.alignment import AlignedFact
from pipeline.summarizing.evidence import CLAUSE_MARKS
from pipeline.summarizing.grammar import (
    ANY_DAY,
    DAY,
    aims,
    closed,
    names_persons,
    opened,
    sets_scene,
    waits,
    wishes,
    without_then,
)
from pipeline.summarizing.lexicon import fold
from pipeline.summarizing.polish import only_speech, rejoin


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause of the text under check.

    Attributes:
        text: The clause with the mark behind it.
        row: Number of its sentence.
        facts: What facts it has.
        party: Where in it the first party is named, in characters; None if none is.
        copied: Indices of the sentences it is known to be copied from.
        evidence: Indices of the sentences it rests on.
        orphan: Whether the clause before it is gone.
    """

    text: str
    row: int
    facts: tuple[AlignedFact, ...]
    party: int | None = None
    copied: tuple[int, ...] = ()
    evidence: tuple[int, ...] = ()
    orphan: bool = False

    @property
    def words(self) -> str:
        """The clause without marks around it."""
        return self.text.strip(CLAUSE_MARKS)


def whole(clauses: Sequence[Clause], sources: Sequence[str]) -> tuple[list[Clause], list[Removal]]:
    """The clauses as sentences that stand, and what had to go for it.

    Where a clause begins a sentence of the source it begins one here: a comma would hang it on another subject. A clause that
    waits for the next one goes if there is none, a wish goes without the sentence in which somebody has it.

    Args:
        clauses: Clauses with their evidence, in order.
        sources: The sentences of the document, folded and without white space.
    """
    kept: list[Clause] = []
    removed: list[Removal] = []
    for _, group in groupby(_parted(clauses, sources), key=lambda clause: clause.row):
        sentence: list[Clause] = []
        lost = False  # what the rest of the sentence hangs on
        for clause in _with_their_scenes(list(group), sources, removed):
            text = clause.text if kept or sentence else without_then(clause.text)
            lost = lost or bool(text and not _follows(clause, sentence or kept, sources))
            if text and not lost:
                sentence.append(replace(clause, text=text))
            else:
                removed.append(Removal(text=clause.text, reason="subject"))
        if sentence:
            sentence[-1] = replace(sentence[-1], text=closed(sentence[-1].text))
        while sentence and _unfinished(sentence[-1].text):
            removed.append(Removal(text=sentence.pop().text, reason="subject"))
        kept += sentence
    return kept, removed


def dated(clauses: Sequence[Clause], sources: Sequence[str]) -> list[Clause]:
    """The clauses with the day on which the first sentence of the source says it happened, where the text has lost every date."""
    if any(ANY_DAY.search(clause.text) for clause in clauses):
        return list(clauses)
    for at, clause in enumerate(clauses):
        text = _folded(clause)
        first = next((source for source in sources if text in source), "") if clause.row == clauses[0].row else ""
        days = list(DAY.finditer(first, 0, first.find(text))) if first else []
        if days and all(_folded(before) in first for before in clauses[:at]):  # the day stood between them
            evidence = tuple(sorted({*clause.evidence, sources.index(first)}))
            with_day = replace(clause, text=f"{days[-1][0]}，{clause.text}", evidence=evidence)
            return [*clauses[:at], with_day, *clauses[at + 1 :]]
    return list(clauses)


def _with_their_scenes(group: list[Clause], sources: Sequence[str], removed: list[Removal]) -> list[Clause]:
    """A sentence without clauses such as 作为沿海城市 that stand before another clause than in the source."""
    kept = list(group)
    for clause, behind in pairwise(group):
        if sets_scene(clause.text) and not _joined(clause, behind, sources):
            kept.remove(clause)
            removed.append(Removal(text=clause.text, reason="subject"))
    return kept


def _parted(clauses: Sequence[Clause], sources: Sequence[str]) -> list[Clause]:
    """Clauses with a row for each sentence of the source that begins among them."""
    parted: list[Clause] = []
    row = 0
    for before, clause in zip([None, *clauses], clauses, strict=False):
        begins = opened(_folded(clause), sources) is not None
        if before and (clause.row != before.row or (begins and not _joined(before, clause, sources))):
            row += 1
        parted.append(replace(clause, row=row))
    return parted


def _joined(before: Clause, clause: Clause, sources: Sequence[str]) -> bool:
    """Whether a clause stands right behind another in the source."""
    return any(f"{_folded(before)},{_folded(clause)}" in source for source in sources)


def _follows(clause: Clause, before: Sequence[Clause], sources: Sequence[str]) -> bool:
    """Whether a clause that leans on the one before it has that in the source."""
    if aims(clause.text):
        return bool(before) and _joined(before[-1], clause, sources)
    if not wishes(clause.text):
        return True
    at = opened(_folded(clause), sources)
    evidence = set(before[-1].evidence) if before else set[int]()
    return bool(evidence & set(clause.evidence)) if at is None else bool(evidence & {at, at - 1})


def _folded(clause: Clause) -> str:
    return "".join(fold(clause.text).split()).strip(CLAUSE_MARKS)


def _unfinished(clause: str) -> bool:
    return waits(clause) or only_speech(clause) or names_persons(clause.rstrip(CLAUSE_MARKS))


def shortened(clauses: Sequence[Clause], most: int) -> tuple[list[Clause], list[Removal]]:
    """Clauses from the start that fit `most` characters and do not stop in the middle of a sentence that waits."""
    kept, cut = list(clauses), list[Removal]()
    while kept and (sum(map(len, _texts(kept))) > most or (cut and _unfinished(kept[-1].text))):
        cut.insert(0, Removal(text=kept.pop().text, reason="length"))
    return kept, cut


def _texts(clauses: Sequence[Clause]) -> list[str]:
    return rejoin([(clause.row, clause.text, clause.orphan) for clause in clauses])


def assembled(clauses: Sequence[Clause], topic: str | None) -> Abstract:
    """The abstract the clauses make."""
    evidence, text = [], ""
    for clause, words in zip(clauses, _texts(clauses), strict=True):
        evidence.append(Evidence(start=len(text), end=len(text) + len(words), sentences=clause.evidence))
        text += words
    return Abstract(text=text, topic=topic, evidence=tuple(evidence))
