"""What all commands share: errors as one line, the language of headings, progress."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer
from rich.console import Console

from pipeline import PROJECT
from pipeline.errors import ConfigError, JianbaoError
from pipeline.writing.wording import WORDS, Language

DEFAULT_CONFIG = PROJECT / "configs" / "default.yaml"
EXPECTED_ERROR = 2
T = TypeVar("T")


@contextmanager
def expected_errors() -> Iterator[None]:
    """An expected error is one line, and the exit code says so."""
    try:
        yield
    except JianbaoError as error:
        report(error)
        raise typer.Exit(EXPECTED_ERROR) from None


def report(error: JianbaoError) -> None:
    """Prints an error on one line of standard error."""
    say(f"error: {error}", "red")


def say(message: str, style: str = "") -> None:
    """Prints a line on standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(message, markup=False, style=style)


def language(given: str) -> Language:
    """The language an option names.

    Raises:
        ConfigError: There is no such language.
    """
    for known in WORDS:
        if given == known:
            return "zh" if known == "zh" else "en"
    raise ConfigError(f"--lang {given}: choose zh or en")


def tracked(items: Iterable[T], total: int | None) -> Iterator[T]:
    """The items, with a bar on a terminal: how many are done, how many a second, how long it will take."""
    errors = Console(stderr=True)
    if not errors.is_terminal:
        yield from items
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("jianbao"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=errors) as progress:
        task = progress.add_task("jianbao", total=total, rate="")
        for item in items:
            yield item
            speed = progress.tasks[0].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
