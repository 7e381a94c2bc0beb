"""A frozen encoder with a logistic regression: learns, is exported, is loaded, gives the same scores."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel

from pipeline.artefacts import TaggerCard
from pipeline.corpus import GoldDocument
from pipeline.tagging.onnx import OnnxTagger
from pipeline.tagging.transformer import TransformerTagger
from pipeline.training.examples import sample_windows, training_sentences
from pipeline.training.export import export_onnx, export_transformer
from pipeline.training.few_shot import FIXED_STRENGTH, STRENGTHS, fit_topic, train_few_shot
from pipeline.training.pretrained import load_tokenizer, window_encoder
from pipeline.training.run import report_on
from tests.conftest import TOPICS
from tests.training.builders import WINDOW, make_settings


@pytest.fixture(scope="module")
def trained(tiny_encoder: Path, learnable: list[GoldDocument], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few_shot")
    settings = make_settings(tiny_encoder, folder, method="few_shot")
    tokenizer = load_tokenizer(settings.encoder)
    model = train_few_shot(settings, tokenizer, learnable)
    card = TaggerCard(topics=TOPICS, thresholds=dict.fromkeys(TOPICS, 0.5), limit=64, context=16)
    export_transformer(model, tokenizer, card, folder)
    windows = sample_windows(learnable, window_encoder(tokenizer, WINDOW), 16)
    export_onnx(model, tokenizer, card, folder, windows)
    return folder


def test_it_learned_and_onnx_loads_it(trained: Path, learnable: list[GoldDocument]) -> None:
    report = report_on(OnnxTagger(trained), learnable)
    assert report["macro"]["ap"] == 1.0
    assert report["macro"]["f1"] > 0.9


def test_scores_are_the_same_by_torch_and_by_onnx(trained: Path, learnable: list[GoldDocument]) -> None:
    onnx, plain = OnnxTagger(trained), TransformerTagger(str(trained), WINDOW)
    for document in learnable[:4]:
        texts = [s.text for s in training_sentences(document)[0]]
        np.testing.assert_allclose(onnx.score(texts), plain.score(texts), atol=0.02)


def test_the_encoder_stays_as_it_is(trained: Path, tiny_encoder: Path) -> None:
    before, after = (
        AutoModel.from_pretrained(f, add_pooling_layer=False).state_dict() for f in (tiny_encoder, trained)
    )
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_strength_is_chosen_over_documents() -> None:
    random = np.random.default_rng(0)
    documents = np.repeat(np.arange(12), 8)
    labels = np.arange(96) % 2 == 0
    clear = np.stack([np.where(labels, 1.0, -1.0), random.standard_normal(96)], axis=1).astype(np.float32)
    noise = random.standard_normal((96, 40)).astype(np.float32)
    chosen = [fit_topic(features, labels, documents).C for features in (clear, noise)]
    assert chosen[0] == max(STRENGTHS) > chosen[1]


def test_the_strength_is_fixed_where_few_documents_have_the_topic() -> None:
    features = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    documents, labels = np.repeat(np.arange(5), 4), np.arange(20) < 8
    fitted = fit_topic(features, labels, documents)
    assert (fitted.C, fitted.coef_.shape) == (FIXED_STRENGTH, (1, 4))
