"""`jianbao digest`: one page over many reports."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, get_args

import typer

from pipeline.batch import unique
from pipeline.commands.console import DEFAULT_CONFIG, EXPECTED_ERROR, expected_errors, language, report, tracked
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

RENDER = {".html": to_html, ".md": to_markdown, ".json": to_json}


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
        words = language(lang)
        kind = next((known for known in get_args(By) if known == by), None)
        if kind is None:
            raise ConfigError(f"--by {by}: choose week, city or organisation")
        render = RENDER.get(output.suffix.lower())
        if render is None:
            raise ConfigError(f"--output {output}: choose a name that ends in .html, .md or .json")
        topics = load_config(config, PipelineConfig).topics
        failed: list[InputError] = []
        found = _read(paths) if briefings else _computed(paths, config, failed)
        groups = group_events(find_events(found), kind)
        write_whole(output, render(groups, kind, topics, words))
    if failed:
        raise typer.Exit(EXPECTED_ERROR)


def _read(paths: Iterable[str]) -> list[Briefing]:
    return [briefing for path in paths for briefing in load_predictions(Path(path))]


def _computed(paths: list[str], config: Path, failed: list[InputError]) -> Iterator[Briefing]:
    sources = Sources.find(paths)
    jianbao = Jianbao.from_config(config)
    for document in tracked(unique(sources.documents()), sources.count):
        if isinstance(document, InputError):
            report(document)
            failed.append(document)
        else:
            yield jianbao.run(document)
