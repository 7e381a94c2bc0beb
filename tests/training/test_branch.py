"""A branch of the tagger that tells salience; see `pipeline.training.branch`."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from pipeline.artefacts import load_tagger_card
from pipeline.config import load_config
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.tagging.base import tag
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from pipeline.training.branch import TrainBranchConfig, train_branch
from pipeline.training.branch_data import UNKNOWN, Teacher, TextsConfig, draw_texts, windows
from pipeline.training.branch_graph import layer_weights, with_states
from tests.conftest import ROOT, TOPICS, make_document

TAGGER = ROOT / "models" / "tagger"
LAYER_PARTS = 16  # weights, biases and norms of a BERT layer


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
        "corpora": [str(corpus(folder, 6))],
        "work": str(folder / "work"),
        "layers": 1,
        **more,
    }
    path = folder / "train.yaml"
    path.write_text(json.dumps(chosen), encoding="utf-8")
    return path


def test_a_branch_is_learned_and_the_tags_stay_as_they_were(tmp_path: Path) -> None:
    texts = corpus(tmp_path, 4)
    path = settings(tmp_path, texts={"files": {str(texts): 4}, "chars": [1, 9999]}, repeats=4, layers_rate=2e-4)
    target, before, after = train_branch(path)
    assert target == tmp_path / "tagger" / "branch.onnx"
    assert after < before
    made, shipped = OnnxTagger(tmp_path / "tagger"), OnnxTagger(TAGGER)
    sentences = split_sentences(make_document("3月18日，市长程望舒走访云拓机器人公司。双方签署协议。天气很好。"))
    said = [one.text for one in sentences]
    np.testing.assert_array_equal(made.score(said), shipped.score(said))
    assert load_tagger_card(tmp_path / "tagger").abstracts == (None, *TOPICS)
    tagged = tag(made, sentences, salience=True)
    assert np.ptp([one.salience[None] for one in tagged]) > 0
    again, first, _ = train_branch(path)  # in the place of the branch that is there
    assert again == target and first == pytest.approx(before, abs=1e-4)
    path.write_text(path.read_text(encoding="utf-8").replace('"repeats": 4', '"repeats": 2'), encoding="utf-8")
    with pytest.raises(ConfigError, match="holds a run with other settings"):
        train_branch(path)


def test_layers_are_read_back_from_the_integers() -> None:
    model = onnx.load(str(TAGGER / "model.onnx"))
    weights = layer_weights(model)
    assert len(weights) == 12 * LAYER_PARTS
    assert weights["3.attention.self.query.weight"].shape == (384, 384)
    assert weights["3.intermediate.dense.weight"].shape == (1536, 384)
    for layers in (8, 4, 4, 8):  # moved from the one to the other
        model = with_states(model, layers)
        assert [output.name for output in model.graph.output] == ["logits", "states"]
    with pytest.raises(ModelError, match="no 30 layers"):
        with_states(model, 30)


def test_each_sentence_is_judged_once(tmp_path: Path) -> None:
    teacher = Teacher(settings(tmp_path).parent / "my.yaml")
    body = "".join(f"市长程望舒走访第{i}家公司，与负责人座谈，希望公司扩大投资。" for i in range(60))
    tagged = teacher.tagged(make_document(body))
    labels = {None: {one.sentence.index: 0.01 * one.sentence.index for one in tagged}}
    found = list(windows(tagged, "", labels, teacher))
    assert len(found) > 2
    judged = np.concatenate([np.array(one["labels"])[:, 0] for one in found])
    assert sorted(judged[judged != UNKNOWN].tolist()) == pytest.approx([0.01 * i for i in range(len(tagged))])
    assert all(set(np.array(one["labels"])[:, 1:].ravel()) == {UNKNOWN} for one in found)
    assert all(max(one["units"]) == len(one["labels"]) - 1 for one in found)


def test_texts_kept_for_measuring_are_left_out_and_so_is_what_repeats_them(tmp_path: Path) -> None:
    bodies = {
        "a": "市委书记程望舒率队走访云拓机器人公司，参观展厅和生产线，并与企业负责人座谈交流，听取发展规划。",
        "b": "罗启明到江州大学调研，考察重点实验室建设情况，与专家学者交谈，就成果转化提出明确要求。",
        "c": "天气很好，适合外出，大家在公园里散步，孩子们放风筝，老人们下棋，到处都是欢声笑语的景象。",
        "d": "短。",
    }
    rows = [{"id": name, "text": text} for name, text in bodies.items()]
    rows.append({"id": "e", "text": "据报道，" + bodies["a"]})
    path = tmp_path / "texts.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(json.dumps(rows[0], ensure_ascii=False) + "\n", encoding="utf-8")

    def drawn(**more: object) -> list[str]:
        chosen = TextsConfig.model_validate({"files": {path: 9}, "chars": (10, 100), **more})
        return sorted(one.id for one in draw_texts(chosen))

    assert drawn() == ["a", "b", "c", "e"]
    assert drawn(leave_out=[kept]) == ["b", "c"]
    assert drawn(about="走访|调研|座谈", mentions=1) == ["a", "b", "e"]
    assert len(drawn(files={path: 2})) == 2


def test_what_cannot_be_learned_from_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no document to learn from"):
        train_branch(settings(tmp_path, corpora=[]))
    path = settings(tmp_path)
    text = (tmp_path / "my.yaml").read_text(encoding="utf-8")
    (tmp_path / "my.yaml").write_text(
        text[: text.index("summarizer:")] + "summarizer: {kind: lead}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="the summarizer of kind pointer"):
        train_branch(path)


def test_the_shipped_settings_load() -> None:
    loaded = load_config(ROOT / "configs" / "train_branch.yaml", TrainBranchConfig)
    assert (ROOT / loaded.config).is_file() and all((ROOT / path).is_file() for path in loaded.corpora)
