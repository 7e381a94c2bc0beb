"""Many files in, briefings out, written so that nothing is ever left half-written."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from pipeline.config import TopicConfig
from pipeline.errors import InputError
from pipeline.journal import Journal
from pipeline.schema import Briefing, Document, Provenance
from pipeline.writing.docx import to_docx
from pipeline.writing.files import Csv, HtmlIndex, Lines, Pages, Sink, Workbook, writing
from pipeline.writing.html import to_html
from pipeline.writing.json import to_json, to_jsonl
from pipeline.writing.rows import document_header, document_row, sentence_header, sentence_rows
from pipeline.writing.text import to_markdown
from pipeline.writing.visits import visit_rows, visit_sheet_header
from pipeline.writing.wording import Language

FORMATS = ("csv", "docx", "html", "json", "jsonl", "md", "parquet", "xlsx")
# And the library that writes it, with the extra it comes by.
NEEDS_FOLDER = {
    "csv": ("", ""),
    "docx": ("docx", "office"),
    "parquet": ("pyarrow", "tables"),
    "xlsx": ("xlsxwriter", "office"),
}
ALL = "briefings"
# Documents to briefings, in order, or errors in their places; errors are handed on.
Compute = Callable[[Iterable[Document | InputError]], Iterator[Briefing | InputError]]
LONGEST_NAME = 200  # bytes; file systems take 255 with the ending


def unique(documents: Iterable[Document | InputError]) -> Iterator[Document | InputError]:
    """The documents with ids that no other has, also where a file system does not tell cases apart, and short enough."""
    seen = {ALL}  # the name of what stands for all of them
    for document in documents:
        if isinstance(document, InputError):
            yield document
            continue
        base = document.id.encode()[:LONGEST_NAME].decode(errors="ignore")
        document = replace(document, id=base)
        for number in count(2):
            if document.id.casefold() not in seen:
                break
            document = replace(document, id=f"{base}-{number}")
        seen.add(document.id.casefold())
        yield document


def resume(
    journal: Journal,
    documents: Iterable[Document | InputError],
    provenance: Provenance,
    compute: Compute,
) -> Iterator[Briefing | InputError]:
    """Results of documents, in order, those that the journal has and then new ones, which it gets.

    Args:
        journal: What an earlier run of the same folder left.
        documents: What to run, or why something cannot be run.
        provenance: The models in use; what others wrote is done anew.
        compute: Gives a briefing or an error for each document, and errors as they came.

    Raises:
        OutputError: The journal cannot be written.
    """
    rest = iter(documents)
    for document in rest:
        if isinstance(document, InputError):
            yield document
            continue
        known = journal.known(document, provenance)
        if known is None:
            rest = chain([document], rest)
            break
        yield known
    handed: deque[Document | InputError] = deque()
    for result in compute(_noted(rest, handed)):
        document = handed.popleft()
        if isinstance(result, Briefing):
            journal.add(result)
        elif isinstance(document, Document):
            journal.fail(document, provenance, result)
        yield result


def _noted(
    documents: Iterable[Document | InputError], handed: deque[Document | InputError]
) -> Iterator[Document | InputError]:
    for document in documents:
        handed.append(document)
        yield document


class FolderWriter:
    """Writes each briefing to all the files that were asked for."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        """Use `open_folder`, which opens and closes them."""
        self._sinks = sinks

    def write(self, briefing: Briefing) -> None:
        """Writes one briefing in every format.

        Raises:
            OutputError: A file cannot be written.
        """
        for sink in self._sinks:
            sink.write(briefing)


@contextmanager
def open_folder(
    folder: Path, formats: Sequence[str], topics: Sequence[TopicConfig], language: Language = "zh"
) -> Iterator[FolderWriter]:
    """A writer into `folder`, which is made if need be.

    Files of all briefings, such as `briefings.jsonl`, grow as `briefings.jsonl.part` and take their names, and the places of
    earlier ones, at the end.

    Raises:
        OutputError: The folder, or a file in it, cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    sinks: list[Sink] = []
    complete = False
    try:
        for name in formats:
            sinks += _sinks(name, folder, topics, language)
        yield FolderWriter(sinks)
        complete = True
    finally:
        for sink in sinks:
            sink.close(complete=complete)


def _sinks(name: str, folder: Path, topics: Sequence[TopicConfig], language: Language) -> list[Sink]:
    everything = folder / ALL
    match name:
        case "html":
            pages = Pages(folder, ".html", lambda briefing: to_html(briefing, topics, language))
            return [pages, HtmlIndex(everything.with_suffix(".html"), topics, language)]
        case "json":
            return [Pages(folder, ".json", to_json)]
        case "jsonl":
            return [Lines(everything.with_suffix(".jsonl"), to_jsonl)]
        case "docx":
            return [Pages(folder, ".docx", lambda briefing: to_docx(briefing, topics, language))]
        case "parquet":
            from pipeline.writing.parquet import (
                Table,
                document_rows,
                document_schema,
                sentence_schema,
                sentence_table_rows,
                visit_schema,
                visit_table_rows,
            )

            documents, sentences = everything.with_suffix(".parquet"), folder / "sentences.parquet"
            return [
                Table(documents, document_schema(topics), lambda b: document_rows(b, topics)),
                Table(sentences, sentence_schema(topics), lambda b: sentence_table_rows(b, topics)),
                Table(folder / "visits.parquet", visit_schema(), visit_table_rows),
            ]
        case "xlsx":
            return [Workbook(everything.with_suffix(".xlsx"), topics, language)]
        case "csv":
            documents, sentences = everything.with_suffix(".csv"), folder / "sentences.csv"
            return [
                Csv(documents, document_header(topics, language), lambda b: [document_row(b, topics)]),
                Csv(sentences, sentence_header(topics, language), lambda b: sentence_rows(b, topics, language)),
                Csv(folder / "visits.csv", visit_sheet_header(language), lambda b: visit_rows(b, language)),
            ]
        case _:
            return [Pages(folder, ".md", lambda briefing: to_markdown(briefing, topics, language))]
