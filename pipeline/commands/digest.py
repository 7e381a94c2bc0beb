"""`jianbao digest`: one page over many reports."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from pipeline.batch import unique
from pipeline.commands.console import report, tracked
from pipeline.config import PipelineConfig, load_config
from pipeline.digest.events import find_events
from pipeline.digest.groups import By, group_events
from pipeline.digest.pages import to_html, to_json, to_markdown
from pipeline.errors import ConfigError, InputError
from pipeline.evaluation.predictions import load_predictions
from pipeline.reading.sources import Sources
from pipeline.runner import Jianbao
from pipeline.schema import Briefing
from pipeline.writing.files import write_whole
from pipeline.writing.wording import Language

RENDER = {".html": to_html, ".md": to_markdown, ".json": to_json}


def digest_files(paths: Sequence[str], config: Path, output: Path, by: str, words: Language, *, briefings: bool) -> int:
    """Does what `jianbao digest` says; returns how many documents could not be used.

    Args:
        paths: What to read; see `Sources.find`.
        config: The pipeline.
        output: The file to write.
        by: What to put events together by.
        words: Language of headings.
        briefings: The files are what `jianbao run --format jsonl` wrote.

    Raises:
        JianbaoError: Something cannot be used, or written.
    """
    kind = next((known for known in get_args(By) if known == by), None)
    if kind is None:
        raise ConfigError(f"--by {by}: choose week, city or organisation")
    render = RENDER.get(output.suffix.lower())
    if render is None:
        raise ConfigError(f"--output {output}: choose a name that ends in .html, .md or .json")
    topics = load_config(config, PipelineConfig).topics
    failed: list[InputError] = []
    found = _read(paths) if briefings else _computed(paths, config, failed)
    write_whole(output, render(group_events(find_events(found), kind), kind, topics, words))
    return len(failed)


def _read(paths: Iterable[str]) -> list[Briefing]:
    return [briefing for path in paths for briefing in load_predictions(Path(path))]


def _computed(paths: Sequence[str], config: Path, failed: list[InputError]) -> Iterator[Briefing]:
    sources = Sources.find(paths)
    jianbao = Jianbao.from_config(config)
    for document in tracked(unique(sources.documents()), sources.count):
        result = document if isinstance(document, InputError) else jianbao.attempt(document)
        if isinstance(result, InputError):
            report(result)
            failed.append(result)
        else:
            yield result
