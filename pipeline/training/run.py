"""A whole training run: corpus and settings in, a tagger folder with its figures out."""

import copy
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.artefacts import TaggerCard
from pipeline.config import load_config
from pipeline.corpus import GoldDocument, load_annotations, load_corpus
from pipeline.evaluation import best_thresholds, gold_arrays, platt, tagging_report
from pipeline.tagging.base import Tagger, logit, sigmoid, tag
from pipeline.tagging.linear import LinearTagger
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from pipeline.training.examples import label_matrix, training_sentences
from pipeline.training.export import export_tagger, scale_classifier
from pipeline.training.settings import TrainTaggerConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel

DIGITS = 4
Report = dict[str, dict[str, float]]


def tag_corpus(
    tagger: Tagger, gold: Sequence[GoldDocument]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Labels, scores and predictions of all gold sentences, as `evaluation.gold_arrays` lines them up."""
    tagged = [tag(tagger, split_sentences(document.document)) for document in gold]
    return gold_arrays(gold, tagged, tagger.topics)


def report_on(tagger: Tagger, gold: Sequence[GoldDocument]) -> Report:
    """Figures of a tagger on labelled documents, rounded."""
    report = tagging_report(*tag_corpus(tagger, gold), tagger.topics)
    return {name: {key: round(value, DIGITS) for key, value in row.items()} for name, row in report.items()}


def fit_linear(gold: Sequence[GoldDocument], topics: Sequence[str]) -> LinearTagger:
    """The TF-IDF baseline fitted on the same sentences the encoder learns from."""
    pairs = [training_sentences(document) for document in gold]
    texts = [sentence.text for sentences, _ in pairs for sentence in sentences]
    labels = np.concatenate([label_matrix(labels, topics) for _, labels in pairs])
    return LinearTagger.fit(texts, labels, topics)


def load_split(settings: TrainTaggerConfig, split: str) -> list[GoldDocument]:
    """The documents of a split: those of the corpus, and the annotated ones if their texts are there."""
    documents = load_corpus(settings.corpus, split)
    if settings.texts:
        for path in settings.annotations:
            documents += load_annotations(path, settings.texts, split)
    return documents


def train(config_path: Path) -> TaggerCard:
    """Trains each seed, averages the weights, calibrates, chooses thresholds, exports, and measures what was exported.

    Returns:
        The card that stands in the model folder, with figures for the splits dev and test.

    Raises:
        ConfigError, InputError: The settings or the corpus are wrong.
    """
    from pipeline.training.tagger import mean_of, train_tagger

    settings = load_config(config_path, TrainTaggerConfig)
    splits = {split: load_split(settings, split) for split in ("train", "dev", "test")}
    models = []
    for seed in settings.seeds:
        models.append(train_tagger(settings, splits["train"], splits["dev"], seed))
        finish(copy.deepcopy(models[-1]), settings, splits, settings.work / f"seed-{seed}" / "tagger")
    return finish(mean_of(models), settings, splits, settings.output)


def finish(
    model: "PreTrainedModel", settings: TrainTaggerConfig, splits: Mapping[str, list[GoldDocument]], output: Path
) -> TaggerCard:
    """Calibrates a trained model and chooses thresholds on the split dev, measures it, and writes its folder.

    Calibration is Platt scaling folded into the classifier, so that the exported model's own scores are probabilities.
    """
    topics = tuple(topic.id for topic in settings.topics)
    tokenizer = Path(settings.encoder) / "tokenizer.json"
    card = TaggerCard(
        topics=topics,
        thresholds=dict.fromkeys(topics, 0.5),
        limit=settings.window.limit,
        context=settings.window.context,
    )
    with tempfile.TemporaryDirectory() as folder:
        export_tagger(model, tokenizer, card, Path(folder))
        labels, scores, _ = tag_corpus(OnnxTagger(Path(folder)), splits["dev"])
        logits = logit(scores)
        slopes, offsets = platt(labels, logits)
        scale_classifier(model, slopes, offsets)
        chosen = best_thresholds(labels, sigmoid(slopes * logits + offsets))
        card = card.model_copy(
            update={"thresholds": {t: round(float(c), DIGITS) for t, c in zip(topics, chosen, strict=True)}}
        )
        export_tagger(model, tokenizer, card, Path(folder))
        exported = OnnxTagger(Path(folder))
        card = card.model_copy(
            update={"metrics": {split: report_on(exported, splits[split]) for split in ("dev", "test")}}
        )
    export_tagger(model, tokenizer, card, output)
    return card


def without_furniture(gold: GoldDocument) -> GoldDocument:
    """The document with its furniture as the reader finds it, for measuring the whole path from raw text."""
    from pipeline.reading.documents import make_document

    found = make_document(gold.document.body, id=gold.document.id)
    return replace(gold, document=replace(gold.document, furniture=found.furniture))
