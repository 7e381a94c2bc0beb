"""How fast the pipeline is, beside the usual way of the hub and the limit of the machine: python scripts/benchmark.py.

Takes some minutes on two cores, and wants the machine for itself. Figures are medians of several runs with the least and the
most. The command is measured first, while this process holds no model. `--growth` measures something else: time and memory
of the command by length and number of documents.
"""

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer
from _children import COMMAND, child, run_file
from _growth import by_count, by_length, plot, ratio
from rich.console import Console
from rich.table import Table

from pipeline import PROJECT
from pipeline.config import PipelineConfig, load_config, resolve_model
from pipeline.corpus import load_corpus
from pipeline.pool import Pool
from pipeline.runner import Jianbao
from pipeline.schema import Document, TaggedSentence
from pipeline.summarizing.build import build_summarizer
from pipeline.tagging.base import tag
from pipeline.tagging.build import build_tagger
from pipeline.text.sentences import split_sentences
from pipeline.visits.record import find_visits

CHARACTERS = 2_000  # of the document for the command, about
HUB_BATCHES = (1, 32)
HUB_SENTENCES = 60  # at least
WORKERS = 2
Runs = dict[str, tuple[int, Callable[[], object]]]
Rates = dict[str, dict[str, float]]


def main(
    config: Annotated[Path, typer.Option(help="The pipeline, with a tagger of kind onnx.")] = PROJECT
    / "configs"
    / "default.yaml",
    data: Annotated[Path, typer.Option(help="Documents to measure on.")] = PROJECT / "data" / "corpus.jsonl",
    documents: Annotated[int, typer.Option(help="How many of its split test.")] = 20,
    repeats: Annotated[int, typer.Option(help="How often each thing is measured.")] = 3,
    growth: Annotated[
        bool, typer.Option("--growth", help="Time and memory by length and number of documents.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Folder for the figures.")] = Path("build/benchmark"),
) -> None:
    """Measure, show tables, and write figures."""
    console, started = Console(), time.perf_counter()

    def say(what: str) -> None:
        console.print(f"{time.perf_counter() - started:4.0f} s  {what}")

    gold = load_corpus(data, "test")
    plain = [Document(id=g.document.id, source="", title=g.document.title, body=g.document.body) for g in gold]
    output.mkdir(parents=True, exist_ok=True)
    if growth:
        bodies = [document.body for document in plain]
        rows = {"machine": machine(), "length": by_length(config, bodies, say), "count": by_count(bodies, say)}
        write(rows, output / "growth.json")
        show_growth(rows, console)
        plot([rows["length"], rows["count"]], output / "growth.png")
        return
    found = measure(config, plain, documents, repeats, say)
    write(found, output / "benchmark.json")
    show(found, console)


def measure(
    config: Path, plain: Sequence[Document], documents: int, repeats: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """All figures of the speed."""
    some = plain[:documents]
    found: dict[str, Any] = {"machine": machine(), "documents": len(some)}
    found["characters"] = sum(len(document.body) for document in some)
    say("command, from a cold start")
    found["command"] = command(config, plain, repeats)
    say(f"{WORKERS} processes")
    with Pool(config, WORKERS) as pool:
        pool.provenance()
        found["speed"] = rates({f"whole, --workers {WORKERS}": (len(some), lambda: list(pool.run(some)))}, repeats)
    say("stages, and the whole in one process")
    found["speed"] |= rates(stages(config, some), repeats)
    say("limit of the machine")
    from _limit import float_products, integer_product, token_rates

    found["limit"] = {"int8": integer_product()} | float_products()
    say("tokens of the tagger")
    settings = load_config(config, PipelineConfig)
    texts = [[sentence.text for sentence in split_sentences(document)] for document in some]
    folder = Path(resolve_model(settings.tagger.model, config))
    found["tokens"] = token_rates(folder, texts, found["limit"], repeats)
    say("the hub's pipeline beside our tagger")
    tagger = build_tagger(settings.tagger, config)
    few = at_least(texts, HUB_SENTENCES)
    flat = [text for one in few for text in one]
    runs: Runs = {f"hub's pipeline, batch {size}": (len(flat), hub_pipeline(flat, size)) for size in HUB_BATCHES}
    runs["our tagger"] = len(flat), lambda: [tagger.score(one) for one in few]
    found["hub"] = rates(runs, repeats)
    say("done")
    return found


def machine() -> dict[str, Any]:
    """Processor, cores, the instructions that matter, and how busy others keep it."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    known = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16")
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "flags": [flag for flag in known if flag in text.split()],
        "load": os.getloadavg()[0],
    }


def command(config: Path, plain: Sequence[Document], repeats: int) -> dict[str, float]:
    """Seconds and memory of the command on a document of about 2,000 characters, and of --help."""
    one = min(plain, key=lambda document: abs(len(document.body) - CHARACTERS))
    with tempfile.TemporaryDirectory() as name:
        runs = [run_file(Path(name) / "one.txt", one.body, config) for _ in range(repeats)]
    helps = [child(COMMAND, "--help") for _ in range(repeats)]
    return {
        "characters": len(one.body),
        "seconds": statistics.median(seconds for seconds, _ in runs),
        "megabytes": max(memory for _, memory in runs),
        "help_seconds": statistics.median(seconds for seconds, _ in helps),
    }


def stages(config: Path, plain: Sequence[Document]) -> Runs:
    """Each stage by itself over all documents, and all of them."""
    settings = load_config(config, PipelineConfig)
    topics = [topic.id for topic in settings.topics]
    tagger = build_tagger(settings.tagger, config, topics)
    summarizer = build_summarizer(settings.summarizer, config, settings.topics)
    jianbao = Jianbao(settings, tagger, summarizer)
    split = [(document, split_sentences(document)) for document in plain]

    def read(*, salience: bool) -> list[tuple[Document, Sequence[TaggedSentence]]]:
        return [(one, tag(tagger, sentences, one.title, salience=salience)) for one, sentences in split]

    tagged = read(salience=True)
    parts: dict[str, Callable[[], object]] = {
        "tagging": lambda: read(salience=False),
        "tagging and salience": lambda: read(salience=True),
        "abstracts": lambda: [summarizer.summarize_all(sentences, [None, *topics]) for _, sentences in tagged],
        "visit record": lambda: [find_visits(document, sentences) for document, sentences in tagged],
        "whole, one process": lambda: [jianbao.run(document) for document in plain],
    }
    return {name: (len(plain), run) for name, run in parts.items()}


def at_least(texts: Sequence[Sequence[str]], count: int) -> list[Sequence[str]]:
    """The first documents that together have so many sentences, or all."""
    taken: list[Sequence[str]] = []
    for one in texts:
        if sum(map(len, taken)) >= count:
            break
        taken.append(one)
    return taken


def hub_pipeline(texts: Sequence[str], batch: int) -> Callable[[], object]:
    """`transformers.pipeline("text-classification")` on our encoder with a fresh head: speed does not depend on weights."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
    from transformers.utils import logging

    logging.set_verbosity_error()  # that the head is fresh is meant
    logging.disable_progress_bar()
    folder = str(PROJECT / "models" / "encoder")
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3, dtype="float32")
    classify: Any = pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(folder))
    return lambda: classify(list(texts), batch_size=batch, truncation=True, top_k=None)


def rates(runs: Runs, repeats: int) -> Rates:
    """How many a second each run does, measured in turns after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, (_, run) in runs.items():
            started = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {
        name: {
            "per_second": runs[name][0] / statistics.median(times),
            "least": runs[name][0] / max(times),
            "most": runs[name][0] / min(times),
        }
        for name, times in seconds.items()
    }


def write(found: dict[str, Any], path: Path) -> None:
    """Figures as JSON."""
    path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def show(found: dict[str, Any], console: Console) -> None:
    """Print the figures."""
    about, once, tokens = found["machine"], found["command"], found["tokens"]
    console.print(f"{about['processor']}, {about['cores']} cores, {' '.join(about['flags'])}; load {about['load']:.1f}")
    figures = f"{once['seconds']:.2f} s, {once['megabytes']:.0f} MB; --help {once['help_seconds']:.2f} s"
    console.print(f"command, {once['characters']:,} characters, cold start: {figures}")
    for key, unit in (("speed", "documents a second"), ("hub", "sentences a second")):
        table = Table(unit, "median", "least", "most")
        for name, row in found[key].items():
            table.add_row(name, *(f"{row[k]:.2f}" for k in ("per_second", "least", "most")))
        console.print(table)
    kind = tokens["precision"]
    table = Table(f"tokens of the tagger ({kind})", "computed", "needed", "a second", "at the limit", "share")
    for name in ("window", "documents"):
        row = tokens[name]
        counts = (f"{row[k]:,.0f}" for k in ("tokens", "needed", "per_second"))
        table.add_row(name, *counts, f"{tokens['limit']:,.0f}", f"{row['share']:.0%}")
    console.print(table)
    limits = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in found["limit"].items())
    console.print(f"products of square matrices, 10^9 operations a second: {limits}")


def show_growth(found: dict[str, Any], console: Console) -> None:
    """Print how time and memory grow."""
    for rows in (found["length"], found["count"]):
        table = Table(*rows[0])
        for row in rows:
            table.add_row(*(f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" for value in row.values()))
        console.print(table)
    console.print(
        f"a thousand characters, 200,000 over 2,000: {ratio(found['length'], 'a thousand', 200_000, 2_000):.2f}"
    )
    console.print(f"memory, 10,000 documents over 100: {ratio(found['count'], 'MB', 10_000, 100):.2f}")


if __name__ == "__main__":
    typer.run(main)
