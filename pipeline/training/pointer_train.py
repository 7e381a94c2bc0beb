"""Trains the pointer-generator in stages: first headlines of plain news, then abstracts of labelled documents."""

import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from pydantic import Field
from tokenizers import Tokenizer
from transformers import Trainer, TrainingArguments, set_seed

from pipeline.config import Settings, TopicConfig
from pipeline.corpus import load_annotations, load_corpus, read_rows
from pipeline.errors import ConfigError, InputError
from pipeline.summarizing.pointer import READER, special_ids
from pipeline.training.checkpoints import last_checkpoint
from pipeline.training.pointer import PointerConfig, PointerGenerator, calibrate, from_encoder
from pipeline.training.pointer_data import (
    NewsLimits,
    Pair,
    PairEncoder,
    abstract_pairs,
    collate_pairs,
    frequent_pieces,
    hold_out,
    news_pairs,
)
from pipeline.training.pointer_export import export_summarizer, read_summarizer
from pipeline.training.quantise import Sample
from pipeline.training.run import claim_folder
from pipeline.training.tagger import computes_bf16

Collate = Callable[[Sequence[dict[str, Any]]], dict[str, torch.Tensor]]
CALIBRATED = 64  # examples
WORKERS = 4  # processes that pad ahead of an accelerator
MEASURED = 0.05  # of the steps between two measurements and checkpoints
SPECIALS = 4  # around the task and the text, and the mark behind a topic's name


class NewsConfig(Settings):
    """A file of news and what is learned from it; `most_pairs` is drawn at random, 0 takes all."""

    path: Path
    source_chars: int = Field(default=300, ge=20)
    coverage: float = Field(default=0.5, ge=0, le=1)
    selection_chars: int = Field(default=0, ge=0)
    most_pairs: int = Field(default=0, ge=0)


class TrainSummarizerConfig(Settings):
    """One stage.

    Attributes:
        texts: News that give headlines.
        corpora: Labelled documents that give abstracts.
        annotations: Abstracts of texts that `annotated` holds (see `corpus.load_annotations`).
        start: An encoder, the stage before, or what `kind: pointer` loads.
        encoder: The encoder that the last of these was made from, for its sizes.
        encoder_rate: AdamW's rate for the encoder.
        decoder_rate: That for the rest.
    """

    topics: tuple[TopicConfig, ...] = ()
    texts: tuple[NewsConfig, ...] = ()
    leave_out: tuple[Path, ...] = ()
    corpora: tuple[Path, ...] = ()
    annotations: tuple[Path, ...] = ()
    annotated: tuple[Path, ...] = ()
    start: str
    encoder: str = "models/encoder"
    output: Path
    work: Path
    decoder_layers: int = Field(default=3, ge=1)
    frequent: int = Field(default=4000, ge=10)
    source_tokens: int = Field(default=512, ge=16)
    target_tokens: int = Field(default=160, ge=8)
    epochs: float = Field(default=1.0, gt=0)
    pairs_per_step: int = Field(default=8, ge=1)
    encoder_rate: float = Field(default=3e-5, gt=0)
    decoder_rate: float = Field(default=3e-4, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.05, ge=0, lt=1)
    held_out: float = Field(default=0.02, gt=0, lt=1)
    seed: int = 13


class _Trainer(Trainer):
    """Trainer with one rate for the encoder and one for the rest."""

    def __init__(self, *, settings: TrainSummarizerConfig, **others: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(**others)
        self._settings = settings

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW; the encoder learns slowly, the new decoder fast."""
        if self.optimizer is None:
            network: Any = self.model
            groups = [
                {
                    "params": [p for n, p in network.named_parameters() if n.startswith("encoder.") == slow],
                    "lr": self._settings.encoder_rate if slow else self._settings.decoder_rate,
                }
                for slow in (True, False)
            ]
            self.optimizer = torch.optim.AdamW(groups, weight_decay=self._settings.weight_decay)
        return self.optimizer


def load_pairs(settings: TrainSummarizerConfig, tokenizer: Tokenizer) -> list[Pair]:
    """Everything a stage learns from, in random order; of labelled documents only the split `train`.

    Raises:
        ConfigError: Nothing to learn from is named.
        InputError: A file is missing or damaged, or holds nothing of use.
    """
    if not settings.texts and not settings.corpora and not settings.annotations:
        raise ConfigError("name texts (headlines), corpora or annotations (abstracts) to learn from")
    left_out = frozenset(str(row.get("id")) for path in settings.leave_out for _, row in read_rows(path))
    shuffled = random.Random(settings.seed)
    news: list[Pair] = []
    for file in settings.texts:
        limits = NewsLimits(
            source_chars=file.source_chars, coverage=file.coverage, selection_chars=file.selection_chars
        )
        pairs = list(news_pairs((row for _, row in read_rows(file.path)), left_out, limits))
        news += shuffled.sample(pairs, min(file.most_pairs or len(pairs), len(pairs)))
    names = {topic.id: topic.name for topic in settings.topics}
    gold = [g for path in settings.corpora for g in load_corpus(path, "train")]
    gold += [g for path in settings.annotations for g in load_annotations(path, settings.annotated, "train")]
    room = settings.source_tokens - SPECIALS - max([_count(tokenizer, n) for n in names.values()], default=0)
    labelled = list(abstract_pairs(gold, names, partial(_count, tokenizer), room))
    pairs = news + labelled
    if not pairs:
        raise InputError("the files hold no Chinese text with a headline and no abstracts")
    shuffled.shuffle(pairs)
    return pairs


def _count(tokenizer: Tokenizer, text: str) -> int:
    return len(tokenizer.encode(text, add_special_tokens=False).ids)


def held_out_sources(settings: TrainSummarizerConfig, tokenizer: Tokenizer) -> frozenset[str]:
    """The sources that a stage does not learn from but is measured on.

    Raises:
        ConfigError, InputError: As for `load_pairs`.
    """
    _, watched = hold_out(load_pairs(settings, tokenizer), settings.held_out, settings.seed)
    return frozenset(pair.source for pair in watched)


def open_model(
    settings: TrainSummarizerConfig, train: Sequence[dict[str, Any]], collate: Collate, end: int
) -> PointerGenerator:
    """The stage before, what ships, or a new model over an encoder, calibrated on the first examples."""
    if (Path(settings.start) / READER).is_file():
        return read_summarizer(Path(settings.start), Path(settings.encoder))
    kind = json.loads((Path(settings.start) / "config.json").read_text(encoding="utf-8"))["model_type"]
    if kind == PointerConfig.model_type:
        return PointerGenerator.from_pretrained(settings.start, dtype=torch.float32)
    model = from_encoder(
        settings.start,
        decoder_layers=settings.decoder_layers,
        target_positions=settings.target_tokens,
        frequent=frequent_pieces([example["labels"] for example in train], settings.frequent, end),
    )
    calibrate(model, collate(train[:CALIBRATED]))
    return model


def train_summarizer(settings: TrainSummarizerConfig) -> dict[str, float]:
    """Trains one stage and writes its folder; a run that was stopped goes on from its last checkpoint.

    `trainer_state.json` in the folder has the losses by step (Trainer's `log_history`), of what was held out too.

    Returns:
        The loss on what was held out, in nats a target token, as `eval_loss`.

    Raises:
        ConfigError: Nothing to learn from is named, or an earlier run in the same work folder had other settings.
        InputError: A file is missing or damaged, or holds nothing of use.
        ModelError: The model to start from cannot be read.
    """
    claim_folder(settings.work, settings.model_dump_json(exclude={"output", "work"}))
    set_seed(settings.seed)
    tokenizer = Tokenizer.from_file(str(Path(settings.start) / "tokenizer.json"))
    encode = PairEncoder(
        tokenizer=tokenizer, source_tokens=settings.source_tokens, target_tokens=settings.target_tokens
    )
    first, end, padding = special_ids(tokenizer)
    learn, watch = hold_out(load_pairs(settings, tokenizer), settings.held_out, settings.seed)
    train = [example for pair in learn if (example := encode(pair))]
    dev = [example for pair in watch if (example := encode(pair))]
    collate = partial(collate_pairs, padding=padding, first=first)
    model = open_model(settings, train, collate, end)
    trainer = _Trainer(
        settings=settings,
        model=model,
        args=TrainingArguments(
            output_dir=str(settings.work),
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.pairs_per_step,
            per_device_eval_batch_size=settings.pairs_per_step,
            learning_rate=settings.decoder_rate,
            lr_scheduler_type="linear",
            warmup_steps=settings.warmup,
            bf16=computes_bf16(),
            train_sampling_strategy="group_by_length",
            use_cpu=not torch.accelerator.is_available(),
            eval_strategy="steps",
            eval_steps=MEASURED,
            save_steps=MEASURED,
            prediction_loss_only=True,
            dataloader_num_workers=WORKERS if torch.accelerator.is_available() else 0,
            save_total_limit=1,
            logging_steps=20,
            remove_unused_columns=False,
            label_names=["labels"],
            report_to=[],
            seed=settings.seed,
        ),
        train_dataset=Dataset.from_list(train),
        eval_dataset=Dataset.from_list(dev),
        data_collator=collate,
    )
    checkpoint = last_checkpoint(settings.work)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    metrics = trainer.evaluate()
    trained = trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    trained.float().cpu().save_pretrained(settings.output)
    tokenizer.save(str(settings.output / "tokenizer.json"))
    trainer.state.save_to_json(str(settings.output / "trainer_state.json"))
    return {name: float(value) for name, value in metrics.items()}


def export_stage(settings: TrainSummarizerConfig, folder: Path) -> None:
    """Writes what a stage trained as the ONNX folder that summaries are written with."""
    model = PointerGenerator.from_pretrained(settings.output, dtype=torch.float32)
    path = settings.output / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    encode = PairEncoder(
        tokenizer=tokenizer, source_tokens=settings.source_tokens, target_tokens=settings.target_tokens
    )
    pairs = load_pairs(settings, tokenizer)[:CALIBRATED]
    export_summarizer(model, path, folder, [reader_input(example) for pair in pairs if (example := encode(pair))])


def reader_input(example: dict[str, Any]) -> Sample:
    """What the exported reader takes of an example."""
    return {"input_ids": np.array([example["input_ids"]]), "copyable": np.array([example["copyable"]], bool)}
