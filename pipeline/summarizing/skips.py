"""Which clauses of a sentence may be left out so that what stays is still a sentence, and still about the same subjects.

Rules over words of this genre; where they do not know, the clauses stay together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from pipeline.summarizing.brevity import DEEDS, persons
from pipeline.summarizing.clause_words import (
    ALSO,
    ARRIVES,
    BESIDE,
    BESIDES,
    BODY,
    CONDITION,
    DEED,
    DONE,
    FIRST,
    GOVERNS,
    HEARSAY,
    INSIDE,
    INTENDS,
    IS_THAT,
    LEANS,
    MEANS,
    MODAL,
    NO_SUBJECT,
    OF_WHAT,
    OPENS,
    PREDICATE,
    SAYS_WHAT,
    SPEAKING,
    WAYS,
    WHERE,
    WITH,
)
from pipeline.summarizing.courtesy import FAR
from pipeline.summarizing.grammar import (
    ABOUT,
    ANY_DAY,
    MORE,
    TALKED,
    WISHES,
    aims,
    breaks_off,
    names_persons,
    sets_scene,
    waits,
)
from pipeline.summarizing.lexicon import fold
from pipeline.summarizing.names import NameKind, names
from pipeline.summarizing.polish import only_speech
from pipeline.summarizing.speakers import SPEAKS
from pipeline.text.tidy import CLAUSE_END, CLOSING, FINAL, OPENING

NEAR = 8  # clauses that may be left out in one place


@dataclass(frozen=True)
class Parts:
    """The clauses of a tidied sentence, and how some of them may stand without the others."""

    text: str

    @cached_property
    def clauses(self) -> list[str]:
        """The clauses, without the marks that end them."""
        return CLAUSE_END.split(self.text.rstrip("。"))

    @cached_property
    def steps(self) -> list[list[int]]:
        """For each clause those that it may stand right behind; -1 for the beginning of the sentence."""
        depth = [0, *self._depths]  # in front of each clause
        return [
            [
                i
                for i in range(max(-1, j - 1 - NEAR), j)
                if i == j - 1 or (depth[i + 1] == depth[j] == 0 and self._may_step(i, j))
            ]
            for j in range(len(self.clauses))
        ]

    @cached_property
    def ends(self) -> list[bool]:
        """Whether the sentence can end with each of the clauses."""
        last = len(self.clauses) - 1
        return [
            (j == last and not SPEAKING.search(clause))
            or (
                j < last
                and depth == 0
                and may_end(clause)
                and not (self._goes_on(j) or self._about[j] or self._aiming[j])
            )
            for j, (clause, depth) in enumerate(zip(self.clauses, self._depths, strict=True))
        ]

    def joined(self, kept: Sequence[int]) -> str:
        """Some of the clauses as a sentence, with the marks that stand behind them."""
        text = ""
        for j, following in pairwise(kept):
            text += self.clauses[j] + ("；" if "；" in self._marks[j:following] else self._marks[j])
        last = self.clauses[kept[-1]]
        return text + (last if last.endswith(tuple(FINAL)) else last + "。")

    @cached_property
    def _marks(self) -> list[str]:
        """The marks between the clauses."""
        return [mark[0] for mark in CLAUSE_END.finditer(self.text.rstrip("。"))]

    @cached_property
    def _counts(self) -> int:
        """The clause that begins to count, 一要优化规划; the number of all if none does."""
        return next((j for j, clause in enumerate(self.clauses) if FIRST.search(clause)), len(self.clauses))

    @cached_property
    def _about(self) -> list[bool]:
        """Whether, behind each clause, one that says about what still waits for what was done, or a list of means for its end.

        双方就校地合作 waits for 进行了交流, 通过座谈 for 走访等方式.
        """
        found, waiting, listing = [], False, False
        for j, clause in enumerate(self.clauses):
            waiting = (waiting or ABOUT.search(clause) is not None) and not DONE.search(clause)
            listing = (listing or MEANS.search(clause) is not None) and not WAYS.search(clause)
            found.append(waiting or (listing and any(map(WAYS.search, self.clauses[j + 1 :]))))
        return found

    @cached_property
    def _aiming(self) -> list[bool]:
        """Whether each clause only says for what something is done: 为推进合作，全面掌握情况."""
        found, aiming = [], False
        for clause in self.clauses:
            aiming = not acts(clause) and (
                clause.startswith("为") if sets_scene(clause) else aiming and bool(MORE.match(clause))
            )
            found.append(aiming)
        return found

    @cached_property
    def bare(self) -> list[bool]:
        """Whether each of the clauses may be no more than names."""
        return [PREDICATE.search(clause) is None for clause in self.clauses]

    @cached_property
    def _depths(self) -> list[int]:
        """How many quotation marks and brackets are open behind each clause."""
        found, depth = [], 0
        for clause in self.clauses:
            depth += sum((c in OPENING) - (c in CLOSING) for c in clause)
            found.append(depth)
        return found

    def _goes_on(self, j: int) -> bool:
        """Whether the clauses behind a clause say what it is about, or the second of what it begins to count."""
        return bool(
            j >= self._counts
            or IS_THAT.match(self.clauses[j + 1])
            or only_speech(self.clauses[j + 1])
            or (GOVERNS.search(self.clauses[j]) and OF_WHAT.search(self.clauses[-1]) and not acts(self.clauses[-1]))
        )

    def _may_step(self, i: int, j: int) -> bool:
        clause, between = self.clauses[j], self.clauses[i + 1 : j]
        if i < 0:
            return may_begin(between, clause)
        if self._about[i]:
            return False
        if "；" in self._marks[i : j - 1] and (not acts(clause) or only_speech(self.clauses[i])):
            return False  # of another limb: 罗启明建议扩建；许知行认为可行，建议先试
        return may_follow(self.clauses[i], between, clause)


def may_begin(left_out: Sequence[str], clause: str) -> bool:
    """Whether a sentence may begin with a clause whose predecessors are left out: 副校长许知行介绍了学校情况."""
    if LEANS.match(clause) or not _person_acts(clause) or names_persons(left_out[-1]):
        return False
    if any(map(ANY_DAY.search, left_out)) or any(map(CONDITION.match, left_out)) or INSIDE.search(clause):
        return False
    return bool(SPEAKS.search(clause)) or all(map(waits, left_out))


def may_follow(before: str, left_out: Sequence[str], clause: str) -> bool:
    """Whether a clause may stand right behind another, with those between them left out."""
    if (
        sets_place(before)
        or breaks_off(before)
        or names_persons(left_out[-1])
        or aims(clause)
        or LEANS.match(clause)
        or INSIDE.search(clause)
        or any(map(CONDITION.match, left_out))
    ):
        return False
    if only_speech(before):
        return not any(MODAL.match(other) or only_speech(other) for other in left_out) and (
            acts(clause) or bool(MODAL.match(clause))
        )
    if GOVERNS.search(before) and not acts(clause):
        return False
    opened = any(rule.search(other) for other in left_out for rule in (GOVERNS, INTENDS, SPEAKS))
    if opened and not _person_acts(clause):
        return False
    if WITH.match(clause) and not (TALKED.search(clause) or "签" in clause or "共" in clause):
        return False
    if any(map(BESIDES.match, left_out)) and ALSO.search(clause):
        return False
    if not acts(clause) and (HEARSAY.fullmatch(before) or not DEED.match(clause)):
        return False
    return acts(clause) or not (
        breaks_off(left_out[-1]) or any(acts(other) and not BESIDE.search(other) for other in left_out)
    )


def sets_place(clause: str) -> bool:
    """Whether a clause says no more than where, or on what occasion: 在大连, 许知行应邀在云拓机器人合作社."""
    where = WHERE.search(clause)
    return where is not None and PREDICATE.search(where[0]) is None


def may_end(clause: str) -> bool:
    """Whether a sentence can end with a clause though its source goes on."""
    return not (
        sets_place(clause)
        or breaks_off(clause)
        or only_speech(clause)
        or any(rule.search(clause) for rule in (SAYS_WHAT, OPENS, ARRIVES))
    )


@lru_cache(4096)
def acts(clause: str) -> bool:
    """Whether a clause has a subject of its own."""
    if BODY.match(clause) or clause.startswith("由") or _person_acts(clause):
        return True
    if NO_SUBJECT.match(clause):
        return False
    folded = fold(clause)
    bodies = [n.end for n in names(folded) if n.start == 0 and n.kind in (NameKind.ORGANISATION, NameKind.PLACE)]
    return any(folded[end : end + 1] not in ("的", "、", "") for end in bodies)


@lru_cache(4096)
def _person_acts(clause: str) -> bool:
    """Whether a person, perhaps with an office, is the subject of a clause."""
    first = persons(clause)[:1]
    before = clause[: first[0][0]] if first else ""
    return (
        bool(first)
        and len(before) < FAR
        and first[0][1] < len(clause)
        and not (DEEDS.search(before) or WISHES.match(before))
    )
