import json
from pathlib import Path

import pytest

from pipeline.corpus import GoldSentence, align, load_corpus
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
    for bad in ("{", "[]", '{"id": 1}', json.dumps({**good, "sentences": [{"start": 0, "end": 9, "topics": []}]})):
        path.write_text(json.dumps(good) + "\n" + bad + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=r"my\.jsonl:2: not a labelled document"):
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
