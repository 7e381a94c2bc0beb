"""What joints are learned from: sentences cut by leaving clauses out, and whether somebody found them sound.

The texts may not be copied: a file of judgements says which clauses were kept of which sentence, by offsets in a text that the
user has.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from rich.progress import track

from pipeline.corpus import read_rows
from pipeline.errors import InputError
from pipeline.schema import Document
from pipeline.text.sentences import split_sentences
from pipeline.text.tidy import clause_spans
from pipeline.training.branch_data import Reader, clauses_of
from pipeline.training.examples import Example

NO, UNKNOWN = 0, -1


class Cut(BaseModel):
    """A sentence, ``text[start:end]``, of which some clauses were kept.

    Attributes:
        start: Where the sentence begins in the text.
        end: Where it ends.
        kept: Numbers of the clauses that were kept.
        sound: Whether what was kept is a whole sentence that says nothing else than the sentence does.
        alone: Whether it can be understood under the headline without the sentences before it; None if nobody said.
    """

    start: int
    end: int
    kept: tuple[int, ...]
    sound: bool
    alone: bool | None = None


class CutText(BaseModel):
    """A line of the file: the cuts that were judged of a text, which is known by its SHA-256."""

    id: str
    sha256: str
    cuts: tuple[Cut, ...]


def load_cuts(path: Path, texts: Sequence[Path]) -> list[tuple[Document, tuple[Cut, ...]]]:
    """Judged cuts with the documents they were made in.

    Args:
        path: JSON Lines, as `CutText` has them.
        texts: JSON Lines, plain or gzipped, with `id`, `title` and `text`, that hold the documents.

    Raises:
        InputError: A file is missing or damaged, or a text is not there or is not the one that was judged.
    """
    rows = {}
    for number, raw in read_rows(path):
        try:
            row = CutText.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(f"{path}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        rows[row.id] = row
    found: dict[str, dict[str, Any]] = {
        row["id"]: row for text in texts for _, row in read_rows(text) if row.get("id") in rows
    }
    for name, row in rows.items():
        if name not in found:
            raise InputError(f"{path}: the text of {name} is not in the files given")
        if hashlib.sha256(found[name]["text"].encode()).hexdigest() != row.sha256:
            raise InputError(f"{path}: the text of {name} is not the one that was judged")
    return [
        (Document(id=n, source="", title=found[n].get("title") or "", body=found[n]["text"]), row.cuts)
        for n, row in rows.items()
    ]


def cut_examples(judged: Sequence[tuple[Document, tuple[Cut, ...]]], reader: Reader) -> Iterator[Example]:
    """Windows of documents with the cuts in them: `input_ids`, `units` (clauses of tokens), `length`, `cuts`.

    A cut is a list: number of the first clause kept and of the last, whether clauses before the one and behind the other were
    left out, sound, alone (-1 unknown), and pairs of clauses between which some were left out.
    """
    for document, cuts in track(judged, "judged documents"):
        sentences = split_sentences(document)
        places = {(one.start, one.end): number for number, one in enumerate(sentences)}
        units, windows = reader.encode([one.text for one in sentences], document.title)
        for window in windows:
            owned = {units[unit].sentence for unit in window.owned}
            clauses, numbers = clauses_of(window, units)
            known = {(units[unit].sentence, clause): number for (unit, clause), number in numbers.items()}
            rows = []
            for cut in cuts:
                place = places.get((cut.start, cut.end))
                kept = [known.get((place, clause), UNKNOWN) for clause in cut.kept] if place in owned else []
                if kept and UNKNOWN not in kept and place is not None:
                    rows.append(_row(cut, kept, len(clause_spans(sentences[place].text))))
            if rows:
                yield {
                    "input_ids": window.tokens.tolist(),
                    "units": clauses.tolist(),
                    "length": len(window.tokens),
                    "cuts": rows,
                }


def _row(cut: Cut, kept: Sequence[int], clauses: int) -> list[int]:
    skips = [n for i in range(len(kept) - 1) if cut.kept[i + 1] > cut.kept[i] + 1 for n in (kept[i], kept[i + 1])]
    begun, ended = cut.kept[0] > 0, cut.kept[-1] < clauses - 1
    alone = UNKNOWN if cut.alone is None else int(cut.alone)
    return [kept[0], kept[-1], int(begun), int(ended), int(cut.sound), alone, *skips]
