"""Trains the topic tagger: a token classifier whose logits are averaged over each sentence of a packed window.

The mean of the token logits of a linear head equals the head applied to the mean state, so the trained model is a plain
`AutoModelForTokenClassification`. While it trains, the head reads standardised features (this encoder's states lie in a
narrow cone and a plain head does not learn); at the end the standardisation is folded into the head's weights.
"""

import logging
import random
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset, concatenate_datasets, load_from_disk
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from transformers import PreTrainedModel, PreTrainedTokenizerFast, Trainer, TrainingArguments, set_seed

from pipeline.corpus import GoldDocument
from pipeline.errors import InputError
from pipeline.evaluation.thresholds import best_thresholds, f1_per_topic
from pipeline.tagging.base import sigmoid
from pipeline.training.checkpoints import last_checkpoint, run_folder
from pipeline.training.examples import Example, collate, make_examples, unit_means
from pipeline.training.frozen import FrozenLayers, Recorded
from pipeline.training.head import StandardisedHead, feature_statistics, unit_features
from pipeline.training.pretrained import freeze, load_classifier, window_encoder
from pipeline.training.settings import TrainTaggerConfig

STATISTICS_WINDOWS = 200
UNTITLED = 1 / 8
WORKERS = 2  # processes that pad ahead of an accelerator
logger = logging.getLogger(__name__)


class TaggerTrainer(Trainer):
    """Trainer whose loss is taken per sentence and whose evaluation is F1 on the development split."""

    def __init__(self, *, dev: Sequence[Example], settings: TrainTaggerConfig, **others: Any) -> None:  # noqa: ANN401 - handed on
        """Takes `Trainer`'s own arguments, the development windows and the settings."""
        super().__init__(**others)
        if not isinstance(self.model, PreTrainedModel):
            raise TypeError("TaggerTrainer needs a model of transformers")
        self._network = self.model
        self._dev = dev
        self._settings = settings
        self.recorded: Recorded | None = None

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW with one rate for the encoder and one for the head."""
        if self.optimizer is None:
            inside = {id(p) for p in self._network.base_model.parameters()}
            learning = [p for p in self._network.parameters() if p.requires_grad]
            head = [p for p in learning if id(p) not in inside]
            body = [p for p in learning if id(p) in inside]
            groups = [
                {"params": body, "lr": self._settings.encoder_rate},
                {"params": head, "lr": self._settings.head_rate},
            ]
            self.optimizer = torch.optim.AdamW(groups, weight_decay=self._settings.weight_decay)
        return self.optimizer

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:  # noqa: ANN401 - a tensor, or a pair where asked for
        """Binary cross-entropy over the sentences of the batch and the topics."""
        if self.recorded is not None:
            self.recorded.states = inputs["states"]
        outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        logits = unit_means(outputs.logits.float(), inputs["units"], inputs["labels"].shape[1])
        real = inputs["labels"] >= 0
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[real], inputs["labels"][real])
        return (loss, outputs) if return_outputs else loss

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:  # noqa: ANN401 - Trainer's arguments are not needed
        """Macro F1 at thresholds chosen on them and macro average precision on the development windows."""
        bf16, at_once = uses_bf16(self._settings), self._settings.windows_per_step
        scores = sigmoid(predict_units(self._network, self._dev, bf16, self.recorded, at_once))
        labels = np.concatenate([np.asarray(example["labels"], np.float32) for example in self._dev])
        thresholds = best_thresholds(labels, scores)
        found = [average_precision_score(y, s) for y, s in zip(labels.T, scores.T, strict=True) if y.any()]
        metrics = {
            "eval_macro_f1": float(np.mean(f1_per_topic(labels, scores >= thresholds))),
            "eval_macro_ap": float(np.mean(found)) if found else 0.0,
        }
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def computes_bf16() -> bool:
    """Whether bf16 is faster here than float32: on an accelerator, or on a processor with instructions for it.

    On others torch emulates it, twenty times slower.
    """
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return torch.accelerator.is_available() or bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def training_device() -> torch.device:
    """The accelerator where there is one, else the CPU."""
    return torch.accelerator.current_accelerator() or torch.device("cpu")


def uses_bf16(settings: TrainTaggerConfig) -> bool:
    """Whether a run computes in bf16: where its settings say so, or leave it open and it is faster."""
    return settings.precision == "bf16" or (settings.precision == "auto" and computes_bf16())


@torch.no_grad()
def predict_units(
    model: torch.nn.Module,
    examples: Sequence[Example],
    bf16: bool,
    recorded: Recorded | None = None,
    at_once: int = 1,
) -> NDArray[np.float32]:
    """Logits of all units of all windows, in their order: (units, topics).

    Args:
        model: A token classifier.
        examples: Windows.
        bf16: Whether to compute in it.
        recorded: Where the states of frozen layers go.
        at_once: Windows of a batch, of about equal length; more than one pays on an accelerator only.
    """
    model.eval()
    logits: list[NDArray[np.float32]] = [np.empty((0, 0), np.float32)] * len(examples)
    device = next(model.parameters()).device
    order = sorted(range(len(examples)), key=lambda i: -len(examples[i]["input_ids"]))
    for first in range(0, len(order), at_once):
        numbers = order[first : first + at_once]
        batch = {k: v.to(device) for k, v in collate([examples[i] for i in numbers], 0).items()}
        if recorded is not None:
            recorded.states = batch["states"]
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        means = unit_means(states.float(), batch["units"], int(batch["units"].max()) + 1).cpu().numpy()
        for row, number in enumerate(numbers):
            logits[number] = means[row, : max(examples[number]["units"]) + 1]
    model.train()
    return np.concatenate(logits)


def train_tagger(
    settings: TrainTaggerConfig,
    tokenizer: PreTrainedTokenizerFast,
    train: Sequence[GoldDocument],
    dev: Sequence[GoldDocument],
    seed: int,
) -> PreTrainedModel:
    """Trains from the encoder; a run that was stopped goes on from its last checkpoint below `settings.work`.

    Args:
        settings: What to train, and how.
        tokenizer: The encoder's.
        train: Documents to learn from.
        dev: Documents to watch the training on; nothing is chosen by them here.
        seed: Seed of the head's start and of the order of windows.

    Returns:
        The model after the last epoch, an `AutoModelForTokenClassification` with the topics as labels.
    """
    topics = [topic.id for topic in settings.topics]
    encode = window_encoder(tokenizer, settings.window)
    train_examples = make_examples(some_untitled(train, seed), encode, topics) * settings.repeats
    dev_examples = make_examples(dev, encode, topics)
    arguments = training_arguments(settings, seed)
    set_seed(settings.seeds[0])  # what an encoder lacks starts the same in all runs: their weights are averaged
    model = load_classifier(settings, arguments.device)
    sample = random.Random(0).sample(train_examples, min(STATISTICS_WINDOWS, len(train_examples)))
    mean, deviation = feature_statistics(unit_features(model, sample))
    set_seed(seed)
    head = StandardisedHead(mean, deviation, len(topics)).to(arguments.device)
    model.classifier = head
    freeze(model.base_model, settings.freeze_layers)
    frozen = None
    if settings.freeze_layers and settings.epochs > 1:
        frozen = FrozenLayers(model.base_model, settings.freeze_layers)
        examples = [*train_examples, *dev_examples]
        for example, states in zip(examples, frozen.record([e["input_ids"] for e in examples]), strict=True):
            example["states"] = states
    trainer = TaggerTrainer(
        dev=dev_examples,
        settings=settings,
        model=model,
        args=arguments,
        train_dataset=with_silver(train_examples, settings.silver) if settings.silver else train_examples,
        eval_dataset=dev_examples,
        data_collator=partial(collate, padding=model.config.pad_token_id or 0),
    )
    checkpoint = last_checkpoint(run_folder(settings, seed))
    if checkpoint:
        logger.info("going on from %s", checkpoint)
    with frozen.cut() if frozen else nullcontext() as trainer.recorded:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    # Without the wrapper that computes in bf16: what is exported computes in float32.
    trained: PreTrainedModel = trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False).float().cpu().eval()
    trained.classifier = head.fold()
    return trained


def with_silver(gold: Sequence[Example], folder: Path) -> Dataset:
    """The examples and the windows that teachers labelled (`training.silver`).

    Raises:
        InputError: The folder holds none.
    """
    try:
        silver = load_from_disk(str(folder))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no labelled windows there: write them with scripts/label_texts.py") from error
    columns = ["input_ids", "units", "length", "labels"]
    return concatenate_datasets([Dataset.from_list(list(gold)).select_columns(columns), silver.select_columns(columns)])


def some_untitled(documents: Sequence[GoldDocument], seed: int) -> list[GoldDocument]:
    """The documents, one in eight without its title: the tagger has to do without one as well."""
    drawn = random.Random(seed)
    return [
        replace(document, document=replace(document.document, title="")) if drawn.random() < UNTITLED else document
        for document in documents
    ]


def training_arguments(settings: TrainTaggerConfig, seed: int) -> TrainingArguments:
    """The trainer's arguments for the run with this seed."""
    return TrainingArguments(
        output_dir=str(run_folder(settings, seed)),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.windows_per_step,
        learning_rate=settings.encoder_rate,
        lr_scheduler_type="linear",
        warmup_steps=settings.warmup,
        bf16=uses_bf16(settings),
        train_sampling_strategy="group_by_length",
        use_cpu=not torch.accelerator.is_available(),
        dataloader_num_workers=WORKERS if torch.accelerator.is_available() else 0,
        ddp_find_unused_parameters=False,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=20,
        remove_unused_columns=False,
        report_to=[],
        seed=seed,
    )
