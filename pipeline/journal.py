"""What a run into a folder has done so far, kept on disk, so that a run that was stopped goes on where it was.

A line of JSON for each document, in order: its briefing, or why there is none. A run killed in the middle of a line loses
that line.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from pipeline.errors import InputError, OutputError
from pipeline.schema import Briefing, Document, Provenance
from pipeline.writing.files import writing
from pipeline.writing.json import (
    document_from_dict,
    document_to_dict,
    from_dict,
    provenance_from_dict,
    provenance_to_dict,
    to_jsonl,
)

NAME = ".jianbao-run.jsonl"
LOCK = ".jianbao-run.lock"
ERROR = "error"  # the key that only documents without a briefing have


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    document: Document
    provenance: Provenance
    error: str


class Journal:
    """Results on disk, of one run at a time; a context manager."""

    def __init__(self, folder: Path) -> None:
        """The journal of a folder, which is made if need be.

        Raises:
            OutputError: The folder cannot be written, or another run is writing into it.
        """
        self._path = folder / NAME
        with ExitStack() as stack, writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_locked(folder))
            self._stream: BinaryIO = stack.enter_context(self._path.open("r+b" if self._path.exists() else "w+b"))
            self._held = stack.pop_all()
        self._reading = True

    def __enter__(self) -> "Journal":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the file, which stays, and lets other runs in."""
        self._held.close()

    def known(self, document: Document, provenance: Provenance) -> Briefing | InputError | None:
        """What the next line says if it is about this document, written by the same models.

        From the first document for which it is not, there are no more.
        """
        if not self._reading:
            return None
        start = self._stream.tell()
        result = _read(self._stream.readline())
        if result is not None and result.document == document and result.provenance == provenance:
            return result if isinstance(result, Briefing) else InputError(result.error)
        self._reading = False
        self._stream.seek(start)
        self._stream.truncate()
        return None

    def add(self, briefing: Briefing) -> None:
        """Writes a line behind those that are known.

        Raises:
            OutputError: It cannot be written.
        """
        self._write(to_jsonl(briefing))

    def fail(self, document: Document, provenance: Provenance, error: InputError) -> None:
        """Writes a line that says why a document has no briefing, so that it need not be tried again.

        Raises:
            OutputError: It cannot be written.
        """
        row = {"document": document_to_dict(document), "provenance": provenance_to_dict(provenance), ERROR: str(error)}
        self._write(json.dumps(row, ensure_ascii=False) + "\n")

    def briefings(self) -> Iterator[Briefing]:
        """All of them, from the first; what stands behind the last document of this run is left out before."""
        with writing(self._path):
            self._stream.truncate(self._stream.tell())
            self._stream.seek(0)
        for line in self._stream:
            row = json.loads(line)
            if ERROR not in row:
                yield from_dict(row)

    def remove(self) -> None:
        """Closes the file and takes it away.

        Raises:
            OutputError: It cannot be removed.
        """
        self._stream.close()
        with writing(self._path):
            self._path.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        with writing(self._path):
            self._stream.write(line.encode())
            self._stream.flush()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The folder is this run's own; the system ends that as well if the process is killed."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise OutputError(f"{folder}: another run is writing into it: wait for it or choose another folder") from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes it at the release
            (folder / LOCK).unlink()  # before the release: a lock on a file that is gone counts for nobody
        lock.release()


def _read(line: bytes) -> Briefing | _Failure | None:
    """What a whole line says, else None."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
        if ERROR not in row:
            return from_dict(row)
        document, provenance = document_from_dict(row["document"]), provenance_from_dict(row["provenance"])
        return _Failure(document=document, provenance=provenance, error=row[ERROR])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
