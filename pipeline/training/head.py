"""What the classifier of a tagger reads, and a linear head that learns from it."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from pipeline.training.examples import Example, collate, unit_means


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

    @torch.no_grad()
    def take(self, folded: torch.nn.Linear) -> None:
        """Takes the weights of a linear layer over the states themselves: the opposite of `fold`."""
        self.linear.weight.copy_(folded.weight * self.deviation)
        self.linear.bias.copy_(folded.bias + folded.weight @ self.mean)

    def fold(self) -> torch.nn.Linear:
        """The equal linear layer over the states themselves."""
        folded = torch.nn.Linear(self.linear.in_features, self.linear.out_features)
        weight = self.linear.weight / self.deviation
        with torch.no_grad():
            folded.weight.copy_(weight)
            folded.bias.copy_(self.linear.bias - weight @ self.mean)
        return folded


@torch.no_grad()
def unit_features(model: PreTrainedModel, examples: Sequence[Example]) -> torch.Tensor:
    """What the model's classifier reads, averaged over each unit of all windows: (units, hidden), on the CPU.

    The classifier is taken out meanwhile, because what comes before it differs: ModernBERT has a head of its own there.
    """
    model.train(False)
    classifier, model.classifier = model.classifier, torch.nn.Identity()
    features = []
    for example in examples:
        batch = {name: values.to(model.device) for name, values in collate([example], 0).items()}
        states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        features.append(unit_means(states, batch["units"], int(batch["units"].max()) + 1)[0].cpu())
    model.classifier = classifier
    return torch.cat(features)


def feature_statistics(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of features (units, hidden): two tensors (hidden,)."""
    return features.mean(dim=0), features.std(dim=0, correction=0).clamp(min=1e-4)
