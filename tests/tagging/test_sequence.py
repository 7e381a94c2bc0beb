import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from pipeline.config import SequenceTaggerConfig, TorchConfig
from pipeline.errors import ModelError
from pipeline.tagging.build import build_tagger
from pipeline.tagging.sequence import MULTI, SINGLE, SequenceTagger, is_single_label
from tests.tagging.tiny import FAMILIES, save_classifier

LABELS = ("visit", "weather", "school", "signing", "result")
MEANING = {"school": "university", "visit": "visit", "signing": "outcome", "result": "outcome"}
TEXTS = ["今天企业很好。", "书记率队到访大学，座谈协议。", "签约", "", "一", "市长考察公司、与校董事座谈。"]


@pytest.fixture(scope="module", params=[MULTI, SINGLE])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp(request.param)
    return save_classifier(path, "bert", LABELS, sequence=True, problem_type=request.param)


def test_scores_are_those_of_the_labels_that_stand_for_topics(folder: Path) -> None:
    """Against transformers itself, a sentence at a time."""
    model, tokenizer = AutoModelForSequenceClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        logits = torch.cat([model(**tokenizer(text, return_tensors="pt")).logits for text in TEXTS])
    if model.config.problem_type == SINGLE:
        p = torch.softmax(logits, dim=-1)
        expected = torch.stack([p[:, 2], p[:, 0], p[:, 3] + p[:, 4]], dim=1)
    else:
        p = torch.sigmoid(logits)
        expected = torch.stack([p[:, 2], p[:, 0], torch.maximum(p[:, 3], p[:, 4])], dim=1)
    tagger = SequenceTagger(str(folder), MEANING)
    assert tagger.topics == ("university", "visit", "outcome")
    assert tagger.thresholds == {"university": 0.5, "visit": 0.5, "outcome": 0.5}
    np.testing.assert_allclose(tagger.score(TEXTS), expected.numpy(), atol=1e-4)
    assert tagger.score(TEXTS).std(axis=0).min() > 5e-3


@pytest.mark.parametrize("name", FAMILIES)
def test_a_batch_equals_single_sentences(name: str, tmp_path: Path) -> None:
    save_classifier(tmp_path, name, LABELS, sequence=True)
    together = SequenceTagger(str(tmp_path), MEANING)
    single = SequenceTagger(str(tmp_path), MEANING, TorchConfig(batch_tokens=1))
    np.testing.assert_allclose(together.score(TEXTS), single.score(TEXTS), atol=1e-4)
    np.testing.assert_allclose(together.score(TEXTS)[1:2], together.score(TEXTS[1:2]), atol=1e-4)


def test_a_sentence_longer_than_the_model_reads_is_cut_and_that_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tagger = SequenceTagger(str(folder), MEANING)
    overlong = "今天大学很好。" * 30
    with caplog.at_level(logging.WARNING, "pipeline"):
        scores = tagger.score(["签约", overlong])
    assert "reads 64 tokens of a sentence: 1 are longer, and cut" in caplog.text
    np.testing.assert_allclose(scores[1:], tagger.score([overlong[:62]]), atol=1e-4)


def test_from_its_config(folder: Path) -> None:
    config = SequenceTaggerConfig(kind="sequence", model=str(folder), labels=MEANING)
    tagger = build_tagger(config, Path("my.yaml"))
    assert tagger.name.startswith(f"{folder.name}@")
    assert tagger.score([]).shape == (0, 3)


def test_a_label_the_model_does_not_have_is_named_beside_its_own(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"has no label visits: .*\(visit, weather, school, signing, result\)"):
        SequenceTagger(str(folder), {"visits": "visit", "school": "university"})


def test_a_hub_model_that_is_not_cached_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="allow_download: true"):
        SequenceTagger("nobody/no-such-classifier", MEANING)


def test_without_a_problem_type_it_is_as_transformers_takes_it() -> None:
    assert is_single_label(None, 7)
    assert not is_single_label(None, 1)
    assert is_single_label(SINGLE, 2)
    assert not is_single_label(MULTI, 2)
