"""What events are put together by: the week they fell in, the city that reports, the organisations that were met."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.digest.events import Event
from pipeline.schema import Briefing
from pipeline.summarizing.lexicon import PARTY_ENDINGS, fold
from pipeline.summarizing.names import NameKind, names

By = Literal["week", "city", "organisation"]
CONTACTS = ("enterprise_visit", "university_cooperation")
DATE = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日")
ISO_DATE = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")
LEAD = 3  # sentences
CITY = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:市(?!场)|自治州|地区|盟)")
LEAST_NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Events under one heading; `key` is empty where nothing is known."""

    key: str
    events: tuple[Event, ...]


def group_events(events: Sequence[Event], by: By) -> list[Group]:
    """Groups, those with a key first: weeks in order, others by how many events they have.

    An event with several organisations stands in the group of each.
    """
    found: dict[str, list[Event]] = {}
    for event in events:
        for key in keys(event.briefing, by) or [""]:
            found.setdefault(key, []).append(event)
    groups = [Group(key=key, events=tuple(within)) for key, within in found.items()]
    if by == "week":
        return sorted(groups, key=lambda group: (not group.key, group.key))
    return sorted(groups, key=lambda group: (not group.key, -len(group.events), group.key))


def keys(briefing: Briefing, by: By) -> list[str]:
    """What a briefing goes under: its week (2026-W15), the city in its headline or lead, or organisations it met."""
    if by == "week":
        day = day_of(briefing)
        return [f"{day.isocalendar().year}-W{day.isocalendar().week:02}"] if day else []
    if by == "city":
        return _first(_cities(text) for text in (briefing.document.title, *_lead(briefing)))
    counted: dict[str, int] = {}
    for tagged in briefing.sentences:
        if set(tagged.topics) & set(CONTACTS):
            for name in dict.fromkeys(_organisations(tagged.sentence.text)):
                counted[name] = counted.get(name, 0) + 1
    return [name for name in counted if not any(name != other and other.endswith(name) for other in counted)]


def day_of(briefing: Briefing) -> date | None:
    """The day of publication, or the first whole date in the text; None where there is no such."""
    written = [ISO_DATE.search(briefing.document.published), *(DATE.search(s) for s in _lead(briefing))]
    for match in filter(None, written):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            continue
    return None


def _lead(briefing: Briefing) -> list[str]:
    return [tagged.sentence.text for tagged in briefing.sentences[:LEAD]]


def _first(found: Iterable[list[str]]) -> list[str]:
    return next((names[:1] for names in found if names), [])


def _cities(text: str) -> list[str]:
    folded = fold(text)
    found = sorted((n.start, n.end) for n in names(folded) if n.kind in (NameKind.PLACE, NameKind.ORGANISATION))
    matches = (CITY.match(folded[start:end]) for start, end in found)
    return [match.group() for match in matches if match]


def _organisations(text: str) -> list[str]:
    folded = fold(text)
    found = sorted((n.start, n.end) for n in names(folded) if n.kind is NameKind.ORGANISATION)
    texts = [folded[start:end] for start, end in found]
    return [name for name in texts if name.endswith(PARTY_ENDINGS) and len(name) >= LEAST_NAME]
