import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pipeline.reading.documents import read_document
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, FactCheck, Removal
from pipeline.writing.json import SCHEMA_PATH, to_dict, to_json, to_jsonl
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def briefing() -> Briefing:
    jianbao = Jianbao.from_config(ROOT / "configs" / "default.yaml")
    return jianbao.run(read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt")))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_contract_holds(briefing: Briefing, validator: Draft202012Validator) -> None:
    written = json.loads(to_json(briefing))
    validator.validate(written)
    body = written["document"]["body"]
    assert all(body[s["start"] : s["end"]] == s["text"] for s in written["sentences"])
    assert [s["index"] for s in written["sentences"]] == list(range(len(written["sentences"])))
    assert set(written["topic_abstracts"]) == {t for s in written["sentences"] for t in s["topics"]}
    assert json.loads(to_jsonl(briefing)) == written == to_dict(briefing)
    assert to_jsonl(briefing).count("\n") == 1


def test_the_schema_is_strict(briefing: Briefing, validator: Draft202012Validator) -> None:
    for broken in ({"schema": 2}, {"extra": 1}, {"sentences": [{"index": 0}]}):
        with pytest.raises(ValidationError):
            validator.validate({**to_dict(briefing), **broken})


def test_what_the_fact_check_did_is_written(briefing: Briefing, validator: Draft202012Validator) -> None:
    assert "fact_check" not in to_dict(replace(briefing, abstract=replace(briefing.abstract, check=None)))["abstract"]
    removal = Removal(text="总投资80亿元。", reason="unsupported", facts=("80亿元",))
    check = FactCheck(proposed=("80亿元",), rewrites=2, removed=(removal,), completed=True)
    written = to_dict(replace(briefing, abstract=replace(briefing.abstract, check=check)))
    validator.validate(written)
    assert written["schema"] == 1
    assert written["abstract"]["fact_check"] == {
        "proposed": ["80亿元"],
        "rewrites": 2,
        "removed": [{"text": "总投资80亿元。", "reason": "unsupported", "facts": ["80亿元"]}],
        "completed": True,
        "replaced": False,
    }
    written["abstract"]["fact_check"]["removed"][0]["reason"] = "taste"
    with pytest.raises(ValidationError):
        validator.validate(written)


def test_furniture_is_neither_tagged_nor_summarised(briefing: Briefing) -> None:
    spans = briefing.document.furniture
    for tagged in briefing.sentences:
        assert all(tagged.sentence.end <= f.start or tagged.sentence.start >= f.end for f in spans)
    everything = briefing.abstract.text + "".join(a.text for a in briefing.topic_abstracts.values())
    assert not any(word in everything for word in ("编辑", "客户端", "海屿日报", "春季义务植树"))
