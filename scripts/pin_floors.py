"""Measures the pipeline on labelled documents and pins the figures, less a margin, as floors of the quality gate."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import PROJECT
from pipeline.corpus import load_corpus
from pipeline.errors import JianbaoError
from pipeline.evaluation.floors import pin, save_floors
from pipeline.evaluation.predictions import load_predictions, predict
from pipeline.runner import Jianbao

CORPUS, VISITS = PROJECT / "data" / "corpus.jsonl", PROJECT / "data" / "visits.jsonl"


def main(
    config: Annotated[Path, typer.Option(help="The pipeline to measure.")] = PROJECT / "configs" / "default.yaml",
    data: Annotated[Path, typer.Option(help="Labelled documents.")] = CORPUS,
    split: Annotated[str, typer.Option(help="The split of them to measure on.")] = "test",
    visits: Annotated[
        Path | None, typer.Option(help="Gold visits of those documents. Left out: those of the project's own corpus.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="What `jianbao predict` wrote for them, to save running it again.")
    ] = None,
    output: Annotated[Path, typer.Option(help="The file to write.")] = PROJECT / "tests" / "quality" / "floors.json",
) -> None:
    """Measure and pin. A floor that would get lower than it is needs JIANBAO_LOWER_FLOORS=1."""
    try:
        gold = load_corpus(data, split)
        found = load_predictions(predictions) if predictions else list(predict(Jianbao.from_config(config), gold))
        if visits is None and data == CORPUS:
            visits = VISITS
        floors = pin(data, split, gold, found, visits)
        save_floors(floors, output)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    for name, floor in floors.floors.items():
        typer.echo(f"{name:32} {floor:.4f}")


if __name__ == "__main__":
    typer.run(main)
