"""Briefings as Parquet tables, for pandas, DuckDB, Spark: a row for each document, for each sentence, for each visit."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow.parquet import ParquetWriter

from pipeline.config import TopicConfig
from pipeline.schema import Briefing, Mention, Person, Visit
from pipeline.writing.files import part, writing

ROWS = 2048  # held before they go to disk


class Table:
    """One table; a `Sink`. Rows go to disk group by group."""

    def __init__(
        self, path: Path, schema: pyarrow.Schema, rows: Callable[[Briefing], Sequence[dict[str, Any]]]
    ) -> None:
        """Opens the file, beside its later name."""
        self._path, self._schema, self._rows = path, schema, rows
        self._waiting: list[dict[str, Any]] = []
        with writing(path):
            self._writer = ParquetWriter(part(path), schema, compression="zstd")

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        self._waiting += self._rows(briefing)
        if len(self._waiting) >= ROWS:
            self._flush()

    def close(self, *, complete: bool) -> None:
        """See `Sink.close`."""
        if complete:
            self._flush()
        with writing(self._path):
            self._writer.close()
            if complete:
                part(self._path).replace(self._path)

    def _flush(self) -> None:
        with writing(self._path):
            self._writer.write_table(pyarrow.Table.from_pylist(self._waiting, self._schema))
        self._waiting = []


def document_schema(topics: Sequence[TopicConfig]) -> pyarrow.Schema:
    """Columns of `document_rows`; abstracts and sentence counts by the topics' ids."""
    text, number = pyarrow.string(), pyarrow.int32()
    plain = [(name, text) for name in ("id", "source", "title", "published", "abstract")]
    by_topic = [(f"abstract_{topic.id}", text) for topic in topics]
    return pyarrow.schema([*plain, *by_topic, *((f"sentences_{topic.id}", number) for topic in topics)])


def document_rows(briefing: Briefing, topics: Sequence[TopicConfig]) -> list[dict[str, Any]]:
    """One row; null where a topic has no abstract."""
    document = briefing.document
    row: dict[str, Any] = {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "published": document.published,
        "abstract": briefing.abstract.text,
    }
    for topic in topics:
        abstract = briefing.topic_abstracts.get(topic.id)
        row[f"abstract_{topic.id}"] = abstract.text if abstract else None
        row[f"sentences_{topic.id}"] = sum(topic.id in tagged.topics for tagged in briefing.sentences)
    return [row]


def sentence_schema(topics: Sequence[TopicConfig]) -> pyarrow.Schema:
    """Columns of `sentence_table_rows`; scores by the topics' ids."""
    text, number = pyarrow.string(), pyarrow.int32()
    plain = [("document", text), ("index", number), ("start", number), ("end", number), ("text", text)]
    scores = [(f"score_{topic.id}", pyarrow.float32()) for topic in topics]
    return pyarrow.schema([*plain, ("topics", pyarrow.list_(text)), *scores])


def sentence_table_rows(briefing: Briefing, topics: Sequence[TopicConfig]) -> list[dict[str, Any]]:
    """A row for each sentence, with its offsets in the document's text."""
    return [
        {
            "document": briefing.document.id,
            "index": tagged.sentence.index,
            "start": tagged.sentence.start,
            "end": tagged.sentence.end,
            "text": tagged.sentence.text,
            "topics": list(tagged.topics),
            **{f"score_{topic.id}": tagged.scores[topic.id] for topic in topics},
        }
        for tagged in briefing.sentences
    ]


def visit_schema() -> pyarrow.Schema:
    """Columns of `visit_table_rows`."""
    text = pyarrow.string()
    people = pyarrow.list_(pyarrow.struct([("name", text), ("office", text)]))
    outcomes = pyarrow.list_(pyarrow.struct([("kind", text), ("text", text)]))
    plain = [(name, text) for name in ("document", "date", "place", "organisation", "kind", "matter")]
    return pyarrow.schema(
        [
            *plain,
            ("who", people),
            ("met", people),
            ("outcomes", outcomes),
            ("sentences", pyarrow.list_(pyarrow.int32())),
        ]
    )


def visit_table_rows(briefing: Briefing) -> list[dict[str, Any]]:
    """A row for each visit; null where the document does not say it. `sentences` are those it rests on, by their `index`."""
    return [
        {
            "document": briefing.document.id,
            "date": _text(visit.date),
            "place": _text(visit.place),
            "organisation": visit.organisation.text,
            "kind": visit.kind,
            "matter": _text(visit.matter),
            "who": [_person(person) for person in visit.who],
            "met": [_person(person) for person in visit.met],
            "outcomes": [{"kind": outcome.kind, "text": outcome.mention.text} for outcome in visit.outcomes],
            "sentences": _sentences(visit),
        }
        for visit in briefing.visits
    ]


def _text(mention: Mention | None) -> str | None:
    return mention.text if mention else None


def _person(person: Person) -> dict[str, str | None]:
    return {"name": person.name.text, "office": _text(person.office)}


def _sentences(visit: Visit) -> list[int]:
    people = [mention for person in (*visit.who, *visit.met) for mention in (person.name, person.office)]
    cells = [visit.date, visit.place, visit.organisation, visit.matter, *people]
    return sorted({m.sentence for m in (*cells, *(outcome.mention for outcome in visit.outcomes)) if m})
