"""Model folders: what stands in them, how they are checked, their digests."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.config import Settings, WindowConfig
from pipeline.errors import ModelError

TAGGER_FILE = "tagger.json"


class TaggerCard(Settings):
    """`tagger.json`: what a tagger's outputs mean.

    `thresholds` are probabilities, one per topic; `limit`, `context` and
    `title` are tokens of a window (see `WindowConfig`); `metrics` are figures of the run that made it, by split;
    `abstracts` are the topics of the abstracts whose salience it knows, null for that of the document; `joints` says whether
    it knows how clauses may be joined.
    """

    topics: tuple[str, ...] = Field(min_length=1)
    thresholds: dict[str, Annotated[float, Field(gt=0, lt=1)]]
    limit: int = Field(default=512, ge=16)
    context: int = Field(default=128, ge=0)
    title: int = Field(default=0, ge=0)
    metrics: dict[str, dict[str, dict[str, float]]] = Field(default_factory=dict)
    abstracts: tuple[str | None, ...] = ()
    joints: bool = False

    @property
    def window(self) -> WindowConfig:
        """How documents are cut for the encoder."""
        return WindowConfig(limit=self.limit, context=self.context, title=self.title)


def load_tagger_card(folder: Path) -> TaggerCard:
    """Reads and checks `tagger.json`.

    Raises:
        ModelError: The folder holds none, or its content is wrong.
    """
    path = folder / TAGGER_FILE
    try:
        card = TaggerCard.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ModelError(
            f"{folder}: not a tagger ({TAGGER_FILE} is missing): train one with scripts/train_tagger.py"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: damaged: {' '.join(str(error).split())}") from None
    if set(card.thresholds) != set(card.topics):
        raise ModelError(f"{path}: thresholds are not those of the topics {', '.join(card.topics)}")
    return card


def require_file(path: Path) -> Path:
    """The path itself.

    Raises:
        ModelError: There is no such file.
    """
    if not path.is_file():
        raise ModelError(f"{path}: missing: fetch the whole project, or name another model in the config")
    return path


def file_digest(*paths: Path) -> str:
    """SHA-256 of files one behind the other, first 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, lambda: digest)
    return digest.hexdigest()[:16]
