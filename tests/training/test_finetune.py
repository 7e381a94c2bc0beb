"""From a user's labelled file to a tagger that `jianbao run` takes, as the script does it."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pipeline.config import PipelineConfig, load_config
from pipeline.corpus import GoldDocument, load_corpus
from pipeline.errors import InputError, ModelError
from pipeline.runner import Jianbao
from pipeline.training import finetune as module
from pipeline.training.finetune import FinetunedTagger, finetune, fingerprint
from pipeline.training.settings import load_settings
from tests.conftest import ROOT, make_document
from tests.training.builders import NAMES, WINDOW, write_corpus, write_settings

SCRIPT = ROOT / "scripts" / "finetune.py"
POLICY = ROOT / "data" / "samples" / "policy_topics.jsonl"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}


def cannot_export(*_: object) -> None:
    raise ModelError("cannot be exported to ONNX")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinetunedTagger]:
    """Other topics, as the example config has them, on the shipped encoder; without a graph, which takes its time."""
    folder = tmp_path_factory.mktemp("policy")
    settings = (ROOT / "configs" / "topics_policy.yaml").read_text("utf-8")
    (folder / "settings.yaml").write_text(settings.replace("build/finetune", str(folder / "work")), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "onnx_folder", cannot_export)
        found = finetune(folder / "settings.yaml", data=POLICY, output=folder / "my_tagger")
    assert found is not None
    yield found


def test_other_topics_are_learned_from_a_few_dozen_sentences(made: FinetunedTagger) -> None:
    jianbao = Jianbao.from_config(made.config)
    assert [topic.name for topic in jianbao.topics] == ["政策发布", "项目开工", "人才引进"]
    gold = load_corpus(POLICY)
    briefings = [jianbao.run(document.document) for document in gold]
    right = [
        set(tagged.topics) == sentence.topics
        for document, briefing in zip(gold, briefings, strict=True)
        for tagged, sentence in zip(briefing.sentences, document.sentences, strict=True)
    ]
    assert sum(right) / len(right) > 0.8
    assert set(made.card.metrics) == {"dev"}
    assert made.card.metrics["dev"]["macro"]["ap"] > 0.7


def test_the_config_written_says_what_it_needs_and_no_more(made: FinetunedTagger) -> None:
    assert made.config == made.folder.with_name("my_tagger.yaml")
    text = made.config.read_text("utf-8")
    assert "政策发布" in text and set(yaml.safe_load(text)) == {"topics", "tagger", "summarizer"}
    assert {p.name for p in made.folder.iterdir()} == {
        "config.json", "model.safetensors", "tagger.json", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip


def test_what_cannot_be_exported_runs_by_torch(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "onnx_folder", cannot_export)
    data = write_corpus(tmp_path / "my.jsonl", learnable)
    made = finetune(write_settings(tmp_path / "my.yaml", tiny_encoder, method="few_shot"), data=data)
    assert made is not None
    tagger = load_config(made.config, PipelineConfig).tagger
    assert tagger.kind == "transformer" and tagger.window == WINDOW
    assert not (made.folder / "model.onnx").exists()
    assert len(Jianbao.from_config(made.config).run(make_document("今天企业很好。今天天气很好。")).sentences) == 2


def test_bad_data_fails_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("document,sentence,topics\na,座谈。,企业走防\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.csv:2: unknown topic 企业走防 \(did you mean 企业走访\?\)"):
        finetune(write_settings(tmp_path / "my.yaml", Path("no/encoder")), data=tmp_path / "my.csv")


def test_checkpoints_belong_to_settings_and_data(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    data = write_corpus(tmp_path / "my.jsonl", learnable)
    path = write_settings(tmp_path / "my.yaml", tiny_encoder)
    first = fingerprint(load_settings(path, corpus=data))
    assert fingerprint(load_settings(path, corpus=data, output=tmp_path / "elsewhere")) == first
    assert fingerprint(load_settings(write_settings(path, tiny_encoder, epochs=3), corpus=data)) != first
    write_corpus(data, learnable[1:])
    assert fingerprint(load_settings(write_settings(path, tiny_encoder), corpus=data)) != first


def test_a_killed_run_goes_on_from_its_checkpoint(
    tiny_encoder: Path,
    learnable: list[GoldDocument],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "onnx_folder", cannot_export)  # faster
    data = write_corpus(tmp_path / "my.jsonl", learnable)
    config = write_settings(tmp_path / "my.yaml", tiny_encoder, epochs=20)
    command = [sys.executable, str(SCRIPT), "--config", str(config), "--data", str(data)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=ENVIRONMENT)
        while not list(tmp_path.glob("work/*/seed-13/checkpoint-*/trainer_state.json")):
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert "it/s" in (tmp_path / "log").read_text(), "there was a progress bar"
    with caplog.at_level(logging.INFO, logger="pipeline"):
        made = finetune(config, data=data)
    going_on = re.search(r"going on from \S+checkpoint-(\d+)", caplog.text)
    assert going_on is not None and 0 < int(going_on.group(1)) < 20 * 7
    assert made is not None and made.card.metrics["dev"]["macro"]["ap"] == 1.0
    assert not list((tmp_path / "work").iterdir()), "the checkpoints have served"


def test_two_processes_train_and_the_first_writes(
    tiny_encoder: Path, learnable: list[GoldDocument], tmp_path: Path
) -> None:
    data = write_corpus(tmp_path / "my.jsonl", learnable)
    config = write_settings(tmp_path / "my.yaml", tiny_encoder, epochs=6)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*launcher, str(SCRIPT), "--config", str(config), "--data", str(data)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**ENVIRONMENT, "CUDA_VISIBLE_DEVICES": ""},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("jianbao run FILE --config") == 1
    assert all(name in done.stdout for name in NAMES.values())
    briefing = Jianbao.from_config(tmp_path / "my_tagger.yaml").run(make_document("今天企业很好。今天天气很好。"))
    assert [t.topics for t in briefing.sentences] == [("enterprise_visit",), ()]
    assert load_config(tmp_path / "my_tagger.yaml", PipelineConfig).tagger.kind == "onnx"
    assert (tmp_path / "my_tagger" / "model.safetensors").is_file(), "kind: transformer takes the folder as well"


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--data", str(tmp_path / "nowhere.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, env=ENVIRONMENT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"error: {tmp_path / 'nowhere.jsonl'}: cannot be read: No such file or directory"
    ]
