"""Labelled documents from Label Studio's export (JSON): a task a document, labels on spans or choices on sentences.

Source: https://labelstud.io/guide/task_format
"""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.schema import Span
from pipeline.text.sentences import split_spans
from pipeline.training.labelled import LabelledDocument, LabelledSpan

logger = logging.getLogger(__name__)

KINDS = ("labels", "choices")
NOT_PLAIN = ("hypertextlabels", "paragraphlabels")
Json = Mapping[str, Any]


def read_tasks(text: str, path: Path) -> list[LabelledDocument]:
    """The annotated tasks of an export. A sentence carries the labels of the spans that share half of it or of themselves.

    Of several annotations of a task the one marked as ground truth counts, else the first; skipped ones never do.
    Tasks nobody has annotated are left out.

    Raises:
        InputError: It is not such an export, or a task cannot be read as labelled sentences.
    """
    try:
        tasks = json.loads(text)
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    documents = []
    for number, task in enumerate(tasks, 1):
        place = f"{path}: task {task.get('id', number) if isinstance(task, dict) else number}"
        if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
            raise InputError(f"{place}: not a task of Label Studio with its data: export as JSON, not as JSON-MIN")
        annotation = _annotation(task)
        if annotation is not None:
            documents.append(_document(task, annotation, place))
    if len(documents) < len(tasks):
        logger.warning("%s: %d tasks without an annotation are left out", path, len(tasks) - len(documents))
    return documents


def _annotation(task: Json) -> Json | None:
    done = [a for a in task.get("annotations") or [] if not a.get("was_cancelled")]
    return next((a for a in done if a.get("ground_truth")), done[0] if done else None)


def _document(task: Json, annotation: Json, place: str) -> LabelledDocument:
    text = _text(task["data"], place)
    sentences = split_spans(text)
    topics: list[list[str]] = [[] for _ in sentences]
    for result in annotation.get("result") or []:
        kind, value = result.get("type"), result.get("value") or {}
        if kind in NOT_PLAIN:
            raise InputError(
                f"{place}: {kind} have no offsets in plain text: label a Text, not HyperText or Paragraphs"
            )
        if kind not in KINDS:
            continue
        for index in _labelled(value, sentences, text, place):
            topics[index] += value.get(kind) or []
    return LabelledDocument(
        id=str(task["data"].get("id") or task.get("id") or place),
        text=text,
        spans=[
            LabelledSpan(start=s.start, end=s.end, topics=tuple(dict.fromkeys(names)), place=place)
            for s, names in zip(sentences, topics, strict=True)
        ],
        place=place,
        split=str(task["data"].get("split") or ""),
    )


def _text(data: Json, place: str) -> str:
    """The text of a task: its key `text`, else its only text that is longer than a name."""
    texts = [value for key, value in data.items() if isinstance(value, str) and key not in ("id", "split")]
    text = data.get("text") if isinstance(data.get("text"), str) else texts[0] if len(texts) == 1 else None
    if not text:
        raise InputError(f"{place}: which of {', '.join(data) or 'nothing'} is the text? name the key text")
    return str(text)


def _labelled(value: Json, sentences: Sequence[Span], text: str, place: str) -> list[int]:
    """The sentences that a result speaks of."""
    if "start" not in value:
        if len(sentences) > 1:
            raise InputError(
                f"{place}: choices on a text of {len(sentences)} sentences: label spans, or make a task of each sentence"
            )
        return list(range(len(sentences)))
    start, end = _offsets(value, text, place)
    found = []
    for index, sentence in enumerate(sentences):
        shared = min(end, sentence.end) - max(start, sentence.start)
        if shared > 0 and 2 * shared >= min(end - start, sentence.end - sentence.start):
            found.append(index)
    return found


def _offsets(value: Json, text: str, place: str) -> tuple[int, int]:
    """Where a span lies, in code points.

    Some versions count UTF-16 code units, as JavaScript does; the words the span holds tell which.
    """
    start, end = int(value["start"]), int(value["end"])
    words = value.get("text")
    if not isinstance(words, str):
        words = None
    units = text.encode("utf-16-le")
    in_units = (
        len(units[: 2 * start].decode("utf-16-le", "ignore")),
        len(units[: 2 * end].decode("utf-16-le", "ignore")),
    )
    for first, last in ((start, end), in_units):
        if 0 <= first < last <= len(text) and (words is None or _same(text[first:last], words)):
            return first, last
    raise InputError(f"{place}: the span {start}-{end} is not in its text of {len(text)} characters: export it again")


def _same(found: str, expected: str) -> bool:
    """Whether two texts are equal but for white space, which some versions write as an escape."""
    return "".join(found.split()) == "".join(expected.replace("\\n", " ").split())
