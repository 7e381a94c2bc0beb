"""From what a model wrote to an abstract in which every fact stands in the source and every clause has its sentences.

First the model is asked to write again without the words the source lacks; what is still unsupported goes clause by clause.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.schema import Abstract, Evidence, FactCheck, Removal, TaggedSentence
from pipeline.summarizing.alignment import FactSource
from pipeline.summarizing.base import WORTH_ADDING
from pipeline.summarizing.clauses import Clause, assembled, dated, shortened, whole
from pipeline.summarizing.copied import Copied
from pipeline.summarizing.evidence import EvidenceFinder, split_clauses
from pipeline.summarizing.facts import FactKind
from pipeline.summarizing.grammar import with_whole_lists
from pipeline.summarizing.naming import Tour, with_hosts
from pipeline.summarizing.polish import is_final, only_speech, polish
from pipeline.text.tidy import shorten, tidy

Rewrite = Callable[[Sequence[str]], Copied]
REWRITES = 2
PASSES = 4
PARTY_KINDS = frozenset({FactKind.PERSON, FactKind.ORGANISATION, FactKind.PLACE})
LEANING = (
    "他",
    "她",
    "该",
    "其",
    "这",
    "此",
    "双方",
    "对此",
    "随后",
    "接着",
    "同时",
    "会上",
    "“",
    "希望",
    "期待",
    "愿",
    "并",
    "而",
    "但",
    "我",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Characters an abstract should and may have."""

    least: int
    most: int


class AbstractChecker:
    """Checks any number of texts against the sentences of one document."""

    def __init__(self, sentences: Sequence[TaggedSentence]) -> None:
        """Reads facts and words of the sentences once."""
        plain = [tagged.sentence for tagged in sentences]
        self._facts = FactSource(plain)
        self._evidence = EvidenceFinder(plain, self._facts)

    def check(
        self,
        draft: Copied,
        limits: Limits,
        *,
        lead: Abstract,
        fillers: Iterable[TaggedSentence] = (),
        rewrite: Rewrite | None = None,
        tour: Tour | None = None,
        extracted: bool = False,
    ) -> Abstract:
        """An abstract from what a model wrote, or from clauses that were taken of the document.

        Args:
            draft: The text, as it came.
            limits: Characters it should have at least, where the document gives so much, and may have at most.
            lead: What to give if nothing of the text can stay.
            fillers: Sentences of the document to add to a text that is too short, the best first.
            rewrite: Writes anew without the words it is given.
            tour: Whom the text should name.
            extracted: Whether its sentences were made so as to stand and to say who speaks, of clauses of the document: they
                stay as they are, and go whole where the document lacks a fact or the words.
        """
        draft = self._polished(draft)
        proposed = self.unsupported(draft.text)
        draft, rewrites = self._rewritten(draft, proposed, rewrite)
        if extracted:
            clauses, removed = self._standing(draft, tour, limits.most)
        else:
            text = with_whole_lists(draft.text, self._facts.texts)
            clauses, removed = self._supported(draft.became(with_hosts(text, tour, limits.most) if tour else text))
            clauses, broken = whole(clauses, self._facts.texts)
            removed += broken
        clauses, cut = shortened(dated(clauses, self._facts.texts), limits.most)
        removed += cut
        found = FactCheck(proposed=proposed, rewrites=rewrites, removed=tuple(removed))
        if not clauses:
            return replace(lead, check=replace(found, replaced=True))
        abstract = assembled(clauses, lead.topic)
        full = _completed(abstract, limits, fillers)
        return replace(full, check=replace(found, completed=full is not abstract))

    def unsupported(self, text: str) -> tuple[str, ...]:
        """Words of a text that are facts and that the source lacks, each once, in order."""
        return tuple(dict.fromkeys(found.fact.text for found in self._facts.align(text) if found.unsupported))

    def _polished(self, draft: Copied) -> Copied:
        return draft.became(self._facts.spelled(polish(draft.text)))

    def _rewritten(self, draft: Copied, faults: tuple[str, ...], rewrite: Rewrite | None) -> tuple[Copied, int]:
        """The version with the fewest unsupported words, and how often the model wrote again."""
        banned: list[str] = []
        best, fewest, count = draft, len(faults), 0
        while rewrite is not None and faults and count < REWRITES:
            banned += faults
            draft = self._polished(rewrite(banned))
            faults = self.unsupported(draft.text)
            count += 1
            if draft.text and len(faults) < fewest:
                best, fewest = draft, len(faults)
        return best, count

    def _standing(self, draft: Copied, tour: Tour | None, most: int) -> tuple[list[Clause], list[Removal]]:
        """The sentences of an extract that may stay; those it should name are named only where all that says so may."""
        known = frozenset(clause.words for clause in self._clauses(draft))
        if tour and (named := with_hosts(draft.text, tour, most)) != draft.text:
            clauses, removed = self._sentences(draft.became(named), known)
            if not removed:
                return clauses, []
        return self._sentences(draft, known)

    def _sentences(self, draft: Copied, known: frozenset[str]) -> tuple[list[Clause], list[Removal]]:
        """Sentences with evidence for all their clauses; a clause that is not known must not mix parties."""
        kept: list[Clause] = []
        removed: list[Removal] = []
        for _, group in groupby(self._clauses(draft), key=lambda clause: clause.row):
            sentence, gone, context = list[Clause](), list[Removal](), ""
            for found in group:
                removal, clause = self._judged(found, context, frozenset(), lost=False, mixes=found.words not in known)
                named = {fact.sentences[0] for fact in found.facts if fact.sentences}
                if removal and removal.reason == "no_evidence" and only_speech(found.text) and named:
                    # 程望舒表示, where the document says that he pointed out
                    removal, clause = None, replace(found, evidence=tuple(sorted({*found.copied, *named})))
                sentence.append(clause)
                gone += [removal] if removal else []
                context += found.text
            removed += gone
            kept += [] if gone else sentence
        return kept, removed

    def _clauses(self, draft: Copied) -> list[Clause]:
        """The clauses of a text with their facts, as yet without evidence."""
        text = draft.text
        aligned = self._facts.align(text)
        found, row = list[Clause](), 0
        for span in split_clauses(text):
            words = text[span.start : span.end]
            facts = tuple(a for a in aligned if a.fact.start < span.end and span.start < a.fact.end)
            named = min((a.fact.start - span.start for a in facts if a.fact.kind in PARTY_KINDS), default=None)
            copied = draft.rests_on(span.start, span.end)
            found.append(Clause(text=words, row=row, facts=facts, party=named, copied=copied))
            row += is_final(words)
        return found

    def _supported(self, draft: Copied) -> tuple[list[Clause], list[Removal]]:
        """The clauses that may stay: checked again after each pass, as a clause may have leaned on one that went."""
        removed: list[Removal] = []
        for _ in range(PASSES):
            clauses, gone = self._pass(draft)
            removed += gone
            if not gone:
                return clauses, removed
            draft = draft.became(assembled(clauses, None).text)
        return [], removed

    def _pass(self, draft: Copied) -> tuple[list[Clause], list[Removal]]:
        kept: list[Clause] = []
        removed: list[Removal] = []
        row, context, seen = 0, "", set[str]()
        lost = muted = dropped = False  # the subject, the speaker, the clause before is gone
        for found in self._clauses(draft):
            if found.row != row:
                row, context = found.row, ""
                lost = muted = dropped = False
            lost = lost and (muted or found.party != 0)
            removal, clause = self._judged(replace(found, orphan=dropped), context, seen, lost=lost)
            if removal is None:
                kept.append(clause)
            else:
                removed.append(removal)
                muted = muted or only_speech(clause.text)
                lost = lost or muted or clause.party is not None
            dropped = removal is not None
            context += clause.text
            seen.add(clause.words)
        silent = [
            c for i, c in enumerate(kept) if only_speech(c.text) and not any(d.row == c.row for d in kept[i + 1 :])
        ]
        removed += [Removal(text=c.text, reason="subject") for c in silent]
        return [c for c in kept if c not in silent], removed

    def _judged(
        self, clause: Clause, context: str, seen: Set[str], *, lost: bool, mixes: bool = True
    ) -> tuple[Removal | None, Clause]:
        """Why a clause has to go, or None, and the clause with its evidence."""
        faults = tuple(a.fact.text for a in clause.facts if a.unsupported)
        if faults:
            return Removal(text=clause.text, reason="unsupported", facts=faults), clause
        if clause.words in seen:
            return Removal(text=clause.text, reason="repeated"), clause
        support = self._evidence.support(clause.text, clause.facts, context, clause.copied)
        if not support.sentences:
            return Removal(text=clause.text, reason="no_evidence"), clause
        reason = "subject" if lost else "parties" if support.mixed and mixes else ""
        if reason:
            return Removal(text=clause.text, reason=reason), clause
        return None, replace(clause, evidence=support.sentences)


def _completed(abstract: Abstract, limits: Limits, fillers: Iterable[TaggedSentence]) -> Abstract:
    """The abstract with sentences that it does not rest on, each at its place in the document, where it is too short."""
    used = {index for e in abstract.evidence for index in e.sentences}
    parts = [(min(e.sentences), abstract.text[e.start : e.end], e.sentences) for e in abstract.evidence]
    length = len(abstract.text)
    for tagged in fillers:
        if length >= limits.least:
            break
        index, whole = tagged.sentence.index, tidy(tagged.sentence.text)
        part = shorten(whole, limits.most - length)
        if index in used or part is None or len(part) < WORTH_ADDING or whole.startswith(LEANING):
            continue
        at = next(
            (i for i, (first, *_) in enumerate(parts) if first > index and (not i or is_final(parts[i - 1][1]))),
            len(parts),
        )
        parts.insert(at, (index, part, (index,)))
        length += len(part)
    if length == len(abstract.text):
        return abstract
    text, evidence = "", []
    for _, words, sentences in parts:
        evidence.append(Evidence(start=len(text), end=len(text) + len(words), sentences=sentences))
        text += words
    return replace(abstract, text=text, evidence=tuple(evidence))
