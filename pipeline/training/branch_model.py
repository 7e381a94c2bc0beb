"""Layers upon those of a tagger, and how they learn: what `pipeline.training.branch` trains."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import AutoConfig
from transformers.models.bert.modeling_bert import BertLayer

from pipeline.training.examples import Example, collate, unit_means


class Branch(torch.nn.Module):
    """Layers of a BERT encoder, over the states of the layers below, and a head yet to be set."""

    def __init__(self, encoder: str, layers: int, dropout: float) -> None:
        """Layers as the encoder has them, with weights yet to be loaded.

        Args:
            encoder: Folder of the encoder.
            layers: How many.
            dropout: Of hidden states.
        """
        super().__init__()
        config: Any = AutoConfig.from_pretrained(encoder, local_files_only=True)
        config._attn_implementation = "sdpa"
        config.hidden_dropout_prob, config.attention_probs_dropout_prob = dropout, 0.0
        self.width = int(config.hidden_size)
        layer: Any = BertLayer  # transformers has no types
        self.layers = torch.nn.ModuleList(layer(config) for _ in range(layers))
        self.head: torch.nn.Module = torch.nn.Identity()

    def states(self, states: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """States after the branch's layers: (batch, tokens, width) to the same."""
        far = None if mask is None else (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        for layer in self.layers:
            states = layer(states, attention_mask=far)
        return states

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Logits of tokens: (batch, tokens, abstracts)."""
        logits: torch.Tensor = self.head(self.states(states))
        return logits


class Learner(torch.nn.Module):
    """A branch as the trainer takes it: batches of `examples.collate` to their loss."""

    def __init__(self, branch: Branch) -> None:
        """Takes the branch."""
        super().__init__()
        self.branch = branch

    def forward(self, **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Binary cross-entropy over the sentences and abstracts that are labelled."""
        logits = self.branch.head(self.branch.states(batch["states"], batch["attention_mask"]))
        labels = batch["labels"]
        means = unit_means(logits.float(), batch["units"], labels.shape[1])
        known = labels >= 0
        return {"loss": torch.nn.functional.binary_cross_entropy_with_logits(means[known], labels[known])}


@torch.no_grad()
def mean_loss(branch: Branch, examples: Sequence[Example]) -> float:
    """Mean of the windows' losses."""
    learner = Learner(branch).eval()
    losses = [learner(**collate([example], 0))["loss"].item() for example in examples]
    return float(np.nanmean(losses)) if losses else float("nan")
