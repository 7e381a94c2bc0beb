import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.corpus import load_corpus
from pipeline.errors import InputError, OutputError
from pipeline.evaluation.predictions import load_predictions, match, predict, scored_topics, write_predictions
from pipeline.runner import Jianbao
from pipeline.schema import Briefing
from pipeline.writing.json import to_dict, to_jsonl
from tests.conftest import ROOT, TOPICS, make_gold
from tests.evaluation.material import Project, briefing

SCORES = {TOPICS[0]: 0.75, TOPICS[1]: 0.25}


def make_one() -> Briefing:
    return briefing("d", [("双方座谈。", TOPICS[:1], SCORES), ("天气很好。", (), SCORES)], "双方座谈。")


def test_what_is_written_comes_back_the_same(project: Project, tmp_path: Path) -> None:
    gold = load_corpus(project.gold, "test")
    made = list(predict(Jianbao.from_config(project.config), gold))
    write_predictions(made, tmp_path / "deep" / "p.jsonl")
    assert load_predictions(tmp_path / "deep" / "p.jsonl") == made
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["p.jsonl"]
    assert [b.document.id for b in made] == [d.document.id for d in gold]
    assert all(len(b.sentences) == 4 for b in made)


def test_a_run_that_breaks_off_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("earlier", encoding="utf-8")

    def breaking() -> object:
        yield make_one()
        raise InputError("broken")

    with pytest.raises(InputError, match="broken"):
        write_predictions(breaking(), path)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OutputError, match="cannot be written to"):
        write_predictions([make_one()], path / "inside.jsonl")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("schema", 99, "schema is 99, known is 1"),
        ("sentences", [{"index": 0}], "KeyError: 'start'"),
        ("document", None, "TypeError"),
        ("provenance", {"version": "1", "config_digest": "0", "models": {}}, "KeyError: 'tagger'"),
    ],
)
def test_damaged_lines_are_named(tmp_path: Path, key: str, value: object, message: str) -> None:
    path = tmp_path / "p.jsonl"
    broken = json.dumps({**to_dict(make_one()), key: value}, ensure_ascii=False)
    path.write_text(to_jsonl(make_one()) + broken, encoding="utf-8")
    with pytest.raises(InputError, match=r"p\.jsonl:2: not a line that jianbao predict writes") as caught:
        load_predictions(path)
    assert message in str(caught.value)


def test_offsets_and_scores_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    for old, new, message in (
        ('"end": 5, "text"', '"end": 4, "text"', "not what stands at its offsets"),
        ('"topics": ["enterprise_visit"]', '"topics": ["other"]', "topics without scores: other"),
    ):
        line = to_jsonl(make_one())
        assert old in line
        path.write_text(line.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InputError, match=message):
            load_predictions(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_predictions(tmp_path / "nowhere.jsonl")


def test_predictions_are_matched_by_id() -> None:
    gold = [make_gold([("双方座谈。", []), ("天气很好。", [])], "d")]
    one = make_one()
    other = briefing("e", [("签约。", (), SCORES)])
    assert match(gold, [other, one], "p") == [one]
    with pytest.raises(InputError, match="p lack 1 documents, the first is d: run jianbao predict"):
        match(gold, [other], "p")
    with pytest.raises(InputError, match="p: an id stands twice"):
        match(gold, [one, one], "p")
    changed = replace(one, document=replace(one.document, body="另一篇。"))
    with pytest.raises(InputError, match="the text of d is not that of the gold"):
        match(gold, [changed], "p")


def test_topics_are_those_scored_and_must_cover_the_gold() -> None:
    gold = [make_gold([("双方座谈。", TOPICS[:1]), ("天气很好。", [])], "d")]
    assert scored_topics(gold, [make_one()], "p") == TOPICS[:2]
    foreign = [make_gold([("双方座谈。", TOPICS[2:]), ("天气很好。", [])], "d")]
    with pytest.raises(InputError, match="no scores for the gold's topics outcome_summary"):
        scored_topics(foreign, [make_one()], "p")
    mixed = briefing("d", [("双方座谈。", (), SCORES), ("天气很好。", (), {TOPICS[0]: 0.1})])
    with pytest.raises(InputError, match="scores for different topics"):
        scored_topics(gold, [mixed], "p")
    with pytest.raises(InputError, match="no sentences to score"):
        scored_topics(gold, [briefing("d", [])], "p")


def test_predicting_needs_no_scikit_learn() -> None:
    code = (
        "import sys, pipeline.evaluation.predictions; print({'sklearn', 'scipy', 'torch', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "set()"
