"""Configuration: YAML checked by pydantic; an unknown key is an error that names the nearest known one."""

import difflib
import hashlib
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline import PROJECT
from pipeline.errors import ConfigError

MARKERS = ("./", "../", "/")


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TopicConfig(Settings):
    """A topic: its identifier in data and JSON, its Chinese and English names, what it means."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    name_en: str = ""
    description: str = ""


class SentencesConfig(Settings):
    """How text is split; `semicolons: true` ends sentences at ； as well."""

    semicolons: bool = False


class WindowConfig(Settings):
    """Encoder windows: tokens per window, tokens that consecutive windows share, tokens of the title each begins with."""

    limit: int = Field(default=512, ge=16)
    context: int = Field(default=128, ge=0)
    title: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _moves_on(self) -> "WindowConfig":
        if 2 * self.context > self.limit:  # windows that share more hardly move on: the work grows without bound
            raise ValueError(f"context ({self.context}) must be at most half of limit ({self.limit})")
        if 4 * self.title > self.limit:
            raise ValueError(f"title ({self.title}) must be at most a quarter of limit ({self.limit})")
        return self


class OnnxTaggerConfig(Settings):
    """The shipped tagger, run by onnxruntime; needs no torch."""

    kind: Literal["onnx"]
    model: str = "models/tagger"
    threads: int = Field(default=0, ge=0, le=1024, description="0: as many as there are cores")


class TorchConfig(Settings):
    """How a model from a folder or the hub is fetched and run by torch.

    `batch_tokens` bounds the memory: a batch holds as many sequences as fit, padding included, and at least one.
    """

    allow_download: bool = False
    device: str = Field(default="auto", description="cpu, cuda, mps; auto: the accelerator where there is one")
    precision: Literal["auto", "bf16", "fp32"] = Field(default="auto", description="auto: bf16 on an accelerator")
    batch_tokens: int = Field(default=4096, ge=1)


class TransformerTaggerConfig(TorchConfig):
    """Any fine-tuned `AutoModelForTokenClassification` (a folder or a hub id), run by torch over windows."""

    kind: Literal["transformer"]
    model: str
    window: WindowConfig = WindowConfig()


class SequenceTaggerConfig(TorchConfig):
    """Any ready-made `AutoModelForSequenceClassification` (a folder or a hub id), run by torch sentence by sentence.

    `labels` maps the model's label names to topics; its other labels are ignored.
    """

    kind: Literal["sequence"]
    model: str
    labels: dict[str, str] = Field(min_length=1)


class LinearTaggerConfig(Settings):
    """TF-IDF of character n-grams and logistic regression (scikit-learn): the floor to beat."""

    kind: Literal["linear"]
    model: str


TaggerConfig = Annotated[
    OnnxTaggerConfig | TransformerTaggerConfig | SequenceTaggerConfig | LinearTaggerConfig, Field(discriminator="kind")
]


class LeadConfig(Settings):
    """The first sentences, up to `target_chars` characters."""

    kind: Literal["lead"]
    target_chars: int = Field(default=150, ge=20)
    topic_chars: int = Field(default=80, ge=20)


class TextRankConfig(Settings):
    """The most central sentences (Mihalcea and Tarau 2004), weighted by position and topics."""

    kind: Literal["textrank"]
    target_chars: int = Field(default=150, ge=20)
    topic_chars: int = Field(default=80, ge=20)


Length = Annotated[int, Field(ge=20, le=2000)]


class WrittenConfig(Settings):
    """What all models that write are told; every fact they write is checked.

    Attributes:
        beams: Beams of the search.
        no_repeat_ngram: Tokens in a row that it may not write twice; 0 for no such rule.
        target_chars: The least and the most characters of an abstract.
        topic_chars: The same for the abstract of one topic.
    """

    beams: int = Field(default=4, ge=1, le=16)
    no_repeat_ngram: int = Field(default=6, ge=0)
    target_chars: tuple[Length, Length] = (80, 160)
    topic_chars: tuple[Length, Length] = (30, 80)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, (least, most) in (("target_chars", self.target_chars), ("topic_chars", self.topic_chars)):
            if least > most:
                raise ValueError(f"{name}: the least ({least}) must not be over the most ({most})")
        return self


class PointerConfig(WrittenConfig):
    """Sentences of the document, or a copying model of our own (`scripts/train_summarizer.py`) by onnxruntime; needs no torch.

    Attributes:
        extracts: Abstracts are sentences of the document, as far as they can stand, chosen as the tagger says, or else this
            model; false: the model writes all of them.
    """

    kind: Literal["pointer"]
    model: str = "models/summarizer"
    extracts: bool = True
    threads: int = Field(default=0, ge=0, le=1024, description="0: as many as there are cores")


class Seq2SeqConfig(WrittenConfig, TorchConfig):
    """Any `AutoModelForSeq2SeqLM` (a folder or a hub id), run by torch.

    Attributes:
        tokenizer: auto: what the model names; bert: `BertTokenizer` with the model's vocab.txt.
        prefix: Text before what it reads, where it was trained with one.
        input_tokens: How much it reads at most; a model that reads less gets less.
    """

    kind: Literal["seq2seq"]
    model: str
    tokenizer: Literal["auto", "bert"] = "auto"
    prefix: str = ""
    input_tokens: int = Field(default=512, ge=32)


SummarizerConfig = Annotated[LeadConfig | TextRankConfig | PointerConfig | Seq2SeqConfig, Field(discriminator="kind")]


class PipelineConfig(Settings):
    """The whole pipeline.

    `thresholds` overrides, topic by topic, those chosen when the tagger was trained.
    """

    topics: tuple[TopicConfig, ...] = Field(min_length=1)
    sentences: SentencesConfig = SentencesConfig()
    tagger: TaggerConfig
    thresholds: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    summarizer: SummarizerConfig


SettingsT = TypeVar("SettingsT", bound=BaseModel)


def load_config(path: Path, kind: type[SettingsT]) -> SettingsT:
    """Reads a YAML file into settings of the given kind.

    Raises:
        ConfigError: The file is missing or not YAML, a key is unknown, or a value is wrong; one line that says which.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such config file") from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: a config is a mapping of keys to values")
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {'; '.join(_explain(e, kind) for e in error.errors())}") from None


def _explain(error: Any, kind: type[BaseModel]) -> str:  # noqa: ANN401 - pydantic's error dictionaries
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] != "extra_forbidden":
        return f"{place}: {error['msg']}"
    key = str(error["loc"][-1])
    known = [name for settings in _settings_at(kind, error["loc"][:-1]) for name in settings.model_fields]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"unknown key {place}" + (f" (did you mean {near[0]}?)" if near else f"; known are {', '.join(known)}")


def _settings_at(kind: type[BaseModel], location: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """The settings that may stand at a place of the tree, as pydantic's error locations name it."""
    settings = [kind]
    for part in location:
        fields = [s.model_fields[part] for s in settings if isinstance(part, str) and part in s.model_fields]
        if fields:
            settings = [member for field in fields for member in _members(field.annotation)]
        elif isinstance(part, str):  # the `kind` of one of several
            settings = [s for s in settings if part in get_args(s.model_fields["kind"].annotation)]
    return settings


def _members(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any type expression
    """The settings classes in a type expression."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [member for part in get_args(annotation) for member in _members(part)]


def config_digest(config: BaseModel) -> str:
    """SHA-256 of the resolved configuration, first 16 hexadecimal digits."""
    return hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:16]


def resolve_model(name: str, config_path: Path) -> str:
    """Where a model is: a folder as given, beside the config file, or in the project; else a hub id, unchanged.

    Raises:
        ConfigError: The name is a path (it starts with ./, ../ or /, or with models/) and no such folder exists.
    """
    for base in (Path(), config_path.parent, PROJECT):
        if os.path.isdir(base / name):  # noqa: PTH112 - unlike Path.is_dir, takes names of any length
            return str(base / name)
    if name.startswith((*MARKERS, "models/")):
        raise ConfigError(f"{config_path}: no model folder {name}, neither beside this file nor in the project")
    return name
