"""Many files in, briefings out, written so that nothing is ever left half-written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO

from pipeline.config import TopicConfig
from pipeline.errors import InputError, OutputError
from pipeline.reading.documents import read_document
from pipeline.runner import Jianbao
from pipeline.schema import Briefing
from pipeline.writing.html import IndexRow, index_row, to_html, to_index
from pipeline.writing.json import to_json, to_jsonl
from pipeline.writing.text import to_markdown
from pipeline.writing.wording import Language

FORMATS = ("html", "json", "jsonl", "md")
ALL = "briefings"
JSONL_NAME, INDEX_NAME = f"{ALL}.jsonl", f"{ALL}.html"
LONGEST_NAME = 200  # bytes; file systems take 255 with the ending


def run_files(jianbao: Jianbao, sources: Sequence[str]) -> Iterator[Briefing | InputError]:
    """Runs the pipeline over files, one at a time.

    Yields:
        For each file, in order, its briefing, or the error that says why it cannot be used. Ids are made unique.
    """
    seen = {ALL}  # the name of what stands for all of them
    for source in sources:
        try:
            document = read_document(source)
        except InputError as error:
            yield error
            continue
        base = document.id.encode()[:LONGEST_NAME].decode(errors="ignore")
        document = replace(document, id=base)
        for number in count(2):
            if document.id.casefold() not in seen:  # some file systems do not tell cases apart
                break
            document = replace(document, id=f"{base}-{number}")
        seen.add(document.id.casefold())
        yield jianbao.run(document)


class FolderWriter:
    """Writes briefings into a folder: `ID.html`, `ID.json`, `ID.md`; all in `briefings.jsonl`, a list in `briefings.html`."""

    def __init__(
        self,
        folder: Path,
        formats: Sequence[str],
        topics: Sequence[TopicConfig],
        language: Language,
        lines: IO[str] | None,
    ) -> None:
        """Use `open_folder`, which opens and closes `lines`."""
        self._folder, self._formats, self._topics, self._language, self._lines = (
            folder,
            formats,
            topics,
            language,
            lines,
        )
        self._rows: list[IndexRow] = []

    def write(self, briefing: Briefing) -> None:
        """Writes one briefing in every format; a file appears under its name only when it is complete."""
        if self._lines is not None:
            with _writing(self._folder / JSONL_NAME):
                self._lines.write(to_jsonl(briefing))
                self._lines.flush()
        if "json" in self._formats:
            _write_whole(self._folder / f"{briefing.document.id}.json", to_json(briefing))
        if "html" in self._formats:
            name = f"{briefing.document.id}.html"
            _write_whole(self._folder / name, to_html(briefing, self._topics, self._language))
            self._rows.append(index_row(briefing, name))
        if "md" in self._formats:
            _write_whole(
                self._folder / f"{briefing.document.id}.md", to_markdown(briefing, self._topics, self._language)
            )

    def close(self) -> None:
        """Writes the list of the reports."""
        if "html" in self._formats:
            _write_whole(self._folder / INDEX_NAME, to_index(self._rows, self._topics, self._language))


@contextmanager
def open_folder(
    folder: Path, formats: Sequence[str], topics: Sequence[TopicConfig], language: Language = "zh"
) -> Iterator[FolderWriter]:
    """A writer into `folder`, which is made if need be.

    `briefings.jsonl` grows as `briefings.jsonl.part` and takes its name, and the place of an earlier one, at the end.

    Raises:
        OutputError: The folder, or a file in it, cannot be written.
    """
    part = folder / (JSONL_NAME + ".part")
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lines = part.open("w", encoding="utf-8") if "jsonl" in formats else None
    try:
        writer = FolderWriter(folder, formats, topics, language, lines)
        yield writer
        writer.close()
    finally:
        if lines is not None:
            lines.close()
    if lines is not None:
        with _writing(folder / JSONL_NAME):
            part.replace(folder / JSONL_NAME)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written to: {error.strerror}") from None


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    with _writing(path):
        part.write_text(text, encoding="utf-8")
        try:
            part.replace(path)
        except OSError:
            part.unlink()
            raise
