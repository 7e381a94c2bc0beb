"""Learning which sentences belong in an abstract; see `pipeline.training.salience`."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import load_config
from pipeline.errors import ConfigError, InputError
from pipeline.summarizing.salience import SALIENCE, Salience
from pipeline.training.salience import Example, TrainSalienceConfig, fit, train_salience
from tests.conftest import ROOT


def config(folder: Path, summarizer: str, corpus: Path) -> Path:
    """A training's settings beside a pipeline's."""
    default = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    default = default.replace("models/tagger", str(ROOT / "models" / "tagger"))
    (folder / "my.yaml").write_text(default.replace("models/summarizer", summarizer), encoding="utf-8")
    (folder / "train.yaml").write_text(
        f"config: {folder / 'my.yaml'}\ncorpora: [{corpus}]\nstrength: 0.01\n", encoding="utf-8"
    )
    return folder / "train.yaml"


def test_weights_are_learned_and_used(tmp_path: Path) -> None:
    summarizer = tmp_path / "summarizer"
    shutil.copytree(ROOT / "models" / "summarizer", summarizer)
    (summarizer / SALIENCE).unlink()
    rows = [json.loads(line) for line in (ROOT / "data" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    some = [row for row in rows if row["split"] == "train" and row["topic_abstracts"]][:8]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), encoding="utf-8")
    path, count = train_salience(config(tmp_path, str(summarizer), corpus))
    assert path == summarizer / SALIENCE
    assert count == sum(1 + len(row["topic_abstracts"]) for row in some)
    learned = Salience.load(summarizer, 384)
    assert learned is not None and np.ptp(learned.document.weights) > 0


def test_what_belongs_is_told_from_what_does_not() -> None:
    draws = np.random.default_rng(0)
    features = draws.normal(size=(200, 3)).astype(np.float32) * [1, 10, 0.1]
    belongs = features[:, 1] > 5
    model = fit([Example(False, features.astype(np.float32), belongs)], 1.0)
    found = model.probabilities(features.astype(np.float32))
    assert found[belongs].min() > found[~belongs].mean()
    with pytest.raises(InputError, match="too few abstracts"):
        fit([Example(False, features.astype(np.float32), np.zeros(200, bool))], 1.0)
    with pytest.raises(InputError, match="too few abstracts"):
        fit([], 1.0)


def test_only_a_copying_model_is_read(tmp_path: Path) -> None:
    path = config(tmp_path, "models/none", ROOT / "data" / "corpus.jsonl")
    text = (tmp_path / "my.yaml").read_text(encoding="utf-8")
    lead = text[: text.index("summarizer:")] + "summarizer: {kind: lead}\n"
    (tmp_path / "my.yaml").write_text(lead, encoding="utf-8")
    with pytest.raises(ConfigError, match="must be of kind pointer"):
        train_salience(path)


def test_the_shipped_settings_load() -> None:
    settings = load_config(ROOT / "configs" / "train_salience.yaml", TrainSalienceConfig)
    assert (ROOT / settings.config).is_file() and all((ROOT / corpus).is_file() for corpus in settings.corpora)
