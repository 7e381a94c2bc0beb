"""Settings of a training run, as `configs/train_tagger.yaml` gives them."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.config import Settings, TopicConfig, WindowConfig


class TrainTaggerConfig(Settings):
    """How a tagger is trained. Rates and schedule are those of AdamW with linear warm-up and decay.

    `annotations` are labels without their texts, which `texts` holds (see `corpus.load_annotations`). Each of `seeds` is
    a run of its own; what is shipped is the mean of their weights.
    """

    topics: tuple[TopicConfig, ...]
    corpus: Path
    annotations: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    encoder: str
    output: Path
    work: Path = Path("build/train_tagger")
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
