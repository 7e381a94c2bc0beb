"""What `jianbao run` is given to documents: files, folders, patterns, lists of files, tables of documents."""

import glob
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, InputError
from pipeline.reading.documents import TABLE_SUFFIXES, find_files, make_document, read_document
from pipeline.schema import Document

PARQUET = ".parquet"
LIST = "@"
NOT_IN_NAMES = re.compile(r"[/\\\0]")
ROWS = 256  # of a table that are held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Files to read, in order; a file of kind JSON Lines or Parquet holds many documents."""

    files: tuple[str, ...]

    @classmethod
    def find(cls, given: Sequence[str]) -> "Sources":
        """What the arguments of a command name.

        Args:
            given: Paths of files and folders, patterns such as ``2026-*/*.txt``, and ``@list.txt`` for a file that lists
                such, one a line.

        Raises:
            InputError: A list cannot be read.
            ConfigError: A table needs a library that is not here.
        """
        files = tuple(find_files([path for argument in given for path in _expanded(argument)]))
        if any(Path(file).suffix.lower() == PARQUET for file in files) and find_spec("pyarrow") is None:
            raise ConfigError("Parquet files need a library that is not here: pip install 'jianbao[tables]'")
        return cls(files=files)

    @property
    def count(self) -> int | None:
        """How many documents there are; None where a table has to be read to know."""
        return None if any(_is_table(file) for file in self.files) else len(self.files)

    def documents(self) -> Iterator[Document | InputError]:
        """The documents, one at a time, or for each that cannot be used why."""
        for file in self.files:
            try:
                yield from _rows(file) if _is_table(file) else [read_document(file)]
            except InputError as error:
                yield error


def _expanded(argument: str) -> list[str]:
    if argument.startswith(LIST) and not Path(argument).exists():
        try:
            lines = Path(argument[1:]).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, ValueError) as error:
            raise InputError(f"{argument}: not a list of files that can be read: {error}") from None
        return [path for line in lines if line.strip() for path in _expanded(line.strip())]
    if glob.has_magic(argument) and not Path(argument).exists():
        return sorted(glob.glob(argument, recursive=True)) or [argument]  # noqa: PTH207 - patterns may be absolute
    return [argument]


def _is_table(file: str) -> bool:
    return Path(file).suffix.lower() in TABLE_SUFFIXES


def _rows(file: str) -> Iterator[Document | InputError]:
    """The documents of a table: text, and id, title and published where it has them."""
    rows = _parquet(file) if Path(file).suffix.lower() == PARQUET else _lines(file)
    for number, row in rows:
        if isinstance(row, InputError):
            yield row
            continue
        text = row.get("text")
        if not isinstance(text, str) or not text.strip():
            yield InputError(f"{file}:{number}: has no text: documents need the key text")
            continue
        title, published = (value if isinstance(value := row.get(key), str) else "" for key in ("title", "published"))
        given = row.get("id")
        name = NOT_IN_NAMES.sub("_", f"{Path(file).stem}-{number}" if given in (None, "") else str(given))
        yield make_document(
            text.replace("\r\n", "\n"), id=name, source=f"{file}:{number}", title=title, published=published
        )


def _lines(file: str) -> Iterator[tuple[int, Mapping[str, Any] | InputError]]:
    try:
        with Path(file).open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    yield number, InputError(f"{file}:{number}: not JSON, one object a line: {error}")
                    continue
                yield number, row if isinstance(row, dict) else InputError(f"{file}:{number}: not a JSON object")
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None


def _parquet(file: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import pyarrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(file) as table:
            columns = [name for name in ("id", "title", "text", "published") if name in table.schema_arrow.names]
            number = 0
            for batch in table.iter_batches(batch_size=ROWS, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (OSError, pyarrow.ArrowException) as error:
        raise InputError(f"{file}: cannot be read as Parquet: {' '.join(str(error).split())}") from None
