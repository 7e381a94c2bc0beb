"""Learns which sentences an abstract takes up: python scripts/train_salience.py --config FILE."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import JianbaoError


def main(config: Annotated[Path, typer.Option(help="Settings of the training.")]) -> None:
    """Learn the weights and write them into the summarizer's folder."""
    from pipeline.training.salience import train_salience

    try:
        target, count = train_salience(config)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {target} (learned from {count} abstracts)")


if __name__ == "__main__":
    typer.run(main)
