"""Which briefings report the same event: near-duplicates by what their texts share.

Shingles of 13 characters as in Broder 1997 (resemblance and containment of documents), exact instead of sampled: the share
of the shorter text's shingles that the longer one has as well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.schema import Briefing, Document

SHINGLE = 13
SHARED = 0.4
COMMON = 50  # texts; a shingle of more is a set phrase and tells nothing
NOT_TEXT = re.compile(r"\W+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Briefings of one event, the one with the longest text first, which speaks for all."""

    briefings: tuple[Briefing, ...]

    @property
    def briefing(self) -> Briefing:
        """The one that is shown."""
        return self.briefings[0]


def find_events(briefings: Iterable[Briefing]) -> list[Event]:
    """Events in the order of their first briefings."""
    given = list(briefings)
    shingles = [_shingles(briefing.document) for briefing in given]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(shingles):
        for shingle in found:
            holders[shingle].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if 1 < len(numbers) <= COMMON:
            shared.update((one, other) for i, one in enumerate(numbers) for other in numbers[i + 1 :])
    leader = list(range(len(given)))
    for (one, other), count in shared.items():
        if count >= SHARED * min(len(shingles[one]), len(shingles[other])):
            first, second = sorted((_leader(leader, one), _leader(leader, other)))
            leader[second] = first
    groups: dict[int, list[Briefing]] = defaultdict(list)
    for number, briefing in enumerate(given):
        groups[_leader(leader, number)].append(briefing)
    return [Event(briefings=tuple(sorted(group, key=_length, reverse=True))) for group in groups.values()]


def _leader(leader: Sequence[int], number: int) -> int:
    while leader[number] != number:
        number = leader[number]
    return number


def _length(briefing: Briefing) -> int:
    return sum(len(tagged.sentence.text) for tagged in briefing.sentences)


def _shingles(document: Document) -> set[str]:
    """Those of the text without furniture, punctuation and white space; of a text too short for one, itself."""
    kept, at = [], 0
    for span in document.furniture:
        kept.append(document.body[at : span.start])
        at = span.end
    text = NOT_TEXT.sub("", "".join(kept) + document.body[at:])
    return {text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE + 1))}
