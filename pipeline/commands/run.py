"""`jianbao run`: documents in, briefings out."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.batch import FORMATS, NEEDS_FOLDER, Compute, open_folder, resume, unique
from pipeline.commands.console import DEFAULT_CONFIG, EXPECTED_ERROR, expected_errors, language, report, say, tracked
from pipeline.config import PipelineConfig, TopicConfig, load_config
from pipeline.errors import ConfigError, InputError, JianbaoError
from pipeline.journal import Journal
from pipeline.pool import Pool
from pipeline.reading.sources import Sources
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document
from pipeline.writing.html import to_html
from pipeline.writing.json import to_json, to_jsonl
from pipeline.writing.terminal import show
from pipeline.writing.text import to_markdown, to_text
from pipeline.writing.wording import Language


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

    - `jianbao run report.txt --format json | jq .abstract.text`

    **Exit codes**: 0 fine, 2 a file or the config cannot be used, 1 a fault of jianbao itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        if format is None:
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # what JSON is, and a redirect on Windows is not
    with expected_errors():
        words = language(lang)
        formats = _formats(format, output)
        if workers > 1 and output is None:
            raise ConfigError(f"--workers {workers}: needs a folder, add --output DIR")
        sources = Sources.find(paths)
        documents = islice(unique(sources.documents()), limit)
        total = sources.count if sources.count is None or limit is None else min(sources.count, limit)
        if dry_run:
            failed = _count(documents)
        elif output is None:
            failed = _print(Jianbao.from_config(config), documents, formats, words)
        else:
            failed = _write(config, documents, total, output, formats, words, workers)
    if failed:
        raise typer.Exit(EXPECTED_ERROR)


def _count(documents: Iterable[Document | InputError]) -> int:
    """Says how much there is to run; returns how many documents cannot be used."""
    usable = characters = failed = 0
    for document in documents:
        if isinstance(document, InputError):
            failed += 1
            report(document)
        else:
            usable += 1
            characters += len(document.body)
    typer.echo(f"{usable:,} documents, {characters:,} characters" + (f"; {failed:,} cannot be used" if failed else ""))
    return failed


def _print(
    jianbao: Jianbao, documents: Iterable[Document | InputError], formats: tuple[str, ...], words: Language
) -> int:
    """Runs documents and prints their briefings; returns how many could not be used."""
    failed = 0
    for result in _computed(jianbao, documents):
        failed += _told(result)
        if isinstance(result, Briefing):
            sys.stdout.write(_text(result, jianbao.topics, formats, words))
            sys.stdout.flush()
    return failed


def _computed(jianbao: Jianbao, documents: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
    return (document if isinstance(document, InputError) else jianbao.run(document) for document in documents)


def _text(briefing: Briefing, topics: tuple[TopicConfig, ...], formats: tuple[str, ...], words: Language) -> str:
    match formats:
        case ("json",):
            return to_json(briefing)
        case ("jsonl",):
            return to_jsonl(briefing)
        case ("html",):
            return to_html(briefing, topics, words)
        case ("md",):
            return to_markdown(briefing, topics, words)
    if sys.stdout.isatty():
        show(briefing, topics, Console(), words)
        return ""
    return to_text(briefing, topics, words)


def _write(
    config: Path,
    documents: Iterable[Document | InputError],
    total: int | None,
    output: Path,
    formats: tuple[str, ...],
    words: Language,
    workers: int,
) -> int:
    """Runs documents into a folder, going on where an earlier run was stopped; returns how many could not be used.

    Everything is computed into a journal first; the files are written from it at the end, so that they are the same
    however often the run was stopped.
    """
    topics = load_config(config, PipelineConfig).topics
    failed = done = 0
    compute: Compute
    with ExitStack() as stack:
        if workers > 1:
            pool = stack.enter_context(Pool(config, workers))
            provenance, compute = pool.provenance(), pool.run
        else:
            jianbao = Jianbao.from_config(config)
            provenance, compute = jianbao.provenance, partial(_computed, jianbao)
        journal = stack.enter_context(Journal(output))
        try:
            for result in tracked(resume(journal, documents, provenance, compute), total):
                failed += _told(result)
                done += isinstance(result, Briefing)
        except (JianbaoError, KeyboardInterrupt):
            if done:
                say(f"stopped after {done:,} documents: run the same again to go on from there", "yellow")
            raise
        with open_folder(output, formats, topics, words) as writer:
            for briefing in journal.briefings():
                writer.write(briefing)
        journal.remove()
    if failed and done:
        say(f"{done:,} documents are in {output}, {failed:,} could not be used", "yellow")
    return failed


def _told(result: Briefing | InputError) -> bool:
    """Whether a document could not be used, after saying so; says as well if it has no sentences."""
    if isinstance(result, InputError):
        report(result)
        return True
    if not result.sentences:
        say(f"warning: {result.document.source}: no sentences found", "yellow")
    return False


def _formats(given: str | None, output: Path | None) -> tuple[str, ...]:
    if given is None:
        return ("json", "md") if output else ()
    formats = tuple(name.strip() for name in given.split(",") if name.strip())
    wrong = [name for name in formats if name not in FORMATS]
    if wrong or not formats:
        raise ConfigError(f"--format {given}: choose from {', '.join(FORMATS)}")
    if len(formats) > 1 and output is None:
        raise ConfigError(f"--format {given}: several formats need a folder, add --output DIR")
    for name, (library, extra) in NEEDS_FOLDER.items():
        if name in formats and output is None:
            raise ConfigError(f"--format {name}: needs a folder, add --output DIR")
        if name in formats and library and find_spec(library) is None:
            raise ConfigError(f"--format {name} needs a library that is not here: pip install 'jianbao[{extra}]'")
    return formats
