"""The command `jianbao`: what can be typed. What is done stands in `pipeline.commands`, loaded when it is needed."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import PROJECT, __version__
from pipeline.commands.console import DEFAULT_CONFIG, EXPECTED_ERROR, expected_errors, language

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
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Text, HTML, Word or PDF files, folders of them, patterns, @list.txt for a file that lists such, or .jsonl and "
            ".parquet files with a document a row (text; id, title, published).",
            show_default=False,
        ),
    ],
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    output: Annotated[
        Path | None, typer.Option(help="Write into this folder instead of to standard output.", show_default=False)
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None,
        typer.Option(
            help="One or more of html (a page whose abstract leads to its sentences), docx (a page for Word), json (a file "
            "per document), jsonl (a line per document), md (a page of Markdown), xlsx and csv (a row per document and per "
            "sentence), parquet (the same as two tables), with commas between. Left out: a coloured view on a terminal, plain "
            "text in a pipe, json,md in a folder.",
            show_default=False,
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of headings: zh or en.")] = "zh",
    workers: Annotated[int, typer.Option(min=1, help="Processes, each with its own models; needs --output.")] = 1,
    engine: Annotated[
        str,
        typer.Option(
            help="What starts the processes: local, or ray for Ray Data, on one machine or many; needs --output."
        ),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            help="A Ray cluster to join, such as 10.0.0.5:6379; or set RAY_ADDRESS. Left out: one of its own, on this machine.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many documents, the first.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read everything, run and write nothing.")] = False,
) -> None:
    """Tag and summarise documents.

    Any usual encoding is read (UTF-8, UTF-16, GBK/GB18030, Big5). Page furniture such as credits, links and copyright
    lines is left out. A file that cannot be read is reported, the others go on. A run with --output that was stopped goes
    on where it was when it is started again.

    **Examples**

    - `jianbao run report.txt` shows one report on the terminal

    - `jianbao run reports/ --format jsonl --output out/` writes out/briefings.jsonl

    - `jianbao run reports/ --format html --output out/` writes pages to open, and out/briefings.html that lists them

    - `jianbao run archive.parquet --output out/ --format parquet --workers 2` keeps two processes busy

    - `jianbao run archive/ --output out/ --engine ray --workers 16 --address auto` has a Ray cluster do it

    - `jianbao run report.txt --format json | jq .abstract.text`

    **Exit codes**: 0 fine, 2 a file or the config cannot be used, or a fault shows at one document, 1 a fault of jianbao itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        if format is None:
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # what JSON is, and a redirect on Windows is not
    with expected_errors():
        from pipeline.commands.run import run_files

        words = language(lang)
        failed = run_files(
            paths,
            config,
            output,
            format,
            words,
            workers=workers,
            engine=engine,
            address=address,
            limit=limit,
            dry_run=dry_run,
        )
    if failed:
        raise typer.Exit(EXPECTED_ERROR)


@app.command()
def digest(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Reports, as for `jianbao run`; or with --briefings what it wrote as briefings.jsonl.",
            show_default=False,
        ),
    ],
    by: Annotated[str, typer.Option(help="week, city or organisation.")] = "week",
    output: Annotated[Path, typer.Option(help="The file: .html, .md or .json.")] = Path("digest.html"),
    briefings: Annotated[bool, typer.Option("--briefings", help="The files are briefings.jsonl already.")] = False,
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    lang: Annotated[str, typer.Option(help="Language of headings: zh or en.")] = "zh",
) -> None:
    """Put many reports together: near-duplicates of one event become one entry that lists all its sources.

    **Examples**

    - `jianbao digest reports/ --by week --output weekly.html`

    - `jianbao digest out/briefings.jsonl --briefings --by organisation --output firms.md`
    """
    with expected_errors():
        from pipeline.commands.digest import digest_files

        failed = digest_files(paths, config, output, by, language(lang), briefings=briefings)
    if failed:
        raise typer.Exit(EXPECTED_ERROR)


@app.command()
def serve(
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    host: Annotated[str, typer.Option(help="Where to listen; another than loopback needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port.")] = 8300,
    queue: Annotated[int, typer.Option(min=1, help="Requests in work or waiting; more are sent away (503).")] = 16,
    seconds: Annotated[float, typer.Option(min=0.1, help="What one document may take, its wait included.")] = 60,
    megabytes: Annotated[float, typer.Option(min=0.001, help="Largest body of a request.")] = 5,
) -> None:
    """Serve briefings over HTTP, with a page to paste articles into.

    Open http://127.0.0.1:8300/ in a browser; the interface is described at /openapi.json. With the environment variable
    JIANBAO_TOKEN set, requests have to send it. Texts are neither kept nor logged.

    **Examples**

    - `jianbao serve`

    - `curl -s localhost:8300/v1/briefings --json '{"text": "市长到恒远公司考察，与董事长座谈。"}' | jq .abstract.text`
    """
    with expected_errors():
        from pipeline.commands.serve import serve_until_stopped

        serve_until_stopped(config, host, port, queue=queue, seconds=seconds, megabytes=megabytes)


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
    with expected_errors():
        from pipeline.commands.measure import predict_file

        predict_file(gold, config, split, output)


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
        from pipeline.commands.measure import evaluate_file

        evaluate_file(gold, predictions, config, compare, split, corpus, output, language(lang))


if __name__ == "__main__":
    app()
