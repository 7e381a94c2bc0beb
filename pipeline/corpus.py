"""Labelled documents from JSON Lines: one object a line with `id, title, text, sentences, abstract, topic_abstracts`.

`sentences` is a list of ``{"start", "end", "topics"}`` with offsets into `text`; `split` (train, dev, test) and
`furniture` (a list of ``{"start", "end"}``) may be there as well.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
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
    documents = []
    for number, row in read_rows(path):
        try:
            documents.append(_document(row, str(path)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}:{number}: not a labelled document ({type(error).__name__}: {error})") from None
    chosen = [d for d in documents if split is None or d.split == split]
    if not chosen:
        raise InputError(f"{path}: no documents" + (f" of the split {split}" if split else ""))
    return chosen


def load_annotations(path: Path, texts: Sequence[Path], split: str | None = None) -> list[GoldDocument]:
    """Labels kept without their texts (which may not be copied), put together with texts that the user has.

    Args:
        path: JSON Lines like a corpus, with `sha256` (of the text in UTF-8) in the place of `text`, and abstracts as
            lists of what stands in the text (``[start, end]``) and what does not (a string).
        texts: JSON Lines, plain or gzipped, with `id` and `text`, that hold the documents labelled.
        split: Only documents of this split; None for all.

    Raises:
        InputError: A file is missing or damaged, or a labelled text is not there or is not the one that was labelled.
    """
    rows = {row["id"]: row for _, row in read_rows(path) if split is None or row.get("split") == split}
    found = {row["id"]: row for text in texts for _, row in read_rows(text) if row.get("id") in rows}
    missing = sorted(set(rows) - set(found))
    if missing:
        raise InputError(f"{path}: {len(missing)} texts are not in the files given, the first of them {missing[0]}")
    documents = []
    for name, row in rows.items():
        text = found[name]["text"]
        if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
            raise InputError(f"{path}: the text of {name} is not the one that was labelled")
        written = {
            "abstract": _assembled(row.get("abstract", ()), text),
            "topic_abstracts": {t: _assembled(pieces, text) for t, pieces in row.get("topic_abstracts", {}).items()},
        }
        documents.append(_document({**row, **written, "title": found[name].get("title", ""), "text": text}, str(path)))
    return documents


def _assembled(pieces: Sequence[str | Sequence[int]], text: str) -> str:
    """An abstract from what it takes from the text and what it does not."""
    return "".join(piece if isinstance(piece, str) else text[piece[0] : piece[1]] for piece in pieces)


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file, which may be gzipped, each with the number of its line.

    Raises:
        InputError: The file is missing, or a line is not a JSON object; the message names file and line.
    """
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InputError(f"{path}:{number}: not a JSON object")
                yield number, row
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8: save it again as UTF-8") from None
    except ValueError as error:
        raise InputError(f"{path}:{number}: not JSON: {error}") from None


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
