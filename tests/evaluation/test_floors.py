import json
import subprocess
from pathlib import Path

import pytest

from pipeline.corpus import corpus_digest, load_corpus
from pipeline.errors import ConfigError, InputError
from pipeline.evaluation.evaluate import evaluate
from pipeline.evaluation.floors import (
    PERMISSION,
    below,
    committed_floors,
    figures,
    load_floors,
    lowered,
    pin,
    save_floors,
)
from pipeline.evaluation.predictions import predict
from pipeline.runner import Jianbao
from tests.evaluation.material import Project


def test_what_fell_below_its_floor_or_is_gone_is_named() -> None:
    assert below({"a": 0.5, "b": 0.7}, {"a": 0.5, "b": 0.6}) == []
    assert below({"a": 0.4999}, {"a": 0.5, "b": 0.6}) == [
        "a is 0.4999, its floor is 0.5000",
        "b is nan, its floor is 0.6000",
    ]


def test_floors_that_were_lowered_or_dropped_are_named() -> None:
    assert lowered({"a": 0.5}, {"a": 0.5, "b": 0.1}) == lowered({}, {"a": 0.1}) == []
    assert lowered({"a": 0.5, "b": 0.0}, {"a": 0.49}) == [
        "the floor of a went from 0.5000 to 0.4900",
        "the floor of b went from 0.0000 to nothing",
    ]


def test_pinned_floors_stand_a_little_below_and_are_not_lowered_unasked(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PERMISSION, raising=False)
    gold = load_corpus(project.gold, "test")
    floors = pin(project.gold, "test", gold, list(predict(Jianbao.from_config(project.config), gold)))
    assert (floors.data, floors.split, floors.sentences) == ("gold.jsonl", "test", 16)
    assert floors.sha256 == corpus_digest(project.gold)
    assert floors.floors["f1.macro"] == pytest.approx((6 / 7 + 1 + 1) / 3 - 0.01, abs=1e-4)
    assert {name for name in floors.floors if name.startswith("abstract.")} == {
        "abstract.rouge_1",
        "abstract.rouge_2",
        "abstract.rouge_l",
    }
    path = tmp_path / "floors.json"
    save_floors(floors, path)
    save_floors(floors, path)
    assert load_floors(path) == floors
    worse = floors.model_copy(update={"floors": {**floors.floors, "f1.macro": 0.5}})
    with pytest.raises(ConfigError, match=r"f1\.macro went from .* set JIANBAO_LOWER_FLOORS=1"):
        save_floors(worse, path)
    monkeypatch.setenv(PERMISSION, "1")
    save_floors(worse, path)
    assert load_floors(path).floors["f1.macro"] == 0.5


def test_damaged_floors_are_named(tmp_path: Path) -> None:
    (tmp_path / "floors.json").write_text('{"floors": {}}')
    for path in (tmp_path / "floors.json", tmp_path / "nowhere.json"):
        with pytest.raises(InputError, match="not a file of floors"):
            load_floors(path)


def test_committed_floors_are_those_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    path = tmp_path / "floors.json"
    content = {"data": "d", "split": "s", "sha256": "0", "sentences": 1, "floors": {"a": 0.5}}
    path.write_text(json.dumps(content))
    assert committed_floors(path) == {}  # not a checkout
    git = ["git", "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    assert committed_floors(path) == {}  # no commit yet
    subprocess.run([*git, "add", "floors.json"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "m", "--no-gpg-sign"], cwd=tmp_path, check=True)
    path.write_text(json.dumps({**content, "floors": {"a": 0.1}}))
    assert committed_floors(path) == {"a": 0.5}
    monkeypatch.setenv("PATH", "")
    assert committed_floors(path) == {}  # no git


def test_figures_without_abstracts_are_those_of_topics(project: Project) -> None:
    gold = load_corpus(project.gold, "test")
    report = evaluate(gold, list(predict(Jianbao.from_config(project.config), gold))).report
    assert set(figures(report, None)) == {
        "f1.enterprise_visit",
        "f1.university_cooperation",
        "f1.outcome_summary",
        "f1.macro",
    }
