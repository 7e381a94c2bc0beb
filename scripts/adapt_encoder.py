"""Adapts an encoder to plain texts: python scripts/adapt_encoder.py --config configs/adapt_encoder.yaml."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.config import load_config
from pipeline.errors import JianbaoError


def main(
    config: Annotated[Path, typer.Option(help="Settings of the run.")] = Path("configs/adapt_encoder.yaml"),
) -> None:
    """Learn to guess masked tokens, write the encoder's folder, and print the loss before and after."""
    from pipeline.training.adapt import AdaptEncoderConfig, adapt_encoder

    try:
        settings = load_config(config, AdaptEncoderConfig)
        before, after = adapt_encoder(settings)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {settings.output} (loss held out: {before:.3f} before, {after:.3f} nats a masked token after)")


if __name__ == "__main__":
    typer.run(main)
