"""Settings of a training run, as `configs/train_tagger.yaml` gives them."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from pipeline.config import Seq2SeqConfig, Settings, TaggerConfig, TopicConfig, WindowConfig, load_config, resolve_model


class TrainTaggerConfig(Settings):
    """How a tagger is trained. Rates and schedule are those of AdamW with linear warm-up and decay.

    `corpus` is any file that `training.data` reads. `annotations` are labels without their texts, which `texts` holds
    (see `corpus.load_annotations`). Each of `seeds` is a run of its own; what is shipped is the mean of their weights.
    `silver` is a folder of windows that teachers labelled (`training.silver`), learned from beside the corpus, whose
    windows come `repeats` times. `layers` keeps so many layers of the encoder, evenly spaced; 0 keeps all.
    `method: few_shot` keeps the encoder as it is and fits a logistic regression on its states: for 8 to 64 examples a
    topic; epochs, rates and seeds mean nothing to it.
    """

    task: Literal["topics"] = "topics"
    topics: tuple[TopicConfig, ...] = Field(min_length=1)
    method: Literal["full", "few_shot"] = "full"
    corpus: Path
    annotations: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    silver: Path | None = None
    repeats: int = Field(default=1, ge=1)
    encoder: str
    allow_download: bool = False
    output: Path
    work: Path = Path("build/train_tagger")
    layers: int = Field(default=0, ge=0)
    window: WindowConfig = WindowConfig()
    freeze_layers: int = Field(default=0, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    epochs: int = Field(default=12, ge=1)
    windows_per_step: int = Field(default=2, ge=1)
    encoder_rate: float = Field(default=6e-5, gt=0)
    head_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    seeds: tuple[int, ...] = Field(default=(13,), min_length=1)


class FinetuneSummarizerConfig(Settings):
    """How a seq2seq model of the hub is fine-tuned to write abstracts.

    `summarizer` is what a pipeline would say to use the model as it is. The rate is AdamW's, with linear warm-up and decay.
    """

    task: Literal["abstracts"]
    topics: tuple[TopicConfig, ...] = Field(min_length=1)
    tagger: TaggerConfig
    summarizer: Seq2SeqConfig
    data: Path
    output: Path
    work: Path = Path("build/finetune_summarizer")
    target_tokens: int = Field(default=256, ge=8)
    epochs: int = Field(default=3, ge=1)
    texts_per_step: int = Field(default=4, ge=1)
    rate: float = Field(default=5e-5, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    seed: int = 13


def task_of(path: Path) -> str:
    """What a settings file trains: `topics` unless it says `abstracts` (a model of the hub) or `extracts` (our own).

    Raises:
        ConfigError: The file cannot be read.
    """
    return load_config(path, _Task).task


class _Task(BaseModel):
    task: str = "topics"


def load_settings(
    path: Path, *, corpus: Path | None = None, output: Path | None = None, encoder: str | None = None
) -> TrainTaggerConfig:
    """Reads a settings file.

    Args:
        path: The YAML file.
        corpus: Instead of the file's.
        output: Instead of the file's.
        encoder: Instead of the file's.

    Returns:
        The settings, with the encoder's folder looked for as `resolve_model` does.

    Raises:
        ConfigError: The file or a value is wrong, or there is no such folder.
    """
    settings = load_config(path, TrainTaggerConfig)
    changes = {
        "corpus": corpus or settings.corpus,
        "output": output or settings.output,
        "encoder": resolve_model(encoder or settings.encoder, path),
    }
    return settings.model_copy(update=changes)
