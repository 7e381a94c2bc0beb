"""Measures the visit record on gold visits: precision, recall and F1 of each cell."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import PROJECT
from pipeline.corpus import load_corpus
from pipeline.errors import JianbaoError
from pipeline.evaluation.predictions import predict
from pipeline.evaluation.visits import load_visits, score_visits
from pipeline.runner import Jianbao


def main(
    config: Annotated[Path, typer.Option(help="The pipeline; abstracts play no part.")] = PROJECT
    / "configs"
    / "lead.yaml",
    data: Annotated[Path, typer.Option(help="The documents.")] = PROJECT / "data" / "corpus.jsonl",
    visits: Annotated[Path, typer.Option(help="Their gold visits.")] = PROJECT / "data" / "visits.jsonl",
    split: Annotated[str, typer.Option(help="The split to measure on.")] = "test",
) -> None:
    """A line for each cell; a cell is right if it overlaps the gold one, `exact` if the texts are the same."""
    try:
        wanted = load_visits(visits, split)
        gold = [document for document in load_corpus(data, split) if document.document.id in wanted]
        scores = score_visits(wanted, predict(Jianbao.from_config(config), gold))
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{'cell':14}{'gold':>6}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>8}{'exact F1':>10}")
    for cell, s in scores.items():
        typer.echo(f"{cell:14}{s.gold:6}{s.found:7}{s.precision:11.3f}{s.recall:8.3f}{s.f1:8.3f}{s.exact_f1:10.3f}")


if __name__ == "__main__":
    typer.run(main)
