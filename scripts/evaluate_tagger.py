"""Measures taggers on labelled documents: python scripts/evaluate_tagger.py GOLD.jsonl [--split test]."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline.config import PipelineConfig, load_config
from pipeline.corpus import load_corpus
from pipeline.errors import JianbaoError
from pipeline.tagging.build import build_tagger
from pipeline.training.run import fit_linear, report_on, without_furniture


def main(
    gold: Annotated[Path, typer.Argument(help="Labelled documents, JSON Lines.")],
    config: Annotated[Path, typer.Option(help="The pipeline to measure.")] = Path("configs/default.yaml"),
    split: Annotated[str | None, typer.Option(help="Only this split of the file.")] = None,
    corpus: Annotated[Path, typer.Option(help="What the baseline learns from (its split train).")] = Path(
        "data/corpus.jsonl"
    ),
) -> None:
    """Print precision, recall, F1 and average precision by topic, with TF-IDF + logistic regression beside them.

    Each document is read from its raw text, so sentence splitting and furniture count as well.
    """
    try:
        documents = [without_furniture(document) for document in load_corpus(gold, split)]
        settings = load_config(config, PipelineConfig)
        tagger = build_tagger(settings.tagger, config)
        reports = {
            tagger.name: report_on(tagger, documents),
            "TF-IDF + LR": report_on(fit_linear(load_corpus(corpus, "train"), tagger.topics), documents),
        }
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    table = Table(
        "tagger",
        "topic",
        "precision",
        "recall",
        "F1",
        "AP",
        "support",
        title=f"{gold.name}: {len(documents)} documents",
    )
    for name, report in reports.items():
        for topic, row in report.items():
            cells = [f"{row[key]:.3f}" if key in row else "" for key in ("precision", "recall", "f1", "ap")]
            table.add_row(name, topic, *cells, f"{row['support']:.0f}" if "support" in row else "")
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
