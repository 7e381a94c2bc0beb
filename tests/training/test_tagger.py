"""The model test: a tiny encoder learns, is exported, is loaded, and every way of running it agrees."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification

from pipeline.artefacts import TaggerCard
from pipeline.corpus import GoldDocument
from pipeline.tagging.onnx import OnnxTagger
from pipeline.tagging.transformer import TransformerTagger
from pipeline.training.checkpoints import last_checkpoint, mean_of
from pipeline.training.examples import make_examples, sample_windows, training_sentences, unit_means
from pipeline.training.export import export_onnx, export_transformer
from pipeline.training.pretrained import load_classifier, load_tokenizer, window_encoder
from pipeline.training.run import report_on
from pipeline.training.settings import TrainTaggerConfig
from pipeline.training.tagger import (
    TaggerTrainer,
    computes_bf16,
    predict_units,
    train_tagger,
    training_arguments,
    uses_bf16,
)
from tests.conftest import TOPICS
from tests.training.builders import WINDOW, make_settings


@pytest.fixture(scope="module")
def trained(tiny_encoder: Path, learnable: list[GoldDocument], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what was learned, for torch and for onnxruntime."""
    settings = make_settings(tiny_encoder, tmp_path_factory.mktemp("work"), epochs=12)
    tokenizer = load_tokenizer(settings.encoder)
    model = train_tagger(settings, tokenizer, learnable, learnable[:4], 13)
    card = TaggerCard(topics=TOPICS, thresholds=dict.fromkeys(TOPICS, 0.5), limit=64, context=16)
    settings.output.mkdir()
    export_transformer(model, tokenizer, card, settings.output)
    windows = sample_windows(learnable, window_encoder(tokenizer, WINDOW), 16)
    export_onnx(model, tokenizer, card, settings.output, windows)
    return settings.output


def weights(model: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_it_learned(trained: Path, learnable: list[GoldDocument]) -> None:
    assert report_on(OnnxTagger(trained), learnable)["macro"]["ap"] == 1.0


def test_torch_and_onnx_agree(trained: Path, learnable: list[GoldDocument]) -> None:
    onnx, plain = OnnxTagger(trained), TransformerTagger(str(trained), WINDOW)
    assert onnx.topics == plain.topics == TOPICS
    for document in learnable[:4]:
        texts = [s.text for s in training_sentences(document)[0]]
        np.testing.assert_allclose(onnx.score(texts), plain.score(texts), atol=0.02)


def test_a_document_scores_the_same_alone_and_in_a_row(trained: Path, learnable: list[GoldDocument]) -> None:
    tagger = OnnxTagger(trained)
    texts = [[s.text for s in training_sentences(document)[0]] for document in learnable[:4]]
    alone = [OnnxTagger(trained).score(t) for t in texts]
    for expected, found in zip(alone, [tagger.score(t) for t in texts], strict=True):
        np.testing.assert_array_equal(expected, found)


def test_every_sentence_of_a_long_document_is_scored(trained: Path) -> None:
    texts = ["今天企业很好。", "今天天气很好。" * 30, "今天大学很好。"] * 60
    scores = OnnxTagger(trained).score(texts)
    assert scores.shape == (180, 3)
    assert scores[::3, 0].min() > scores[1::3, 0].max()
    assert scores[2::3, 1].min() > scores[1::3, 1].max()


def test_nothing_gives_nothing(trained: Path) -> None:
    assert OnnxTagger(trained).score([]).shape == (0, 3)


def test_unit_means_are_means_of_their_tokens() -> None:
    values = torch.tensor([[[1.0], [3.0], [5.0], [7.0]]])
    units = torch.tensor([[0, 0, -1, 1]])
    assert unit_means(values, units, 3)[0, :, 0].tolist() == [2.0, 7.0, 0.0]


def test_the_saved_model_is_a_plain_token_classifier(trained: Path) -> None:
    model = AutoModelForTokenClassification.from_pretrained(trained)
    assert [model.config.id2label[i] for i in range(3)] == list(TOPICS)


def test_a_finished_run_is_taken_up_at_its_end(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(tiny_encoder, tmp_path)
    tokenizer = load_tokenizer(settings.encoder)
    first = train_tagger(settings, tokenizer, learnable[:4], learnable[:2], 13)
    checkpoint = last_checkpoint(settings.work / "seed-13")
    assert checkpoint is not None and checkpoint.name == "checkpoint-4"
    (settings.work / "seed-13" / "checkpoint-9").mkdir()  # as a kill in the middle of writing leaves it
    with caplog.at_level(logging.INFO, logger="pipeline"):
        again = train_tagger(settings, tokenizer, learnable[:4], learnable[:2], 13)
    assert f"going on from {checkpoint}" in caplog.text
    torch.testing.assert_close(weights(again), weights(first))


def test_a_dev_split_without_some_topic_can_be_watched(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    settings = make_settings(tiny_encoder, tmp_path, epochs=1)
    without = [document for document in learnable if not any("outcome_summary" in s.topics for s in document.sentences)]
    train_tagger(settings, load_tokenizer(settings.encoder), learnable[:4], without[:1], 13)


def test_frozen_layers_and_all_seeds_start_alike(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    settings = make_settings(tiny_encoder, tmp_path, freeze_layers=2, seeds=(13, 14))
    tokenizer = load_tokenizer(settings.encoder)
    models = [train_tagger(settings, tokenizer, learnable[:4], learnable[:2], seed) for seed in settings.seeds]
    start = load_classifier(settings)
    for model in models:
        torch.testing.assert_close(weights(model.base_model), weights(start.base_model))
    assert not torch.equal(models[0].classifier.weight, models[1].classifier.weight)


def test_what_is_not_frozen_learns(tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path) -> None:
    settings = make_settings(tiny_encoder, tmp_path, freeze_layers=1, epochs=8)
    tokenizer = load_tokenizer(settings.encoder)
    model = train_tagger(settings, tokenizer, learnable, learnable[:4], 13)
    start = load_classifier(settings)
    layers, before = model.base_model.encoder.layer, start.base_model.encoder.layer
    assert torch.equal(weights(layers[0]), weights(before[0])) and not torch.equal(
        weights(layers[1]), weights(before[1])
    )
    examples = make_examples(learnable, window_encoder(tokenizer, settings.window), TOPICS)
    labels = np.concatenate([example["labels"] for example in examples])
    assert ((predict_units(model, examples, bf16=False) > 0) == labels).mean() > 0.95


def test_the_mean_of_models(tiny_encoder: Path, tmp_path: Path) -> None:
    settings = make_settings(tiny_encoder, tmp_path)
    one, two = load_classifier(settings), load_classifier(settings)
    with torch.no_grad():
        for parameter in two.parameters():
            parameter.add_(2.0)
    before = weights(one)
    torch.testing.assert_close(weights(mean_of([one, two])), (before + weights(two)) / 2)
    torch.testing.assert_close(weights(one), before, msg="the models themselves stay as they are")


@pytest.mark.parametrize(
    ("precision", "capabilities", "expected"),
    [
        ("auto", {"avx512_bf16": True}, True),
        ("auto", {"amx_bf16": True}, True),
        ("auto", {"avx512_bf16": False}, False),
        ("auto", {}, False),
        ("bf16", {}, True),
        ("fp32", {"avx512_bf16": True}, False),
    ],
)
def test_bf16_where_it_helps(
    monkeypatch: pytest.MonkeyPatch, precision: str, capabilities: dict[str, bool], expected: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert uses_bf16(make_settings(Path(), Path(), precision=precision)) is expected


@pytest.mark.parametrize("native", [True, False])
def test_an_old_card_that_emulates_bf16_computes_in_float32(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation)
    assert computes_bf16() is native


def test_encoder_and_head_have_rates_of_their_own(tiny_encoder: Path, tmp_path: Path) -> None:
    settings: TrainTaggerConfig = make_settings(tiny_encoder, tmp_path, encoder_rate=1e-5, head_rate=1e-2)
    model = load_classifier(settings)
    arguments = training_arguments(settings, 13)
    trainer = TaggerTrainer(dev=[], settings=settings, model=model, args=arguments, eval_dataset=[])
    body, head = trainer.create_optimizer().param_groups
    assert (body["lr"], head["lr"]) == (1e-5, 1e-2)
    assert {id(p) for p in head["params"]} == {id(p) for p in model.classifier.parameters()}
