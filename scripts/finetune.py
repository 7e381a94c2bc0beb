"""Trains on your own data: python scripts/finetune.py --config configs/finetune_tagger.yaml --data my.jsonl.

A tagger on labels; with configs/finetune_abstracts.yaml our own abstracts, or with configs/finetune_summarizer.yaml a seq2seq
model of the hub, on texts with abstracts.

With several accelerators: torchrun --nproc-per-node 2 scripts/finetune.py ...
"""

import logging
import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a waiting thread must not hold a core

import typer
from rich.console import Console
from rich.table import Table

from pipeline.errors import ConfigError, JianbaoError
from pipeline.training.finetune import FinetunedTagger, finetune
from pipeline.training.run import is_first_process
from pipeline.training.settings import task_of
from pipeline.writing.wording import Language, topic_name

FIGURES = ("precision", "recall", "f1", "ap")
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "topic": "主题",
        "precision": "精确率",
        "recall": "召回率",
        "f1": "F1",
        "ap": "平均精确率",
        "before": "之前",
        "after": "之后",
        "use": "使用",
    },
    "en": {
        "topic": "topic",
        "precision": "precision",
        "recall": "recall",
        "f1": "F1",
        "ap": "AP",
        "before": "before",
        "after": "after",
        "use": "use it",
    },
}


def main(
    config: Annotated[Path, typer.Option(help="Settings of the run.")] = Path("configs/finetune_tagger.yaml"),
    data: Annotated[
        Path | None,
        typer.Option(
            help="Your labels (JSON Lines, CSV, Label Studio's JSON) or texts with abstracts; left out, the settings'."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Folder to write, instead of the settings' own.")] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Folder or hub id to start from, instead of the settings'.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Headings in Chinese (zh) or English (en).")] = "zh",
) -> None:
    """Train on your data, export, print the figures, and write a config for `jianbao run`.

    A run that was stopped goes on from its last checkpoint when the same command is given again.
    """
    logging.basicConfig(level=logging.WARNING if is_first_process() else logging.ERROR, format="%(message)s")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it speaks of packages that are not needed
    logging.getLogger("pipeline").setLevel(logging.INFO if is_first_process() else logging.ERROR)
    try:
        task = task_of(config)
        if task == "abstracts":
            show_summarizer(config, data, output, encoder, lang)
            return
        if task == "extracts":
            if encoder is not None:
                raise ConfigError(
                    "--encoder: our own abstracts learn on from the tagger that the settings name; leave it out"
                )
            show_extracts(config, data, output, lang)
            return
        made = finetune(config, data=data, output=output, encoder=encoder)
    except JianbaoError as error:
        if is_first_process():
            typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    if made is not None:
        show(made, lang)


def show_summarizer(config: Path, data: Path | None, output: Path | None, model: str | None, lang: Language) -> None:
    """Fine-tune a summarizer; print ROUGE on dev and the command that uses it."""
    from pipeline.training.abstracts import finetune_summarizer

    made = finetune_summarizer(config, data=data, output=output, model=model)
    if made is not None:
        path, figures = made
        console = Console()
        console.print("  ".join(f"{name.removeprefix('eval_')} {value:.3f}" for name, value in figures.items()))
        console.print(f"{WORDS[lang]['use']}: jianbao run FILE --config {path}", soft_wrap=True)


def show_extracts(config: Path, data: Path | None, output: Path | None, lang: Language) -> None:
    """Teach our own abstracts; print ROUGE on dev before and after, and the command that uses them."""
    from pipeline.training.branch_finetune import NAMES, finetune_branch

    path, before, after = finetune_branch(config, data=data, output=output)
    table = Table("dev", WORDS[lang]["before"], WORDS[lang]["after"])
    for name in NAMES:
        table.add_row(name, f"{before[name]:.3f}", f"{after[name]:.3f}")
    Console().print(table)
    Console().print(f"{WORDS[lang]['use']}: jianbao run FILE --config {path}", soft_wrap=True)


def show(made: FinetunedTagger, lang: Language) -> None:
    """Print the figures by split and topic, and the command that uses the model."""
    words = WORDS[lang]
    console = Console()
    for split, report in made.card.metrics.items():
        table = Table(words["topic"], *(words[figure] for figure in FIGURES), title=split)
        for name, row in [(topic_name(topic, lang), report[topic.id]) for topic in made.topics]:
            table.add_row(name, *(f"{row[figure]:.3f}" for figure in FIGURES))
        console.print(table)
    console.print(f"{words['use']}: jianbao run FILE --config {made.config}", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
