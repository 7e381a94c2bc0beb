"""What a branch learns salience from: windows of documents, and how much each of their sentences belongs in the abstracts.

Of labelled documents people's abstracts say it (see `training.salience`), of all documents what a summarizer's reader
makes of them, which is right less often but has seen far more.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from datasets import Dataset, load_from_disk
from pydantic import Field
from rich.progress import track

from pipeline.artefacts import load_tagger_card
from pipeline.config import PipelineConfig, PointerConfig, Settings, load_config, resolve_model
from pipeline.corpus import GoldDocument, read_rows
from pipeline.corpus_rules import grams
from pipeline.errors import ConfigError
from pipeline.evaluation.abstracts import oracle_choice
from pipeline.schema import Document, TaggedSentence
from pipeline.summarizing.pointer import PointerWriter
from pipeline.tagging.base import tag
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from pipeline.text.tidy import tidy
from pipeline.training.examples import Example
from pipeline.training.pointer_data import usable

SHARED = 8  # runs of characters that a text may have in common with those kept for measuring
UNKNOWN = -1.0  # label of a sentence that is not judged
Labels = Mapping[str | None, Mapping[int, float]]  # of an abstract's topic: by the index of a sentence


class TextsConfig(Settings):
    """Which texts without labels are learned from.

    Attributes:
        files: JSON Lines with `id`, `text` and perhaps `title`, and how many texts are drawn from each.
        leave_out: JSON Lines of texts kept for measuring: their ids are left out, and what repeats sentences of them.
        chars: The least and the most characters of a text.
        about: What a text must mention, a regular expression.
        mentions: How often.
    """

    files: dict[Path, int] = Field(default_factory=dict)
    leave_out: tuple[Path, ...] = ()
    chars: tuple[int, int] = (250, 2200)
    about: str = "."
    mentions: int = 1


class Teacher:
    """A pipeline whose tagger reads documents and whose summarizer's reader says which sentences belong in an abstract."""

    def __init__(self, path: Path) -> None:
        """Loads the models.

        Raises:
            ConfigError: The pipeline's tagger is not of kind onnx, or its summarizer not of kind pointer.
            ModelError: A model is missing or damaged.
        """
        pipeline = load_config(path, PipelineConfig)
        if pipeline.tagger.kind != "onnx" or not isinstance(pipeline.summarizer, PointerConfig):
            raise ConfigError(f"{path}: the tagger must be of kind onnx, the summarizer of kind pointer")
        self.folder = Path(resolve_model(pipeline.tagger.model, path))
        self.card = load_tagger_card(self.folder)
        self.encode = WindowEncoder.from_folder(self.folder, self.card.window)
        self._tagger = OnnxTagger(self.folder)
        names = {topic.id: topic.name for topic in pipeline.topics}
        self._reader = PointerWriter(Path(resolve_model(pipeline.summarizer.model, path)), pipeline.summarizer, names)

    @property
    def abstracts(self) -> tuple[str | None, ...]:
        """Topics of the abstracts: the document's, then one of each topic."""
        return (None, *self.card.topics)

    def tagged(self, document: Document) -> tuple[TaggedSentence, ...]:
        """The sentences of a document."""
        return tag(self._tagger, split_sentences(document), document.title)

    def labels(self, tagged: Sequence[TaggedSentence]) -> dict[str | None, dict[int, float]]:
        """What the reader says of the sentences that it reads for each abstract."""
        found = {}
        for topic in self.abstracts:
            if topic is None or any(topic in one.topics for one in tagged):
                known = self._reader.salience(tagged, topic)
                if known:
                    found[topic] = {
                        one.sentence.index: p for one, p in zip(known[0].sentences, known[1].tolist(), strict=True)
                    }
        return found


def draw_texts(settings: TextsConfig, seed: int = 5) -> list[Document]:
    """Texts as the settings say, drawn at random but the same each time.

    Raises:
        InputError: A file is missing or damaged.
    """
    held = [row for path in settings.leave_out for _, row in read_rows(path)]
    ids, held_grams = (
        {str(row.get("id")) for row in held},
        set().union(*(grams(str(row.get("text") or "")) for row in held)),
    )
    about, (least, most) = re.compile(settings.about), settings.chars
    drawn = []
    for path, count in settings.files.items():
        found = [
            Document(id=str(row.get("id")), source="", title=str(row.get("title") or ""), body=text)
            for _, row in read_rows(path)
            if str(row.get("id")) not in ids
            and least <= len(text := str(row.get("text") or "")) <= most
            and usable(text)
            and len(about.findall(text)) >= settings.mentions
        ]
        drawn += random.Random(seed).sample(found, min(count, len(found)))
    return [document for document in drawn if len(grams(document.body) & held_grams) <= SHARED]


def text_examples(texts: Sequence[Document], teacher: Teacher) -> Iterator[Example]:
    """Windows of texts, labelled by the teacher alone."""
    for document in track(texts, "texts"):
        if tagged := teacher.tagged(document):
            yield from windows(tagged, document.title, teacher.labels(tagged), teacher)


def gold_examples(gold: Sequence[GoldDocument], teacher: Teacher, share: float) -> Iterator[Example]:
    """Windows of labelled documents: of each label so much is the teacher's, the rest what people's abstracts say."""
    for one in track(gold, "labelled documents"):
        tagged = teacher.tagged(one.document)
        if not tagged:
            continue
        texts = {t.sentence.index: tidy(t.sentence.text) for t in tagged}
        labels: dict[str | None, dict[int, float]] = {}
        for topic, said in teacher.labels(tagged).items():
            reference = one.abstract if topic is None else one.topic_abstracts.get(topic)
            if reference:
                read = sorted(said)
                chosen = {read[i] for i in oracle_choice([texts[i] for i in read], reference)}
                labels[topic] = {i: share * said[i] + (1 - share) * (i in chosen) for i in read}
        yield from windows(tagged, one.document.title, labels, teacher)


def windows(tagged: Sequence[TaggedSentence], title: str, labels: Labels, teacher: Teacher) -> Iterator[Example]:
    """The windows of a document: `input_ids` and `units` (tokens), `length`, `labels` (units in it, abstracts).

    A unit is labelled in the window from which its salience will be taken, `UNKNOWN` in others.
    """
    units, found = teacher.encode([one.sentence.text for one in tagged], title)
    of_sentence = np.array(
        [[labels.get(topic, {}).get(one.sentence.index, UNKNOWN) for topic in teacher.abstracts] for one in tagged],
        np.float32,
    )
    for window in found:
        if not len(window.owned):
            continue
        first, last = window.units[window.units >= 0][[0, -1]].tolist()
        rows = np.full((last - first + 1, of_sentence.shape[1]), UNKNOWN, np.float32)
        for unit in window.owned:
            rows[unit - first] = of_sentence[units[unit].sentence]
        yield {
            "input_ids": window.tokens.tolist(),
            "units": np.where(window.units >= 0, window.units - first, -1).tolist(),
            "length": len(window.tokens),
            "labels": rows.tolist(),
        }


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
