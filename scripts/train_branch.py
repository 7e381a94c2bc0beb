"""Teaches a tagger which sentences belong in an abstract: python scripts/train_branch.py --config configs/train_branch.yaml."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.errors import JianbaoError


def main(
    config: Annotated[Path, typer.Option(help="Settings of the training.")] = Path("configs/train_branch.yaml"),
) -> None:
    """Train a branch of the tagger and put it into the tagger's graph."""
    from pipeline.training.branch import train_branch

    try:
        target, before, after = train_branch(config)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {target} (loss on windows kept apart {before:.3f} before, {after:.3f} after)")


if __name__ == "__main__":
    typer.run(main)
