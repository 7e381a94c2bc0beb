import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.corpus import GoldDocument, GoldSentence
from pipeline.corpus_rules import (
    Minima,
    SplitRecord,
    abstract_violations,
    gold_document,
    offset_violations,
    overlap_violations,
    schema_violations,
    size_violations,
    split_of,
    split_records,
    split_violations,
    splitter_agreement,
    violations,
)
from pipeline.schema import Document, Span
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "data" / "corpus.schema.json").read_text(encoding="utf-8"))
SENTENCES = (
    "3月18日，海屿市委书记程望舒率队到云拓机器人公司考察，与董事长罗启明座谈。",
    "罗启明介绍，公司现有员工1,260人，去年产值12.6亿元，比上年增长8%。",
    "程望舒说，海屿的场地和电力都已备齐，希望企业把三条总装线放到北方。",
    "双方签署AGV项目投资协议，总投资九亿元。",
)
TOPICS = ("enterprise_visit", "enterprise_visit", "enterprise_visit", "outcome_summary")
ABSTRACT = "3月18日，海屿市委书记程望舒到云拓机器人公司座谈，双方签署投资协议。"
TEXT = "".join(SENTENCES)


def row(texts: Sequence[str] = SENTENCES, name: str = "z-01", **changes: object) -> dict[str, Any]:
    spans, at = [], 0
    for text, topic in zip(texts, TOPICS, strict=False):
        spans.append({"start": at, "end": at + len(text), "topics": [topic]})
        at += len(text)
    made = {
        "id": name,
        "kind": "firm visit, brief",
        "split": split_of(name),
        "title": "程望舒率队考察",
        "text": "".join(texts),
        "sentences": spans,
        "furniture": [],
        "abstract": ABSTRACT,
        "topic_abstracts": {"enterprise_visit": ABSTRACT, "outcome_summary": "双方签署投资协议，总投资九亿元。"},
    }
    return {**made, **changes}


def good(texts: Sequence[str] = SENTENCES, name: str = "z-01") -> GoldDocument:
    return gold_document(row(texts, name))


def spans(*borders: tuple[int, int]) -> tuple[GoldSentence, ...]:
    return tuple(GoldSentence(start=start, end=end, topics=frozenset()) for start, end in borders)


def test_a_good_document_breaks_no_rule() -> None:
    assert not list(schema_violations([row()], SCHEMA))
    assert not list(offset_violations(good()))
    assert splitter_agreement([good()]) == 1
    assert not list(abstract_violations([good()]))
    assert not list(overlap_violations([good(), good(("8日上午，云拓公司开工。",), "z-02")]))
    assert not list(split_violations([good()], split_records([good()])))


def test_the_schema_is_one_and_the_shipped_keys_are_all_it_allows() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"]) == set(row())


@pytest.mark.parametrize(
    "change",
    [
        {"split": "validation"},
        {"abstract": ""},
        {"text": "短。"},
        {"extra": 1},
        {"sentences": [{"start": 0, "end": 4, "topics": ["visit"]}]},
        {"sentences": [{"start": -1, "end": 4, "topics": []}]},
        {"sentences": [{"start": 0, "end": 4, "topics": ["outcome_summary", "outcome_summary"]}]},
        {"topic_abstracts": {"visit": "座谈。"}},
    ],
)
def test_lines_that_do_not_follow_the_schema_are_found(change: Mapping[str, object]) -> None:
    (found,) = schema_violations([row(), row(**change)], SCHEMA)
    assert found.document == "z-01"


def test_a_line_without_id_is_named_by_its_number() -> None:
    without = {key: value for key, value in row().items() if key != "id"}
    assert [v.document for v in schema_violations([row(), without], SCHEMA)] == ["line 2"]


@pytest.mark.parametrize(
    ("borders", "fault"),
    [
        (((0, 3), (3, 3), (3, 7)), "sentence 3-3 is empty"),
        (((3, 7), (0, 3)), "sentence 0-3 is empty, out of order"),
        (((0, 3), (3, 9)), "outside the text"),
        (((0, 4), (4, 7)), "sentence 0-4 has white space at an end"),
        (((0, 3), (2, 7)), "lies in 2 spans"),
        (((0, 3), (5, 7)), "character 4 (签) lies in 0 spans"),
    ],
)
def test_wrong_offsets_are_found(borders: tuple[tuple[int, int], ...], fault: str) -> None:
    document = Document(id="z-01", source="", title="", body="座谈。\n签约。")
    made = replace(good(), document=document, sentences=spans(*borders))
    messages = "; ".join(v.message for v in offset_violations(made))
    assert fault in messages


def test_furniture_counts_as_covered_but_not_under_a_sentence() -> None:
    document = Document(id="z-01", source="", title="", body="座谈。\n编辑：阿坤", furniture=(Span(start=4, end=9),))
    assert not list(offset_violations(replace(good(), document=document, sentences=spans((0, 3)))))
    assert list(offset_violations(replace(good(), document=document, sentences=spans((0, 3), (4, 9)))))


def test_sentences_the_splitter_cuts_elsewhere_lower_the_agreement() -> None:
    joined = replace(good(), sentences=spans((0, len(SENTENCES[0]) + 9), (len(SENTENCES[0]) + 9, len(TEXT))))
    assert splitter_agreement([joined]) == 0
    found = violations([joined], {})
    assert any("split_sentences finds 0.0000" in v.message for v in found)


def test_topic_abstracts_belong_to_the_topics_that_occur() -> None:
    visit = {"enterprise_visit": ABSTRACT}
    lacking = replace(good(), topic_abstracts=visit)
    added = replace(good(), sentences=spans((0, 3)), topic_abstracts=visit)
    assert [v.message.split()[0] for v in abstract_violations([lacking])] == ["outcome_summary"]
    assert [v.message.split()[0] for v in abstract_violations([added])] == ["enterprise_visit"]


def test_words_two_other_documents_use_are_ordinary() -> None:
    others = [good(("热烈欢迎的场面。",), "z-02"), good(("热烈庆祝新公司。",), "z-03")]
    made = replace(good(), abstract=ABSTRACT[:-1] + "，热烈。")
    assert not [v for v in abstract_violations([made, *others]) if v.document == "z-01"]
    assert [v for v in abstract_violations([made, others[0]]) if v.document == "z-01"]


def test_a_sentence_may_not_stand_in_two_documents() -> None:
    twice = good(("6日上午，程望舒在会上作报告。", SENTENCES[1]), "z-02")
    found = {(v.document, v.message) for v in overlap_violations([good(), twice])}
    assert found == {
        ("z-01", "sentence 1 stands in z-02 as well"),
        ("z-02", "sentence 1 stands in z-01 as well"),
    }
    assert not list(overlap_violations([good(("大家热烈鼓掌。",)), good(("大家热烈鼓掌。",), "z-02")]))


def test_a_sentence_may_share_few_of_its_grams() -> None:
    near = good((SENTENCES[2].replace("北方", "南方"),), "z-02")
    assert {v.document for v in overlap_violations([good(), near])} == {"z-01", "z-02"}
    opening = "程望舒说，海屿的场地和电力都已备齐，"
    far = good((opening + "下一步要抓紧推进各项手续办理，力争早日开工建设并形成实物工作量。",), "z-02")
    assert not list(overlap_violations([good(), far]))


def test_punctuation_hides_no_near_duplicate_and_set_phrases_are_none() -> None:
    loose = good((SENTENCES[2].replace("，", "、").replace("。", "！"),), "z-02")
    assert {v.document for v in overlap_violations([good(), loose])} == {"z-01", "z-02"}
    closing = "本方案自印发之日起施行，由{}负责解释。"
    plans = [good((closing.format(office),), f"z-{i}") for i, office in enumerate(("县招商局", "市人才办"))]
    assert not list(overlap_violations(plans))


def test_splits_follow_the_ids_and_the_record() -> None:
    documents = [good(), good(("8日上午，云拓公司开工。",), "z-02")]
    recorded = split_records(documents)
    other = next(split for split in ("train", "dev", "test") if split != split_of("z-01"))
    moved = [replace(documents[0], split=other), documents[1]]
    assert f"is in {other}, but its id belongs in {split_of('z-01')}" in {
        v.message for v in split_violations(moved, split_records(moved))
    }
    assert next(v.message for v in split_violations([*documents, documents[0]], recorded)) == "the id is used twice"
    changed = replace(documents[0], document=replace(documents[0].document, body=TEXT[:-1] + "！"))
    for wrong in ([changed, documents[1]], documents[:1], [*documents, good(name="z-03")]):
        assert [v for v in split_violations(wrong, recorded) if v.message.startswith("split ")]
    assert not list(split_violations(documents[::-1], recorded))


def test_split_sizes_are_about_70_15_15() -> None:
    counts = dict.fromkeys(("train", "dev", "test"), 0)
    for i in range(2000):
        counts[split_of(f"document-{i}")] += 1
    assert abs(counts["train"] - 1400) < 60 and abs(counts["dev"] - 300) < 50


@pytest.mark.parametrize(
    ("least", "message"),
    [
        (Minima(documents=3), "2 documents, fewer than 3"),
        (Minima(documents=0, sentences=9), "5 sentences, fewer than 9"),
        (Minima(documents=0, sentences=0, without_topic=3), "1 sentences without topic, fewer than 3"),
        (Minima(topics=(("outcome_summary", 2),)), "1 sentences of outcome_summary, fewer than 2"),
        (Minima(share_of_documents_without_topic=0.6), "50.0% of the documents have no topic, less than 60%"),
    ],
)
def test_too_small_a_corpus_is_found(least: Minima, message: str) -> None:
    bare = replace(good(name="z-02"), sentences=spans((0, len(TEXT))))
    assert message in {v.message for v in size_violations([good(), bare], least)}


def test_a_corpus_that_has_enough_is_fine() -> None:
    nothing = Minima(documents=1, sentences=4, without_topic=0, topics=(), share_of_documents_without_topic=0)
    assert not list(size_violations([good()], nothing))


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts" / "check_corpus.py"
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_the_shipped_corpus_keeps_all_rules() -> None:
    done = check()
    assert done.returncode == 0, done.stdout[-2000:]
    assert "no violations" in done.stdout and "486" in done.stdout


def test_the_command_names_violations_and_unreadable_files(tmp_path: Path) -> None:
    path, splits = tmp_path / "my.jsonl", tmp_path / "splits.json"
    path.write_text(json.dumps(row(abstract="无")) + "\n", encoding="utf-8")
    done = check(path, "--splits", splits, "--write-splits")
    assert done.returncode == 1 and "z-01: abstract: does not end with 。" in done.stdout
    assert SplitRecord(**json.loads(splits.read_text())[split_of("z-01")]).documents == 1
    path.write_text(json.dumps(row(split="all")) + "\n", encoding="utf-8")
    done = check(path)
    assert done.returncode == 1 and "z-01: $.split" in done.stdout
    for damaged in ("{", ""):
        path.write_text(damaged, encoding="utf-8")
        done = check(path)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and "my.jsonl" in done.stderr
    path.write_text(json.dumps(row()) + "\n", encoding="utf-8")
    splits.write_text('{"train": 1}')
    assert check(path, "--splits", splits).returncode == check(tmp_path / "none").returncode == 2
