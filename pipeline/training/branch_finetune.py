"""Teaches the branch of a tagger from a user's texts with abstracts, so that abstracts become more like those."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from pipeline.config import OnnxTaggerConfig, PipelineConfig, load_config
from pipeline.corpus import GoldDocument
from pipeline.evaluation.rouge import Rouge, rouge
from pipeline.runner import Jianbao
from pipeline.schema import Document
from pipeline.tagging.onnx import BRANCH
from pipeline.training.abstracts import TextWithAbstract, fingerprint, load_abstracts
from pipeline.training.branch import BranchSettings, learn_branch
from pipeline.training.branch_data import Reader, gold_examples
from pipeline.training.export import publish

NAMES = ("rouge_1", "rouge_2", "rouge_l")


class FinetuneBranchConfig(BranchSettings):
    """How the branch of a tagger learns from texts with abstracts.

    Attributes:
        data: JSON Lines with `text` and `abstract`, and perhaps `title`, `topic_abstracts` and `split`.
        output: Folder of the tagger that is written.
    """

    task: Literal["extracts"]
    start: Literal["tagger", "branch"] = "branch"
    data: Path
    output: Path


def finetune_branch(
    config_path: Path, *, data: Path | None = None, output: Path | None = None
) -> tuple[Path, dict[str, float], dict[str, float]]:
    """Trains, keeps the epoch that is best on dev, and writes a tagger with the branch and a config that uses it.

    The same call after a kill goes on from the last checkpoint.

    Args:
        config_path: Settings, as `FinetuneBranchConfig` describes them.
        data: Texts with abstracts, instead of the settings'.
        output: The folder to write, instead of the settings' own.

    Returns:
        The config, and ROUGE on dev by name before and after.

    Raises:
        ConfigError, InputError, ModelError: The settings, the data or a model cannot be used.
    """
    settings = load_config(config_path, FinetuneBranchConfig)
    settings = settings.model_copy(update={"data": data or settings.data, "output": output or settings.output})
    splits = load_abstracts(settings.data)
    reader = Reader(settings.config)
    work = settings.work / fingerprint(settings, settings.data, str(reader.folder))
    windows = {name: list(gold_examples([_gold(row) for row in rows], reader)) for name, rows in splits.items()}
    before = _figures(settings.config, splits["dev"])
    settings.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.output.parent) as made:
        folder = Path(made) / "tagger"
        shutil.copytree(reader.folder, folder, ignore=shutil.ignore_patterns(BRANCH))
        learn_branch(settings.model_copy(update={"work": work}), reader, windows["train"], windows["dev"], folder)
        publish(folder, settings.output)
    path = _write_config(settings)
    shutil.rmtree(work, ignore_errors=True)  # the checkpoints have served
    return path, before, _figures(path, splits["dev"])


def _gold(row: TextWithAbstract) -> GoldDocument:
    return GoldDocument(
        document=_document(row),
        sentences=(),
        abstract=row.abstract,
        topic_abstracts=row.topic_abstracts,
        split=row.split,
    )


def _document(row: TextWithAbstract) -> Document:
    return Document(id="", source="", title=row.title, body=row.text)


def _figures(config: Path, rows: Sequence[TextWithAbstract]) -> dict[str, float]:
    """Mean ROUGE over characters of the abstracts that a pipeline gives."""
    jianbao = Jianbao.from_config(config)
    found: list[Rouge] = [rouge(jianbao.run(_document(row)).abstract.text, row.abstract) for row in rows]
    return {name: float(np.mean([getattr(one, name) for one in found])) for name in NAMES}


def _write_config(settings: FinetuneBranchConfig) -> Path:
    """Writes a config for `jianbao run` beside the tagger's folder: the one it was made from, with this tagger."""
    path = settings.output.with_name(settings.output.name + ".yaml")
    pipeline = load_config(settings.config, PipelineConfig)
    tagger = OnnxTaggerConfig(kind="onnx", model=f"./{settings.output.name}")
    values = pipeline.model_copy(update={"tagger": tagger}).model_dump(mode="json", exclude_unset=True)
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(f"# jianbao run FILE --config {path}\n{text}", encoding="utf-8")
    return path
