"""A whole training run: corpus and settings in, a tagger folder with its figures out."""

import copy
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.artefacts import TaggerCard
from pipeline.config import OnnxTaggerConfig
from pipeline.corpus import GoldDocument, load_annotations
from pipeline.errors import ConfigError
from pipeline.evaluation.gold import gold_arrays
from pipeline.evaluation.tagging import tagging_report
from pipeline.evaluation.thresholds import best_thresholds, platt
from pipeline.tagging.base import Tagger, logit, sigmoid, tag
from pipeline.tagging.build import build_tagger
from pipeline.text.sentences import split_sentences
from pipeline.training.data import load_labelled
from pipeline.training.settings import TrainTaggerConfig, load_settings

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

DIGITS = 4
CALIBRATION_WINDOWS = 64
RUN_FILE = "run.txt"
LEAST_TO_CALIBRATE = 10  # positive examples on dev; fewer would only say how sure to be of themselves
Report = dict[str, dict[str, float]]
Splits = Mapping[str, list[GoldDocument]]
Windows = Sequence[NDArray[np.int64]]
# Writes a model with its tokenizer and card into a folder and gives the tagger that reads it from there; shown some windows.
Export = Callable[["PreTrainedModel", "PreTrainedTokenizerFast", TaggerCard, Path, Windows], Tagger]


def tag_corpus(
    tagger: Tagger, gold: Sequence[GoldDocument]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Labels, scores and predictions of all gold sentences, as `evaluation.gold_arrays` lines them up."""
    tagged = [tag(tagger, split_sentences(document.document), document.document.title) for document in gold]
    return gold_arrays(gold, tagged, tagger.topics)


def report_on(tagger: Tagger, gold: Sequence[GoldDocument]) -> Report:
    """Figures of a tagger on labelled documents, rounded."""
    report = tagging_report(*tag_corpus(tagger, gold), tagger.topics)
    return {name: {key: round(value, DIGITS) for key, value in row.items()} for name, row in report.items()}


def load_splits(settings: TrainTaggerConfig) -> Splits:
    """The documents by split: those of the corpus, and the annotated ones if their texts are there.

    Raises:
        InputError: A file cannot be used.
    """
    documents = load_labelled(settings.corpus, settings.topics)
    if settings.texts:
        for path in settings.annotations:
            documents += load_annotations(path, settings.texts)
    names = dict.fromkeys(("train", "dev", *(document.split for document in documents)))
    return {name: [document for document in documents if document.split == name] for name in names}


def train(config_path: Path) -> TaggerCard | None:
    """Trains a tagger of kind onnx as a settings file says.

    Returns:
        The card that stands in the model folder, with figures; None in a distributed run's processes but the first.

    Raises:
        ConfigError, InputError, ModelError: The settings, the corpus or the encoder are wrong.
    """
    settings = load_settings(config_path)
    splits = load_splits(settings)
    claim_work(settings)
    return produce(settings, splits, onnx_folder)


def claim_work(settings: TrainTaggerConfig) -> None:
    """Writes into the work folder whose checkpoints it holds.

    Raises:
        ConfigError: Those of a run with other settings.
    """
    claim_folder(settings.work, fingerprint(settings))


def claim_folder(work: Path, mark: str) -> None:
    """Writes into a work folder what run it belongs to.

    Raises:
        ConfigError: It belongs to another.
    """
    path = work / RUN_FILE
    if path.is_file() and path.read_text(encoding="utf-8") != mark:
        raise ConfigError(f"{work}: holds a run with other settings: delete it, or set another `work`")
    work.mkdir(parents=True, exist_ok=True)
    path.write_text(mark, encoding="utf-8")


def fingerprint(settings: TrainTaggerConfig) -> str:
    """Names what is trained on what, so that checkpoints are never taken up by another run."""
    described = settings.model_dump_json(exclude={"output", "work"}).encode()
    return hashlib.sha256(described + settings.corpus.read_bytes()).hexdigest()[:12]


def produce(settings: TrainTaggerConfig, splits: Splits, export: Export) -> TaggerCard | None:
    """Trains each seed, averages the weights, calibrates, chooses thresholds, exports, and measures what was exported.

    Each of several seeds gets a folder of its own below `settings.work` as well. In a run of several processes all train
    and the first does the rest.
    """
    from pipeline.training.checkpoints import load_trained, mean_of, save_trained
    from pipeline.training.few_shot import train_few_shot
    from pipeline.training.pretrained import load_tokenizer
    from pipeline.training.tagger import train_tagger

    tokenizer = load_tokenizer(settings.encoder, settings.allow_download)
    models = []
    if settings.method == "few_shot":
        models = [train_few_shot(settings, tokenizer, splits["train"])] if is_first_process() else []
    else:
        for seed in settings.seeds:
            trained = load_trained(settings, seed)
            if trained is None:
                trained = train_tagger(settings, tokenizer, splits["train"], splits["dev"], seed)
                if is_first_process():
                    save_trained(trained, tokenizer, settings, seed)
            models.append(trained)
            if len(settings.seeds) > 1 and is_first_process():
                folder = settings.work / f"seed-{seed}" / "tagger"
                finish(copy.deepcopy(models[-1]), tokenizer, settings, splits, folder, export)
    if not is_first_process():
        return None
    return finish(mean_of(models), tokenizer, settings, splits, settings.output, export)


def is_first_process() -> bool:
    """Whether this process is the one of a distributed run (torchrun, accelerate) that writes, or the only one."""
    return int(os.environ.get("RANK", "0")) == 0


def onnx_folder(
    model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast", card: TaggerCard, folder: Path, windows: Windows
) -> Tagger:
    """Writes a folder for a tagger of kind onnx."""
    from pipeline.training.export import export_onnx

    export_onnx(model, tokenizer, card, folder, windows)
    return build_tagger(OnnxTaggerConfig(kind="onnx", model=str(folder.resolve())), folder)


def finish(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerFast",
    settings: TrainTaggerConfig,
    splits: Splits,
    output: Path,
    export: Export,
) -> TaggerCard:
    """Calibrates a trained model and chooses thresholds on the split dev, measures it, and writes its folder.

    Calibration is Platt scaling folded into the classifier, so that the exported model's own scores are probabilities.
    """
    from pipeline.training.examples import sample_windows
    from pipeline.training.export import publish, scale_classifier, write_card
    from pipeline.training.pretrained import window_encoder

    topics = tuple(topic.id for topic in settings.topics)
    card = TaggerCard(
        topics=topics,
        thresholds=dict.fromkeys(topics, 0.5),
        limit=settings.window.limit,
        context=settings.window.context,
        title=settings.window.title,
    )
    encode = window_encoder(tokenizer, settings.window)
    windows = sample_windows(splits.get("train") or splits["dev"], encode, CALIBRATION_WINDOWS)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as made:
        folder = Path(made)
        labels, scores, _ = tag_corpus(export(model, tokenizer, card, folder, windows), splits["dev"])
        logits = logit(scores)
        slopes, offsets = platt(labels, logits)
        enough = labels.sum(axis=0) >= LEAST_TO_CALIBRATE
        slopes, offsets = (
            np.where(enough, slopes, 1).astype(np.float32),
            np.where(enough, offsets, 0).astype(np.float32),
        )
        scale_classifier(model, slopes, offsets)
        chosen = best_thresholds(labels, sigmoid(slopes * logits + offsets), calibrated=bool(enough.all()))
        thresholds = {t: round(float(c), DIGITS) for t, c in zip(topics, chosen, strict=True)}
        card = card.model_copy(update={"thresholds": thresholds})
        exported = export(model, tokenizer, card, folder, windows)
        metrics = {name: report_on(exported, splits[name]) for name in splits if name != "train"}
        card = card.model_copy(update={"metrics": metrics})
        write_card(card, folder)
        publish(folder, output)
    return card
