"""How fast the pipeline is beside the usual way of the hub, in one run: python scripts/benchmark.py --output build/benchmark.

Everything is measured in turns, several times, on the same sentences; figures are medians with the least and the most. The
calibration gives what the machine can do in matrix products, hence tokens per second at the limit: two operations per weight
and token.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer
from rich.console import Console
from rich.table import Table

from pipeline import PROJECT
from pipeline.config import PipelineConfig, load_config
from pipeline.corpus import gold_sentences, load_corpus
from pipeline.runner import Jianbao
from pipeline.schema import Document, Sentence
from pipeline.tagging.build import build_tagger
from pipeline.text.sentences import split_sentences

SIDE = 1024  # of the square matrices multiplied to calibrate
HUB_BATCHES = (1, 32)
LENGTHS = (1_000, 2_000, 5_000, 20_000, 50_000, 200_000)
COUNTS = (100, 1_000, 10_000)
SHORT = 60  # characters of the documents that are counted
MEGABYTE = 2**20
CHILD = """
import resource, sys, time
started = time.perf_counter()
from pipeline.cli import app
try:
    app(sys.argv[1:], standalone_mode=False)
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def main(
    config: Annotated[Path, typer.Option(help="The pipeline to measure.")] = PROJECT / "configs" / "default.yaml",
    data: Annotated[Path, typer.Option(help="Documents to measure on.")] = PROJECT / "data" / "corpus.jsonl",
    documents: Annotated[int, typer.Option(help="How many of its split test.")] = 40,
    repeats: Annotated[int, typer.Option(help="How often each thing is measured.")] = 5,
    growth: Annotated[bool, typer.Option(help="Also memory and time by length and number of documents.")] = True,
    output: Annotated[Path, typer.Option(help="Folder for benchmark.json and growth.png.")] = Path("build/benchmark"),
) -> None:
    """Measure, show tables, and write figures and a plot."""
    gold = load_corpus(data, "test")[:documents]
    texts = [s.text for g in gold for s in gold_sentences(g)]
    plain = [Document(id=g.document.id, source="", title=g.document.title, body=g.document.body) for g in gold]
    split = [split_sentences(document) for document in plain]
    found: dict[str, Any] = {"machine": machine(), "sentences": sum(map(len, split)), "documents": len(plain)}
    found["limit"] = calibrate()
    found["speed"] = speed(config, plain, split, texts, repeats)
    found["command"] = command(config, plain, repeats)
    if growth:
        found["growth"] = by_length(config, plain), by_count(plain)
    output.mkdir(parents=True, exist_ok=True)
    (output / "benchmark.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    show(found, Console())
    if growth:
        plot(found["growth"], output / "growth.png")
    typer.echo(f"written to {output}")


def machine() -> dict[str, Any]:
    """Processor, cores, and the instructions that matter."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    flags = {flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16") if flag in text.split()}
    return {"processor": names[0] if names else platform.processor(), "cores": os.cpu_count(), "flags": sorted(flags)}


def calibrate() -> dict[str, float]:
    """Operations per second of square matrix products, in 10^9, by precision."""
    import torch

    from pipeline.training.tagger import computes_bf16

    kinds = {"fp32": torch.float32} | ({"bf16": torch.bfloat16} if computes_bf16() else {})
    rates = {}
    for name, kind in kinds.items():
        a, b = torch.randn(SIDE, SIDE).to(kind), torch.randn(SIDE, SIDE).to(kind)
        seconds = [timed(lambda a=a, b=b: a @ b) for _ in range(20)]  # type: ignore[misc]
        rates[name] = 2 * SIDE**3 / min(seconds) / 1e9
    return rates


def speed(
    config: Path,
    plain: Sequence[Document],
    split: Sequence[Sequence[Sentence]],
    texts: Sequence[str],
    repeats: int,
) -> dict[str, dict[str, float]]:
    """Sentences per second of the hub's pipeline and of our tagger, documents per second of the whole pipeline."""
    settings = load_config(config, PipelineConfig)
    tagger = build_tagger(settings.tagger, config, [topic.id for topic in settings.topics])
    jianbao = Jianbao.from_config(config)
    runs: dict[str, tuple[int, Callable[[], object]]] = {
        f"hub pipeline, batch {size} (sentences)": (len(texts), hub_pipeline(texts, size)) for size in HUB_BATCHES
    }
    runs["our tagger (sentences)"] = (
        sum(map(len, split)),
        lambda: [tagger.score([s.text for s in one]) for one in split],
    )
    runs["whole pipeline (documents)"] = (len(plain), lambda: [jianbao.run(document) for document in plain])
    for _, run in runs.values():
        run()  # warm
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, (_, run) in runs.items():
            seconds[name].append(timed(run))
    return {
        name: {
            "per_second": runs[name][0] / statistics.median(times),
            "least": runs[name][0] / max(times),
            "most": runs[name][0] / min(times),
        }
        for name, times in seconds.items()
    }


def hub_pipeline(texts: Sequence[str], batch: int) -> Callable[[], object]:
    """`transformers.pipeline("text-classification")` on our encoder with a fresh head: speed does not depend on weights."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    folder = str(PROJECT / "models" / "encoder")
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)
    classify: Any = pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(folder))
    return lambda: classify(list(texts), batch_size=batch, truncation=True, top_k=None)


def command(config: Path, plain: Sequence[Document], repeats: int) -> dict[str, float]:
    """Seconds and memory of the command from a cold start on one document of about 2,000 characters, and of --help."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "one.txt"
        path.write_text(of_length(plain, 2_000).body, encoding="utf-8")
        runs = [child("run", str(path), "--config", str(config), "--format", "json") for _ in range(repeats)]
        helps = [child("--help") for _ in range(repeats)]
    return {
        "seconds": statistics.median(seconds for seconds, _ in runs),
        "megabytes": max(memory for _, memory in runs),
        "help_seconds": statistics.median(seconds for seconds, _ in helps),
    }


def by_length(config: Path, plain: Sequence[Document]) -> list[dict[str, float]]:
    """Seconds per 1,000 characters and memory of the command, by length of the document."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for length in LENGTHS:
            path = Path(name) / f"{length}.txt"
            path.write_text(of_length(plain, length).body, encoding="utf-8")
            seconds, memory = child("run", str(path), "--config", str(config), "--format", "json")
            rows.append({"characters": length, "seconds": seconds, "megabytes": memory})
    return rows


def by_count(plain: Sequence[Document]) -> list[dict[str, float]]:
    """Seconds and memory of the command by number of short documents, with leading sentences as abstracts."""
    config = PROJECT / "configs" / "lead.yaml"
    rows = []
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "in"
            folder.mkdir()
            for number in range(count):
                (folder / f"{number}.txt").write_text(
                    f"{plain[number % len(plain)].body[:SHORT]}{number}", encoding="utf-8"
                )
            out = Path(name) / "out"
            seconds, memory = child(
                "run", str(folder), "--config", str(config), "--format", "jsonl", "--output", str(out)
            )
            rows.append({"documents": count, "seconds": seconds, "megabytes": memory})
    return rows


def of_length(plain: Sequence[Document], length: int) -> Document:
    """Bodies one after the other, up to a length."""
    body = "\n".join(document.body for document in plain)
    while len(body) < length:
        body += "\n" + body
    return Document(id=str(length), source="", title="", body=body[:length])


def child(*arguments: str) -> tuple[float, float]:
    """Seconds and peak memory in megabytes of the command in a process of its own."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    scale = 1024 if sys.platform != "darwin" else 1  # the system counts in kilobytes, macOS in bytes
    return seconds, int(done.stderr.split()[-1]) * scale / MEGABYTE


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def show(found: dict[str, Any], console: Console) -> None:
    """Print the figures."""
    about = found["machine"]
    console.print(f"{about['processor']}, {about['cores']} cores, {' '.join(about['flags'])}")
    console.print("limit in 10^9 operations a second: " + ", ".join(f"{k} {v:.0f}" for k, v in found["limit"].items()))
    table = Table("", "per second", "least", "most", "times the hub at batch 1")
    base = next(iter(found["speed"].values()))["per_second"]
    for name, row in found["speed"].items():
        ratio = f"{row['per_second'] / base:.1f}" if "sentences" in name else ""
        table.add_row(name, *(f"{row[key]:.2f}" for key in ("per_second", "least", "most")), ratio)
    console.print(table)
    once = found["command"]
    figures = f"{once['seconds']:.2f} s, {once['megabytes']:.0f} MB; --help {once['help_seconds']:.2f} s"
    console.print(f"cold command, 2,000 characters: {figures}")
    for rows in found.get("growth", ()):
        table = Table(*rows[0])
        for row in rows:
            table.add_row(*(f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" for value in row.values()))
        console.print(table)


def plot(growth: Sequence[list[dict[str, float]]], path: Path) -> None:
    """Seconds and memory by length and by number of documents."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
    for axis, rows in zip(axes, growth, strict=True):
        key = next(iter(rows[0]))
        axis.plot([r[key] for r in rows], [r["seconds"] for r in rows], marker="o", label="seconds")
        memory = axis.twinx()
        memory.plot([r[key] for r in rows], [r["megabytes"] for r in rows], marker="s", color="tab:orange", label="MB")
        memory.set_ylim(bottom=0)
        axis.set_xlabel(key)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_ylabel("seconds")
        memory.set_ylabel("peak memory, MB")
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    typer.run(main)
