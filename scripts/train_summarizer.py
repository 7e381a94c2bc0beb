"""Trains one stage of the summarizer: python scripts/train_summarizer.py --config FILE."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer

from pipeline.config import load_config
from pipeline.errors import JianbaoError


def main(
    config: Annotated[Path, typer.Option(help="Settings of the stage.")],
    export: Annotated[Path | None, typer.Option(help="Also write the folder that `kind: pointer` loads.")] = None,
) -> None:
    """Train, write the model's folder, and print the loss on what was held out."""
    from pipeline.training.pointer_train import TrainSummarizerConfig, export_stage, train_summarizer

    try:
        settings = load_config(config, TrainSummarizerConfig)
        metrics = train_summarizer(settings)
        if export is not None:
            export_stage(settings, export)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"wrote {settings.output} (held-out loss {metrics['eval_loss']:.3f} nats a token)")


if __name__ == "__main__":
    typer.run(main)
