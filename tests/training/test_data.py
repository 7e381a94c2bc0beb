import json
from pathlib import Path

import pytest

from pipeline.config import TopicConfig
from pipeline.errors import InputError
from pipeline.training.data import load_labelled
from tests.conftest import ROOT

TOPICS = (
    TopicConfig(id="visit", name="企业走访", name_en="Enterprise visits"),
    TopicConfig(id="outcome", name="成果总结"),
)


def line(name: str, *topics: str, **more: object) -> str:
    row = {
        "id": name,
        "text": "座谈。签约。",
        "sentences": [{"start": 0, "end": 3, "topics": topics}, {"start": 3, "end": 6, "topics": []}],
    }
    return json.dumps({**row, **more}, ensure_ascii=False)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "my.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_topics_go_by_id_or_either_name(tmp_path: Path) -> None:
    path = written(
        tmp_path, line("a", "企业走访"), line("b", "visit", "outcome"), line("c", "Enterprise visits", "成果总结")
    )
    found = {gold.document.id: gold.sentences[0].topics for gold in load_labelled(path, TOPICS)}
    assert found == {"a": {"visit"}, "b": {"visit", "outcome"}, "c": {"visit", "outcome"}}


def test_the_files_own_splits_are_kept(tmp_path: Path) -> None:
    splits = ("train", "validation", "test")
    path = written(tmp_path, *(line(split, "visit", "outcome", split=split) for split in splits))
    assert [gold.split for gold in load_labelled(path, TOPICS)] == ["train", "dev", "test"]


def test_without_splits_a_fifth_is_dev_whatever_the_order(tmp_path: Path) -> None:
    lines = [line(f"d{i}", "visit", *(["outcome"] if i % 4 == 0 else [])) for i in range(20)]
    dev = {gold.document.id for gold in load_labelled(written(tmp_path, *lines), TOPICS) if gold.split == "dev"}
    again = {gold.document.id for gold in load_labelled(written(tmp_path, *lines[::-1]), TOPICS) if gold.split == "dev"}
    assert dev == again and len(dev) == 4
    assert {"d0", "d4", "d8", "d12", "d16"} & dev, "each topic is in dev"


def test_the_last_document_with_a_topic_stays_in_train(tmp_path: Path) -> None:
    path = written(tmp_path, *(line(f"d{i}", "visit") for i in range(9)), line("only", "outcome"))
    assert {gold.document.id: gold.split for gold in load_labelled(path, TOPICS)}["only"] == "train"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line("a", "企业走防")], r"my\.jsonl:1: sentence 1: unknown topic 企业走防 \(did you mean 企业走访\?\)"),
        ([line("a"), "", "{"], r"my\.jsonl:3: not JSON"),
        (
            [line("a"), line("b", text="座谈。")],
            r"my\.jsonl:2: sentence 2: offsets 3-6 are outside the text of 3 characters",
        ),
        (
            [line("a", sentences=[{"start": 0, "end": 3, "topics": "visit"}])],
            r"my\.jsonl:1: .*sentences\.0\.topics: .*list",
        ),
        (
            [line("a", sentences=[{"start": 0, "end": 4, "topics": []}, {"start": 3, "end": 6, "topics": []}])],
            r"my\.jsonl:1: sentence 2: offsets 3-6 overlap",
        ),
        ([line("a", sentences=[])], r"my\.jsonl:1: no labelled sentence"),
        ([line("a", split="tset")], r"my\.jsonl:1: .*split"),
        ([line("a"), line("a")], r"my\.jsonl:2: a second document with the id a"),
        ([line("a", split="train"), line("b")], r"my\.jsonl:2: some documents name their split"),
        ([line("a", split="train")], "no document is in the split dev"),
        ([line("a", "visit", "outcome")], "one document is not enough"),
        ([line("a", "visit"), line("b", "outcome")], "every document has the only examples of a topic"),
        ([line("a", "visit"), line("b", "visit")], r"no sentence of the split train is labelled 成果总结 \(outcome\)"),
        ([""], r"my\.jsonl: the file is empty"),
        (["text,label"], "neither JSON Lines .* nor a CSV .* nor Label Studio"),
        (["[]"], "no labelled documents"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_labelled(written(tmp_path, *lines), TOPICS)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_labelled(tmp_path / "nowhere.csv", TOPICS)
    (tmp_path / "my.xlsx").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(InputError, match="save it as CSV"):
        load_labelled(tmp_path / "my.xlsx", TOPICS)


def test_the_sample_of_other_topics_is_sound() -> None:
    names = {"policy_release": "政策发布", "project_start": "项目开工", "talent_recruitment": "人才引进"}
    gold = load_labelled(
        ROOT / "data" / "samples" / "policy_topics.jsonl", [TopicConfig(id=i, name=n) for i, n in names.items()]
    )
    assert len(gold) >= 12 and sum(len(document.sentences) for document in gold) >= 36
    dev = {topic for document in gold if document.split == "dev" for s in document.sentences for topic in s.topics}
    assert dev == set(names)
