import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from pipeline.config import TorchConfig, TransformerTaggerConfig, WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.build import build_tagger
from pipeline.tagging.hub import batches
from pipeline.tagging.transformer import TransformerTagger, fit_window
from tests.conftest import TOPICS
from tests.tagging.tiny import FAMILIES, save_classifier

WINDOW = WindowConfig(limit=64, context=16)
TEXTS = [
    "今天企业很好。",
    "书记率队到访“大学”，座谈协议。",
    "签约",
    "",
    "今天大学很好。" * 30,
    "一",
    "市长考察公司、与校董事座谈。",
] * 4
ONE_BY_ONE = TorchConfig(batch_tokens=1, precision="fp32")


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_classifier(tmp_path_factory.mktemp(request.param), request.param, TOPICS)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_classifier(tmp_path_factory.mktemp("bert"), "bert", TOPICS)


def test_every_sentence_is_scored_and_a_batch_equals_single_windows(folder: Path) -> None:
    together, single = TransformerTagger(str(folder), WINDOW), TransformerTagger(str(folder), WINDOW, ONE_BY_ONE)
    scores = together.score(TEXTS)
    assert scores.shape == (len(TEXTS), len(TOPICS))
    assert np.isfinite(scores).all() and scores.std(axis=0).min() > 1e-2
    np.testing.assert_allclose(scores, single.score(TEXTS), atol=1e-4)


def test_half_precision_is_near(folder: Path) -> None:
    exact = TransformerTagger(str(folder), WINDOW, ONE_BY_ONE).score(TEXTS)
    half = TransformerTagger(str(folder), WINDOW, TorchConfig(precision="bf16")).score(TEXTS)
    assert half.dtype == np.float32
    assert 0 < np.abs(half - exact).max() < 0.1


def test_windows_are_as_large_as_the_model_reads(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "pipeline"):
        fitted = TransformerTagger(str(folder), WindowConfig(limit=512, context=128))
    assert "reads 64 tokens at once: windows hold 64 and share 16, not 512 and 128" in caplog.text
    np.testing.assert_array_equal(fitted.score(TEXTS), TransformerTagger(str(folder), WINDOW).score(TEXTS))


def test_windows_that_fit_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    window = WindowConfig(limit=512, context=128)
    assert fit_window(window, 512, "m") is window and fit_window(window, None, "m") is window
    assert not caplog.records
    with pytest.raises(ModelError, match="m: reads 8 tokens at once"):
        fit_window(window, 8, "m")


def test_nothing_gives_nothing(bert: Path) -> None:
    assert TransformerTagger(str(bert), WINDOW).score([]).shape == (0, 3)


def test_its_labels_are_the_topics(bert: Path) -> None:
    config = TransformerTaggerConfig(kind="transformer", model=str(bert), window=WINDOW)
    assert build_tagger(config, Path("my.yaml"), sorted(TOPICS)).topics == TOPICS
    with pytest.raises(ModelError, match=r"labels \(enterprise_visit, .*\) are not the topics \(policy\)"):
        build_tagger(config, Path("my.yaml"), ["policy"])


def test_its_name_tells_the_weights_apart(bert: Path, tmp_path: Path) -> None:
    other = tmp_path / bert.name
    shutil.copytree(bert, other)
    weights = load_file(other / "model.safetensors")
    save_file(
        {**weights, "classifier.bias": weights["classifier.bias"] + 1}, other / "model.safetensors", {"format": "pt"}
    )
    names = [TransformerTagger(str(path), WINDOW).name for path in (bert, other)]
    assert names[0] != names[1] and all(name.startswith(f"{bert.name}@") for name in names)


def test_a_hub_model_that_is_not_cached_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="allow_download: true"):
        TransformerTagger("nobody/no-such-tagger", WindowConfig())


def test_an_encoder_that_was_never_fine_tuned_is_refused(bert: Path, tmp_path: Path) -> None:
    shutil.copytree(bert, tmp_path, dirs_exist_ok=True)
    weights = {n: w for n, w in load_file(bert / "model.safetensors").items() if not n.startswith("classifier")}
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"lack classifier\.bias, classifier\.weight: fine-tune it"):
        TransformerTagger(str(tmp_path), WINDOW)


def test_pickled_weights_are_never_read(bert: Path, tmp_path: Path) -> None:
    shutil.copytree(bert, tmp_path, dirs_exist_ok=True)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        TransformerTagger(str(tmp_path), WINDOW)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_file_is_one_line(bert: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(bert, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        TransformerTagger(str(tmp_path), WINDOW)
    assert "\n" not in str(caught.value)


def test_a_device_that_is_not_there_is_named(bert: Path) -> None:
    with pytest.raises(ModelError, match="cannot run on device toaster"):
        TransformerTagger(str(bert), WINDOW, TorchConfig(device="toaster"))


def test_batches_hold_each_sequence_once_and_no_more_tokens_than_allowed() -> None:
    lengths = [5, 90, 7, 30, 31, 5, 6, 200]
    cut = batches(lengths, 100)
    assert sorted(row for rows in cut for row in rows) == list(range(len(lengths)))
    assert all(len(rows) * max(lengths[row] for row in rows) <= 100 for rows in cut if len(rows) > 1)
    assert cut == [[7], [1], [4, 3, 2], [6, 0, 5]]
