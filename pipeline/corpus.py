"""Labelled documents from JSON Lines: one object a line with `id, title, text, sentences, abstract, topic_abstracts`.

`sentences` is a list of ``{"start", "end", "topics"}`` with offsets into `text`; `split` (train, dev, test) and
`furniture` (a list of ``{"start", "end"}``) may be there as well.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.schema import Document, Sentence, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSentence:
    """A labelled stretch of a document's body and its topics, which may be none."""

    start: int
    end: int
    topics: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldDocument:
    """A document with the labels and abstracts people gave it."""

    document: Document
    sentences: tuple[GoldSentence, ...]
    abstract: str
    topic_abstracts: Mapping[str, str]
    split: str


def load_corpus(path: Path, split: str | None = None) -> list[GoldDocument]:
    """Reads a corpus file.

    Args:
        path: The JSON Lines file, UTF-8.
        split: Only documents of this split; None for all.

    Raises:
        InputError: The file is missing, or a line is not a labelled document; the message names file and line.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                documents.append(_document(json.loads(line), str(path)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{path}:{number}: not a labelled document ({type(error).__name__}: {error})"
                ) from None
    chosen = [d for d in documents if split is None or d.split == split]
    if not chosen:
        raise InputError(f"{path}: no documents" + (f" of the split {split}" if split else ""))
    return chosen


def _document(row: dict[str, Any], source: str) -> GoldDocument:
    text = row["text"]
    sentences = tuple(
        GoldSentence(start=s["start"], end=s["end"], topics=frozenset(s["topics"])) for s in row["sentences"]
    )
    borders = [border for s in sentences for border in (s.start, s.end)]
    if borders != sorted(borders) or (borders and not 0 <= borders[0] <= borders[-1] <= len(text)):
        raise ValueError("sentence offsets are out of order or outside the text")
    furniture = tuple(Span(start=f["start"], end=f["end"]) for f in row.get("furniture", ()))
    return GoldDocument(
        document=Document(id=row["id"], source=source, title=row.get("title", ""), body=text, furniture=furniture),
        sentences=sentences,
        abstract=row.get("abstract", ""),
        topic_abstracts=row.get("topic_abstracts", {}),
        split=row.get("split", ""),
    )


def gold_sentences(gold: GoldDocument) -> tuple[Sentence, ...]:
    """The labelled stretches as sentences."""
    body = gold.document.body
    return tuple(
        Sentence(document_id=gold.document.id, index=i, start=s.start, end=s.end, text=body[s.start : s.end])
        for i, s in enumerate(gold.sentences)
    )


def align(sentences: Sequence[Sentence], gold: Sequence[GoldSentence]) -> list[int | None]:
    """For each gold sentence the index of the sentence that shares most characters with it; None if none does."""
    found: list[int | None] = []
    first = 0
    for target in gold:
        while first < len(sentences) and sentences[first].end <= target.start:
            first += 1
        best, most = None, 0
        for index in range(first, len(sentences)):
            if sentences[index].start >= target.end:
                break
            shared = min(sentences[index].end, target.end) - max(sentences[index].start, target.start)
            if shared > most:
                best, most = index, shared
        found.append(best)
    return found


def corpus_digest(path: Path) -> str:
    """SHA-256 of a corpus file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
