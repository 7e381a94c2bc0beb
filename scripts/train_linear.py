"""Fits the TF-IDF baseline on the authored corpus and writes its model folder."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import PROJECT
from pipeline.config import PipelineConfig, load_config
from pipeline.corpus import load_corpus
from pipeline.errors import JianbaoError
from pipeline.evaluation.baselines import fit_linear


def main(
    corpus: Annotated[Path, typer.Option(help="Labelled documents; the split train is used.")] = PROJECT
    / "data"
    / "corpus.jsonl",
    config: Annotated[Path, typer.Option(help="Where the topics are named.")] = PROJECT
    / "configs"
    / "linear_tagger.yaml",
    output: Annotated[Path, typer.Option(help="Folder to write.")] = PROJECT / "build" / "linear",
) -> None:
    """Fit the baseline tagger."""
    try:
        topics = [topic.id for topic in load_config(config, PipelineConfig).topics]
        fit_linear(load_corpus(corpus, "train"), topics).save(output)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {output}")


if __name__ == "__main__":
    typer.run(main)
