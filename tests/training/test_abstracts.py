"""From texts with abstracts to a seq2seq model that `jianbao run` takes."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.config import PipelineConfig, load_config
from pipeline.errors import InputError, ModelError
from pipeline.summarizing.build import build_summarizer
from pipeline.training import abstracts as module
from pipeline.training.abstracts import finetune_summarizer, load_abstracts
from pipeline.training.settings import FinetuneSummarizerConfig, task_of
from scripts import finetune as script
from tests.conftest import ROOT, make_tagged
from tests.summarizing.test_extractive import ARTICLE
from tests.summarizing.tiny import save_seq2seq

CONFIG = ROOT / "configs" / "finetune_summarizer.yaml"
ROWS = [
    {
        "text": f"{day}日程望舒率队赴深圳走访云拓机器人公司。双方签署协议。",
        "abstract": f"{day}日程望舒走访云拓机器人公司。",
    }
    for day in range(1, 11)
]


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def settings_file(folder: Path, model: Path, **others: object) -> Path:
    values = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    kind = "bert" if "bart" in model.name else "auto"
    values["summarizer"] |= {"model": str(model), "tokenizer": kind, "allow_download": False, "device": "cpu"}
    values |= {"work": str(folder / "work"), "output": str(folder / "mine"), "epochs": 2, "target_tokens": 24, **others}
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("family", ["bart", "t5"])
def test_a_model_is_fine_tuned_and_used(family: str, tmp_path: Path) -> None:
    start = save_seq2seq(tmp_path / f"tiny-{family}", family)
    config = settings_file(tmp_path, start)
    made = finetune_summarizer(config, data=written(tmp_path / "my.jsonl", ROWS))
    assert made is not None
    path, figures = made
    assert set(figures) == {"eval_rouge_1", "eval_rouge_2", "eval_rouge_l"}
    assert path == tmp_path / "mine.yaml" and not any((tmp_path / "work").iterdir())
    use = load_config(path, PipelineConfig)
    summarizer = build_summarizer(use.summarizer, path)
    assert summarizer.summarize(make_tagged(ARTICLE)).text


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings_file(tmp_path, save_seq2seq(tmp_path / "tiny-t5", "t5"))
    data = written(tmp_path / "my.jsonl", ROWS)
    with monkeypatch.context() as patch:
        patch.setattr(module, "publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            finetune_summarizer(config, data=data)
    assert list((tmp_path / "work").glob("*/checkpoint-*"))
    taken_up: list[object] = []
    original = module.Seq2SeqTrainer.train
    monkeypatch.setattr(
        module.Seq2SeqTrainer,
        "train",
        lambda self, **kw: (taken_up.append(kw["resume_from_checkpoint"]), original(self, **kw))[1],
    )
    assert finetune_summarizer(config, data=data) is not None
    assert taken_up == [True]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"text": "甲。", "abstract": "甲。"}, {"text": "乙。"}], r"my\.jsonl:2: abstract: Field required"),
        ([{"text": "", "abstract": "甲。"}], r"my\.jsonl:1: text: String should have at least 1 character"),
        ([{"text": "甲。", "abstract": "甲。"}], r"my\.jsonl: no texts of the split train"),
        ([], r"my\.jsonl: no texts of the split train"),
    ],
)
def test_bad_data_is_named_before_anything_is_loaded(rows: list[dict[str, str]], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        load_abstracts(written(tmp_path / "my.jsonl", rows))


def test_a_fifth_is_kept_apart_and_named_splits_are_kept(tmp_path: Path) -> None:
    assert [len(rows) for rows in load_abstracts(written(tmp_path / "a.jsonl", ROWS)).values()] == [8, 2]
    named = [row | {"split": "dev" if i < 5 else "train"} for i, row in enumerate(ROWS)]
    assert [len(rows) for rows in load_abstracts(written(tmp_path / "b.jsonl", named)).values()] == [5, 5]


def test_the_script_tells_tasks_apart(tmp_path: Path) -> None:
    assert task_of(CONFIG) == "abstracts" and task_of(ROOT / "configs" / "finetune_tagger.yaml") == "topics"
    assert load_config(CONFIG, FinetuneSummarizerConfig).summarizer.kind == "seq2seq"
    app = script.typer.Typer()
    app.command()(script.main)
    data = written(tmp_path / "my.jsonl", ROWS)
    done = CliRunner().invoke(app, ["--config", str(CONFIG), "--data", str(data), "--encoder", str(tmp_path)])
    assert done.exit_code == 2
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        finetune_summarizer(CONFIG, data=data, model=str(tmp_path))
