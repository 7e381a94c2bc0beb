"""Checks a labelled corpus and prints what is in it: python scripts/check_corpus.py [data/corpus.jsonl].

Exits with 1 if a rule is broken, with 2 if a file cannot be read.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipeline.corpus import GoldDocument, read_rows
from pipeline.corpus_rules import (
    SPLITS,
    SplitRecord,
    Violation,
    gold_document,
    schema_violations,
    split_records,
    splitter_agreement,
    violations,
)
from pipeline.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
TOPICS = ("enterprise_visit", "university_cooperation", "outcome_summary")


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus, JSON Lines.")] = DATA / "corpus.jsonl",
    schema: Annotated[Path, typer.Option(help="JSON Schema of a line.")] = DATA / "corpus.schema.json",
    splits: Annotated[Path, typer.Option(help="Recorded sizes and digests of the splits.")] = DATA / "splits.json",
    write_splits: Annotated[bool, typer.Option(help="Record the splits as they are before checking.")] = False,
) -> None:
    """Print a table of the corpus and every violation of its rules."""
    try:
        rows = [row for _, row in read_rows(corpus)]
        if not rows:
            raise InputError(f"{corpus}: no documents")
        found = list(schema_violations(rows, _read_json(schema)))
        if found:
            _report(found)
        documents = [gold_document(row) for row in rows]
        if write_splits:
            records = {split: asdict(record) for split, record in split_records(documents).items()}
            splits.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
        recorded = _recorded(splits)
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    found = violations(documents, recorded)
    console = Console()
    console.print(_table(documents))
    _print_lengths(console, documents, [row["kind"] for row in rows])
    _report(found)


def _read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _recorded(path: Path) -> Mapping[str, SplitRecord]:
    try:
        return {split: SplitRecord(**record) for split, record in _read_json(path).items()}
    except (AttributeError, TypeError) as error:
        raise InputError(f"{path}: not a record of splits, write one with --write-splits: {error}") from None


def _table(documents: Sequence[GoldDocument]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("split")
    for name in ("docs", "no topic", "sentences", "chars", *(topic.split("_")[0] for topic in TOPICS), "none"):
        table.add_column(name, justify="right")
    for split in (*SPLITS, "all"):
        members = [gold for gold in documents if split in (gold.split, "all")]
        labels = [sentence.topics for gold in members for sentence in gold.sentences]
        counts = Counter(topic for topics in labels for topic in topics)
        bare = sum(not any(s.topics for s in gold.sentences) for gold in members)
        cells = [len(members), bare, len(labels), sum(len(gold.document.body) for gold in members)]
        cells += [counts[topic] for topic in TOPICS] + [sum(not topics for topics in labels)]
        table.add_row(split, *(f"{cell:,}" for cell in cells), end_section=split == SPLITS[-1])
    return table


def _print_lengths(console: Console, documents: Sequence[GoldDocument], kinds: Sequence[str]) -> None:
    for what, lengths in (
        ("characters a text", [len(gold.document.body) for gold in documents]),
        ("sentences a text", [len(gold.sentences) for gold in documents]),
        ("characters a sentence", [s.end - s.start for gold in documents for s in gold.sentences]),
        ("characters an abstract", [len(gold.abstract) for gold in documents]),
    ):
        console.print(f"{what}: {min(lengths)} to {max(lengths):,}, median {median(lengths):g}")
    bare = sum(not any(s.topics for s in gold.sentences) for gold in documents)
    console.print(f"documents without topic: {bare / len(documents):.1%}")
    console.print(f"sentences the splitter finds at the same borders: {splitter_agreement(documents):.2%}")
    common = ", ".join(f"{kind} {n}" for kind, n in Counter(k.split(",")[0] for k in kinds).most_common(8))
    console.print(f"kinds: {len(set(kinds))} descriptions; most common beginnings: {common}")


def _report(found: Sequence[Violation]) -> None:
    """Prints the violations and ends the run."""
    for violation in found:
        print(f"{violation.document}: {violation.message}")
    print(f"{len(found)} violations" if found else "no violations")
    raise typer.Exit(1 if found else 0)


if __name__ == "__main__":
    typer.run(main)
