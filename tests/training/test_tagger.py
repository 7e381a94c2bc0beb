"""The model test: a tiny encoder learns, is exported, is loaded, and every way of running it agrees."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification

from pipeline.artefacts import TaggerCard
from pipeline.config import TopicConfig, WindowConfig
from pipeline.corpus import GoldDocument
from pipeline.tagging.onnx import OnnxTagger
from pipeline.tagging.transformer import TransformerTagger
from pipeline.training.examples import training_sentences, unit_means
from pipeline.training.export import export_tagger
from pipeline.training.run import report_on
from pipeline.training.settings import TrainTaggerConfig
from pipeline.training.tagger import StandardisedHead, train_tagger
from tests.conftest import TOPICS

WINDOW = WindowConfig(limit=64, context=16)


@pytest.fixture(scope="module")
def trained(tiny_encoder: Path, learnable: list[GoldDocument], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what was learned, for torch and for onnxruntime."""
    work = tmp_path_factory.mktemp("work")
    settings = TrainTaggerConfig(
        topics=tuple(TopicConfig(id=topic, name=topic) for topic in TOPICS),
        corpus=work / "unused.jsonl",
        encoder=str(tiny_encoder),
        output=work / "tagger",
        work=work / "checkpoints",
        window=WINDOW,
        epochs=12,
        encoder_rate=3e-3,
        head_rate=3e-2,
    )
    model = train_tagger(settings, learnable, learnable[:4])
    card = TaggerCard(topics=TOPICS, thresholds=dict.fromkeys(TOPICS, 0.5), limit=64, context=16)
    export_tagger(model, tiny_encoder / "tokenizer.json", card, settings.output)
    model.save_pretrained(settings.output)
    (settings.output / "tokenizer_config.json").write_text((tiny_encoder / "tokenizer_config.json").read_text())
    return settings.output


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


def test_the_folded_head_equals_the_standardised_one() -> None:
    torch.manual_seed(0)
    head = StandardisedHead(torch.randn(8), torch.rand(8) + 0.1, 3)
    torch.nn.init.normal_(head.linear.weight)
    states = torch.randn(2, 5, 8)
    torch.testing.assert_close(head.fold()(states), head(states))


def test_unit_means_are_means_of_their_tokens() -> None:
    values = torch.tensor([[[1.0], [3.0], [5.0], [7.0]]])
    units = torch.tensor([[0, 0, -1, 1]])
    assert unit_means(values, units, 3)[0, :, 0].tolist() == [2.0, 7.0, 0.0]


def test_the_saved_model_is_a_plain_token_classifier(trained: Path) -> None:
    model = AutoModelForTokenClassification.from_pretrained(trained)
    assert [model.config.id2label[i] for i in range(3)] == list(TOPICS)
