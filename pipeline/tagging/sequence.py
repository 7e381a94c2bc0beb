"""Any ready-made `AutoModelForSequenceClassification` as a tagger: each sentence by itself, run by torch."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification

from pipeline.config import SequenceTaggerConfig, TorchConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.hub import HubClassifier

HALF = 0.5
SINGLE, MULTI = "single_label_classification", "multi_label_classification"
logger = logging.getLogger(__name__)


class SequenceTagger:
    """A sentence classifier some of whose labels stand for topics."""

    def __init__(self, model: str, labels: Mapping[str, str], settings: TorchConfig | None = None) -> None:
        """Loads the model.

        Args:
            model: A folder or a hub id.
            labels: Names of the model's labels to topics; several may stand for one topic.
            settings: How to fetch and run it.

        Raises:
            ModelError: The model cannot be loaded, or lacks one of the labels.
        """
        self._hub = HubClassifier(AutoModelForSequenceClassification, model, settings or TorchConfig())
        unknown = [label for label in labels if label not in self._hub.labels]
        if unknown:
            raise ModelError(
                f"{model}: has no label {', '.join(unknown)}: under `labels` in the config, name some of its own "
                f"({', '.join(self._hub.labels)})"
            )
        self._topics = tuple(dict.fromkeys(labels.values()))
        self._columns = [
            [self._hub.labels.index(label) for label, meant in labels.items() if meant == topic]
            for topic in self._topics
        ]
        self._single = is_single_label(self._hub.config.problem_type, len(self._hub.labels))

    @classmethod
    def from_config(cls, config: SequenceTaggerConfig, model: str) -> "SequenceTagger":
        """From the settings and the folder or hub id their `model` was resolved to."""
        return cls(model, config.labels, config)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics its labels were mapped to."""
        return self._topics

    @property
    def thresholds(self) -> Mapping[str, float]:
        """0.5 for each topic."""
        return dict.fromkeys(self._topics, HALF)

    @property
    def name(self) -> str:
        """Folder name and digest of the weights, or hub id and commit."""
        return self._hub.name

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics); of a topic with several labels, that of any of them."""
        if not texts:
            return np.zeros((0, len(self.topics)), np.float32)
        logits = np.stack(self._hub.logits(self._token_ids(texts), self._padding()))  # (sentences, labels)
        if self._single:
            scores = softmax(logits)
            return np.stack([scores[:, columns].sum(axis=1) for columns in self._columns], axis=1).clip(0, 1)
        scores = sigmoid(logits)
        return np.stack([scores[:, columns].max(axis=1) for columns in self._columns], axis=1)

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """As the tokenizer itself encodes a text, so as the model was trained; cut where the model reads no further."""
        limit = self._hub.limit
        rows: list[list[int]] = self._hub.tokenizer(list(texts), verbose=False)["input_ids"]
        overlong = [row for row, ids in enumerate(rows) if limit is not None and len(ids) > limit]
        if overlong:
            logger.warning("%s reads %d tokens of a sentence: %d are longer, and cut", self.name, limit, len(overlong))
            cut = self._hub.tokenizer([texts[row] for row in overlong], truncation=True, max_length=limit)["input_ids"]
            for row, ids in zip(overlong, cut, strict=True):
                rows[row] = ids
        return [ids or [self._padding()] for ids in rows]  # some tokenizers make nothing of nothing

    def _padding(self) -> int:
        """The id of the padding token; where there is none any will do, being masked."""
        return int(self._hub.tokenizer.pad_token_id or 0)


def is_single_label(problem_type: str | None, labels: int) -> bool:
    """Whether exactly one label holds for a text; where the model does not say, as transformers' pipelines take it."""
    return problem_type == SINGLE or (problem_type != MULTI and labels > 1)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of labels that exclude each other: (sentences, labels)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    values: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return values
