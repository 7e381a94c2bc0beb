import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.evaluation.visits import load_visits, score_visits
from pipeline.writing.json import to_dict
from tests.visits.material import make_briefing


def test_what_is_found_is_right_and_what_is_missing_counts(tmp_path: Path) -> None:
    briefing = make_briefing()
    path = tmp_path / "visits.jsonl"
    path.write_text(json.dumps({"id": "d", "split": "test", "contacts": to_dict(briefing)["visits"]}), encoding="utf-8")
    gold = load_visits(path, "test")
    assert load_visits(path, "dev") == {}
    scores = score_visits(gold, [briefing])
    assert all(score.f1 == score.exact_f1 == 1 for score in scores.values())
    less = score_visits(gold, [replace(briefing, visits=briefing.visits[:1])])
    assert (less["organisation"].precision, less["organisation"].recall) == (1, 0.5)
    wider = replace(briefing.visits[0], kind="other", date=None, who=briefing.visits[0].met)
    other = score_visits(gold, [replace(briefing, visits=(wider, briefing.visits[1]))])
    assert (other["kind"].right, other["date"].f1, other["who"].right) == (1, 0, 1)
    with pytest.raises(InputError, match="were not predicted, the first of them d"):
        score_visits(gold, [])


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "visits.jsonl"
    path.write_text('{"id": "d", "split": "test", "contacts": [{}]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"visits\.jsonl:1: not visits"):
        load_visits(path)
