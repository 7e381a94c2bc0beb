"""A user's labelled file to documents to train on: JSON Lines, CSV, or Label Studio's export, told by content.

Everything that could go wrong hours later is looked for first: unknown topics, offsets outside the text, topics
without an example.
"""

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ValidationError

from pipeline.config import TopicConfig
from pipeline.corpus import GoldDocument, GoldSentence
from pipeline.errors import InputError
from pipeline.reading.encodings import decode
from pipeline.schema import Document, Span
from pipeline.training.label_studio import read_tasks
from pipeline.training.labelled import LabelledDocument, LabelledSpan
from pipeline.training.tables import is_table, read_table

SPREADSHEET = b"PK\x03\x04"
DEV_SHARE = 0.2
SPLITS = {"val": "dev", "valid": "dev", "validation": "dev"}
Name = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]


class _Stretch(BaseModel):
    start: int
    end: int


class _Sentence(_Stretch):
    topics: list[str]


class _Line(BaseModel):
    """A line of a corpus; keys that are not named here are of no use to training."""

    id: Name
    text: str
    sentences: list[_Sentence]
    title: str = ""
    split: Literal["", "train", "dev", "test", "val", "valid", "validation"] = ""
    furniture: list[_Stretch] = []
    abstract: str = ""
    topic_abstracts: dict[str, str] = {}


def load_labelled(path: Path, topics: Sequence[TopicConfig]) -> list[GoldDocument]:
    """Reads and checks a labelled file.

    Args:
        path: JSON Lines as `data/README.md` describes them, a CSV (`document, sentence, topics`), or Label Studio's
            JSON; UTF-8 or another usual encoding.
        topics: What may be labelled, by id, Chinese or English name.

    Returns:
        The documents, each with a split: the file's own, else `dev` for a fifth of the documents and `train` for the
        others, by the SHA-256 of their ids.

    Raises:
        InputError: The file cannot be used; the message names the line or task.
    """
    documents = _read(path)
    if not documents:
        raise InputError(f"{path}: no labelled documents in it")
    known = _topic_names(topics)
    seen: set[str] = set()
    gold = []
    for document in documents:
        if document.id in seen:
            raise InputError(f"{document.place}: a second document with the id {document.id}: ids must differ")
        seen.add(document.id)
        gold.append(_checked(document, known))
    gold = _with_splits(gold, documents)
    for topic in topics:
        if not any(topic.id in s.topics for g in gold if g.split == "train" for s in g.sentences):
            raise InputError(
                f"{path}: no sentence of the split train is labelled {topic.name} ({topic.id}): label some, or take the"
                " topic out of the config"
            )
    return gold


def _read(path: Path) -> list[LabelledDocument]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if data.startswith(SPREADSHEET):
        raise InputError(f"{path}: a spreadsheet or archive: save it as CSV (UTF-8) first")
    text = decode(data, str(path))
    if text.lstrip().startswith("["):
        return read_tasks(text, path)
    if text.lstrip().startswith("{"):
        return _read_lines(text, path)
    if is_table(text):
        return read_table(text, path)
    raise InputError(
        f"{path}: neither JSON Lines with text and sentences, nor a CSV with the columns document, sentence, topics, nor"
        " Label Studio's JSON export"
    )


def _read_lines(text: str, path: Path) -> list[LabelledDocument]:
    documents = []
    for number, line in enumerate(text.split("\n"), 1):
        place = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            row = _Line.model_validate(json.loads(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{place}: not a labelled document ({where}: {first['msg']})") from None
        except ValueError as error:
            raise InputError(f"{place}: not JSON, one object a line: {error}") from None
        spans = [
            LabelledSpan(start=s.start, end=s.end, topics=s.topics, place=f"{place}: sentence {i}")
            for i, s in enumerate(row.sentences, 1)
        ]
        documents.append(
            LabelledDocument(
                id=row.id,
                text=row.text,
                spans=spans,
                place=place,
                title=row.title,
                split=row.split,
                furniture=tuple(Span(start=f.start, end=f.end) for f in row.furniture),
                abstract=row.abstract,
                topic_abstracts=row.topic_abstracts,
            )
        )
    return documents


def _topic_names(topics: Sequence[TopicConfig]) -> dict[str, str]:
    """Every name a topic goes by, and its id."""
    return {name: topic.id for topic in topics for name in (topic.name_en, topic.name, topic.id) if name}


def _checked(document: LabelledDocument, known: Mapping[str, str]) -> GoldDocument:
    if not document.spans:
        raise InputError(f"{document.place}: no labelled sentence: sentences without a topic are listed as well")
    end = 0
    for span in document.spans:
        if not 0 <= span.start < span.end <= len(document.text):
            raise InputError(
                f"{span.place}: offsets {span.start}-{span.end} are outside the text of {len(document.text)} characters"
            )
        if span.start < end:
            raise InputError(f"{span.place}: offsets {span.start}-{span.end} overlap the sentence before, or go back")
        end = span.end
    return GoldDocument(
        document=Document(
            id=document.id,
            source=document.place,
            title=document.title,
            body=document.text,
            furniture=document.furniture,
        ),
        sentences=tuple(
            GoldSentence(start=s.start, end=s.end, topics=frozenset(_topic(name, known, s.place) for name in s.topics))
            for s in document.spans
        ),
        abstract=document.abstract,
        topic_abstracts=document.topic_abstracts,
        split=SPLITS.get(document.split, document.split),
    )


def _topic(name: str, known: Mapping[str, str], place: str) -> str:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise InputError(f"{place}: unknown topic {name}{hint}; the config's topics are {', '.join(known)}")


def _with_splits(gold: list[GoldDocument], documents: Sequence[LabelledDocument]) -> list[GoldDocument]:
    for document, source in zip(gold, documents, strict=True):
        if document.split not in ("", "train", "dev", "test"):
            raise InputError(f"{source.place}: unknown split {document.split}: it is train, dev or test")
        if bool(document.split) != bool(gold[0].split):
            raise InputError(f"{source.place}: some documents name their split and some do not: all or none")
    if gold[0].split:
        if not any(document.split == "dev" for document in gold):
            raise InputError(
                f"{documents[0].place}: no document is in the split dev: mark a fifth, or leave splits out"
            )
        return gold
    if len(gold) < 2:
        raise InputError(f"{documents[0].place}: one document is not enough: some are kept apart to choose thresholds")
    dev = _dev_documents(gold)
    if not dev:
        raise InputError(f"{documents[0].place}: every document has the only examples of a topic: label more documents")
    return [replace(document, split="dev" if document.document.id in dev else "train") for document in gold]


def _dev_documents(gold: Sequence[GoldDocument]) -> set[str]:
    """A fifth of the documents, at least one, in the order of the SHA-256 of their ids.

    Documents that bring a topic dev does not have yet go first; the last one with some topic is never taken from train.
    """
    carried = {document.document.id: {t for s in document.sentences for t in s.topics} for document in gold}
    order = sorted(carried, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    wanted = max(1, round(DEV_SHARE * len(gold)))
    dev: set[str] = set()
    for any_topic in (False, True):
        for name in order:
            present = {t for other in dev for t in carried[other]}
            rest = {t for other, topics in carried.items() if other != name and other not in dev for t in topics}
            if (
                len(dev) < wanted
                and name not in dev
                and carried[name] <= rest
                and (any_topic or carried[name] - present)
            ):
                dev.add(name)
    return dev
