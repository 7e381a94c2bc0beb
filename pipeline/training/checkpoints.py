"""What a training run leaves: checkpoints to go on from, and the model of each seed."""

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForTokenClassification, PreTrainedModel, PreTrainedTokenizerFast

from pipeline.training.settings import TrainTaggerConfig


def run_folder(settings: TrainTaggerConfig, seed: int) -> Path:
    """Where the run with this seed keeps its checkpoints."""
    return settings.work / f"seed-{seed}"


def save_trained(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, settings: TrainTaggerConfig, seed: int
) -> None:
    """Keeps a finished seed's model (safetensors), so that it is not trained again and can teach (`training.silver`)."""
    folder = run_folder(settings, seed) / "model"
    part = folder.with_name("model.part")
    model.save_pretrained(part)
    tokenizer.save_pretrained(part)
    part.rename(folder)


def load_trained(settings: TrainTaggerConfig, seed: int) -> PreTrainedModel | None:
    """A finished seed's model, if there is one."""
    folder = run_folder(settings, seed) / "model"
    if not folder.is_dir():
        return None
    model: PreTrainedModel = AutoModelForTokenClassification.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
    )
    return model


def last_checkpoint(work: Path) -> Path | None:
    """The newest checkpoint in a folder that was written to its end; the trainer writes its state last."""
    whole = [path.parent for path in work.glob("checkpoint-*/trainer_state.json")]
    return max(whole, key=lambda path: int(path.name.partition("-")[2]), default=None)


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
