"""Trains the topic tagger: a token classifier whose logits are averaged over each sentence of a packed window.

The mean of the token logits of a linear head equals the head applied to the mean state, so the trained model is a plain
`AutoModelForTokenClassification`. While it trains, the head reads standardised features (this encoder's states lie in a
narrow cone and a plain head does not learn); at the end the standardisation is folded into the head's weights.
"""

import copy
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
    set_seed,
)

from pipeline.corpus import GoldDocument
from pipeline.evaluation import best_thresholds, f1_per_topic
from pipeline.tagging.base import sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.training.examples import Example, collate, make_examples, unit_means
from pipeline.training.settings import TrainTaggerConfig

STATISTICS_WINDOWS = 200


class StandardisedHead(torch.nn.Module):
    """A linear layer over ``(x - mean) / deviation``; `fold` gives the equal layer over x."""

    def __init__(self, mean: torch.Tensor, deviation: torch.Tensor, topics: int) -> None:
        """Starts near zero, so that training begins at the topics' base rates and not at noise.

        Args:
            mean: Mean of the features, (hidden,).
            deviation: Their deviation, (hidden,).
            topics: Number of outputs.
        """
        super().__init__()
        self.mean: torch.Tensor
        self.deviation: torch.Tensor
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.linear = torch.nn.Linear(len(mean), topics)
        torch.nn.init.normal_(self.linear.weight, std=1e-3)
        torch.nn.init.zeros_(self.linear.bias)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(batch, tokens, hidden) to (batch, tokens, topics)."""
        logits: torch.Tensor = self.linear((states - self.mean) / self.deviation)
        return logits

    def fold(self) -> torch.nn.Linear:
        """The equal linear layer over the states themselves."""
        folded = torch.nn.Linear(self.linear.in_features, self.linear.out_features)
        weight = self.linear.weight / self.deviation
        with torch.no_grad():
            folded.weight.copy_(weight)
            folded.bias.copy_(self.linear.bias - weight @ self.mean)
        return folded


class TaggerTrainer(Trainer):
    """Trainer whose loss is taken per sentence and whose evaluation is F1 on the development split."""

    def __init__(self, *, dev: Sequence[Example], settings: TrainTaggerConfig, **others: Any) -> None:  # noqa: ANN401 - handed on
        """Takes `Trainer`'s own arguments, the development windows and the settings."""
        super().__init__(**others)
        if self.model is None:
            raise ValueError("TaggerTrainer needs a model")
        self._network: torch.nn.Module = self.model
        self._dev = dev
        self._settings = settings

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW with one rate for the encoder and one for the head."""
        if self.optimizer is None:
            learning = [(n, p) for n, p in self._network.named_parameters() if p.requires_grad]
            head = [p for n, p in learning if n.startswith("classifier.")]
            body = [p for n, p in learning if not n.startswith("classifier.")]
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
        outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        logits = unit_means(outputs.logits.float(), inputs["units"], inputs["labels"].shape[1])
        real = inputs["labels"] >= 0
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[real], inputs["labels"][real])
        return (loss, outputs) if return_outputs else loss

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:  # noqa: ANN401 - Trainer's arguments are not needed
        """Macro F1 at thresholds chosen on them and macro average precision on the development windows."""
        logits, labels = predict_units(self._network, self._dev)
        scores = sigmoid(logits)
        thresholds = best_thresholds(labels, scores)
        metrics = {
            "eval_macro_f1": float(np.mean(f1_per_topic(labels, scores >= thresholds))),
            "eval_macro_ap": float(average_precision_score(labels, scores, average="macro")),
        }
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def computes_bf16() -> bool:
    """Whether bf16 is faster here than float32: on an accelerator, or on a processor with instructions for it.

    On others torch emulates it, twenty times slower.
    """
    capabilities = torch.cpu.get_capabilities()
    return torch.accelerator.is_available() or bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def freeze(encoder: torch.nn.Module, layers: int) -> None:
    """Keeps the embeddings and the first `layers` layers of an encoder as they are, which saves their backward pass."""
    stacks = [m for m in encoder.modules() if isinstance(m, torch.nn.ModuleList)]
    stack = max(stacks, key=len)
    for module in [encoder.get_submodule("embeddings"), *stack[:layers]] if layers else []:
        module.requires_grad_(False)


@torch.no_grad()
def predict_units(
    model: torch.nn.Module, examples: Sequence[Example]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits and labels of all units of all windows, one window at a time: two arrays (units, topics)."""
    model.eval()
    logits, labels = [], []
    device = next(model.parameters()).device
    for example in examples:
        batch = {k: v.to(device) for k, v in collate([example], 0).items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=computes_bf16()):
            states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        logits.append(unit_means(states.float(), batch["units"], batch["labels"].shape[1])[0].cpu().numpy())
        labels.append(batch["labels"][0].cpu().numpy())
    model.train()
    return np.concatenate(logits), np.concatenate(labels)


@torch.no_grad()
def feature_statistics(encoder: torch.nn.Module, examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation over all units of their mean states: two tensors (hidden,)."""
    encoder.eval()
    features = []
    for example in examples:
        batch = collate([example], 0)
        states = encoder(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        features.append(unit_means(states, batch["units"], batch["labels"].shape[1])[0])
    stacked = torch.cat(features)
    return stacked.mean(dim=0), stacked.std(dim=0).clamp(min=1e-4)


def train_tagger(
    settings: TrainTaggerConfig, train: Sequence[GoldDocument], dev: Sequence[GoldDocument], seed: int
) -> PreTrainedModel:
    """Trains from the encoder; a run that was stopped goes on from its last checkpoint below `settings.work`.

    Args:
        settings: What to train, and how.
        train: Documents to learn from.
        dev: Documents to watch the training on; nothing is chosen by them here.
        seed: Seed of the head's start and of the order of windows.

    Returns:
        The model after the last epoch, an `AutoModelForTokenClassification` with the topics as labels.
    """
    set_seed(seed)
    work = settings.work / f"seed-{seed}"
    topics = [topic.id for topic in settings.topics]
    tokenizer = Tokenizer.from_file(str(Path(settings.encoder) / "tokenizer.json"))
    encode = WindowEncoder(tokenizer=tokenizer, limit=settings.window.limit, context=settings.window.context)
    train_examples, dev_examples = make_examples(train, encode, topics), make_examples(dev, encode, topics)
    config = AutoConfig.from_pretrained(settings.encoder, num_labels=len(topics))
    config.id2label, config.label2id = dict(enumerate(topics)), {topic: i for i, topic in enumerate(topics)}
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):  # BERT's names; others keep their own
        if hasattr(config, name):
            setattr(config, name, settings.dropout if name.startswith("hidden") else 0.0)
    model = AutoModelForTokenClassification.from_pretrained(settings.encoder, config=config, dtype=torch.float32)
    sample = random.Random(0).sample(train_examples, min(STATISTICS_WINDOWS, len(train_examples)))
    mean, deviation = feature_statistics(model.base_model, sample)
    head = StandardisedHead(mean, deviation, len(topics))
    model.classifier = head
    freeze(model.base_model, settings.freeze_layers)
    arguments = TrainingArguments(
        output_dir=str(work),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.windows_per_step,
        learning_rate=settings.encoder_rate,
        lr_scheduler_type="linear",
        warmup_steps=settings.warmup,
        bf16=settings.precision == "bf16" or (settings.precision == "auto" and computes_bf16()),
        train_sampling_strategy="group_by_length",
        use_cpu=not torch.accelerator.is_available(),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=20,
        remove_unused_columns=False,
        report_to=[],
        seed=seed,
    )
    trainer = TaggerTrainer(
        dev=dev_examples,
        settings=settings,
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(train_examples),
        eval_dataset=Dataset.from_list(dev_examples),
        data_collator=partial(collate, padding=model.config.pad_token_id),
    )
    checkpoints = sorted(work.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=bool(checkpoints))
    # Without the wrapper that computes in bf16: what is exported computes in float32.
    trained: PreTrainedModel = trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False).float().cpu().eval()
    trained.classifier = head.fold()
    return trained


@torch.no_grad()
def mean_of(models: Sequence[PreTrainedModel]) -> PreTrainedModel:
    """A model whose weights are the mean of those of models trained from the same start.

    Source: Wortsman et al. 2022, Model soups, arXiv:2203.05482.
    """
    averaged = copy.deepcopy(models[0])
    states = [model.state_dict() for model in models]
    averaged.load_state_dict(
        {
            name: torch.stack([state[name] for state in states]).mean(dim=0) if value.is_floating_point() else value
            for name, value in states[0].items()
        }
    )
    return averaged
