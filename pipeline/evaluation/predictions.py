"""Predictions: briefings of labelled documents, as JSON Lines of the same form as `jianbao run --format jsonl` writes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.corpus import GoldDocument
from pipeline.errors import InputError, OutputError
from pipeline.evaluation.gold import without_furniture
from pipeline.runner import Jianbao
from pipeline.schema import Briefing
from pipeline.writing.json import from_dict, to_dict, to_jsonl


def predict(jianbao: Jianbao, gold: Iterable[GoldDocument]) -> Iterator[Briefing]:
    """Briefings of labelled documents, one at a time, from their raw text: labels and marked furniture are not looked at.

    Scores are those the JSON holds, so that figures are the same whether predictions went through a file or not.
    """
    for document in gold:
        yield from_dict(to_dict(jianbao.run(without_furniture(document).document)))


def write_predictions(briefings: Iterable[Briefing], path: Path) -> None:
    """Writes JSON Lines; the file appears under its name when it is complete.

    Raises:
        OutputError: The file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as stream:
            for briefing in briefings:
                stream.write(to_jsonl(briefing))
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written to: {error.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def load_predictions(path: Path) -> list[Briefing]:
    """Reads a file of predictions.

    Raises:
        InputError: The file is missing, or a line is not a briefing; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a text may hold other line breaks
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    briefings = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                briefings.append(from_dict(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{path}:{number}: not a line that jianbao predict writes ({type(error).__name__}: {error})"
                ) from None
    return briefings


def match(gold: Sequence[GoldDocument], predictions: Sequence[Briefing], name: str) -> list[Briefing]:
    """The prediction of each gold document, by its id, in the order of the gold.

    Args:
        gold: Labelled documents.
        predictions: Predictions of these documents, and perhaps of others.
        name: What to call the predictions in an error.

    Raises:
        InputError: An id stands twice, a document has no prediction, or the prediction is of another text.
    """
    known = {briefing.document.id: briefing for briefing in predictions}
    ids = {document.document.id for document in gold}
    if len(known) < len(predictions) or len(ids) < len(gold):
        raise InputError(f"{name if len(known) < len(predictions) else gold[0].document.source}: an id stands twice")
    missing = [document.document.id for document in gold if document.document.id not in known]
    if missing:
        raise InputError(
            f"{name} lack {len(missing)} documents, the first is {missing[0]}: run jianbao predict on the same file and split"
        )
    for document in gold:
        if known[document.document.id].document.body != document.document.body:
            raise InputError(f"{name}: the text of {document.document.id} is not that of the gold: predict again")
    return [known[document.document.id] for document in gold]


def scored_topics(gold: Sequence[GoldDocument], predictions: Sequence[Briefing], name: str) -> tuple[str, ...]:
    """The topics the predictions have scores for, in their order.

    Raises:
        InputError: There are no sentences, sentences have scores for different topics, or gold labels have other topics.
    """
    tables = [sentence.scores for briefing in predictions for sentence in briefing.sentences]
    if not tables or not any(document.sentences for document in gold):
        raise InputError(f"{name}: no sentences to score")
    topics = tuple(tables[0])
    if any(set(table) != set(topics) for table in tables):
        raise InputError(f"{name}: sentences have scores for different topics: predict all with one config")
    foreign = {topic for document in gold for s in document.sentences for topic in s.topics} - set(topics)
    if foreign:
        raise InputError(
            f"{name}: no scores for the gold's topics {', '.join(sorted(foreign))}: use a config with them"
        )
    return topics
