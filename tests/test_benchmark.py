"""What the benchmark counts and shows; nothing is timed."""

import importlib
import subprocess
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pytest
from rich.console import Console

from pipeline.schema import Document
from tests.conftest import ROOT, make_document

Import = Callable[[str], ModuleType]
SQUARE = 384 * 384


@pytest.fixture(scope="module")
def scripts() -> Iterator[Import]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield importlib.import_module


@pytest.fixture(scope="module")
def benchmark(scripts: Import) -> ModuleType:
    return scripts("benchmark")


def test_a_childs_memory_is_its_own(scripts: Import) -> None:
    held = np.ones(400 * 10**6, np.uint8)  # a child that is started inherits the parent's peak in ru_maxrss
    _, memory = scripts("_children").child("import sys; kept = bytearray(int(sys.argv[1]))", str(200 * 10**6))
    assert held.all()
    assert 200 < memory < 330


def test_a_child_that_fails_is_no_measurement(scripts: Import) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        scripts("_children").child("raise SystemExit(2)")


def test_the_tagger_multiplies_integers(scripts: Import) -> None:
    precision, weights = scripts("_limit").dense_weights(ROOT / "models" / "tagger" / "model.onnx")
    assert (precision, weights) == ("int8", 12 * (4 * SQUARE + 2 * 4 * SQUARE))


def test_share_of_the_limit(scripts: Import) -> None:
    texts = [["市长到恒远机器人公司考察，与董事长座谈。"] * 60]
    found = scripts("_limit").token_rates(ROOT / "models" / "tagger", texts, {"int8": 1e12}, repeats=1)
    assert found["limit"] == pytest.approx(1e12 / (2 * found["weights"]))
    assert 490 < found["window"]["tokens"] <= 512
    assert found["documents"]["tokens"] > found["documents"]["needed"] > found["window"]["needed"]
    for row in (found["window"], found["documents"]):
        assert row["share"] == pytest.approx(row["per_second"] / found["limit"])


def test_texts_grow_to_length(scripts: Import) -> None:
    growth = scripts("_growth")
    assert [len(growth.of_length(["市长考察。", "座谈。"], length)) for length in (4, 9, 10, 1000)] == [4, 9, 10, 1000]
    rows = [{"documents": 100, "MB": 200.0}, {"documents": 10_000, "MB": 250.0}]
    assert growth.ratio(rows, "MB", 10_000, 100) == 1.25


def test_documents_are_taken_until_there_are_enough_sentences(benchmark: ModuleType) -> None:
    texts = [["a"] * 3, ["b"] * 3, ["c"]]
    assert benchmark.at_least(texts, 4) == texts[:2]
    assert benchmark.at_least(texts, 3) == texts[:1]
    assert benchmark.at_least(texts, 100) == texts


def test_the_first_turn_does_not_count(benchmark: ModuleType) -> None:
    calls: list[str] = []
    runs = {"a": (10, lambda: calls.append("a")), "b": (10, lambda: calls.append("b"))}
    found = benchmark.rates(runs, 2)
    assert calls == ["a", "b"] * 3
    assert all(0 < row["least"] <= row["per_second"] <= row["most"] for row in found.values())


def test_the_command_runs_on_the_document_nearest_in_length(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def run_file(_path: object, text: str, _config: object) -> tuple[float, float]:
        ran.append(text)
        return float(len(ran)), 100.0 * len(ran)

    monkeypatch.setattr(benchmark, "run_file", run_file)
    monkeypatch.setattr(benchmark, "child", lambda *_: (0.5, 30.0))
    documents: list[Document] = [make_document("长" * n) for n in (500, 1_900, 2_300)]
    found = benchmark.command(ROOT / "configs" / "default.yaml", documents, 3)
    assert ran == ["长" * 1_900] * 3
    assert found == {"characters": 1_900, "seconds": 2.0, "megabytes": 300.0, "help_seconds": 0.5}


def test_tables_show_the_figures(benchmark: ModuleType) -> None:
    rate = {"per_second": 12.34, "least": 10.0, "most": 15.0}
    row = {"tokens": 500, "needed": 480, "per_second": 4_951.0, "share": 0.26}
    found = {
        "machine": {"processor": "a processor", "cores": 2, "flags": ["avx2"], "load": 0.1},
        "command": {"characters": 1_918, "seconds": 2.5, "megabytes": 430.0, "help_seconds": 0.2},
        "speed": {"tagging": rate},
        "hub": {"our tagger": rate},
        "tokens": {"precision": "int8", "limit": 19_000.0, "window": row, "documents": row},
        "limit": {"int8": 8.17e11, "fp32": 1.64e11},
    }
    console = Console(record=True, width=120)
    benchmark.show(found, console)
    text = console.export_text()
    for figure in (
        "2 cores",
        "1,918",
        "2.50 s, 430 MB",
        "12.34",
        "int8",
        "4,951",
        "19,000",
        "26%",
        "int8 817, fp32 164",
    ):
        assert figure in text
