"""The shipped tagger."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.evaluation.baselines import KeywordTagger
from pipeline.reading.documents import read_document
from pipeline.schema import Joints
from pipeline.tagging.base import tag
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from tests.conftest import ROOT, TOPICS, make_document

FOLDER = ROOT / "models" / "tagger"


@pytest.fixture(scope="module")
def tagger() -> OnnxTagger:
    return OnnxTagger(FOLDER)


def test_tags_the_sample_as_a_reader_would(tagger: OnnxTagger) -> None:
    document = read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt"))
    tagged = {t.sentence.text[:8]: set(t.topics) for t in tag(tagger, split_sentences(document))}
    assert tagged["春潮涌动处，奋楫"] == set()
    assert tagged["我们将为项目配备"] == {"enterprise_visit"}
    assert "university_cooperation" in tagged["东江理工大学校长"]
    assert {"university_cooperation", "outcome_summary"} <= tagged["会上，海屿市人民"]
    assert "outcome_summary" in tagged["此次活动共走访企"]


def test_context_decides(tagger: OnnxTagger) -> None:
    said = "希望双方加强沟通对接，推动合作事项早日落地。"
    firm = tagger.score(["市长到恒远机器人公司考察，与董事长座谈。", said])[1]
    school = tagger.score(["市长到江州大学考察，与校长座谈。", said])[1]
    assert firm[0] > school[0]
    assert school[1] > firm[1]


def test_salience_comes_from_the_same_reading(tagger: OnnxTagger) -> None:
    texts = [
        "春潮涌动，万象更新。",
        "3月18日，市长程望舒率队走访云拓机器人公司，双方签署合作协议。",
        "他向大家表示感谢。",
    ] * 2
    scores, read = tagger.read(texts, "市长走访企业")
    salience = [of.salience for of in read]
    assert [of.joints.shape for of in read if of.joints is not None] == [
        (n, len(Joints._fields)) for n in (2, 3, 1)
    ] * 2
    assert tagger.abstracts == (None, *TOPICS)
    assert [rows.shape for rows in salience] == [(clauses, len(tagger.abstracts)) for clauses in (2, 3, 1)] * 2
    assert all(((rows > 0) & (rows < 1)).all() for rows in salience)
    assert salience[1][2, 0] > max(salience[0].max(), salience[2][0, 0])
    np.testing.assert_array_equal(scores, tagger.score(texts, "市长走访企业"))
    none, no_clauses = tagger.read([])
    assert none.shape == (0, len(TOPICS)) and no_clauses == []


def test_a_sentence_carries_its_clauses_where_their_salience_is_asked_for(tagger: OnnxTagger) -> None:
    sentences = split_sentences(make_document("3月18日，市长程望舒走访云拓机器人公司。双方签署协议。"))
    tagged = tag(tagger, sentences, salience=True)
    assert [[(c.start, c.end) for c in one.clauses] for one in tagged] == [[(0, 6), (6, 21)], [(0, 7)]]
    assert all(set(clause.salience) == set(tagger.abstracts) for one in tagged for clause in one.clauses)
    assert all(one.clauses == () for one in tag(tagger, sentences))
    unable = KeywordTagger(topics=TOPICS)
    assert all(one.clauses == () for one in tag(unable, sentences, salience=True))


def test_every_sentence_of_a_very_long_document_is_tagged(tagger: OnnxTagger) -> None:
    texts = ["市长到恒远机器人公司考察，与董事长座谈，希望公司扩大投资。", "会议研究了防汛工作。"] * 150
    scores = tagger.score(texts)
    assert scores.shape == (300, len(TOPICS))
    assert np.isfinite(scores).all()


def test_damaged_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tagger\.json is missing"):
        OnnxTagger(tmp_path)
    shutil.copy(FOLDER / "tagger.json", tmp_path)
    with pytest.raises(ModelError, match=r"model\.onnx: missing"):
        OnnxTagger(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"branch\.onnx: missing"):
        OnnxTagger(tmp_path)
    shutil.copy(FOLDER / "branch.onnx", tmp_path)
    with pytest.raises(ModelError, match=r"joints\.onnx: missing"):
        OnnxTagger(tmp_path)
    shutil.copy(FOLDER / "joints.onnx", tmp_path)
    shutil.copy(FOLDER / "tokenizer.json", tmp_path)
    with pytest.raises(ModelError, match="onnxruntime cannot load it"):
        OnnxTagger(tmp_path)
    shutil.copy(FOLDER / "model.onnx", tmp_path)
    (tmp_path / "branch.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"branch\.onnx: onnxruntime cannot load it"):
        OnnxTagger(tmp_path).read(["天气很好。"])
    card = json.loads((FOLDER / "tagger.json").read_text(encoding="utf-8"))
    (tmp_path / "tagger.json").write_text(json.dumps({**card, "abstracts": [], "joints": False}))
    without = OnnxTagger(tmp_path)
    assert without.abstracts == ()
    sentences = split_sentences(make_document("天气很好。"))
    assert tag(without, sentences, salience=True) == tag(without, sentences)
    (tmp_path / "tagger.json").write_text('{"topics": ["a"], "thresholds": {"b": 0.5}}')
    with pytest.raises(ModelError, match="thresholds are not those of the topics"):
        OnnxTagger(tmp_path)
