"""`jianbao predict` and `jianbao evaluate`."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.writing.json import SCHEMA_PATH
from tests.conftest import ROOT, TOPICS
from tests.evaluation.material import Project

PLOTS = {"precision_recall.png", "reliability.png", "confusion.png", "f1_by_position.png"}


def jianbao(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner(env={"COLUMNS": "160"}).invoke(app, [str(a) for a in arguments])
    assert done.exit_code != 1, done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def predictions(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("predictions") / "p.jsonl"
    code, out, err = jianbao("predict", project.gold, "--config", project.config, "--split", "test", "--output", path)
    assert (code, out, err) == (0, "", "")
    return path


def test_predictions_keep_the_contract_of_run(project: Project, predictions: Path) -> None:
    _, out, _ = jianbao("predict", project.gold, "--config", project.config, "--split", "test")
    assert out == predictions.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in out.splitlines()]
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    for row in rows:
        jsonschema.validate(row, schema)
    assert [row["document"]["id"] for row in rows] == ["d12", "d13", "d14", "d15"]


def test_figures_are_the_same_from_a_file_and_from_a_run(project: Project, predictions: Path) -> None:
    common = (project.gold, "--split", "test", "--config", project.config, "--corpus", project.gold)
    code, out, _ = jianbao("evaluate", *common)
    assert code == 0
    assert jianbao("evaluate", *common, "--predictions", predictions)[1] == out
    for part in (
        "企业走访",
        "宏平均",
        "0.857",
        "多数类",
        "关键词规则",
        "TF-IDF + LR",
        "混淆表",
        "ROUGE-L",
        "分主题摘要",
    ):
        assert part in out, part


def test_a_folder_with_everything(project: Project, predictions: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report"
    code, shown, _ = jianbao(
        *("evaluate", project.gold, "--split", "test", "--predictions", predictions, "--compare", predictions),
        *("--config", project.config, "--corpus", project.gold, "--output", out, "--lang", "en"),
    )
    assert code == 0
    assert "Enterprise visits" in shown and "企业走访" not in shown and f"Written to {out}" in shown.replace("\n", "")
    assert {p.name for p in out.iterdir()} == PLOTS | {"metrics.json", "errors.md", "abstracts.md"}
    assert "- Reference: " in (out / "abstracts.md").read_text(encoding="utf-8")
    assert all((out / name).read_bytes().startswith(b"\x89PNG") for name in PLOTS)
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    own = metrics["tagging"][metrics["system"]]
    assert own["topics"][TOPICS[0]]["f1"] == round(6 / 7, 4)
    assert own["intervals"]["macro"]["low"] <= own["macro"]["f1"] <= own["intervals"]["macro"]["high"]
    assert set(metrics["differences"]) == set(metrics["tagging"]) - {metrics["system"]}
    assert metrics["gold"]["split"] == "test" and len(metrics["gold"]["sha256"]) == 64
    assert (out / "errors.md").read_text(encoding="utf-8").count("\n## ") == 1


def test_what_is_left_out_is_said(tmp_path: Path, project: Project) -> None:
    body = "新政今天发布。天气很好。"
    sentences = [{"start": 0, "end": 7, "topics": ["policy"]}, {"start": 7, "end": 12, "topics": []}]
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "a", "text": body, "sentences": sentences}), encoding="utf-8")
    row = {
        "schema": 1,
        "document": {"id": "a", "source": "", "title": "", "published": "", "body": body, "furniture": []},
        "sentences": [
            {
                "index": i,
                "start": s["start"],
                "end": s["end"],
                "text": body[s["start"] : s["end"]],
                "topics": s["topics"],
                "scores": {"policy": 0.9 if s["topics"] else 0.2},
            }
            for i, s in enumerate(sentences)
        ],
        "abstract": {"text": "", "evidence": []},
        "topic_abstracts": {},
        "provenance": {"version": "1", "config_digest": "0", "models": {"tagger": "x [red]", "summarizer": "lead"}},
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(row), encoding="utf-8")
    code, out, _ = jianbao(
        "evaluate", gold, "--predictions", tmp_path / "p.jsonl", "--corpus", project.gold, "--output", tmp_path / "r"
    )
    assert code == 0
    for part in ("x [red]", "policy", "略去多数类", "略去关键词规则", "摘要未评分"):
        assert part in out, part
    assert (tmp_path / "r" / "confusion.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.jsonl",), "nowhere.jsonl: no such file"),
        (("GOLD", "--split", "dev"), "no documents of the split dev"),
        (("GOLD", "--predictions", "nowhere.jsonl"), "nowhere.jsonl: cannot be read"),
        (("GOLD", "--predictions", "PREDICTIONS"), "the predictions lack 12 documents, the first is d0"),
        (("GOLD", "--config", "nowhere.yaml"), "nowhere.yaml: no such config file"),
        (("GOLD", "--lang", "fr"), "--lang fr: choose zh or en"),
        (("GOLD", "--corpus", "nowhere.jsonl"), "nowhere.jsonl: no such file"),
        (
            ("GOLD", "--split", "test", "--predictions", "PREDICTIONS", "--output", "PREDICTIONS"),
            "cannot be written to",
        ),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(
    project: Project, predictions: Path, arguments: tuple[str, ...], message: str
) -> None:
    places = {"GOLD": project.gold, "PREDICTIONS": predictions}
    code, _, err = jianbao("evaluate", *(places.get(a, a) for a in arguments))
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1


def test_missing_libraries_are_named_before_anything_runs(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.commands.measure.find_spec", lambda name: None if name == "matplotlib" else object())
    code, out, err = jianbao("evaluate", project.gold, "--output", tmp_path / "r")
    assert (code, out) == (2, "")
    assert "pip install 'jianbao[evaluate]'" in err
    assert not (tmp_path / "r").exists()


def test_help_is_there() -> None:
    assert "--compare" in jianbao("evaluate", "--help")[1]
    assert "--split" in jianbao("predict", "--help")[1]


def test_the_pin_script_writes_floors(project: Project, predictions: Path, tmp_path: Path) -> None:
    command = [sys.executable, "scripts/pin_floors.py", "--data", project.gold, "--predictions", predictions]
    done = subprocess.run(
        [*command, "--output", tmp_path / "floors.json"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "floors.json").read_text())["floors"]["f1.outcome_summary"] == 0.99
    assert "f1.macro" in done.stdout
