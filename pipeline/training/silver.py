"""Labels plain texts with trained taggers, so that another can learn from far more text than people labelled.

Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531) from the mean of several teachers, on unlabelled text;
what is kept is probabilities, which say how sure the teachers were.
"""

from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from pydantic import Field
from transformers import AutoModelForTokenClassification

from pipeline.config import Settings, WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.training.pretrained import load_tokenizer, window_encoder
from pipeline.training.tagger import computes_bf16, predict_units, training_device
from pipeline.training.texts import text_windows


class LabelTextsConfig(Settings):
    """Teachers are folders of one encoder's token classifiers, as `train_tagger` leaves them for each seed."""

    teachers: tuple[Path, ...] = Field(min_length=1)
    texts: tuple[Path, ...] = Field(min_length=1)
    leave_out: tuple[Path, ...] = ()
    most_texts: int = Field(default=0, ge=0, description="of each file, drawn at random; 0 takes all")
    window: WindowConfig = WindowConfig(title=48)
    windows_at_once: int = Field(default=1, ge=1)
    output: Path


def label_texts(settings: LabelTextsConfig) -> int:
    """Writes a folder (Arrow) of windows with labels between 0 and 1.

    Returns:
        The number of windows.

    Raises:
        InputError: A file cannot be used.
        ModelError: A teacher is not there, or teachers disagree about topics.
    """
    tokenizer = load_tokenizer(str(settings.teachers[0]))
    windows = text_windows(
        settings.texts, settings.leave_out, window_encoder(tokenizer, settings.window), settings.most_texts
    )
    rows: list[dict[str, Any]] = windows.to_list()
    borders = np.cumsum([max(row["units"]) + 1 for row in rows])
    teachers = [_teacher(folder) for folder in settings.teachers]
    if any(teacher.config.id2label != teachers[0].config.id2label for teacher in teachers):
        raise ModelError("the teachers do not know the same topics: train them with one config")
    total = np.zeros((int(borders[-1]), teachers[0].config.num_labels), np.float32)
    for teacher in teachers:
        teacher.to(training_device())
        total += sigmoid(predict_units(teacher, rows, computes_bf16(), at_once=settings.windows_at_once))
        teacher.cpu()
    for row, labels in zip(rows, np.split(total / len(teachers), borders[:-1]), strict=True):
        row["labels"] = labels.tolist()
    Dataset.from_list(rows).save_to_disk(str(settings.output))
    return len(rows)


def _teacher(folder: Path) -> Any:  # noqa: ANN401 - transformers is untyped
    try:
        return AutoModelForTokenClassification.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: no token classifier there ({str(error).splitlines()[0]})") from None
