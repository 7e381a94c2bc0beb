"""Rules a labelled corpus must keep: offsets, labels, abstracts, near-duplicates, fixed splits, least sizes.

Every rule takes documents and yields violations; `violations` runs them all. The schema of a line is checked first and on
its own, because the other rules need its types.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from pipeline.abstract_rules import ORDINARY_DOCUMENTS, abstract_faults, pairs, vocabulary
from pipeline.corpus import GoldDocument, GoldSentence, gold_sentences
from pipeline.schema import Document, Span
from pipeline.text.sentences import split_sentences

GRAM = 13
MOST_SHARED = 0.3
LEAST_AGREEMENT = 0.97
SPLITS = ("train", "dev", "test")
# Phrases that documents of this kind share word for word in reality too; they are cut out before sentences are compared.
SET_PHRASES = ("各乡镇人民政府、县直有关单位", "本方案自印发之日起施行", "共同关心的国际和地区问题")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a document breaks; `document` is "corpus" where the corpus as a whole does."""

    document: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minima:
    """What the corpus must have at least."""

    documents: int = 360
    sentences: int = 6000
    without_topic: int = 1800
    topics: tuple[tuple[str, int], ...] = (
        ("enterprise_visit", 1800),
        ("university_cooperation", 1500),
        ("outcome_summary", 900),
    )
    share_of_documents_without_topic: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRecord:
    """Size and digests of a split.

    Attributes:
        documents: How many.
        sentences: How many.
        ids: SHA-256 over the sorted ids, each ended by a line break.
        texts: SHA-256 over the texts in the order of the sorted ids, each ended by U+0000.
    """

    documents: int
    sentences: int
    ids: str
    texts: str


def schema_violations(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> Iterator[Violation]:
    """Where lines of a corpus file do not follow its JSON Schema."""
    validator = Draft202012Validator(schema)
    for number, row in enumerate(rows, 1):
        for error in validator.iter_errors(row):
            yield Violation(
                document=str(row.get("id", f"line {number}")), message=f"{error.json_path}: {error.message}"
            )


def gold_document(row: Mapping[str, Any]) -> GoldDocument:
    """A document from a line that follows the schema, whatever its offsets."""
    furniture = tuple(Span(**span) for span in row["furniture"])
    return GoldDocument(
        document=Document(id=row["id"], source="", title=row["title"], body=row["text"], furniture=furniture),
        sentences=tuple(
            GoldSentence(start=s["start"], end=s["end"], topics=frozenset(s["topics"])) for s in row["sentences"]
        ),
        abstract=row["abstract"],
        topic_abstracts=row["topic_abstracts"],
        split=row["split"],
    )


def violations(documents: Sequence[GoldDocument], recorded: Mapping[str, SplitRecord]) -> list[Violation]:
    """All violations of all rules.

    Args:
        documents: The corpus.
        recorded: What was written down about each split.
    """
    found = [v for gold in documents for v in offset_violations(gold)]
    if not found:  # a sentence with wrong offsets would break the rules that read its text
        agreement = splitter_agreement(documents)
        if agreement < LEAST_AGREEMENT:
            found.append(_whole(f"split_sentences finds {agreement:.4f} of the sentences, less than {LEAST_AGREEMENT}"))
        found += overlap_violations(documents)
    found += abstract_violations(documents)
    found += split_violations(documents, recorded)
    found += size_violations(documents, Minima())
    return found


def offset_violations(gold: GoldDocument) -> Iterator[Violation]:
    """Sentences and furniture in order, not overlapping, trimmed, and together all of the text but white space."""
    name, body = gold.document.id, gold.document.body
    spans = {
        "sentence": [(s.start, s.end) for s in gold.sentences],
        "furniture": [(s.start, s.end) for s in gold.document.furniture],
    }
    for what, borders in spans.items():
        at = 0
        for start, end in borders:
            if not at <= start < end <= len(body):
                yield Violation(
                    document=name, message=f"{what} {start}-{end} is empty, out of order or outside the text"
                )
            elif body[start:end] != body[start:end].strip():
                yield Violation(document=name, message=f"{what} {start}-{end} has white space at an end")
            at = max(at, end)
    covered = Counter(
        i for borders in spans.values() for start, end in borders for i in range(start, min(end, len(body)))
    )
    for i, character in enumerate(body):
        if covered[i] > 1 or (not covered[i] and not character.isspace()):
            yield Violation(
                document=name, message=f"character {i} ({character}) lies in {covered[i]} spans, not in one"
            )
            return  # the first is enough to find the place


def splitter_agreement(documents: Iterable[GoldDocument]) -> float:
    """The share of labelled sentences that the splitter finds with the same borders."""
    same = total = 0
    for gold in documents:
        found = {(s.start, s.end) for s in split_sentences(gold.document)}
        same += sum((s.start, s.end) in found for s in gold.sentences)
        total += len(gold.sentences)
    return same / total


def abstract_violations(documents: Sequence[GoldDocument]) -> Iterator[Violation]:
    """Abstracts of the right form that say nothing new, and topic abstracts for exactly the topics that occur."""
    said = {g.document.id: "\n".join((g.document.body, g.abstract, *g.topic_abstracts.values())) for g in documents}
    counts = vocabulary(said.values())
    for gold in documents:
        name, body = gold.document.id, gold.document.body
        own = pairs(said[name])

        def ordinary(pair: str, own: set[str] = own) -> bool:
            return counts[pair] - (pair in own) >= ORDINARY_DOCUMENTS

        carried = {topic for sentence in gold.sentences for topic in sentence.topics}
        for topic in sorted(carried ^ set(gold.topic_abstracts)):
            yield Violation(document=name, message=f"{topic} needs both sentences and a topic abstract, or neither")
        for fault in abstract_faults(gold.abstract, body, ordinary):
            yield Violation(document=name, message=f"abstract: {fault}")
        for topic, abstract in gold.topic_abstracts.items():
            for fault in abstract_faults(abstract, body, ordinary, topic=True):
                yield Violation(document=name, message=f"{topic} abstract: {fault}")


def overlap_violations(documents: Sequence[GoldDocument]) -> Iterator[Violation]:
    """Sentences that stand in another document too, whole or by more than `MOST_SHARED` of their 13-grams."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    whole: defaultdict[str, set[str]] = defaultdict(set)
    for gold in documents:
        for gram in grams(gold.document.body):
            holders[gram].add(gold.document.id)
        for sentence in gold_sentences(gold):
            if len(letters := _letters(sentence.text)) >= GRAM:
                whole[letters].add(gold.document.id)
    for gold in documents:
        name = gold.document.id
        for sentence in gold_sentences(gold):
            if others := sorted(whole[_letters(sentence.text)] - {name}):
                yield Violation(document=name, message=f"sentence {sentence.index} stands in {others[0]} as well")
                continue
            own = [gram for piece in _without_set_phrases(sentence.text) for gram in grams(piece)]
            shared = Counter(other for gram in own for other in holders[gram] - {name})
            other, count = next(iter(shared.most_common(1)), ("", 0))
            if count > MOST_SHARED * len(own):
                message = f"sentence {sentence.index} shares {count} of {len(own)} {GRAM}-grams with {other}"
                yield Violation(document=name, message=message)


def split_of(name: str) -> str:
    """The split a document belongs to: 70 % train, 15 % dev, 15 % test by the SHA-256 of its id."""
    percent = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return "train" if percent < 70 else "dev" if percent < 85 else "test"


def split_records(documents: Iterable[GoldDocument]) -> dict[str, SplitRecord]:
    """Size and digests of each split that has documents."""
    records = {}
    ordered = sorted(documents, key=lambda gold: gold.document.id)
    for split in SPLITS:
        if members := [gold for gold in ordered if gold.split == split]:
            records[split] = SplitRecord(
                documents=len(members),
                sentences=sum(len(gold.sentences) for gold in members),
                ids=_sha256("".join(f"{gold.document.id}\n" for gold in members)),
                texts=_sha256("".join(f"{gold.document.body}\0" for gold in members)),
            )
    return records


def split_violations(documents: Sequence[GoldDocument], recorded: Mapping[str, SplitRecord]) -> Iterator[Violation]:
    """Documents in the wrong split or with an id used twice, and splits that are not as recorded."""
    seen: set[str] = set()
    for gold in documents:
        name = gold.document.id
        if name in seen:
            yield Violation(document=name, message="the id is used twice")
        seen.add(name)
        if gold.split != split_of(name):
            yield Violation(document=name, message=f"is in {gold.split}, but its id belongs in {split_of(name)}")
    records = split_records(documents)
    for split in SPLITS:
        if records.get(split) != recorded.get(split):
            yield _whole(f"split {split} is {records.get(split)}, but recorded is {recorded.get(split)}")


def size_violations(documents: Sequence[GoldDocument], minima: Minima) -> Iterator[Violation]:
    """Where the corpus is smaller than it must be."""
    labels = [sentence.topics for gold in documents for sentence in gold.sentences]
    counts = Counter(topic for topics in labels for topic in topics)
    bare = sum(not any(s.topics for s in gold.sentences) for gold in documents)
    share = bare / len(documents)
    for what, have, least in (
        ("documents", len(documents), minima.documents),
        ("sentences", len(labels), minima.sentences),
        ("sentences without topic", sum(not topics for topics in labels), minima.without_topic),
        *((f"sentences of {topic}", counts[topic], least) for topic, least in minima.topics),
    ):
        if have < least:
            yield _whole(f"{have} {what}, fewer than {least}")
    if share < minima.share_of_documents_without_topic:
        yield _whole(
            f"{share:.1%} of the documents have no topic, less than {minima.share_of_documents_without_topic:.0%}"
        )


def _whole(message: str) -> Violation:
    return Violation(document="corpus", message=message)


def _letters(text: str) -> str:
    """The text without punctuation and white space."""
    return "".join(filter(str.isalnum, text))


def grams(text: str) -> set[str]:
    """Its runs of `GRAM` characters, punctuation and white space left out; texts that share many of them share sentences."""
    letters = _letters(text)
    return {letters[i : i + GRAM] for i in range(len(letters) - GRAM + 1)}


def _without_set_phrases(text: str) -> list[str]:
    for phrase in SET_PHRASES:
        text = text.replace(phrase, "\n")
    return text.split("\n")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
