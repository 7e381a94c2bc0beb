"""Trains the branch of a tagger that tells salience, so that one reading of a document serves its tags and its abstracts.

The layers that the branch shares with the tagger stay as they are: their states are computed once, by the tagger's own graph.
"""

import os
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from pydantic import Field
from rich.progress import track
from transformers import Trainer, TrainingArguments, set_seed

from pipeline.artefacts import require_file
from pipeline.config import Settings, load_config
from pipeline.errors import InputError, ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.onnx import BRANCH, GRAPH, SALIENCE, STATES, open_session
from pipeline.training.branch_data import Reader, gold_examples, kept_examples
from pipeline.training.branch_graph import branch_to_onnx, head_weights, layer_weights, shown_layers, with_states
from pipeline.training.branch_model import Branch, Learner, mean_loss
from pipeline.training.checkpoints import last_checkpoint
from pipeline.training.examples import Example, collate, unit_means
from pipeline.training.export import LARGEST_DIFFERENCE, write_card
from pipeline.training.head import StandardisedHead, feature_statistics
from pipeline.training.run import claim_folder
from pipeline.training.salience import load_gold
from pipeline.training.tagger import STATISTICS_WINDOWS

CALIBRATION_WINDOWS = 64
APART = 25  # one window in so many is not learned from
CHECKED = 8  # windows


class LayerSettings(Settings):
    """How layers upon the states of a tagger are trained.

    Attributes:
        config: A pipeline's settings, whose tagger they are for.
        encoder: The encoder the tagger was made from, for the sizes of its layers.
        layers: How many layers.
        work: Where labels and checkpoints are kept.
    """

    config: Path
    encoder: str = "models/encoder"
    layers: int = Field(ge=1)
    work: Path
    epochs: int = Field(default=3, ge=1)
    windows_per_step: int = Field(default=8, ge=1)
    layers_rate: float = Field(default=7e-5, gt=0)
    head_rate: float = Field(default=1e-3, gt=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    seed: int = 13


class BranchSettings(LayerSettings):
    """How a branch is trained.

    Attributes:
        start: It begins as the tagger's last layers, or as the branch that the tagger has.
    """

    layers: int = Field(default=4, ge=1)
    start: Literal["tagger", "branch"] = "tagger"
    work: Path = Path("build/train_branch")


class TrainBranchConfig(BranchSettings):
    """What a branch is trained on, besides.

    Attributes:
        corpora: Labelled documents with abstracts; only the split `train` is learned from.
        annotations: Labels and abstracts of texts that `annotated` holds (see `corpus.load_annotations`).
        annotated: Those texts.
    """

    corpora: tuple[Path, ...] = ()
    annotations: tuple[Path, ...] = ()
    annotated: tuple[Path, ...] = ()


def train_branch(path: Path) -> tuple[Path, float, float]:
    """Trains as a settings file says and puts the branch into the tagger's folder; goes on where an earlier run stopped.

    Returns:
        The graph, and the loss on windows kept apart before and after training.

    Raises:
        ConfigError: The file or a value in it is wrong, or an earlier run in the same folder had other settings.
        InputError: A corpus cannot be used.
        ModelError: A model is missing, damaged, or its layers are not those of a BERT encoder.
    """
    settings = load_config(path, TrainBranchConfig)
    reader = Reader(settings.config)
    claim_folder(settings.work, settings.model_dump_json(exclude={"work"}))
    gold = load_gold(settings.corpora, settings.annotations, settings.annotated)
    windows = kept_examples(settings.work / "windows", lambda: gold_examples(gold, reader))
    if not windows:
        raise InputError("no document to learn from: name corpora or annotations that have some")
    apart = windows[::APART]
    learned = [window for i, window in enumerate(windows) if i % APART]
    with tempfile.TemporaryDirectory(dir=reader.folder) as made:
        before, after = learn_branch(settings, reader, learned, apart, Path(made))
        for file in Path(made).iterdir():
            file.replace(reader.folder / file.name)
    return reader.folder / BRANCH, before, after


def learn_branch(
    settings: BranchSettings, reader: Reader, learned: Sequence[Example], apart: Sequence[Example], folder: Path
) -> tuple[float, float]:
    """Trains a branch and writes it into a folder, with the graph and the card of a tagger that has it.

    Args:
        settings: How.
        reader: The tagger it is for.
        learned: Windows to learn from, of `branch_data.windows`.
        apart: Windows to measure by; the epoch that does best on them is kept.
        folder: The folder.

    Returns:
        The loss on the windows kept apart before and after training.

    Raises:
        ModelError: A model is damaged, has no branch to begin with, or its layers are not those of a BERT encoder.
    """
    model = onnx.load(str(reader.folder / GRAPH))
    weights = layer_weights(model)
    below = 1 + max((int(name.partition(".")[0]) for name in weights), default=-1) - settings.layers
    kept = reader.card.joints and shown_layers(model) == below  # what tells of joints reads the same states
    model = with_states(model, below)
    onnx.save(model, str(folder / GRAPH))
    session = open_session(folder / GRAPH, 0)
    learned = [with_states_of(row, session) for row in track(learned, "states")]
    apart = [with_states_of(row, session) for row in track(apart, "states of what is kept apart")]
    set_seed(settings.seed)
    branch = Branch(settings.encoder, settings.layers, settings.dropout)
    if settings.start == "branch":
        begun = onnx.load(str(require_file(reader.folder / BRANCH)))
        begin(branch, layer_weights(begun), 0)
        head = head_for(branch, learned, len(reader.abstracts))
        head.take(head_weights(begun))
    else:
        begin(branch, weights, below)
        head = head_for(branch, learned, len(reader.abstracts))
    branch.head = head
    before = mean_loss(branch, apart)
    learn(Learner(branch), branch, (learned, apart), settings, partial(collate, padding=0))
    after = mean_loss(branch, apart)
    branch.head = head.fold()
    drawn = random.Random(0).sample(learned, min(CALIBRATION_WINDOWS, len(learned)))
    seen = [example["states"].astype(np.float32) for example in drawn]
    onnx.save(branch_to_onnx(branch.eval(), branch.width, reader.card.limit, seen), str(folder / BRANCH))
    check_branch(folder / BRANCH, branch, seen[:CHECKED])
    write_card(reader.card.model_copy(update={"abstracts": reader.abstracts, "joints": kept}), folder)
    return before, after


def with_states_of(row: Example, session: onnxruntime.InferenceSession) -> Example:
    """A window with the states that a tagger's graph shows of it, (tokens, width)."""
    (states,) = session.run([STATES], {"input_ids": np.array([row["input_ids"]], np.int64)})
    return {**row, "states": states[0].astype(np.float16)}


def begin(branch: Branch, weights: dict[str, torch.Tensor], below: int) -> None:
    """Sets the branch's layers as those of a graph, from a number on.

    Raises:
        ModelError: The graph's layers are not those of the encoder.
    """
    for number, layer in enumerate(branch.layers, below):
        own = {name.partition(".")[2]: values for name, values in weights.items() if name.startswith(f"{number}.")}
        try:
            layer.load_state_dict(own)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"layer {number} is not one of the encoder: {reason}") from None


@torch.no_grad()
def head_for(branch: Branch, examples: Sequence[Example], outputs: int) -> StandardisedHead:
    """A head that reads the features of the branch as it is, standardised."""
    branch.eval()
    means = []
    for example in random.Random(0).sample(list(examples), min(STATISTICS_WINDOWS, len(examples))):
        batch = collate([example], 0)
        means.append(unit_means(branch.states(batch["states"]), batch["units"], int(batch["units"].max()) + 1)[0])
    return StandardisedHead(*feature_statistics(torch.cat(means)), outputs)


def learn(
    learner: torch.nn.Module,
    network: Branch,
    windows: tuple[Sequence[Example], Sequence[Example]],
    settings: LayerSettings,
    collator: Callable[[Sequence[Example]], dict[str, torch.Tensor]],
) -> None:
    """Trains a network by the loss that `learner` gives of its batches, and keeps the epoch that does best.

    Args:
        learner: The network as the trainer takes it.
        network: The network.
        windows: To learn from, and to measure by.
        settings: How.
        collator: Makes batches of windows.
    """
    groups = [
        {"params": list(network.layers.parameters()), "lr": settings.layers_rate},
        {"params": list(network.head.parameters()), "lr": settings.head_rate},
    ]
    arguments = TrainingArguments(
        output_dir=str(settings.work),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.windows_per_step,
        lr_scheduler_type="linear",
        warmup_steps=settings.warmup,
        train_sampling_strategy="group_by_length",
        use_cpu=True,
        per_device_eval_batch_size=settings.windows_per_step,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        prediction_loss_only=True,
        label_names=["units"],
        logging_steps=50,
        remove_unused_columns=False,
        report_to=[],
        seed=settings.seed,
    )
    trainer = Trainer(
        model=learner,
        args=arguments,
        train_dataset=list(windows[0]),
        eval_dataset=list(windows[1]),
        data_collator=collator,
        optimizers=(torch.optim.AdamW(groups, weight_decay=settings.weight_decay), None),
    )
    checkpoint = last_checkpoint(settings.work)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


def check_branch(path: Path, branch: Branch, windows: Sequence[NDArray[np.float32]]) -> None:
    """Runs the exported branch beside the trained one.

    Raises:
        ModelError: Their probabilities differ by more than rounding explains.
    """
    session = open_session(path, 0)
    for states in windows:
        (found,) = session.run([SALIENCE], {STATES: states[None]})
        with torch.no_grad():
            expected: NDArray[np.float32] = branch(torch.from_numpy(states)[None]).numpy()
        difference = float(np.abs(sigmoid(found) - sigmoid(expected)).mean())
        if difference > LARGEST_DIFFERENCE:
            raise ModelError(f"the exported branch differs from the trained one by {difference:.2f}")
