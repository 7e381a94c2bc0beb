"""Where in a document stands what a text says: its facts held against those of the sentences.

Numbers and dates are compared by value, names by their letters. Words that are neither copied nor plain function words are
reported as `novel`: no fault by themselves, but a fact that holds some is unsupported.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.schema import Sentence
from pipeline.summarizing.facts import Fact, FactKind, ParsedText, parse, parsed_facts
from pipeline.summarizing.lexicon import FUNCTION_WORDS, HAN_RUN, ORGANS, fold
from pipeline.summarizing.names import LATIN, OFFICE, PLACE, Name, NameKind, ends_word, person_ends
from pipeline.summarizing.quantities import Date, Quantity

TITLE_SPAN = 40
NEAR = 6
LEAST_WHOLE = 3
RANK_ENDS = ("副", "代", "原", "前", "助理")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedFact:
    """A fact and the indices of the source sentences that say it; none: it is unsupported."""

    fact: Fact
    sentences: tuple[int, ...]

    @property
    def unsupported(self) -> bool:
        """Whether the source does not say it; words alone may be new."""
        return not self.sentences and self.fact.kind is not FactKind.NOVEL


class FactSource:
    """The sentences of a document, read once, to hold any number of texts against."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        """Reads the facts of the sentences; a day or month alone takes what it lacks from the date before it."""
        self._indices = [s.index for s in sentences]
        self._parsed = [parse(s.text) for s in sentences]
        self._starts = list(accumulate((len(p.text) + 1 for p in self._parsed), initial=0))
        self._text = "\n".join(p.text for p in self._parsed)
        self._dates = list(_dated(self._parsed))
        self._latin = [_latin_words(p.text) for p in self._parsed]
        self._spellings = dict(
            pair for s, p in zip(sentences, self._parsed, strict=True) for pair in _spellings(s.text, p)
        )
        self._persons = self._names_of(NameKind.PERSON)
        self._heads = self._certain_heads()
        self._bounded = self._names_of(NameKind.ORGANISATION) | self._names_of(NameKind.PLACE)
        self._whole = self._whole_names()

    @property
    def persons(self) -> frozenset[str]:
        """Names of persons, folded."""
        return self._persons

    @property
    def texts(self) -> list[str]:
        """The sentences, folded and without white space."""
        return [p.text for p in self._parsed]

    @property
    def indices(self) -> list[int]:
        """The sentences' indices in their document."""
        return self._indices

    def align(self, text: str) -> tuple[AlignedFact, ...]:
        """The facts of a text, each with the sentences that say it, in order, and the stretches that are new."""
        parsed = parse(text)
        found = []
        for fact, part in parsed_facts(text, parsed):
            rows = self._rows(parsed, part, fact)
            found.append(AlignedFact(fact=fact, sentences=tuple(sorted({self._indices[row] for row in rows}))))
        found += [AlignedFact(fact=fact, sentences=()) for fact in self._bindings(text, parsed)]
        found += [AlignedFact(fact=fact, sentences=()) for fact in self._broken_names(text, parsed)]
        found += [AlignedFact(fact=fact, sentences=()) for fact in self._novel(text, parsed)]
        return tuple(sorted(found, key=lambda a: (a.fact.start, a.fact.end)))

    def spelled(self, text: str) -> str:
        """The text with its Latin words spelled as in the source; some tokenizers know no capitals."""
        folded = fold(text)
        for match in LATIN.finditer(folded):
            spelling = self._spellings.get(match.group(), "")
            if len(spelling) == len(match.group()):
                text = text[: match.start()] + spelling + text[match.end() :]
        return text

    def _names_of(self, kind: NameKind) -> frozenset[str]:
        return frozenset(p.text[n.start : n.end] for p in self._parsed for n in p.names if n.kind is kind)

    def _certain_heads(self) -> dict[str, list[str]]:
        """Persons' names of three characters or more by all but their last, where what follows them shows their end."""
        found: dict[str, list[str]] = {}
        for person in self._persons:
            if len(person) > 2 and any(person_ends(self._text, at + len(person)) for at in self._find(person)):
                found.setdefault(person[:-1], []).append(person)
        return found

    def _rows(self, parsed: ParsedText, part: Date | Quantity | Name, fact: Fact) -> set[int]:
        if isinstance(part, Date):
            return {row for row, date in self._dates if date.covers(part)}
        if isinstance(part, Quantity):
            return {row for row, p in enumerate(self._parsed) if any(_same(part, q) for q in p.quantities)}
        if part.kind is NameKind.LATIN:
            return {row for row, words in enumerate(self._latin) if fact.value in words}
        if part.kind is NameKind.OFFICE:
            return {self._row(at) for at in self._find(fact.value) if not self._text[:at].endswith(RANK_ENDS)}
        if part.kind is NameKind.PERSON:
            return {self._row(at) for at in self._find(fact.value) if self._whole_person(fact.value, at)}
        places = list(self._find(fact.value))
        if not places and part.kind in (NameKind.ORGANISATION, NameKind.PLACE):
            places = self._find_tail(parsed, part)
        return {self._row(at) for at in places}

    def _find(self, words: str) -> Iterator[int]:
        return _all(self._text, words)

    def _row(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _whole_person(self, name: str, at: int) -> bool:
        """Whether the name at a place of the source is not the beginning of a longer one."""
        longer = [p for p in self._persons if len(p) > len(name) and p.startswith(name)]
        return not any(self._text.startswith(p, at) for p in longer)

    def _find_tail(self, parsed: ParsedText, name: Name) -> list[int]:
        """Places of a name taken in too wide an extent: its tail is a name of the source, its head common words of it."""
        organ = ORGANS.match(parsed.text, name.start, name.end)
        if organ:
            place, level, body = organ["place"], organ["level"], organ["organ"]
            if place + level in self._text and (level or body in self._text):
                return list(self._find(place + level))
            if place in self._text and level + body in self._text:
                return list(self._find(place))
        for start in range(name.start + 1, name.ending):
            head, tail = parsed.text[name.start : start], parsed.text[start : name.end]
            if tail in self._bounded and head in self._text:
                if any(head in bounded for bounded in self._bounded) or PLACE.fullmatch(head):
                    return [at for at in self._find(tail) if self._beside(head, at)]
                return list(self._find(tail))
        return []

    def _beside(self, place: str, at: int) -> bool:
        """Whether a place is said shortly before, with no other place between."""
        before = self._text[max(0, at - NEAR - len(place)) : at].rsplit("\n", 1)[-1]
        found = before.rfind(place)
        return found >= 0 and not PLACE.search(before, found + len(place))

    def _bindings(self, text: str, parsed: ParsedText) -> Iterator[Fact]:
        """Persons with an office beside them that the source gives to somebody else."""
        for person in (n for n in parsed.names if n.kind is NameKind.PERSON):
            name = parsed.text[person.start : person.end]
            if name not in self._text:
                continue
            for office in (n for n in parsed.names if n.kind is NameKind.OFFICE):
                title = parsed.text[office.start : office.end]
                if person.start != office.end and person.end != office.start:
                    continue
                start, end = min(office.start, person.start), max(office.end, person.end)
                if not any(self._holds(title, at, at + len(name)) for at in self._find(name)):
                    yield self._fact(FactKind.OFFICE, text, parsed, start, end)

    def _holds(self, office: str, start: int, end: int) -> bool:
        """Whether the person at ``[start, end)`` of the source is given this office there."""
        before = self._text[max(0, start - TITLE_SPAN) : start]
        before = before[max((before.rfind(mark) for mark in "\n,;。:"), default=-1) + 1 :]
        others = [before.rfind(p) + len(p) for p in self._persons if p in before and p != self._text[start:end]]
        before = before[max(others, default=0) :]
        after = OFFICE.match(self._text, end)
        held = [match.group() for match in OFFICE.finditer(before)] + ([after.group()] if after else [])
        return any(h.endswith(office) and not h.removesuffix(office).endswith(RANK_ENDS) for h in held)

    def _broken_names(self, text: str, parsed: ParsedText) -> Iterator[Fact]:
        """Places where a source person's name begins and goes on otherwise, or a name is copied but for one character."""
        spans = set()
        for head, tails in self._heads.items():
            for at in _all(parsed.text, head):
                if not any(parsed.text.startswith(tail, at) for tail in tails):
                    spans.add((at, min(at + len(head) + 1, len(parsed.text))))
        for name in self._whole:
            half = len(name) // 2
            starts = [*_all(parsed.text, name[:half]), *(at - half for at in _all(parsed.text, name[half:]))]
            for at in starts:
                window = parsed.text[max(at, 0) : at + len(name)]
                if HAN_RUN.fullmatch(window) and _one_differs(window, name, head=ends_word(parsed.text, at + 1)):
                    spans.add((at, at + len(name)))
        for start, end in sorted(spans):
            if parsed.text[start:end] not in self._text:
                yield self._fact(FactKind.PERSON, text, parsed, start, end)

    def _whole_names(self) -> frozenset[str]:
        """Names long enough that a copy with one other character is a mistake: of persons also with the office before."""
        found = {name for name in self._persons | self._bounded if len(name) >= LEAST_WHOLE}
        for sentence in self._parsed:
            offices = {n.end: n.start for n in sentence.names if n.kind is NameKind.OFFICE}
            for name in (n for n in sentence.names if n.kind is NameKind.PERSON and n.start in offices):
                found.add(sentence.text[offices[name.start] : name.end])
        return frozenset(found)

    def _novel(self, text: str, parsed: ParsedText) -> Iterator[Fact]:
        """Runs of two or more content characters that the source lacks."""
        for run in HAN_RUN.finditer(parsed.text):
            start = run.start()
            while start < run.end():
                end = start
                while end < run.end() and not self._copied(parsed.text, end, run.start(), run.end()):
                    end += 1
                content = FUNCTION_WORDS.sub("", parsed.text[start:end])
                if len(content) >= 2:
                    yield self._fact(FactKind.NOVEL, text, parsed, start, end)
                start = end + 1

    def _copied(self, text: str, at: int, least: int, most: int) -> bool:
        return (at > least and text[at - 1 : at + 1] in self._text) or (
            at + 1 < most and text[at : at + 2] in self._text
        )

    @staticmethod
    def _fact(kind: FactKind, text: str, parsed: ParsedText, start: int, end: int) -> Fact:
        first, last = parsed.span(start, end)
        return Fact(kind=kind, start=first, end=last, text=text[first:last], value=parsed.text[start:end])


def _all(text: str, words: str) -> Iterator[int]:
    """Positions of words in a text."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _one_differs(window: str, name: str, *, head: bool) -> bool:
    """Whether a window is a name but for one character that is not its last (nor its first, if a word ends there)."""
    if (
        len(window) != len(name)
        or window[-1] != name[-1]
        or sum(a != b for a, b in zip(window, name, strict=True)) != 1
    ):
        return False
    return window[0] == name[0] or not head


def _same(asked: Quantity, said: Quantity) -> bool:
    return (asked.number, asked.bound) == (said.number, said.bound) and asked.unit in (said.unit, "")


def _dated(parsed: Sequence[ParsedText]) -> Iterator[tuple[int, Date]]:
    """Rows and dates, completed from the date before them."""
    year = month = day = 0
    for row, sentence in enumerate(parsed):
        for date in sentence.dates:
            if date.year:
                year, month, day = date.year, date.month, date.day
            elif date.month:
                month, day = date.month, date.day
            elif date.day:
                day = date.day
            yield row, Date(start=date.start, end=date.end, year=year, month=month, day=day, part=date.part, same=False)


def _spellings(text: str, parsed: ParsedText) -> Iterator[tuple[str, str]]:
    for match in LATIN.finditer(parsed.text):
        start, end = parsed.span(*match.span())
        yield match.group(), text[start:end]


def _latin_words(text: str) -> set[str]:
    words = {match.group() for match in LATIN.finditer(text)}
    return words | {part.group() for word in words for part in LATIN.finditer(word.replace("-", " ").replace("/", " "))}
