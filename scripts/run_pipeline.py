"""Tags and summarises documents; the same as `jianbao run`: python scripts/run_pipeline.py PATH... [options]."""

import typer

from pipeline.cli import run

if __name__ == "__main__":
    typer.run(run)
