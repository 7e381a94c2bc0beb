"""Floors: figures below which a pipeline must not fall, pinned in a file together with the data they hold for."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.config import Settings
from pipeline.corpus import GoldDocument, corpus_digest
from pipeline.errors import ConfigError, InputError
from pipeline.evaluation.abstracts import AbstractReport, abstract_report
from pipeline.evaluation.gold import judge
from pipeline.evaluation.predictions import match, scored_topics
from pipeline.evaluation.tagging import TaggingReport, score_tagging
from pipeline.evaluation.visits import CellScore, load_visits, score_visits
from pipeline.schema import Briefing

MARGIN = 0.01
DIGITS = 4
PERMISSION = "JIANBAO_LOWER_FLOORS"


class Floors(Settings):
    """What `floors.json` holds.

    Attributes:
        data: The labelled file, by its name.
        split: Which of its documents.
        sha256: Digest of the file.
        sentences: Gold sentences of the split.
        visits_sha256: Digest of the file of gold visits; empty where none are measured.
        floors: Least value of each figure: `f1.TOPIC`, `f1.macro`, `abstract.rouge_1`, `visits.CELL` and so on.
    """

    data: str
    split: str
    sha256: str
    sentences: int
    visits_sha256: str = ""
    floors: dict[str, float]


def load_floors(path: Path) -> Floors:
    """Reads a file of floors.

    Raises:
        InputError: The file is missing or damaged.
    """
    try:
        return Floors.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise InputError(f"{path}: not a file of floors: {' '.join(str(error).split())}") from None


def figures(
    tagging: TaggingReport, abstracts: AbstractReport | None, visits: Mapping[str, CellScore] | None = None
) -> dict[str, float]:
    """The figures that floors are set for."""
    found = {f"f1.{topic}": scores.f1 for topic, scores in tagging.topics.items()}
    found["f1.macro"] = tagging.macro.f1
    if abstracts is not None:
        rouges = {"rouge_1": abstracts.rouge_1, "rouge_2": abstracts.rouge_2, "rouge_l": abstracts.rouge_l}
        found |= {f"abstract.{name}": value for name, value in rouges.items()}
    return found | {f"visits.{cell}": score.f1 for cell, score in (visits or {}).items()}


def below(measured: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """The figures that fell below their floor or are gone, in words."""
    return [
        f"{name} is {measured.get(name, float('nan')):.4f}, its floor is {floor:.4f}"
        for name, floor in floors.items()
        if not measured.get(name, float("nan")) >= floor
    ]


def lowered(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """The floors that are lower than they were, or gone, in words."""
    return [
        f"the floor of {name} went from {floor:.4f} to {f'{after[name]:.4f}' if name in after else 'nothing'}"
        for name, floor in before.items()
        if after.get(name, -1.0) < floor
    ]


def pin(
    data: Path,
    split: str,
    gold: Sequence[GoldDocument],
    predictions: Sequence[Briefing],
    visits: Path | None = None,
) -> Floors:
    """Floors a little (`MARGIN`) below what predictions measure: another machine may round otherwise."""
    found = match(gold, predictions, "the predictions")
    topics = scored_topics(gold, found, "the predictions")
    tagging = score_tagging(judge(gold, [briefing.sentences for briefing in found], topics))
    scores = score_visits(load_visits(visits, split), found) if visits else None
    measured = figures(tagging, abstract_report(gold, found), scores)
    return Floors(
        data=data.name,
        split=split,
        sha256=corpus_digest(data),
        sentences=tagging.sentences,
        visits_sha256=corpus_digest(visits) if visits else "",
        floors={name: round(max(0.0, value - MARGIN), DIGITS) for name, value in measured.items()},
    )


def save_floors(floors: Floors, path: Path) -> None:
    """Writes a file of floors.

    Raises:
        ConfigError: A floor would be lower than in the file that is there, and `PERMISSION` was not given.
    """
    fallen = lowered(load_floors(path).floors, floors.floors) if path.is_file() else []
    if fallen and not may_lower():
        raise ConfigError(f"{path}: {'; '.join(fallen)}: to lower floors on purpose, set {PERMISSION}=1")
    path.write_text(floors.model_dump_json(indent=2) + "\n", encoding="utf-8")


def may_lower() -> bool:
    """Whether the environment allows floors to be lowered."""
    return os.environ.get(PERMISSION) == "1"


def committed_floors(path: Path) -> dict[str, float]:
    """The floors as git's HEAD has them; none outside a checkout or where the file is new."""
    try:
        done = subprocess.run(
            ["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True, encoding="utf-8", check=False
        )
    except FileNotFoundError:  # no git here
        return {}
    return Floors.model_validate_json(done.stdout).floors if done.returncode == 0 else {}
