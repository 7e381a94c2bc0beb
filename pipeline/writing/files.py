"""Where briefings go in a folder: a file each, or one file of all; nothing appears under its name before it is complete."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from pipeline.config import TopicConfig
from pipeline.errors import OutputError
from pipeline.schema import Briefing
from pipeline.writing.html import index_row, to_index
from pipeline.writing.rows import Cell, document_header, document_row, sentence_header, sentence_rows
from pipeline.writing.visits import visit_rows, visit_sheet_header
from pipeline.writing.wording import WORDS, Language

PART = ".part"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Takes briefings one by one."""

    def write(self, briefing: Briefing) -> None:
        """Writes one.

        Raises:
            OutputError: It cannot be written.
        """
        ...

    def close(self, *, complete: bool) -> None:
        """Ends; what was written gets its name only if the run was complete.

        Raises:
            OutputError: It cannot be written.
        """
        ...


class Pages:
    """A file for each briefing, named by its id."""

    def __init__(self, folder: Path, suffix: str, render: Callable[[Briefing], str | bytes]) -> None:
        """Takes how a briefing becomes the content of its file."""
        self._folder, self._suffix, self._render = folder, suffix, render

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        write_whole(self._folder / (briefing.document.id + self._suffix), self._render(briefing))

    def close(self, *, complete: bool) -> None:
        """Every file is complete by itself."""


class HtmlIndex:
    """A page that lists the reports; few words of each are kept till the end."""

    def __init__(self, path: Path, topics: Sequence[TopicConfig], language: Language) -> None:
        """Takes where the page goes; the reports lie beside it as `ID.html`."""
        self._path, self._topics, self._language = path, topics, language
        self._rows: list[Any] = []

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        self._rows.append(index_row(briefing, f"{briefing.document.id}.html"))

    def close(self, *, complete: bool) -> None:
        """See `Sink.close`."""
        if complete:
            write_whole(self._path, to_index(self._rows, self._topics, self._language))


class Lines:
    """One text file that grows."""

    def __init__(self, path: Path, render: Callable[[Briefing], str]) -> None:
        """Opens the file, beside its later name."""
        self._path, self._render = path, render
        with writing(path):
            self._stream = part(path).open("w", encoding="utf-8")

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        with writing(self._path):
            self._stream.write(self._render(briefing))
            self._stream.flush()

    def close(self, *, complete: bool) -> None:
        """See `Sink.close`."""
        _finish(self._path, self._stream.close, complete=complete)


class Csv:
    """A table of documents or of sentences, UTF-8 with the mark that spreadsheets look for; formulas are defused."""

    def __init__(self, path: Path, header: Sequence[str], rows: Callable[[Briefing], Sequence[Sequence[Cell]]]) -> None:
        """Opens the file and writes its first line."""
        self._path, self._rows = path, rows
        with writing(path):
            self._stream = part(path).open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._stream)
            self._writer.writerow(header)

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        with writing(self._path):
            self._writer.writerows([[defused(cell) for cell in row] for row in self._rows(briefing)])

    def close(self, *, complete: bool) -> None:
        """See `Sink.close`."""
        _finish(self._path, self._stream.close, complete=complete)


class Workbook:
    """A workbook with a sheet of documents, one of sentences and one of visits; rows go to disk as they come."""

    def __init__(self, path: Path, topics: Sequence[TopicConfig], language: Language) -> None:
        """Opens the file and writes the headings."""
        from xlsxwriter import Workbook as Book

        self._path, self._topics, self._language = path, topics, language
        self._book: Any = Book(str(part(path)), {"constant_memory": True, "strings_to_formulas": False})
        words = WORDS[language]
        self._sheets = [
            self._book.add_worksheet(words[key]) for key in ("document_sheet", "sentence_sheet", "visit_sheet")
        ]
        self._used = [0, 0, 0]
        bold = self._book.add_format({"bold": True})
        for sheet, header, widths in zip(
            self._sheets,
            (document_header(topics, language), sentence_header(topics, language), visit_sheet_header(language)),
            ((18, 24, 36, 12, 80), (18, 8, 80, 24), (18, 16, 16, 32, 28, 10, 28, 40, 40, 12)),
            strict=True,
        ):
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            sheet.write_row(0, 0, header, bold)
            sheet.freeze_panes(1, 0)

    def write(self, briefing: Briefing) -> None:
        """See `Sink.write`."""
        rows = [
            [document_row(briefing, self._topics)],
            sentence_rows(briefing, self._topics, self._language),
            visit_rows(briefing, self._language),
        ]
        with writing(self._path):
            for number, sheet in enumerate(self._sheets):
                for row in rows[number]:
                    self._used[number] += 1
                    for column, cell in enumerate(row):
                        put = sheet.write_string if isinstance(cell, str) else sheet.write_number
                        put(self._used[number], column, cell)

    def close(self, *, complete: bool) -> None:
        """See `Sink.close`."""
        _finish(self._path, self._book.close, complete=complete)


def defused(cell: Cell) -> Cell:
    """A cell no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def part(path: Path) -> Path:
    """Where a file grows until it is complete."""
    return path.with_name(path.name + PART)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the system's errors into one that names the file.

    Raises:
        OutputError: The system refused.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written to: {error.strerror}") from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file that appears under its name when it is complete.

    Raises:
        OutputError: It cannot be written.
    """
    with writing(path):
        try:
            part(path).write_bytes(content.encode() if isinstance(content, str) else content)
            part(path).replace(path)
        except OSError:
            with suppress(OSError):
                part(path).unlink(missing_ok=True)
            raise


def _finish(path: Path, close: Callable[[], object], *, complete: bool) -> None:
    with writing(path):
        close()
        if complete:
            part(path).replace(path)
