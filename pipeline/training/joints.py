"""Trains what tells a tagger how clauses may be joined where others are left out, from judged cuts.

Layers of their own read the states that the tagger shows for its branch. The chance that a cut is sound is the product of those
of its joints: where the sentence begins and ends, and where clauses between others are left out.
"""

import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import onnx
import torch
from pydantic import Field
from rich.progress import track
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus
from transformers import set_seed

from pipeline.artefacts import require_file
from pipeline.config import load_config
from pipeline.errors import InputError, ModelError
from pipeline.schema import Joints
from pipeline.tagging.onnx import BRANCH, GRAPH, JOINTS, open_session
from pipeline.training.branch import (
    APART,
    CALIBRATION_WINDOWS,
    LayerSettings,
    begin,
    check_branch,
    head_for,
    learn,
    with_states_of,
)
from pipeline.training.branch_data import Reader
from pipeline.training.branch_graph import branch_to_onnx, layer_weights
from pipeline.training.branch_model import Branch
from pipeline.training.examples import Example, collate, unit_means
from pipeline.training.export import write_card
from pipeline.training.joints_data import NO, UNKNOWN, cut_examples, load_cuts
from pipeline.training.run import claim_folder

PRIOR = Joints(ends=2.5, begins=2.5, leaves=1.5, resumes=1.5, points=-1.7)  # logits before anything is learned
NEVER = 1e-6  # a chance is not taken for nearer to 1


class TrainJointsConfig(LayerSettings):
    """How joints are learned, for a tagger that has a branch; they begin as the branch's first layers.

    Attributes:
        cuts: Judged cuts of texts that `texts` hold (see `joints_data.load_cuts`).
        texts: Those texts.
    """

    layers: int = Field(default=2, ge=1)
    cuts: tuple[Path, ...]
    texts: tuple[Path, ...]
    work: Path = Path("build/train_joints")
    layers_rate: float = Field(default=1e-4, gt=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)


class CutLearner(torch.nn.Module):
    """A network of joints as the trainer takes it: batches of `collate_cuts` to their loss."""

    def __init__(self, network: Branch) -> None:
        """Takes the network, whose head gives the five logits of `schema.Joints`."""
        super().__init__()
        self.network = network

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """Mean surprise, in nats, at what was judged of the cuts."""
        sound, alone, cuts = self.chances(**batch)
        joined = sound < 0  # a sentence that was left whole has no joints
        off = torch.where(cuts[:, 4] == NO, -torch.log1p(-sound.exp().clamp(max=1 - NEVER)), -sound)
        led = torch.where(cuts[:, 5] == NO, softplus(alone), softplus(-alone))
        known = cuts[:, 5] != UNKNOWN
        return {"loss": (off[joined].sum() + led[known].sum()) / (joined.sum() + known.sum()).clamp(min=1)}

    def chances(self, **batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of each cut the logarithm of the chance that it is sound, the logit that it can stand alone, and its row."""
        cuts, skips = batch["cuts"], batch["skips"]
        logits = self.network.head(self.network.states(batch["states"], batch["attention_mask"]))
        clauses = unit_means(logits.float(), batch["units"], int(batch["units"].max()) + 1)  # (windows, clauses, 5)
        at = cuts[:, 6]
        first, last = clauses[at, cuts[:, 0]], clauses[at, cuts[:, 1]]
        sound = cuts[:, 2] * logsigmoid(first[:, 1]) + cuts[:, 3] * logsigmoid(last[:, 0])
        window = at[skips[:, 0]]
        left_out = logsigmoid(clauses[window, skips[:, 1], 2] + clauses[window, skips[:, 2], 3])
        return sound.index_add(0, skips[:, 0], left_out), -first[:, 4], cuts


def collate_cuts(examples: Sequence[Example]) -> dict[str, Tensor]:
    """A batch of `examples.collate`, with `cuts` (cuts, 7: of `cut_examples`, and the window) and `skips` (left out, 3)."""
    batch = collate(examples, 0)
    cuts, skips = list[list[int]](), list[list[int]]()
    for window, example in enumerate(examples):
        for cut in example["cuts"]:
            skips += [[len(cuts), *cut[i : i + 2]] for i in range(6, len(cut), 2)]
            cuts.append([*cut[:6], window])
    batch["cuts"] = torch.tensor(cuts)
    batch["skips"] = torch.tensor(skips, dtype=torch.long).reshape(-1, 3)
    return batch


def train_joints(path: Path) -> tuple[Path, float, float]:
    """Trains as a settings file says and puts the graph into the tagger's folder; goes on where an earlier run stopped.

    Returns:
        The graph, and the loss on windows kept apart before and after training.

    Raises:
        ConfigError: The file or a value in it is wrong, or an earlier run in the same folder had other settings.
        InputError: The cuts cannot be used.
        ModelError: A model is missing or damaged, the tagger has no branch, or its layers are not those of a BERT encoder.
    """
    settings = load_config(path, TrainJointsConfig)
    reader = Reader(settings.config)
    if not reader.card.abstracts:
        raise ModelError(f"{reader.folder}: has no branch that tells salience: train one with scripts/train_branch.py")
    claim_folder(settings.work, settings.model_dump_json(exclude={"work"}))
    session = open_session(reader.folder / GRAPH, 0)
    judged = [one for cuts in settings.cuts for one in load_cuts(cuts, settings.texts)]
    windows = [with_states_of(one, session) for one in track(list(cut_examples(judged, reader)), "states")]
    if not windows:
        raise InputError("no cut to learn from: name files of cuts that have some")
    learned, apart = [one for i, one in enumerate(windows) if i % APART], windows[::APART]
    set_seed(settings.seed)
    network = Branch(settings.encoder, settings.layers, settings.dropout)
    begin(network, layer_weights(onnx.load(str(require_file(reader.folder / BRANCH)))), 0)
    network.head = head = head_for(network, learned, len(PRIOR))
    with torch.no_grad():
        head.linear.weight.zero_()
        head.linear.bias.copy_(torch.tensor(PRIOR))
    before = mean_surprise(network, apart)
    learn(CutLearner(network), network, (learned, apart), settings, collate_cuts)
    after = mean_surprise(network, apart)
    network.head = head.fold()
    seen = [
        one["states"].astype(np.float32)
        for one in random.Random(0).sample(learned, min(CALIBRATION_WINDOWS, len(learned)))
    ]
    with tempfile.TemporaryDirectory(dir=reader.folder) as made:
        graph = Path(made) / JOINTS
        onnx.save(branch_to_onnx(network.eval(), network.width, reader.card.limit, seen), str(graph))
        check_branch(graph, network, seen)
        write_card(reader.card.model_copy(update={"joints": True}), Path(made))
        for file in Path(made).iterdir():
            file.replace(reader.folder / file.name)
    return reader.folder / JOINTS, before, after


@torch.no_grad()
def mean_surprise(network: Branch, examples: Sequence[Example]) -> float:
    """Mean of the windows' losses."""
    learner = CutLearner(network).eval()
    losses = [learner(**collate_cuts([example]))["loss"].item() for example in examples]
    return float(np.mean(losses)) if losses else float("nan")
