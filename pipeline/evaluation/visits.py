"""The visit record scored against rows people wrote: precision, recall and F1 of each cell.

Rows are lined up by their organisation: gold and found name the same one if one name contains the other. A cell counts as right
if its text overlaps: the two stretches share characters of the document, or one text contains the other; `exact` asks for the
same text. Persons and outcomes count one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.corpus import read_rows
from pipeline.errors import InputError
from pipeline.schema import Briefing, Mention, Outcome, Person, Visit

CELLS = ("organisation", "kind", "date", "place", "who", "who_office", "met", "met_office", "matter", "outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellScore:
    """Counts of one cell: in the gold, found, and right."""

    gold: int
    found: int
    right: int
    exact: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / (self.found + self.gold) if self.right else 0.0

    @property
    def exact_f1(self) -> float:
        """The same where only equal texts are right."""
        return 2 * self.exact / (self.found + self.gold) if self.exact else 0.0


def load_visits(path: Path, split: str | None = None) -> dict[str, tuple[Visit, ...]]:
    """Gold rows by document.

    Args:
        path: JSON Lines with `id`, `split` and `contacts`, see ``data/README.md``.
        split: Only documents of this split; None for all.

    Raises:
        InputError: The file is missing or a line is not of this form.
    """
    found = {}
    for number, row in read_rows(path):
        try:
            if split is None or row["split"] == split:
                found[str(row["id"])] = tuple(_visit(contact) for contact in row["contacts"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}:{number}: not visits of a document ({type(error).__name__}: {error})") from None
    return found


def _visit(row: Mapping[str, Mapping[str, object]]) -> Visit:
    given: Mapping[str, object] = row
    return Visit(
        date=_mention(given["date"]),
        place=_mention(given["place"]),
        who=_persons(given["who"]),
        organisation=_some(given["organisation"]),
        kind=str(given["kind"]),
        met=_persons(given["met"]),
        matter=_mention(given["matter"]),
        outcomes=tuple(Outcome(kind="", mention=_some(o)) for o in _list(given["outcomes"])),
    )


def _list(rows: object) -> list[Mapping[str, object]]:
    if not isinstance(rows, list):
        raise TypeError("not a list")
    return rows


def _some(row: object) -> Mention:
    if not isinstance(row, Mapping):
        raise TypeError("not a stretch of the text")
    return Mention(sentence=-1, start=int(row["start"]), end=int(row["end"]), text=str(row["text"]))


def _mention(row: object) -> Mention | None:
    return None if row is None else _some(row)


def _persons(rows: object) -> tuple[Person, ...]:
    return tuple(Person(name=_some(row["name"]), office=_mention(row["office"])) for row in _list(rows))


def score_visits(gold: Mapping[str, Sequence[Visit]], briefings: Iterable[Briefing]) -> dict[str, CellScore]:
    """Scores of all cells (`CELLS`) over the documents that have gold rows.

    Raises:
        InputError: A document of the gold has no briefing.
    """
    counts: dict[str, Counter[str]] = {cell: Counter() for cell in CELLS}
    found = {briefing.document.id: briefing.visits for briefing in briefings if briefing.document.id in gold}
    missing = sorted(set(gold) - set(found))
    if missing:
        raise InputError(
            f"{len(missing)} documents with gold visits were not predicted, the first of them {missing[0]}"
        )
    for name, wanted in gold.items():
        left = list(found[name])
        for target in wanted:
            match = next((v for v in left if _same(target.organisation, v.organisation)), None)
            if match:
                left.remove(match)
            _count(counts, target, match)
        for extra in left:
            _count(counts, None, extra)
    return {
        cell: CellScore(gold=c["gold"], found=c["found"], right=c["right"], exact=c["exact"])
        for cell, c in counts.items()
    }


def _cells(visit: Visit | None) -> dict[str, list[Mention]]:
    if visit is None:
        return {cell: [] for cell in CELLS}
    kind = Mention(sentence=-1, start=-1, end=-1, text=visit.kind)
    return {
        "organisation": [visit.organisation],
        "kind": [kind],
        "date": [visit.date] if visit.date else [],
        "place": [visit.place] if visit.place else [],
        "who": [person.name for person in visit.who],
        "who_office": [person.office for person in visit.who if person.office],
        "met": [person.name for person in visit.met],
        "met_office": [person.office for person in visit.met if person.office],
        "matter": [visit.matter] if visit.matter else [],
        "outcomes": [outcome.mention for outcome in visit.outcomes],
    }


def _count(counts: Mapping[str, Counter[str]], target: Visit | None, found: Visit | None) -> None:
    wanted, given = _cells(target), _cells(found)
    for cell, counter in counts.items():
        left = list(wanted[cell])
        counter["gold"] += len(left)
        counter["found"] += len(given[cell])
        for mention in given[cell]:
            match = next((m for m in left if m.text == mention.text), None) or next(
                (m for m in left if _same(m, mention)), None
            )
            if match:
                left.remove(match)
                counter["right"] += 1
                counter["exact"] += match.text == mention.text


def _same(one: Mention, other: Mention) -> bool:
    overlap = min(one.end, other.end) - max(one.start, other.start)
    return overlap > 0 or one.text in other.text or other.text in one.text
