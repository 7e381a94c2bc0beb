"""The command `jianbao`."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from pipeline import __version__
from pipeline.batch import FORMATS, NEEDS_FOLDER, FolderWriter, open_folder, run_files
from pipeline.config import PROJECT, PipelineConfig, load_config
from pipeline.errors import ConfigError, InputError, JianbaoError
from pipeline.reading.documents import find_files
from pipeline.runner import Jianbao
from pipeline.schema import Briefing
from pipeline.writing.html import to_html
from pipeline.writing.json import to_json, to_jsonl
from pipeline.writing.terminal import show
from pipeline.writing.text import to_markdown, to_text
from pipeline.writing.wording import WORDS, Language

if TYPE_CHECKING:
    from pipeline.corpus import GoldDocument
    from pipeline.evaluation.evaluate import Evaluation

DEFAULT_CONFIG = PROJECT / "configs" / "default.yaml"
EXPECTED_ERROR = 2

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


@app.command()
def run(
    paths: Annotated[list[str], typer.Argument(help="Text or HTML files, or folders of them.", show_default=False)],
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    output: Annotated[
        Path | None, typer.Option(help="Write into this folder instead of to standard output.", show_default=False)
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None,
        typer.Option(
            help="One or more of html (a page whose abstract leads to its sentences), docx (a page for Word), json (a file "
            "per document), jsonl (a line per document), md (a page of Markdown), xlsx and csv (a row per document and per "
            "sentence), with commas between. Left out: a coloured view on a terminal, plain text in a pipe, json,md in a "
            "folder.",
            show_default=False,
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of headings: zh or en.")] = "zh",
) -> None:
    """Tag and summarise documents.

    Any usual encoding is read (UTF-8, UTF-16, GBK/GB18030, Big5). Page furniture such as credits, links and copyright
    lines is left out. A file that cannot be read is reported, the others go on.

    **Examples**

    - `jianbao run report.txt` shows one report on the terminal

    - `jianbao run reports/ --format jsonl --output out/` writes out/briefings.jsonl

    - `jianbao run reports/ --format html --output out/` writes pages to open, and out/briefings.html that lists them

    - `jianbao run report.txt --format json | jq .abstract.text`

    **Exit codes**: 0 fine, 2 a file or the config cannot be used, 1 a fault of jianbao itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        if format is None:
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # what JSON is, and a redirect on Windows is not
    with _expected_errors():
        language = _language(lang)
        formats = _formats(format, output)
        sources = find_files(paths)
        jianbao = Jianbao.from_config(config)
        failed = _run(jianbao, sources, formats, output, language)
    if failed:
        raise typer.Exit(EXPECTED_ERROR)


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
    with _expected_errors():
        documents = load_corpus(gold, split)
        briefings = predict_documents(Jianbao.from_config(config), _progress(documents))
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
    with _expected_errors():
        language = _language(lang)
        needed = ["sklearn", "safetensors", "rjieba", *(["matplotlib"] if output else [])]
        if any(find_spec(name) is None for name in needed):
            raise ConfigError("jianbao evaluate needs libraries that are not here: pip install 'jianbao[evaluate]'")
        evaluation = _evaluate(gold, predictions, config, compare, split, corpus)
        _show_evaluation(evaluation, gold, split, output, language)


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
    briefings = list(predict(Jianbao.from_config(config), _progress(documents)))
    return evaluate(documents, briefings, topics, learn_from=learn_from, other=other)


def _show_evaluation(
    evaluation: "Evaluation", gold: Path, split: str | None, output: Path | None, language: Language
) -> None:
    from pipeline.corpus import corpus_digest
    from pipeline.evaluation.output import GoldFile, write_evaluation
    from pipeline.evaluation.tables import show_evaluation
    from pipeline.evaluation.wording import HEADINGS

    show_evaluation(evaluation, Console(), language)
    if output:
        source = GoldFile(file=gold.name, sha256=corpus_digest(gold), split=split)
        write_evaluation(evaluation, source, output, language)
        typer.echo(HEADINGS[language]["written"].format(folder=output))


def _progress(documents: "list[GoldDocument]") -> "Iterable[GoldDocument]":
    errors = Console(stderr=True)
    return track(documents, console=errors, description="jianbao") if errors.is_terminal else documents


@contextmanager
def _expected_errors() -> Iterator[None]:
    """An expected error is one line, and the exit code says so."""
    try:
        yield
    except JianbaoError as error:
        _report(error)
        raise typer.Exit(EXPECTED_ERROR) from None


def _run(
    jianbao: Jianbao, sources: list[str], formats: tuple[str, ...], output: Path | None, language: Language
) -> int:
    """Runs over the files and writes as asked for; returns how many could not be used."""
    errors = Console(stderr=True)
    failed = 0
    folder = open_folder(output, formats, jianbao.topics, language) if output else nullcontext()
    steps = run_files(jianbao, sources)
    if len(sources) > 1 and errors.is_terminal and output:
        steps = iter(track(steps, total=len(sources), console=errors, description="jianbao"))
    with folder as writer:
        for result in steps:
            if isinstance(result, InputError):
                failed += 1
                _report(result)
            else:
                if not result.sentences:
                    _say(f"warning: {result.document.source}: no sentences found", "yellow")
                _emit(result, jianbao, formats, writer, language)
    return failed


def _emit(
    briefing: Briefing, jianbao: Jianbao, formats: tuple[str, ...], writer: FolderWriter | None, language: Language
) -> None:
    if writer is not None:
        writer.write(briefing)
    elif "json" in formats:
        sys.stdout.write(to_json(briefing))
    elif "jsonl" in formats:
        sys.stdout.write(to_jsonl(briefing))
    elif "html" in formats:
        sys.stdout.write(to_html(briefing, jianbao.topics, language))
    elif "md" in formats:
        sys.stdout.write(to_markdown(briefing, jianbao.topics, language))
    elif sys.stdout.isatty():
        show(briefing, jianbao.topics, Console(), language)
    else:
        sys.stdout.write(to_text(briefing, jianbao.topics, language))
    sys.stdout.flush()


def _formats(given: str | None, output: Path | None) -> tuple[str, ...]:
    if given is None:
        return ("json", "md") if output else ()
    formats = tuple(name.strip() for name in given.split(",") if name.strip())
    wrong = [name for name in formats if name not in FORMATS]
    if wrong or not formats:
        raise ConfigError(f"--format {given}: choose from {', '.join(FORMATS)}")
    if len(formats) > 1 and output is None:
        raise ConfigError(f"--format {given}: several formats need a folder, add --output DIR")
    for name, library in NEEDS_FOLDER.items():
        if name in formats and output is None:
            raise ConfigError(f"--format {name}: needs a folder, add --output DIR")
        if name in formats and library and find_spec(library) is None:
            raise ConfigError(f"--format {name} needs a library that is not here: pip install 'jianbao[office]'")
    return formats


def _language(given: str) -> Language:
    for language in WORDS:
        if given == language:
            return "zh" if language == "zh" else "en"
    raise ConfigError(f"--lang {given}: choose zh or en")


def _report(error: JianbaoError) -> None:
    _say(f"error: {error}", "red")


def _say(message: str, style: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(message, markup=False, style=style)


if __name__ == "__main__":
    app()
