"""What the default path computes, counted and not timed: whoever makes it compute more finds out here."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.artefacts import load_tagger_card
from pipeline.corpus import gold_sentences, load_corpus
from pipeline.reading.documents import read_document
from pipeline.runner import Jianbao
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.onnx import OnnxTagger
from tests.conftest import ROOT

FOLDER = ROOT / "models" / "tagger"


@pytest.fixture(scope="module")
def encode() -> WindowEncoder:
    return WindowEncoder.from_folder(FOLDER, load_tagger_card(FOLDER).window)


def test_few_tokens_are_computed_that_nobody_needs(encode: WindowEncoder) -> None:
    needed = computed = 0
    for gold in load_corpus(ROOT / "data" / "corpus.jsonl", "test"):
        units, windows = encode([s.text for s in gold_sentences(gold)], gold.document.title)
        needed += sum(len(unit.tokens) for unit in units)
        computed += sum(len(window.tokens) for window in windows if len(window.owned))
    assert computed < 1.25 * needed


def test_a_character_costs_the_same_in_a_long_document(encode: WindowEncoder) -> None:
    texts = [s.text for gold in load_corpus(ROOT / "data" / "corpus.jsonl", "test")[:40] for s in gold_sentences(gold)]

    def computed(sentences: list[str]) -> float:
        return sum(len(w.tokens) for w in encode(sentences)[1]) / sum(map(len, sentences))

    assert computed(texts) < 1.2 * computed(texts[:48])


def test_every_window_is_computed_once() -> None:
    tagger = OnnxTagger(FOLDER)
    session, calls = tagger._session, list[int]()

    class Counting:
        def run(self, names: object, feed: dict[str, NDArray[np.int64]]) -> object:
            calls.append(feed["input_ids"].shape[1])
            return session.run(names, feed)

    tagger._session = Counting()
    texts = ["市长到恒远机器人公司考察，与董事长座谈。"] * 60
    _, windows = tagger._encode(texts)
    for reading in (tagger.score, tagger.read):
        reading(texts)
        assert calls == [len(window.tokens) for window in windows]
        calls.clear()


def test_one_reading_serves_tags_and_abstracts() -> None:
    jianbao = Jianbao.from_config(ROOT / "configs" / "default.yaml")
    document = read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt"))
    briefing = jianbao.run(document)
    assert len(briefing.topic_abstracts) == 3 and briefing.abstract.text
    assert "_parts" not in vars(jianbao._summarizer._generator)  # the summarizer's own model was never loaded


def test_help_imports_no_model_runtime() -> None:
    code = (
        "import sys\nfrom pipeline.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'onnxruntime', 'numpy', 'pydantic', 'jinja2', 'lxml', 'fastapi', 'pyarrow', 'docx', 'xlsxwriter', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr.strip() == "[]"
