"""`jianbao predict` and `jianbao evaluate`: labelled documents against what the pipeline says."""

import io
import sys
from importlib.util import find_spec
from pathlib import Path

import typer
from rich.console import Console

from pipeline.commands.console import tracked
from pipeline.config import PipelineConfig, load_config
from pipeline.corpus import corpus_digest, load_corpus
from pipeline.errors import ConfigError
from pipeline.evaluation.predictions import load_predictions, predict, write_predictions
from pipeline.runner import Jianbao
from pipeline.writing.json import to_jsonl
from pipeline.writing.wording import Language

NEEDED = ("sklearn", "safetensors", "rjieba")


def predict_file(gold: Path, config: Path, split: str | None, output: Path | None) -> None:
    """Does what `jianbao predict` says.

    Args:
        gold: Labelled documents.
        config: The pipeline.
        split: Only this split.
        output: The file to write; None for standard output.

    Raises:
        JianbaoError: Something cannot be used, or written.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    documents = load_corpus(gold, split)
    briefings = predict(Jianbao.from_config(config), tracked(documents, len(documents)))
    if output:
        write_predictions(briefings, output)
    else:
        sys.stdout.writelines(to_jsonl(briefing) for briefing in briefings)


def evaluate_file(
    gold: Path,
    predictions: Path | None,
    config: Path,
    compare: Path | None,
    split: str | None,
    corpus: Path,
    output: Path | None,
    words: Language,
) -> None:
    """Does what `jianbao evaluate` says.

    Args:
        gold: Labelled documents.
        predictions: What `jianbao predict` wrote; None to run the pipeline.
        config: The pipeline.
        compare: Predictions of another system.
        split: Only this split.
        corpus: What the TF-IDF baseline learns from.
        output: The folder to write into.
        words: Language of headings.

    Raises:
        JianbaoError: Something cannot be used, or written, or a library is missing.
    """
    if any(find_spec(name) is None for name in (*NEEDED, *(["matplotlib"] if output else []))):
        raise ConfigError("jianbao evaluate needs libraries that are not here: pip install 'jianbao[evaluate]'")
    from pipeline.evaluation.evaluate import evaluate, training_documents
    from pipeline.evaluation.output import GoldFile, write_evaluation
    from pipeline.evaluation.tables import show_evaluation
    from pipeline.evaluation.wording import HEADINGS

    documents = load_corpus(gold, split)
    other = load_predictions(compare) if compare else None
    learn_from = training_documents(corpus, documents)
    topics = load_config(config, PipelineConfig).topics
    briefings = (
        load_predictions(predictions)
        if predictions
        else list(predict(Jianbao.from_config(config), tracked(documents, len(documents))))
    )
    found = evaluate(documents, briefings, topics, learn_from=learn_from, other=other)
    show_evaluation(found, Console(), words)
    if output:
        write_evaluation(found, GoldFile(file=gold.name, sha256=corpus_digest(gold), split=split), output, words)
        typer.echo(HEADINGS[words]["written"].format(folder=output))
