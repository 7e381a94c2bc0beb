import gzip
import hashlib
import json
from pathlib import Path

import pytest

from pipeline.corpus import GoldSentence, align, load_annotations, load_corpus
from pipeline.errors import InputError
from pipeline.schema import Sentence
from tests.conftest import ROOT, TOPICS

CORPUS = ROOT / "data" / "corpus.jsonl"


def test_the_authored_corpus_is_sound() -> None:
    documents = load_corpus(CORPUS)
    assert len({d.document.id for d in documents}) == len(documents) >= 80
    for gold in documents:
        assert gold.split in ("train", "dev", "test")
        carried = {topic for sentence in gold.sentences for topic in sentence.topics}
        assert carried <= set(TOPICS)
        assert set(gold.topic_abstracts) == carried
        assert gold.abstract.endswith("。")
        for text in (gold.document.body[s.start : s.end] for s in gold.sentences):
            assert text and text == text.strip()


def test_no_sentence_stands_in_two_splits() -> None:
    seen: dict[str, str] = {}
    for gold in load_corpus(CORPUS):
        for s in gold.sentences:
            text = gold.document.body[s.start : s.end]
            if len(text) > 12:
                assert seen.setdefault(text, gold.split) == gold.split, text


def test_mistakes_name_file_and_line(tmp_path: Path) -> None:
    good = {"id": "a", "text": "座谈。", "sentences": [{"start": 0, "end": 3, "topics": []}]}
    path = tmp_path / "my.jsonl"
    outside = json.dumps({**good, "sentences": [{"start": 0, "end": 9, "topics": []}]})
    lines = {"{": "JSON", "[]": "a JSON object", '{"id": 1}': "a labelled document", outside: "a labelled document"}
    for bad, wanted in lines.items():
        path.write_text(json.dumps(good) + "\n" + bad + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=rf"my\.jsonl:2: not {wanted}"):
            load_corpus(path)
    with pytest.raises(InputError, match="no documents of the split dev"):
        path.write_text(json.dumps(good), encoding="utf-8")
        load_corpus(path, "dev")


def test_gold_sentences_find_the_sentence_they_share_most_with() -> None:
    found = [
        Sentence(document_id="d", index=i, start=a, end=b, text="")
        for i, (a, b) in enumerate([(0, 5), (5, 20), (22, 30)])
    ]
    gold = [GoldSentence(start=a, end=b, topics=frozenset()) for a, b in [(0, 8), (8, 20), (20, 22), (21, 30)]]
    assert align(found, gold) == [0, 1, None, 2]


def labelled(name: str, text: str, split: str = "train") -> dict[str, object]:
    """Labels of a text that is kept elsewhere."""
    return {
        "id": name,
        "split": split,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "sentences": [{"start": 0, "end": 3, "topics": ["enterprise_visit"]}],
    }


def rows_file(path: Path, *rows: object) -> Path:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_labels_and_their_texts_are_put_together(tmp_path: Path) -> None:
    annotations = rows_file(tmp_path / "labels.jsonl", labelled("a", "座谈。"), labelled("b", "签约。", "dev"))
    texts = [
        rows_file(
            tmp_path / "one.jsonl.gz", {"id": "other", "text": "无关。"}, {"id": "b", "text": "签约。", "title": "标题"}
        ),
        rows_file(tmp_path / "two.jsonl", {"id": "a", "text": "座谈。"}),
    ]
    first, second = load_annotations(annotations, texts)
    assert (first.document.id, first.document.body, first.document.title) == ("a", "座谈。", "")
    assert first.sentences == (GoldSentence(start=0, end=3, topics=frozenset({"enterprise_visit"})),)
    assert (second.document.body, second.document.title, second.split) == ("签约。", "标题", "dev")
    assert load_annotations(annotations, texts[:1], "dev") == [second]


def test_an_abstract_without_its_text_is_put_together_too(tmp_path: Path) -> None:
    row = labelled("a", "座谈会召开。") | {
        "abstract": [[0, 2], "已", [3, 6]],
        "topic_abstracts": {"enterprise_visit": [[0, 2], "。"]},
    }
    annotations = rows_file(tmp_path / "labels.jsonl", row)
    (found,) = load_annotations(annotations, [rows_file(tmp_path / "texts.jsonl", {"id": "a", "text": "座谈会召开。"})])
    assert (found.abstract, found.topic_abstracts) == ("座谈已召开。", {"enterprise_visit": "座谈。"})


def test_labels_are_only_taken_for_the_text_that_was_labelled(tmp_path: Path) -> None:
    annotations = rows_file(tmp_path / "labels.jsonl", labelled("a", "座谈。"), labelled("b", "签约。"))
    changed = rows_file(tmp_path / "texts.jsonl", {"id": "a", "text": "座谈了。"}, {"id": "b", "text": "签约。"})
    with pytest.raises(InputError, match=r"labels\.jsonl: the text of a is not the one that was labelled"):
        load_annotations(annotations, [changed])
    with pytest.raises(InputError, match="2 texts are not in the files given, the first of them a"):
        load_annotations(annotations, [])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.jsonl", b'{"id": "a"}\n{', r"bad\.jsonl:2: not JSON"),
        ("bad.jsonl", b"[]", r"bad\.jsonl:1: not a JSON object"),
        ("bad.jsonl.gz", b"no gzip", r"bad\.jsonl\.gz: cannot be read"),
        ("bad.jsonl.gz", gzip.compress(b"{}" * 99)[:-9], r"bad\.jsonl\.gz: cannot be read"),
    ],
)
def test_damaged_texts_are_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    annotations = rows_file(tmp_path / "labels.jsonl", labelled("a", "座谈。"))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_annotations(annotations, [tmp_path / name])
    with pytest.raises(InputError, match=r"nowhere\.jsonl: no such file"):
        load_annotations(tmp_path / "nowhere.jsonl", [])


def test_a_line_ends_at_a_line_break_only(tmp_path: Path) -> None:
    row = {"id": "a", "text": "前\u2028后。", "sentences": [{"start": 0, "end": 4, "topics": []}]}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert load_corpus(path)[0].document.body == "前\u2028后。"


def test_a_corpus_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes("{}市".encode("gbk"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_corpus(path)
