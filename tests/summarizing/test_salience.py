"""What says which sentences belong in an abstract; see `pipeline.summarizing.salience`."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import PointerConfig
from pipeline.errors import ModelError
from pipeline.schema import SalientClause, TaggedSentence
from pipeline.summarizing.pointer import PointerWriter
from pipeline.summarizing.salience import PROPERTIES, SALIENCE, LinearModel, Salience, properties
from pipeline.summarizing.select import reading
from pipeline.summarizing.seq2seq import Seq2SeqSummarizer
from pipeline.text.tidy import clause_spans
from tests.conftest import ROOT, make_tagged

VISIT = "enterprise_visit"
ROWS = make_tagged(
    [
        ("春潮涌动。", []),
        ("3月18日，市长程望舒走访云拓机器人公司，签署协议。", [VISIT]),
        ("他说，希望公司到海屿来。", [VISIT]),
    ]
)


def written(folder: Path, count: int) -> Path:
    model = {"bias": 0.0, "weights": [0.1] * count}
    (folder / SALIENCE).write_text(json.dumps({"document": model, "topic": model}))
    return folder


def test_properties_tell_sentences_apart() -> None:
    rows = properties(ROWS, None)
    assert sorted(rows) == [0, 1, 2] and {row.shape for row in rows.values()} == {(PROPERTIES,)}
    assert not np.array_equal(rows[1], rows[2])
    of_topic = properties(ROWS, VISIT)
    assert sorted(of_topic) == [1, 2]
    assert of_topic[1][0] == rows[0][0] == 1  # the first of its kind
    assert properties([], None) == {}


def test_probabilities_are_those_of_a_logistic_regression() -> None:
    model = LinearModel(bias=1.0, weights=(2.0, -1.0))
    assert model.probabilities(np.array([[0, 0], [1, 3]], np.float32)) == pytest.approx([1 / (1 + np.exp(-1)), 0.5])


def test_a_folder_may_have_none_but_not_a_wrong_one(tmp_path: Path) -> None:
    assert Salience.load(tmp_path, 4) is None
    assert Salience.load(written(tmp_path, PROPERTIES + 8), 4) is not None
    with pytest.raises(ModelError, match="of another model: train it anew"):
        Salience.load(tmp_path, 6)
    (tmp_path / SALIENCE).write_text('{"document": {"bias": 0}}')
    with pytest.raises(ModelError, match="damaged"):
        Salience.load(tmp_path, 4)


def test_a_sentence_that_shares_its_only_piece_is_told_by_that() -> None:
    folder = ROOT / "models" / "summarizer"
    writer = PointerWriter(folder, PointerConfig(kind="pointer", model=str(folder)), {VISIT: "企业走访"})
    rows = make_tagged([("程望舒走访云拓机器人公司！", [VISIT]), ("！", [VISIT]), ("双方座谈。", [VISIT])])
    chosen = reading(rows, VISIT, 100, writer.count)
    features = writer.features(rows, chosen, VISIT)
    assert len(chosen.sentences) == len(features) == 3 and np.isfinite(features).all()
    assert features[1][-384:] == pytest.approx(features[1][-768:-384])  # one piece: its first state is their mean


class Untouched:
    """A model that must not be asked for anything."""

    name, limit, overhead = "untouched", 100, 0

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for")


def with_clauses(tagged: TaggedSentence, salience: dict[str | None, float]) -> TaggedSentence:
    """A sentence whose clauses all belong as much in an abstract."""
    spans = clause_spans(tagged.sentence.text)
    return replace(tagged, clauses=tuple(SalientClause(start=a, end=b, salience=salience) for a, b in spans))


def test_salience_that_came_with_the_tags_chooses_and_no_model_is_asked() -> None:
    summarizer = Seq2SeqSummarizer(Untouched(), PointerConfig(kind="pointer"))
    matters = ["机器人生产线", "海水养殖基地", "新能源电池项目", "跨境电商园区", "生物医药平台", "智慧物流中心"]
    matters += ["精密仪器车间", "乡村旅游线路"]
    texts = [f"3月{day}日，市长程望舒走访第{day}家公司，察看{matter}。" for day, matter in enumerate(matters, 1)]
    for best in (2, 6):
        rows = [
            with_clauses(one, {None: 0.9 if i == best else 0.21, VISIT: 0.2 if i == best else 0.1 * i})
            for i, one in enumerate(make_tagged([(text, [VISIT]) for text in texts]))
        ]
        whole, of_topic = summarizer.summarize_all(rows, [None, VISIT])
        assert texts[best] in whole.text
        assert texts[7] in of_topic.text and texts[0] not in of_topic.text
    with pytest.raises(AssertionError, match="salience was asked for"):  # one sentence without it
        summarizer.summarize_all([*rows[:-1], replace(rows[-1], clauses=())], [None])
