"""Labelled documents made comparable with predictions: read from raw text, lined up by the characters they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.corpus import GoldDocument, align
from pipeline.reading.documents import make_document
from pipeline.schema import TaggedSentence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """Predictions of one system lined up with the gold sentences.

    Attributes:
        topics: Topics of the columns.
        labels: 0 and 1, (gold sentences, topics).
        scores: Probabilities, (gold sentences, topics).
        predicted: Which topics were given, (gold sentences, topics).
        document: Number of the document of each sentence, (gold sentences,).
        position: Where in its document the middle of each sentence stands, between 0 and 1, (gold sentences,).
        documents: How many documents there are.
    """

    topics: tuple[str, ...]
    labels: NDArray[np.float32]
    scores: NDArray[np.float32]
    predicted: NDArray[np.bool_]
    document: NDArray[np.int64]
    position: NDArray[np.float64]
    documents: int


def without_furniture(gold: GoldDocument) -> GoldDocument:
    """The document with its furniture as the reader finds it, for measuring the whole path from raw text."""
    found = make_document(gold.document.body, id=gold.document.id)
    return replace(gold, document=replace(gold.document, furniture=found.furniture))


def gold_arrays(
    gold: Sequence[GoldDocument], tagged: Sequence[Sequence[TaggedSentence]], topics: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Lines up predictions with gold sentences by the characters they share.

    A gold sentence that no predicted sentence touches (it was taken for furniture) counts as predicted empty.

    Returns:
        Labels, scores, predictions, each (gold sentences, topics).
    """
    labels, scores, predicted = [], [], []
    for document, sentences in zip(gold, tagged, strict=True):
        matches = align([t.sentence for t in sentences], document.sentences)
        for target, match in zip(document.sentences, matches, strict=True):
            found = sentences[match] if match is not None else None
            labels.append([topic in target.topics for topic in topics])
            scores.append([found.scores[topic] if found else 0.0 for topic in topics])
            predicted.append([bool(found and topic in found.topics) for topic in topics])
    return np.array(labels, np.float32), np.array(scores, np.float32), np.array(predicted, bool)


def judge(gold: Sequence[GoldDocument], tagged: Sequence[Sequence[TaggedSentence]], topics: Sequence[str]) -> Judged:
    """Predictions for all gold sentences, with the document and the place each sentence has in it."""
    labels, scores, predicted = gold_arrays(gold, tagged, topics)
    sizes = [len(document.sentences) for document in gold]
    return Judged(
        topics=tuple(topics),
        labels=labels,
        scores=scores,
        predicted=predicted,
        document=np.repeat(np.arange(len(gold)), sizes),
        position=np.concatenate([(np.arange(size) + 0.5) / max(1, size) for size in sizes]),
        documents=len(gold),
    )
