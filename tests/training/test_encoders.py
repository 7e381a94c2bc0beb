"""Each config of a hub encoder, on a tiny random model of the same class."""

from pathlib import Path

import pytest
import yaml
from transformers import BertModel, ModernBertModel, PreTrainedModel, PreTrainedTokenizerFast

from pipeline.artefacts import TaggerCard
from pipeline.config import TransformerTaggerConfig, load_config
from pipeline.corpus import GoldDocument
from pipeline.tagging.base import Tagger
from pipeline.tagging.build import build_tagger
from pipeline.tagging.onnx import OnnxTagger
from pipeline.training.export import export_transformer
from pipeline.training.finetune import both_folders
from pipeline.training.pretrained import load_classifier, load_tokenizer, window_encoder
from pipeline.training.run import produce
from pipeline.training.settings import TrainTaggerConfig
from tests.conftest import ROOT
from tests.training.builders import WINDOW, save_encoder

CONFIGS = sorted((ROOT / "configs" / "encoders").glob("*.yaml"))


def family(path: Path) -> str:
    return "modernbert" if path.stem == "mmbert-small" else "bert"


def tiny(path: Path, folder: Path) -> TrainTaggerConfig:
    """The settings of a config with its encoder replaced, to be trained one step."""
    settings = load_config(path, TrainTaggerConfig)
    changes = {
        "encoder": str(save_encoder(folder / "encoder", family(path))),
        "output": folder / "tagger",
        "work": folder / "work",
        "window": WINDOW,
        "freeze_layers": min(settings.freeze_layers, 1),
        "epochs": 1,
    }
    return settings.model_copy(update=changes)


def saved(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, card: TaggerCard, folder: Path, _: object
) -> Tagger:
    export_transformer(model, tokenizer, card, folder)
    return build_tagger(TransformerTaggerConfig(kind="transformer", model=str(folder), window=WINDOW), folder)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_a_tagger_is_trained_and_saved(path: Path, learnable: list[GoldDocument], tmp_path: Path) -> None:
    settings = tiny(path, tmp_path)
    expected = ModernBertModel if family(path) == "modernbert" else BertModel
    assert type(load_classifier(settings).base_model) is expected
    one_step = {"train": learnable[: settings.windows_per_step], "dev": learnable[:4]}
    card = produce(settings, one_step, saved)
    assert card is not None and 0 <= card.metrics["dev"]["macro"]["ap"] <= 1
    tagger = build_tagger(
        TransformerTaggerConfig(kind="transformer", model=str(settings.output), window=WINDOW), settings.output
    )
    assert tagger.score(["今天“企业”很好。", "今天天气很好。"]).shape == (2, 3)


def test_modernbert_is_exported_too(tmp_path: Path) -> None:
    settings = tiny(ROOT / "configs" / "encoders" / "mmbert-small.yaml", tmp_path)
    topics = tuple(topic.id for topic in settings.topics)
    card = TaggerCard(topics=topics, thresholds=dict.fromkeys(topics, 0.5), limit=WINDOW.limit, context=WINDOW.context)
    tokenizer = load_tokenizer(settings.encoder)
    windows = [window.tokens for window in window_encoder(tokenizer, WINDOW)(["今天“企业”很好。", "今天天气很好。"])[1]]
    tagger = both_folders(load_classifier(settings).eval(), tokenizer, card, tmp_path, windows)
    assert isinstance(tagger, OnnxTagger)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_configs_name_the_licence_and_what_reads_them(path: Path) -> None:
    text = path.read_text("utf-8")
    encoder = yaml.safe_load(text)["encoder"]
    assert text.startswith(f"# {encoder}: ") and "million parameters" in text and "Licence: " in text
    assert f"--config configs/encoders/{path.name}" in text
