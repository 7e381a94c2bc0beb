from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.artefacts import TaggerCard, load_tagger_card
from pipeline.config import TransformerTaggerConfig
from pipeline.corpus import GoldDocument
from pipeline.tagging.base import Tagger
from pipeline.tagging.build import build_tagger
from pipeline.training.export import export_transformer
from pipeline.training.pretrained import load_classifier, load_tokenizer
from pipeline.training.run import LEAST_TO_CALIBRATE, finish, load_splits, produce, tag_corpus
from pipeline.training.settings import load_settings
from tests.conftest import TOPICS
from tests.training.builders import WINDOW, make_settings, write_corpus, write_settings


def export(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, card: TaggerCard, folder: Path, _: object
) -> Tagger:
    """Faster than a graph."""
    export_transformer(model, tokenizer, card, folder)
    return build_tagger(TransformerTaggerConfig(kind="transformer", model=str(folder), window=WINDOW), folder)


def test_each_of_several_seeds_has_a_folder_and_their_mean_is_shipped(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    settings = make_settings(tiny_encoder, tmp_path, seeds=(13, 14))
    splits = {"train": learnable, "dev": learnable[:4], "test": learnable[4:8]}
    card = produce(settings, splits, export)
    folders = [settings.work / f"seed-{seed}" / "tagger" for seed in (13, 14)]
    one, two, shipped = (load_file(folder / "model.safetensors") for folder in (*folders, settings.output))
    for name in (n for n in shipped if n.startswith("bert.")):
        np.testing.assert_allclose(shipped[name], (one[name] + two[name]) / 2, atol=1e-6)
    assert card == load_tagger_card(settings.output)
    assert card is not None and set(card.metrics) == {"dev", "test"}
    assert (card.limit, card.context) == (64, 16)
    assert {p.name for p in tmp_path.iterdir()} == {"tagger", "checkpoints"}, "nothing is left lying about"


def test_one_seed_needs_no_folder_of_its_own(tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path) -> None:
    settings = make_settings(tiny_encoder, tmp_path)
    produce(settings, {"train": learnable, "dev": learnable[:4]}, export)
    assert not (settings.work / "seed-13" / "tagger").exists()
    assert (settings.output / "model.safetensors").is_file()


def test_only_the_first_process_writes(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tiny_encoder, tmp_path, method="few_shot")
    monkeypatch.setenv("RANK", "1")
    assert produce(settings, {"train": learnable, "dev": learnable[:4]}, export) is None
    assert not list(tmp_path.iterdir())


def test_scores_are_calibrated_where_dev_has_examples_enough(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    settings = make_settings(tiny_encoder, tmp_path)
    tokenizer, model = load_tokenizer(settings.encoder), load_classifier(settings)
    with_topic = [d for d in learnable if any("enterprise_visit" in s.topics for s in d.sentences)]
    assert len(with_topic) >= LEAST_TO_CALIBRATE
    few = with_topic[: LEAST_TO_CALIBRATE - 1]
    before = model.classifier.weight.clone()
    finish(model, tokenizer, settings, {"dev": few}, settings.output, export)
    assert (model.classifier.weight == before).all()
    finish(model, tokenizer, settings, {"dev": learnable}, settings.output, export)
    tagger = build_tagger(
        TransformerTaggerConfig(kind="transformer", model=str(settings.output), window=WINDOW), settings.output
    )
    labels, scores, _ = tag_corpus(tagger, learnable)
    np.testing.assert_allclose(scores.mean(axis=0), labels.mean(axis=0), atol=0.02)


def test_splits_come_from_the_corpus_and_the_annotations(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    path = write_settings(tmp_path / "my.yaml", tiny_encoder)
    settings = load_settings(path, corpus=write_corpus(tmp_path / "my.jsonl", learnable), output=tmp_path / "other")
    splits = load_splits(settings)
    assert {name: len(documents) for name, documents in splits.items()} == {"train": 13, "dev": 3}
    assert [topic.id for topic in settings.topics] == list(TOPICS)
    assert (settings.output, settings.encoder) == (tmp_path / "other", str(tiny_encoder))
