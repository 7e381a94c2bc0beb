"""Trains the topic tagger and writes its model folder: python scripts/train_tagger.py --config FILE."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.errors import JianbaoError
from pipeline.training.run import train


def main(
    config: Annotated[Path, typer.Option(help="Settings of the run.")] = Path("configs/train_tagger.yaml"),
) -> None:
    """Train, choose thresholds on the development split, export for onnxruntime, and print the figures."""
    try:
        card = train(config)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    for split, report in card.metrics.items() if card else ():
        for name, row in report.items():
            typer.echo(f"{split:5} {name:24} " + "  ".join(f"{key} {value:.3f}" for key, value in row.items()))


if __name__ == "__main__":
    typer.run(main)
