"""Shared material: a few labelled documents, a tiny encoder, the sample article."""

import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from hypothesis import settings
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from pipeline.corpus import GoldDocument, GoldSentence
from pipeline.schema import Document, Sentence, TaggedSentence

ROOT = Path(__file__).resolve().parent.parent
TOPICS = ("enterprise_visit", "university_cooperation", "outcome_summary")

# Every interpreter that starts with this on its path has a fault that shows at certain documents.
FAULTY = """
import os
from pipeline import runner

rules = runner.find_visits


def find_visits(document, tagged):
    if "出错" in document.body:
        raise ValueError("no such\\nthing")
    if "崩溃" in document.body:
        os._exit(1)
    return rules(document, tagged)


runner.find_visits = find_visits
"""

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def make_document(body: str, name: str = "d") -> Document:
    return Document(id=name, source="", title="", body=body)


def make_tagged(rows: Sequence[tuple[str, Sequence[str]]]) -> list[TaggedSentence]:
    """Tagged sentences from (text, topics)."""
    tagged, at = [], 0
    for index, (text, topics) in enumerate(rows):
        sentence = Sentence(document_id="d", index=index, start=at, end=at + len(text), text=text)
        scores = {topic: 0.9 if topic in topics else 0.1 for topic in TOPICS}
        tagged.append(TaggedSentence(sentence=sentence, scores=scores, topics=tuple(topics)))
        at += len(text)
    return tagged


def make_gold(rows: Sequence[tuple[str, Sequence[str]]], name: str) -> GoldDocument:
    """A labelled document from (sentence, topics)."""
    spans, at = [], 0
    for text, topics in rows:
        spans.append(GoldSentence(start=at, end=at + len(text), topics=frozenset(topics)))
        at += len(text)
    document = make_document("".join(text for text, _ in rows), name)
    return GoldDocument(document=document, sentences=tuple(spans), abstract="", topic_abstracts={}, split="train")


@pytest.fixture
def faulty(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the processes that a test starts, 出错 in a document raises and 崩溃 kills the process."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "sitecustomize.py").write_text(FAULTY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture(scope="session")
def learnable() -> list[GoldDocument]:
    """Documents whose topics hang on one character each: what any model must be able to learn."""
    visit, school, outcome, none = "企业", "大学", "签约", "天气"
    plain = {visit: ["enterprise_visit"], school: ["university_cooperation"], outcome: ["outcome_summary"], none: []}
    orders = [(visit, none, school), (outcome, visit, none), (school, outcome, none), (none, school, visit, outcome)]
    return [
        make_gold([(f"今天{word}很好。", plain[word]) for word in order], f"g{i}") for i, order in enumerate(orders * 4)
    ]


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer BERT and a tokenizer of single characters."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    folder = tmp_path_factory.mktemp("encoder")
    characters = sorted(set("今天企业大学签约气很好。，、书记率队到访座谈协议一二三四五六七八九十abc0123456789"))
    words = ["<s>", "<pad>", "</s>", "<unk>", *characters]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>").save_pretrained(folder)
    set_seed(1)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
