"""Labelled sentences from a CSV file: a row a sentence, consecutive rows of a document form its text."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipeline.errors import InputError
from pipeline.training.labelled import LabelledDocument, LabelledSpan

COLUMNS = {"document": "文档", "sentence": "句子", "topics": "主题"}
BETWEEN_TOPICS = re.compile(r"[;|；｜]")
DELIMITERS = ",\t;"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    document: str
    sentence: str
    topics: tuple[str, ...]
    split: str
    place: str


def is_table(text: str) -> bool:
    """Whether the first line of a text is a header with the columns needed."""
    return set(COLUMNS) <= set(_header(text)[1])


def read_table(text: str, path: Path) -> list[LabelledDocument]:
    """The documents of a CSV with the columns `document` 文档, `sentence` 句子, `topics` 主题 and perhaps `split`.

    Topics are separated by ; or |; a row without a document belongs to that of the row before. Each sentence becomes a
    line of the text, so that its borders are those of the table.

    Raises:
        InputError: A row lacks a document or a sentence, or the rows of a document are not together.
    """
    documents = []
    for name, group in groupby(_rows(text, path), key=lambda row: row.document):
        rows = list(group)
        spans, at = [], 0
        for row in rows:
            end = at + len(row.sentence)
            spans.append(LabelledSpan(start=at, end=end, topics=row.topics, place=row.place))
            at = end + 1
        body = "\n".join(row.sentence for row in rows)
        documents.append(
            LabelledDocument(id=name, text=body, spans=spans, place=rows[0].place, split=_split_of(rows, name))
        )
    return documents


def _split_of(rows: Sequence[_Row], name: str) -> str:
    """The split of a document: that of its first row, which the others may repeat or leave out."""
    for row in rows:
        if row.split not in ("", rows[0].split):
            raise InputError(f"{row.place}: document {name} is in two splits: give it one")
    return rows[0].split


def _header(text: str) -> tuple[str, list[str]]:
    """The delimiter of a table and the names of its columns, Chinese ones translated."""
    line = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=line.count)
    english = {chinese: name for name, chinese in COLUMNS.items()}
    cells = [cell.strip().strip('"').lower() for cell in line.split(delimiter)]
    return delimiter, [english.get(cell, cell) for cell in cells]


def _rows(text: str, path: Path) -> Iterator[_Row]:
    delimiter, header = _header(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader)
    document = ""
    seen: set[str] = set()
    start = reader.line_num + 1
    for cells in reader:
        place = f"{path}:{start}"
        start = reader.line_num + 1
        if any(cell.strip() for cell in cells):
            row = _row(dict(zip(header, cells, strict=False)), document, place)
            if row.document != document and row.document in seen:
                raise InputError(f"{place}: document {row.document} began further up: put its rows together")
            seen.add(row.document)
            document = row.document
            yield row


def _row(cells: Mapping[str, str], before: str, place: str) -> _Row:
    document, sentence = cells.get("document", "").strip() or before, " ".join(cells.get("sentence", "").split())
    if not document:
        raise InputError(f"{place}: no document: name one in the first column")
    if not sentence:
        raise InputError(f"{place}: no sentence: fill the cell in or delete the row")
    topics = (name.strip() for name in BETWEEN_TOPICS.split(cells.get("topics", "")))
    split = cells.get("split", "").strip()
    return _Row(document=document, sentence=sentence, topics=tuple(filter(None, topics)), split=split, place=place)
