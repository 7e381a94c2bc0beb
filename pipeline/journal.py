"""What a run into a folder has done so far, kept on disk, so that a run that was stopped goes on where it was.

A line of JSON for each briefing, in the order of the documents. A run killed in the middle of a line loses that line.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.schema import Briefing, Document, Provenance
from pipeline.writing.files import writing
from pipeline.writing.json import from_dict, to_jsonl

NAME = ".jianbao-run.jsonl"


class Journal:
    """Briefings on disk; a context manager."""

    def __init__(self, folder: Path) -> None:
        """The journal of a folder, which is made if need be.

        Raises:
            OutputError: The folder cannot be written.
        """
        self._path = folder / NAME
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = self._path.open("r+b" if self._path.exists() else "w+b")
        self._reading = True

    def __enter__(self) -> "Journal":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the file; it stays."""
        self._stream.close()

    def known(self, document: Document, provenance: Provenance) -> Briefing | None:
        """The briefing of the next line if it is this document's, written by the same models.

        From the first document for which it is not, there are no more.
        """
        if not self._reading:
            return None
        start = self._stream.tell()
        briefing = _read(self._stream.readline())
        if briefing is not None and briefing.document == document and briefing.provenance == provenance:
            return briefing
        self._reading = False
        self._stream.seek(start)
        self._stream.truncate()
        return None

    def add(self, briefing: Briefing) -> None:
        """Writes a line behind those that are known.

        Raises:
            OutputError: It cannot be written.
        """
        with writing(self._path):
            self._stream.write(to_jsonl(briefing).encode())
            self._stream.flush()

    def briefings(self) -> Iterator[Briefing]:
        """All of them, from the first; what stands behind the last document of this run is left out before."""
        with writing(self._path):
            self._stream.truncate(self._stream.tell())
            self._stream.seek(0)
        for line in self._stream:
            yield from_dict(json.loads(line))

    def remove(self) -> None:
        """Closes the file and takes it away.

        Raises:
            OutputError: It cannot be removed.
        """
        self._stream.close()
        with writing(self._path):
            self._path.unlink(missing_ok=True)


def _read(line: bytes) -> Briefing | None:
    """The briefing of a whole line, else None."""
    if not line.endswith(b"\n"):
        return None
    try:
        return from_dict(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
