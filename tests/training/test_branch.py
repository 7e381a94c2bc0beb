"""A branch of the tagger that tells salience; see `pipeline.training.branch`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from pipeline.artefacts import load_tagger_card
from pipeline.config import load_config
from pipeline.corpus import load_corpus
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.tagging.base import tag
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from pipeline.text.tidy import clause_spans
from pipeline.training.branch import TrainBranchConfig, train_branch
from pipeline.training.branch_data import UNKNOWN, Reader, clause_labels, clause_oracle, windows
from pipeline.training.branch_finetune import FinetuneBranchConfig
from pipeline.training.branch_graph import head_weights, layer_weights, shown_layers, with_states
from tests.conftest import ROOT, TOPICS, make_document, make_gold, make_tagged

TAGGER = ROOT / "models" / "tagger"
LAYER_PARTS = 16  # weights, biases and norms of a BERT layer
VISIT = "enterprise_visit"


def corpus(folder: Path, count: int) -> Path:
    """A few labelled documents with topic abstracts."""
    rows = [json.loads(line) for line in (ROOT / "data" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    some = [row for row in rows if row["split"] == "train" and row["topic_abstracts"]][:count]
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), encoding="utf-8")
    return path


def settings(folder: Path, **more: object) -> Path:
    """Settings of a training on a copy of the shipped tagger."""
    shutil.copytree(TAGGER, folder / "tagger", dirs_exist_ok=True)
    default = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    default = default.replace("models/tagger", str(folder / "tagger"))
    default = default.replace("models/summarizer", str(ROOT / "models" / "summarizer"))
    (folder / "my.yaml").write_text(default, encoding="utf-8")
    chosen = {
        "config": str(folder / "my.yaml"),
        "encoder": str(ROOT / "models" / "encoder"),
        "corpora": [str(corpus(folder, 8))],
        "work": str(folder / "work"),
        "layers": 1,
        "epochs": 2,
        **more,
    }
    path = folder / "train.yaml"
    path.write_text(json.dumps({name: value for name, value in chosen.items() if value is not None}), encoding="utf-8")
    return path


def test_a_branch_is_learned_and_the_tags_stay_as_they_were(tmp_path: Path) -> None:
    path = settings(tmp_path, epochs=6, layers_rate=2e-4, windows_per_step=2)
    target, before, after = train_branch(path)
    assert target == tmp_path / "tagger" / "branch.onnx"
    assert after < before
    made, shipped = OnnxTagger(tmp_path / "tagger"), OnnxTagger(TAGGER)
    sentences = split_sentences(make_document("3月18日，市长程望舒走访云拓机器人公司。双方签署协议。天气很好。"))
    said = [one.text for one in sentences]
    np.testing.assert_array_equal(made.score(said), shipped.score(said))
    card = load_tagger_card(tmp_path / "tagger")
    assert card.abstracts == (None, *TOPICS)
    assert not card.joints  # they read other states than those this branch is upon
    tagged = tag(made, sentences, salience=True)
    assert np.ptp([clause.salience[None] for one in tagged for clause in one.clauses]) > 0
    again, first, _ = train_branch(path)  # in the place of the branch that is there
    assert again == target and first == pytest.approx(before, abs=1e-4)
    path.write_text(path.read_text(encoding="utf-8").replace('"epochs": 6', '"epochs": 7'), encoding="utf-8")
    with pytest.raises(ConfigError, match="holds a run with other settings"):
        train_branch(path)


def test_the_shipped_branch_learns_on_from_a_users_abstracts(tmp_path: Path) -> None:
    path = settings(
        tmp_path,
        task="extracts",
        layers=4,
        epochs=1,
        corpora=None,
        data=str(corpus(tmp_path, 5)),
        output=str(tmp_path / "mine"),
    )
    rows = [json.loads(line) for line in (tmp_path / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    mine = tmp_path / "my.jsonl"
    kept = ("title", "text", "abstract", "topic_abstracts")
    lines = [json.dumps({key: row[key] for key in kept}, ensure_ascii=False) + "\n" for row in rows]
    mine.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "scripts/finetune.py", "--config", str(path), "--data", str(mine), "--lang", "en"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "rouge_l" in run.stdout and "before" in run.stdout and f"--config {tmp_path / 'mine.yaml'}" in run.stdout
    assert not any((tmp_path / "work").iterdir())
    sentences = split_sentences(make_document("3月18日，市长程望舒走访云拓机器人公司。双方签署协议。天气很好。"))
    shipped, made = (
        [clause.salience[None] for one in tag(OnnxTagger(folder), sentences, salience=True) for clause in one.clauses]
        for folder in (TAGGER, tmp_path / "mine")
    )
    assert made != shipped
    assert made == pytest.approx(shipped, abs=0.15)  # it goes on from where the shipped one is
    assert load_tagger_card(tmp_path / "mine").joints
    run = subprocess.run([*command, "--encoder", "x"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2 and run.stderr.startswith("error: --encoder: ")
    mine.write_text(lines[0], encoding="utf-8")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2 and "no texts of the split train" in run.stderr


def test_layers_are_read_back_from_the_integers() -> None:
    model = onnx.load(str(TAGGER / "model.onnx"))
    weights = layer_weights(model)
    assert len(weights) == 12 * LAYER_PARTS
    assert weights["3.attention.self.query.weight"].shape == (384, 384)
    assert weights["3.intermediate.dense.weight"].shape == (1536, 384)
    for layers in (8, 4, 4, 8):  # moved from the one to the other
        model = with_states(model, layers)
        assert [output.name for output in model.graph.output] == ["logits", "states"]
        assert shown_layers(model) == layers
    with pytest.raises(ModelError, match="no 30 layers"):
        with_states(model, 30)
    with pytest.raises(ModelError, match="no last layer"):
        head_weights(model)
    branch = onnx.load(str(TAGGER / "branch.onnx"))
    assert len(layer_weights(branch)) == 4 * LAYER_PARTS
    assert head_weights(branch).weight.shape == (4, 384)


def test_each_clause_is_judged_once(tmp_path: Path) -> None:
    reader = Reader(settings(tmp_path).parent / "my.yaml")
    body = "".join(f"市长程望舒走访第{i}家公司，与负责人座谈，希望公司扩大投资。" for i in range(60))
    tagged = make_tagged([(one.text, []) for one in split_sentences(make_document(body))])
    labels = {None: {i: [0.01 * i, 0.01 * i + 0.001, 0.01 * i + 0.002] for i in range(60)}}
    found = list(windows(tagged, "", labels, reader))
    assert len(found) > 2
    judged = np.concatenate([np.array(one["labels"])[:, 0] for one in found])
    expected = [label for of in labels[None].values() for label in of]
    assert sorted(judged[judged != UNKNOWN].tolist()) == pytest.approx(expected)
    assert all(set(np.array(one["labels"])[:, 1:].ravel()) == {UNKNOWN} for one in found)
    assert all(max(one["units"]) == len(one["labels"]) - 1 for one in found)


def test_clauses_that_an_abstract_took_belong_in_it() -> None:
    texts = ["3月18日，程望舒走访云拓机器人公司，天气晴好。", "双方签署投资合作协议。", "春潮涌动。"]
    tagged = make_tagged([(texts[0], [VISIT]), (texts[1], []), (texts[2], [])])
    gold = make_gold([(text, []) for text in texts], "a")
    gold = type(gold)(
        document=gold.document,
        sentences=gold.sentences,
        abstract="3月18日，程望舒走访云拓机器人公司，签署投资合作协议。",
        topic_abstracts={VISIT: "程望舒走访云拓机器人公司。"},
        split="train",
    )
    labels = clause_labels(tagged, gold, (None, *TOPICS))
    assert set(labels) == {None, VISIT}
    assert labels[None][0][:2] == [1.0, 1.0] and labels[None][0][2] == labels[None][2][0] == 0.0
    assert labels[None][1][0] == pytest.approx(0.5 + 0.5 * 8 / 10)  # 双方 is not said
    assert set(labels[VISIT]) == {0} and labels[VISIT][0] == [0.0, 1.0, 0.0]
    assert clause_oracle(["天气晴好", "春潮涌动"], "双方签署协议。") == set()


def test_labels_are_of_the_clauses_that_the_tagger_tells(tmp_path: Path) -> None:
    gold = load_corpus(corpus(tmp_path, 1), "train")[0]
    sentences = split_sentences(gold.document)
    tagged = tag(OnnxTagger(TAGGER), sentences)
    labels = clause_labels(tagged, gold, (None,))[None]
    assert [len(labels[one.index]) for one in sentences] == [len(clause_spans(one.text)) for one in sentences]
    assert max(map(max, labels.values())) > 0.5


def test_what_cannot_be_learned_from_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no document to learn from"):
        train_branch(settings(tmp_path, corpora=[]))
    path = settings(tmp_path)
    text = (tmp_path / "my.yaml").read_text(encoding="utf-8")
    (tmp_path / "my.yaml").write_text(text.replace("kind: onnx", "kind: linear"), encoding="utf-8")
    with pytest.raises(ConfigError, match="the tagger must be of kind onnx"):
        train_branch(path)


def test_the_shipped_settings_load() -> None:
    loaded = load_config(ROOT / "configs" / "train_branch.yaml", TrainBranchConfig)
    assert (ROOT / loaded.config).is_file() and all((ROOT / path).is_file() for path in loaded.corpora)
    mine = load_config(ROOT / "configs" / "finetune_abstracts.yaml", FinetuneBranchConfig)
    assert (ROOT / mine.config).is_file() and (ROOT / mine.data).is_file()
