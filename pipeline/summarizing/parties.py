"""Whether what a clause says of a firm, university or person is said of that one in the source.

A model that copies may join a name from one sentence to what another sentence says of somebody else: firm A signs, firm B only
meets, the abstract has B sign. So every substantial piece of a clause (a long copied run, or a word for an outcome) must stand
in a source clause that speaks of the clause's party: names it, or names nobody and follows one that does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.summarizing.lexicon import HAN_RUN, PARTY_ENDINGS
from pipeline.summarizing.names import NameKind, ends_in_person, names

OUTCOME = re.compile(
    "签署|签订|签约|签下|揭牌|落户|落地|捐赠|受聘|聘任|开工|投产|中标|收购|入股|挂牌|奠基|投资|融资|授信|竣工|获批|购买|采购|订购|交付|"
    "授予|获奖|颁发|成立|注册|上市|停产|关闭|辞职|任命|当选"
)
SPEAKS = re.compile("希望|期待|愿|表示|强调|指出|认为|建议|感谢")
LONG_RUN = 6
STEM = 2
RECALL = 2  # sentences
MARKS = re.compile(r"[,;。!?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clause:
    """A clause of the source: its words, the parties it names, those it speaks of where it names none, who may speak."""

    text: str
    own: dict[NameKind, frozenset[str]]
    spoken: dict[NameKind, frozenset[str]]
    speakers: frozenset[str]


class PartyCheck:
    """The clauses of a document with their parties."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Reads the parties of folded sentences; a clause that names none speaks of those before it."""
        self._texts = texts

    @cached_property
    def _clauses(self) -> list[_Clause]:
        found: list[_Clause] = []
        earlier: list[dict[NameKind, frozenset[str]]] = []  # parties of the sentences before that name some
        for text in self._texts:
            here = {kind: frozenset[str]() for kind in _KINDS}
            carried = here
            for part in MARKS.split(text):
                named = _parties(part)
                own = {kind: named[kind] | carried[kind] if named[kind] else named[kind] for kind in _KINDS}
                spoken = {kind: own[kind] or here[kind] or _last(earlier, kind) for kind in _KINDS}
                person = NameKind.PERSON
                speakers = own[person] or here[person] or _last(earlier, person, 1)
                found.append(_Clause(text=part, own=own, spoken=spoken, speakers=speakers))
                here = {kind: here[kind] | named[kind] for kind in _KINDS}
                # An enumeration of persons with their offices: what is said of them comes after the mark.
                carried = own if ends_in_person(part) else dict.fromkeys(_KINDS, frozenset())
            earlier.append(here)
        return found

    def mixed(self, clause: str, context: str) -> bool:
        """Whether a clause joins a party to what the source says of others.

        Args:
            clause: Folded, without white space.
            context: The clauses before it in its sentence, the same way.
        """
        if any(context + clause in text for text in self._texts):
            return False
        copied = any(clause in text for text in self._texts)
        parties = _parties(clause)
        pieces = self._pieces(clause)
        for kind in _KINDS:
            for piece in () if copied else pieces:
                said = [self._said_of(party, kind, piece) for party in parties[kind]]
                if said and not (all(said) if OUTCOME.fullmatch(piece) else any(said)):
                    return True
            subjects = _parties(context)[kind]
            deeds = [piece for piece in pieces if OUTCOME.fullmatch(piece)]
            if not subjects or _has_subject(clause):
                continue
            if not all(self._fits(subjects, kind, deed) for deed in deeds):
                return True
            if kind is NameKind.PERSON and SPEAKS.match(clause) and not self._says(subjects, clause):
                return True
        return False

    def _said_of(self, party: str, kind: NameKind, piece: str) -> bool:
        holders = [c for c in self._clauses if piece in c.text]
        return not holders or any(
            _mentions(c, party, kind) or not c.spoken[kind] or (not c.own[kind] and _among(party, c.spoken[kind]))
            for c in holders
        )

    def _fits(self, subjects: frozenset[str], kind: NameKind, piece: str) -> bool:
        """Whether a piece without a party of its own may be said of the subjects before it."""
        holders = [c for c in self._clauses if piece in c.text]
        return not holders or any(not c.own[kind] or any(_mentions(c, s, kind) for s in subjects) for c in holders)

    def _says(self, speakers: frozenset[str], clause: str) -> bool:
        """Whether what a clause without a subject wishes or says is said by one of the persons before it."""
        holders = [c for c in self._clauses if clause in c.text]
        return not holders or any(not c.speakers or any(_among(s, c.speakers) for s in speakers) for c in holders)

    def _pieces(self, clause: str) -> set[str]:
        """What a clause says of its parties: outcome words, and long runs copied from the source."""
        rest = clause
        for name in sorted(names(clause), key=lambda name: name.start - name.end):
            if name.kind is not NameKind.TITLE:
                rest = rest[: name.start] + "\n" * (name.end - name.start) + rest[name.end :]
        found = {match.group() for match in OUTCOME.finditer(rest)}
        for run in HAN_RUN.finditer(rest):
            found |= self._long_runs(run.group())
        return found

    def _long_runs(self, text: str) -> set[str]:
        found, start = set(), 0
        while start + LONG_RUN <= len(text):
            end = start + LONG_RUN
            if not any(text[start:end] in c.text for c in self._clauses):
                start += 1
                continue
            while end < len(text) and any(text[start : end + 1] in c.text for c in self._clauses):
                end += 1
            found.add(text[start:end])
            start = end
        return found


_KINDS = (NameKind.ORGANISATION, NameKind.PERSON)


def _parties(text: str) -> dict[NameKind, frozenset[str]]:
    found: dict[NameKind, set[str]] = {kind: set() for kind in _KINDS}
    for name in names(text):
        words = text[name.start : name.end]
        if name.kind is NameKind.PERSON or (name.kind is NameKind.ORGANISATION and words.endswith(PARTY_ENDINGS)):
            found[name.kind].add(words)
    return {kind: frozenset(found[kind]) for kind in _KINDS}


def _mentions(clause: _Clause, party: str, kind: NameKind) -> bool:
    """Whether a clause of the source names a party, in full or by what distinguishes it."""
    if party in clause.text or _among(party, clause.own[kind]):
        return True
    ending = next((e for e in PARTY_ENDINGS if party.endswith(e)), "")
    stem = party.removesuffix(ending)
    return len(stem) >= STEM and bool(ending) and stem in clause.text


def _among(party: str, others: frozenset[str]) -> bool:
    return any(alike(party, other) or alike(other, party) for other in others)


def alike(short: str, long: str) -> bool:
    """Whether one name is a shorter form of another: part of it, or its characters in order with the same ending."""
    if short in long:
        return True
    ending = next((e for e in PARTY_ENDINGS if short.endswith(e) and long.endswith(e)), "")
    characters = iter(long.removesuffix(ending))
    stem = short.removesuffix(ending)
    return bool(ending) and len(stem) >= STEM and all(character in characters for character in stem)


def _last(sentences: Sequence[dict[NameKind, frozenset[str]]], kind: NameKind, count: int = RECALL) -> frozenset[str]:
    """The parties of the last few sentences that name some."""
    naming = [parties[kind] for parties in sentences if parties[kind]]
    return frozenset().union(*naming[-count:])


def _has_subject(clause: str) -> bool:
    return clause.startswith(("双方", "三方", "各方")) or any(
        name.start == 0 and name.kind in (*_KINDS, NameKind.PLACE, NameKind.OFFICE) for name in names(clause)
    )
