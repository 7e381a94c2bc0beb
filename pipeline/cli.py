"""The command `jianbao`."""

import io
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline import __version__
from pipeline.commands.console import DEFAULT_CONFIG, expected_errors, language, tracked
from pipeline.commands.digest import digest
from pipeline.commands.run import run
from pipeline.commands.serve import serve
from pipeline.config import PROJECT, PipelineConfig, load_config
from pipeline.errors import ConfigError
from pipeline.runner import Jianbao
from pipeline.writing.json import to_jsonl
from pipeline.writing.wording import Language

if TYPE_CHECKING:
    from pipeline.evaluation.evaluate import Evaluation

app = typer.Typer(
    help="简报: tags the sentences of official reports by topic (企业走访, 校地合作, 成果总结) and writes abstracts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jianbao {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version_flag: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """简报: which sentences are about enterprise visits, university cooperation and outcomes, and an abstract."""


app.command()(run)
app.command()(digest)
app.command()(serve)


GoldArgument = Annotated[Path, typer.Argument(help="Labelled documents, JSON Lines.", show_default=False)]
SplitOption = Annotated[str | None, typer.Option(help="Only this split of the file.", show_default=False)]


@app.command()
def predict(
    gold: GoldArgument,
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    split: SplitOption = None,
    output: Annotated[
        Path | None, typer.Option(help="Write this file instead of to standard output.", show_default=False)
    ] = None,
) -> None:
    """Run the pipeline over labelled documents, from their raw text, and write what it says as JSON Lines.

    The lines are those of `jianbao run --format jsonl`; `jianbao evaluate GOLD --predictions FILE` scores them.
    """
    from pipeline.corpus import load_corpus
    from pipeline.evaluation.predictions import predict as predict_documents
    from pipeline.evaluation.predictions import write_predictions

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    with expected_errors():
        documents = load_corpus(gold, split)
        briefings = predict_documents(Jianbao.from_config(config), tracked(documents, len(documents)))
        if output:
            write_predictions(briefings, output)
        else:
            sys.stdout.writelines(to_jsonl(briefing) for briefing in briefings)


@app.command()
def evaluate(
    gold: GoldArgument,
    predictions: Annotated[
        Path | None,
        typer.Option(help="What `jianbao predict` wrote. Left out: the pipeline runs first.", show_default=False),
    ] = None,
    config: Annotated[Path, typer.Option(help="The pipeline to run; names of the topics.")] = DEFAULT_CONFIG,
    compare: Annotated[
        Path | None, typer.Option(help="Predictions of another system to compare with.", show_default=False)
    ] = None,
    split: SplitOption = None,
    corpus: Annotated[
        Path, typer.Option(help="What the TF-IDF baseline learns from: the split train of this file.")
    ] = PROJECT / "data" / "corpus.jsonl",
    output: Annotated[
        Path | None,
        typer.Option(help="Write metrics.json, errors.md and plots into this folder.", show_default=False),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of headings: zh or en.")] = "zh",
) -> None:
    """Score sentence topics and abstracts against labelled documents, beside simple baselines.

    Intervals are 95%, by bootstrap over documents; systems are compared in pairs on the same documents.

    **Examples**

    - `jianbao evaluate data/corpus.jsonl --split test` scores the shipped pipeline

    - `jianbao evaluate my.jsonl --predictions mine.jsonl --compare theirs.jsonl --output report/`
    """
    with expected_errors():
        words = language(lang)
        needed = ["sklearn", "safetensors", "rjieba", *(["matplotlib"] if output else [])]
        if any(find_spec(name) is None for name in needed):
            raise ConfigError("jianbao evaluate needs libraries that are not here: pip install 'jianbao[evaluate]'")
        evaluation = _evaluate(gold, predictions, config, compare, split, corpus)
        _show_evaluation(evaluation, gold, split, output, words)


def _evaluate(
    gold: Path, predictions: Path | None, config: Path, compare: Path | None, split: str | None, corpus: Path
) -> "Evaluation":
    from pipeline.corpus import load_corpus
    from pipeline.evaluation.evaluate import evaluate, training_documents
    from pipeline.evaluation.predictions import load_predictions, predict

    documents = load_corpus(gold, split)
    other = load_predictions(compare) if compare else None
    learn_from = training_documents(corpus, documents)
    topics = load_config(config, PipelineConfig).topics
    if predictions:
        return evaluate(documents, load_predictions(predictions), topics, learn_from=learn_from, other=other)
    briefings = list(predict(Jianbao.from_config(config), tracked(documents, len(documents))))
    return evaluate(documents, briefings, topics, learn_from=learn_from, other=other)


def _show_evaluation(
    evaluation: "Evaluation", gold: Path, split: str | None, output: Path | None, words: Language
) -> None:
    from pipeline.corpus import corpus_digest
    from pipeline.evaluation.output import GoldFile, write_evaluation
    from pipeline.evaluation.tables import show_evaluation
    from pipeline.evaluation.wording import HEADINGS

    show_evaluation(evaluation, Console(), words)
    if output:
        source = GoldFile(file=gold.name, sha256=corpus_digest(gold), split=split)
        write_evaluation(evaluation, source, output, words)
        typer.echo(HEADINGS[words]["written"].format(folder=output))


if __name__ == "__main__":
    app()
