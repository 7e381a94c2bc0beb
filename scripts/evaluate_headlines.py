"""How like the headlines of news are those that the summarizer writes: python scripts/evaluate_headlines.py NEWS.jsonl."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer

from pipeline import PROJECT
from pipeline.artefacts import require_file
from pipeline.config import PointerConfig, load_config
from pipeline.corpus import read_rows
from pipeline.errors import InputError, JianbaoError


def main(
    news: Annotated[Path, typer.Argument(help="Documents: JSON Lines with id, title, text.")],
    model: Annotated[Path, typer.Option(help="The summarizer's folder.")] = PROJECT / "models" / "summarizer",
    held_out_of: Annotated[
        Path | None, typer.Option(help="Settings of a training stage: only what it held out of these documents.")
    ] = None,
    most: Annotated[int, typer.Option(help="How many documents, from the first on.")] = 500,
    source_chars: Annotated[int, typer.Option(help="How much of a body is read, in whole sentences.")] = 170,
    headline_chars: Annotated[int, typer.Option(help="Characters of a headline at most.")] = 60,
) -> None:
    """Write a headline for each beginning, and print ROUGE over characters beside the beginning cut to the same length."""
    from pipeline.evaluation.abstracts import AbstractPair, score_abstracts
    from pipeline.summarizing.generation import Reading
    from pipeline.summarizing.pointer import TOKENIZER, PointerWriter
    from pipeline.training.pointer_data import HEADLINE, NewsLimits, news_pairs
    from pipeline.training.pointer_train import TrainSummarizerConfig, held_out_sources

    try:
        limits = NewsLimits(source_chars=source_chars)
        pairs = list(news_pairs((row for _, row in read_rows(news)), frozenset(), limits))
        if held_out_of is not None:
            tokenizer = Tokenizer.from_file(str(require_file(model / TOKENIZER)))
            kept = held_out_sources(load_config(held_out_of, TrainSummarizerConfig), tokenizer)
            pairs = [pair for pair in pairs if pair.source in kept]
        pairs = pairs[:most]
        if not pairs:
            raise InputError(f"{news}: no Chinese text with a headline to measure on")
        writer = PointerWriter(model, PointerConfig(kind="pointer", model=str(model)), {"headline": HEADLINE[:-1]})
        readings = [
            Reading(text=p.source, topic="headline", least=4, most=headline_chars, sentences=False) for p in pairs
        ]
        written = [writer.generate([reading])[0].text for reading in track(readings, console=Console(stderr=True))]
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    cut = [pair.source[: len(pair.target)] for pair in pairs]
    for name, texts in ((model.name, written), ("lead", cut)):
        report = score_abstracts(
            [
                AbstractPair(id=str(i), candidate=text, reference=pair.target, source=pair.source)
                for i, (text, pair) in enumerate(zip(texts, pairs, strict=True))
            ]
        )
        figures = " ".join(f"{value:.3f}" for value in (report.rouge_1, report.rouge_2, report.rouge_l))
        typer.echo(
            f"{name}: ROUGE-1/2/L {figures} on {len(pairs)} headlines, "
            f"{report.length:.0f} characters ({report.reference_length:.0f})"
        )


if __name__ == "__main__":
    typer.run(main)
