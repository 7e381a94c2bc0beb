"""Labels plain texts with trained taggers: python scripts/label_texts.py --config configs/label_texts.yaml."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.config import load_config
from pipeline.errors import JianbaoError


def main(
    config: Annotated[Path, typer.Option(help="Settings of the run.")] = Path("configs/label_texts.yaml"),
) -> None:
    """Write the folder of labelled windows that `silver` in a tagger's training settings names."""
    from pipeline.training.silver import LabelTextsConfig, label_texts

    try:
        settings = load_config(config, LabelTextsConfig)
        count = label_texts(settings)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {settings.output} ({count} windows)")


if __name__ == "__main__":
    typer.run(main)
