"""`jianbao run`: documents in, briefings out."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import typer
from rich.console import Console

from pipeline.batch import FORMATS, NEEDS_FOLDER, Compute, open_folder, resume, unique
from pipeline.cluster import Cluster
from pipeline.commands.console import report, say, tracked
from pipeline.config import PipelineConfig, TopicConfig, load_config
from pipeline.errors import ConfigError, InputError, JianbaoError
from pipeline.journal import Journal
from pipeline.pool import Pool
from pipeline.reading.sources import Sources
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document, Provenance
from pipeline.writing.html import to_html
from pipeline.writing.json import to_json, to_jsonl
from pipeline.writing.terminal import show
from pipeline.writing.text import to_markdown, to_text
from pipeline.writing.wording import Language

LOCAL, RAY = ENGINES = ("local", "ray")


def run_files(
    paths: Sequence[str],
    config: Path,
    output: Path | None,
    given: str | None,
    words: Language,
    *,
    workers: int,
    engine: str,
    address: str | None,
    limit: int | None,
    dry_run: bool,
) -> int:
    """Does what `jianbao run` says; returns how many documents could not be used.

    Args:
        paths: What to run; see `Sources.find`.
        config: The pipeline.
        output: The folder to write into; None for standard output.
        given: The value of --format.
        words: Language of headings.
        workers: Processes.
        engine: What they are started by; see `ENGINES`.
        address: The Ray cluster to join; None for one of our own.
        limit: Only so many documents.
        dry_run: Only read.

    Raises:
        JianbaoError: Something cannot be used, or written.
    """
    formats = _formats(given, output)
    _check_engine(engine, address, workers, output)
    sources = Sources.find(paths)
    documents = islice(unique(sources.documents()), limit)
    total = sources.count if sources.count is None or limit is None else min(sources.count, limit)
    if dry_run:
        return _count(documents)
    if output is None:
        return _print(Jianbao.from_config(config), documents, formats, words)
    topics = load_config(config, PipelineConfig).topics
    return _write(_computing(config, workers, engine, address), documents, total, output, formats, topics, words)


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
    return (document if isinstance(document, InputError) else jianbao.attempt(document) for document in documents)


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


@contextmanager
def _computing(config: Path, workers: int, engine: str, address: str | None) -> Iterator[tuple[Provenance, Compute]]:
    """The models of a config and what computes with them: this process, several, or a cluster."""
    if engine == LOCAL and workers == 1:
        jianbao = Jianbao.from_config(config)
        yield jianbao.provenance, partial(_computed, jianbao)
        return
    with Cluster(config, workers, address) if engine == RAY else Pool(config, workers) as processes:
        yield processes.provenance(), processes.run


def _write(
    computing: AbstractContextManager[tuple[Provenance, Compute]],
    documents: Iterable[Document | InputError],
    total: int | None,
    output: Path,
    formats: tuple[str, ...],
    topics: tuple[TopicConfig, ...],
    words: Language,
) -> int:
    """Runs documents into a folder, going on where an earlier run was stopped; returns how many could not be used.

    Everything is computed into a journal first; the files are written from it at the end, so that they are the same
    however often the run was stopped.
    """
    failed = done = 0
    with computing as (provenance, compute), Journal(output) as journal:
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


def _check_engine(engine: str, address: str | None, workers: int, output: Path | None) -> None:
    if engine not in ENGINES:
        raise ConfigError(f"--engine {engine}: choose {' or '.join(ENGINES)}")
    if address is not None and engine != RAY:
        raise ConfigError(f"--address {address}: is for --engine {RAY}")
    for option, given in ((f"--workers {workers}", workers > 1), (f"--engine {engine}", engine != LOCAL)):
        if given and output is None:
            raise ConfigError(f"{option}: needs a folder, add --output DIR")


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
