"""Plain news, without labels, as encoder windows: what an encoder is adapted on, and what teachers label."""

import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from pipeline.corpus import read_rows
from pipeline.errors import InputError
from pipeline.schema import Document
from pipeline.tagging.features import WindowEncoder
from pipeline.text.sentences import split_sentences
from pipeline.training.examples import windows_as_examples
from pipeline.training.pointer_data import SHORTEST_TEXT, usable

ROWS_AT_ONCE = 200


def text_windows(
    texts: Sequence[Path], leave_out: Sequence[Path], encode: WindowEncoder, most: int = 0, seed: int = 13
) -> Dataset:
    """The windows of all Chinese texts, made by as many processes as there are processors.

    Args:
        texts: JSON Lines (or .gz) with `id`, `text` and perhaps `title`.
        leave_out: JSON Lines whose ids are left out: documents kept for measuring, for one.
        encode: Cuts a document into windows.
        most: How many texts of each file, drawn at random; 0 takes all.
        seed: Of the draw.

    Returns:
        Rows with `input_ids` and `units` (tokens; -1 where no sentence stands) and `length`.

    Raises:
        InputError: A file is missing or damaged, or none holds a Chinese text.
    """
    held = {str(row.get("id")) for path in leave_out for _, row in read_rows(path)}
    rows: list[dict[str, str]] = []
    for path in texts:
        found = [row for _, row in read_rows(path)]
        good = [
            {"title": str(row.get("title") or ""), "text": str(row["text"])}
            for row in found
            if row.get("text") and str(row.get("id")) not in held and _readable(str(row["text"]))
        ]
        if most and len(good) > most:
            good = random.Random(seed).sample(good, most)
        rows += good
    if not rows:
        raise InputError(f"{', '.join(map(str, texts))}: no Chinese text in it that is not left out")
    processes = min(os.cpu_count() or 1, len(rows) // ROWS_AT_ONCE)
    return Dataset.from_list(rows).map(
        _windows,
        fn_kwargs={"encode": encode},
        batched=True,
        batch_size=ROWS_AT_ONCE,
        num_proc=processes if processes > 1 else None,
        remove_columns=["title", "text"],
        desc="windows",
    )


def _readable(text: str) -> bool:
    return len(text) >= SHORTEST_TEXT and usable(text)


def _windows(batch: Mapping[str, Sequence[str]], encode: WindowEncoder) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"input_ids": [], "units": [], "length": []}
    for title, text in zip(batch["title"], batch["text"], strict=True):
        sentences = split_sentences(Document(id="", source="", title=title, body=text))
        if not sentences:
            continue
        for example in windows_as_examples([s.text for s in sentences], title, encode):
            for name, values in columns.items():
                values.append(example[name])
    return columns
