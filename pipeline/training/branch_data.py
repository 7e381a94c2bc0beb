"""What a branch learns salience from: windows of documents, and how much each clause of theirs belongs in the abstracts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from datasets import Dataset, load_from_disk
from numpy.typing import NDArray
from rich.progress import track

from pipeline.artefacts import load_tagger_card
from pipeline.config import PipelineConfig, load_config, resolve_model
from pipeline.corpus import GoldDocument
from pipeline.errors import ConfigError
from pipeline.evaluation.rouge import characters
from pipeline.schema import TaggedSentence
from pipeline.tagging.base import tag
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.onnx import OnnxTagger
from pipeline.tagging.windows import Unit, Window
from pipeline.text.sentences import split_sentences
from pipeline.text.tidy import clause_spans
from pipeline.training.examples import Example

RUN = 4  # characters in a row that stand in an abstract were taken from the text
UNKNOWN = -1.0  # label of a clause that is not judged
Labels = Mapping[
    str | None, Mapping[int, Sequence[float]]
]  # of an abstract's topic: by the index of a sentence, its clauses'


class Reader:
    """The tagger of a pipeline, as documents are read by it."""

    def __init__(self, path: Path) -> None:
        """Loads the model that a pipeline's settings name.

        Raises:
            ConfigError: The pipeline's tagger is not of kind onnx.
            ModelError: The model is missing or damaged.
        """
        pipeline = load_config(path, PipelineConfig)
        if pipeline.tagger.kind != "onnx":
            raise ConfigError(f"{path}: the tagger must be of kind onnx")
        self.folder = Path(resolve_model(pipeline.tagger.model, path))
        self.card = load_tagger_card(self.folder)
        self.encode = WindowEncoder.from_folder(self.folder, self.card.window)
        self._tagger = OnnxTagger(self.folder)

    @property
    def abstracts(self) -> tuple[str | None, ...]:
        """Topics of the abstracts: the document's, then one of each topic."""
        return (None, *self.card.topics)

    def tagged(self, gold: GoldDocument) -> tuple[TaggedSentence, ...]:
        """The sentences of a document."""
        return tag(self._tagger, split_sentences(gold.document), gold.document.title)


def gold_examples(gold: Sequence[GoldDocument], reader: Reader) -> Iterator[Example]:
    """Windows of labelled documents."""
    for one in track(gold, "labelled documents"):
        tagged = reader.tagged(one)
        if tagged:
            yield from windows(tagged, one.document.title, clause_labels(tagged, one, reader.abstracts), reader)


def clause_labels(tagged: Sequence[TaggedSentence], gold: GoldDocument, abstracts: Sequence[str | None]) -> Labels:
    """How much each clause belongs in each abstract that people wrote, 0-1; in that of a topic, clauses of its sentences.

    Half of it is whether the extract of clauses most like the abstract has it, half the share of its characters that the
    abstract has in runs of `RUN` or more.
    """
    labels: dict[str | None, dict[int, list[float]]] = {}
    for topic in abstracts:
        reference = gold.abstract if topic is None else gold.topic_abstracts.get(topic, "")
        if not reference:
            continue
        found = [
            (one.sentence.index, one.sentence.text[start:end])
            for one in tagged
            if topic is None or topic in one.topics
            for start, end in clause_spans(one.sentence.text)
        ]
        extract = clause_oracle([text for _, text in found], reference)
        said = characters(reference)
        labels[topic] = {}
        for number, (index, text) in enumerate(found):
            label = 0.5 * (number in extract) + 0.5 * _taken(characters(text), said)
            labels[topic].setdefault(index, []).append(label)
    return labels


def clause_oracle(clauses: Sequence[str], reference: str) -> set[int]:
    """Numbers of the clauses that, taken greedily, raise ROUGE-1 and -2 of what they make together, borders not counted."""
    wanted = [_grams(reference, n) for n in (1, 2)]
    have: list[Counter[str]] = [Counter(), Counter()]
    own = [[_grams(clause, n) for n in (1, 2)] for clause in clauses]
    left = {number for number, grams in enumerate(own) if grams[1].keys() & wanted[1].keys()}
    chosen, best = set[int](), 0.0
    while left:
        worth = {number: sum(map(_f1, map(Counter.__add__, have, own[number]), wanted)) for number in sorted(left)}
        first = max(worth, key=lambda number: worth[number])
        if worth[first] <= best:
            break
        best = worth[first]
        chosen.add(first)
        left.remove(first)
        have = list(map(Counter.__add__, have, own[first]))
    return chosen


def _grams(text: str, size: int) -> Counter[str]:
    said = characters(text)
    return Counter(said[i : i + size] for i in range(len(said) - size + 1))


def _f1(found: Counter[str], wanted: Counter[str]) -> float:
    same = sum(min(count, found[gram]) for gram, count in wanted.items() if gram in found)
    return 2 * same / max(1, found.total() + wanted.total())


def _taken(text: str, abstract: str) -> float:
    """The share of a text's characters that stand in an abstract in runs of `RUN` or more."""
    taken, at = 0, 0
    while at < len(text):
        length = 0
        while at + length < len(text) and text[at : at + length + 1] in abstract:
            length += 1
        taken += length if length >= RUN else 0
        at += length if length >= RUN else 1
    return taken / max(1, len(text))


def windows(tagged: Sequence[TaggedSentence], title: str, labels: Labels, reader: Reader) -> Iterator[Example]:
    """The windows of a document: `input_ids` and `units` (tokens), `length`, `labels` (units in it, abstracts).

    A unit is a clause here; it is labelled in the window from which its salience will be taken, `UNKNOWN` in others.
    """
    units, found = reader.encode([one.sentence.text for one in tagged], title)
    for window in found:
        if not len(window.owned):
            continue
        clauses, numbers = clauses_of(window, units)
        rows = np.full((len(numbers), len(reader.abstracts)), UNKNOWN, np.float32)
        for (unit, clause), number in numbers.items():
            if unit in window.owned:
                rows[number] = _row(tagged[units[unit].sentence].sentence.index, clause, labels, reader.abstracts)
        yield {
            "input_ids": window.tokens.tolist(),
            "units": clauses.tolist(),
            "length": len(window.tokens),
            "labels": rows.tolist(),
        }


def clauses_of(window: Window, units: Sequence[Unit]) -> tuple[NDArray[np.int64], dict[tuple[int, int], int]]:
    """Numbers of the clauses that the tokens of a window stand in, -1 for none, and what number a clause of a unit has."""
    numbers: dict[tuple[int, int], int] = {}
    clauses = np.full(len(window.tokens), -1)
    for unit in np.unique(window.units[window.units >= 0]).tolist():
        for place, clause in zip(np.flatnonzero(window.units == unit), units[unit].clauses, strict=True):
            clauses[place] = numbers.setdefault((unit, int(clause)), len(numbers))
    return clauses, numbers


def _row(index: int, clause: int, labels: Labels, abstracts: Sequence[str | None]) -> NDArray[np.float32]:
    """Labels of a clause of the sentence with an index, (abstracts,)."""
    known = [labels.get(topic, {}).get(index) for topic in abstracts]
    return np.array([UNKNOWN if of is None else of[clause] for of in known], np.float32)


def kept_examples(folder: Path, make: Callable[[], Iterator[Example]]) -> list[Example]:
    """The examples a folder (Arrow) holds; if there is none they are made, and kept in it when all are there."""
    if not folder.is_dir():
        made = list(make())
        if not made:
            return []
        part = folder.with_name(folder.name + ".part")
        Dataset.from_list(made).save_to_disk(str(part))
        part.replace(folder)
    rows: list[Example] = load_from_disk(str(folder)).to_list()
    return rows
