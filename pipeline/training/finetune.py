"""A user's labelled file to a tagger folder with a config that uses it."""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pipeline.artefacts import TaggerCard
from pipeline.config import (
    LeadConfig,
    OnnxTaggerConfig,
    PipelineConfig,
    TaggerConfig,
    TopicConfig,
    TransformerTaggerConfig,
)
from pipeline.errors import ModelError
from pipeline.tagging.base import Tagger
from pipeline.tagging.build import build_tagger
from pipeline.training.run import Windows, fingerprint, load_splits, onnx_folder, produce
from pipeline.training.settings import TrainTaggerConfig, load_settings

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetunedTagger:
    """What a run made.

    Attributes:
        folder: The model folder, for a tagger of kind transformer, and of kind onnx where its architecture allows.
        config: A config for `jianbao run` that uses it.
        topics: Its topics with their names.
        card: Thresholds, and figures by split.
    """

    folder: Path
    config: Path
    topics: tuple[TopicConfig, ...]
    card: TaggerCard


def finetune(
    config_path: Path, *, data: Path | None = None, output: Path | None = None, encoder: str | None = None
) -> FinetunedTagger | None:
    """Trains a tagger; the same call after a kill goes on from the last checkpoint.

    Args:
        config_path: Settings, as `TrainTaggerConfig` describes them.
        data: The labelled file, instead of the settings' `corpus`; see `training.data.load_labelled`.
        output: The folder to write, instead of the settings' own.
        encoder: A folder or hub id, instead of the settings' own.

    Returns:
        What was made; None in a distributed run's processes but the first.

    Raises:
        ConfigError, InputError, ModelError: The settings, the data or the encoder cannot be used.
    """
    settings = load_settings(config_path, corpus=data, output=output, encoder=encoder)
    splits = load_splits(settings)
    settings = settings.model_copy(update={"work": settings.work / fingerprint(settings)})
    card = produce(settings, splits, both_folders)
    if card is None:
        return None
    config = write_config(settings)
    shutil.rmtree(settings.work, ignore_errors=True)  # the checkpoints have served
    return FinetunedTagger(folder=settings.output, config=config, topics=settings.topics, card=card)


def both_folders(
    model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast", card: TaggerCard, folder: Path, windows: Windows
) -> Tagger:
    """Writes a folder for a tagger of kind transformer, and of kind onnx if the model can be exported."""
    from pipeline.tagging.onnx import GRAPH
    from pipeline.training.export import export_transformer

    export_transformer(model, tokenizer, card, folder)
    try:
        return onnx_folder(model, tokenizer, card, folder, windows)
    except ModelError as error:
        logger.warning("%s; the tagger runs by torch (kind: transformer)", error)
        (folder / GRAPH).unlink(missing_ok=True)
        config = TransformerTaggerConfig(kind="transformer", model=str(folder.resolve()), window=card.window)
        return build_tagger(config, folder)


def write_config(settings: TrainTaggerConfig) -> Path:
    """Writes a config for `jianbao run` beside the model folder, and gives its path."""
    folder = settings.output
    name = f"./{folder.name}"
    tagger: TaggerConfig = (
        OnnxTaggerConfig(kind="onnx", model=name)
        if (folder / "model.onnx").is_file()
        else TransformerTaggerConfig(kind="transformer", model=name, window=settings.window)
    )
    config = PipelineConfig(topics=settings.topics, tagger=tagger, summarizer=LeadConfig(kind="lead"))
    path = folder.with_name(folder.name + ".yaml")
    values = config.model_dump(mode="json", exclude_unset=True)
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(f"# jianbao run FILE --config {path}\n{text}", encoding="utf-8")
    return path
