"""Teaches a tagger how clauses may be joined where others are left out: python scripts/train_joints.py --config FILE."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.errors import JianbaoError


def main(
    config: Annotated[Path, typer.Option(help="Settings of the training.")] = Path("configs/train_joints.yaml"),
) -> None:
    """Train the network of joints and put it into the tagger's folder."""
    from pipeline.training.joints import train_joints

    try:
        target, before, after = train_joints(config)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {target} (surprise on windows kept apart {before:.3f} nats before, {after:.3f} after)")


if __name__ == "__main__":
    typer.run(main)
