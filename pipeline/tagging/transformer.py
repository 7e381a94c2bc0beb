"""Any fine-tuned `AutoModelForTokenClassification` as a tagger, from a folder or the hub, run by torch."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification

from pipeline.artefacts import TAGGER_FILE, load_tagger_card
from pipeline.config import TorchConfig, TransformerTaggerConfig, WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.hub import HubClassifier
from pipeline.tagging.special import SpecialTokens
from pipeline.tagging.windows import by_sentence, mean_by_unit

HALF = 0.5
logger = logging.getLogger(__name__)


class TransformerTagger:
    """A token classifier whose labels are topics; its logits are averaged over each sentence of a window."""

    def __init__(
        self,
        model: str,
        window: WindowConfig,
        settings: TorchConfig | None = None,
        topics: Sequence[str] | None = None,
    ) -> None:
        """Loads the model; thresholds come from its `tagger.json` where it has one, else they are 0.5.

        Args:
            model: A folder or a hub id.
            window: Size of the windows; a model that reads less gets smaller ones.
            settings: How to fetch and run it.
            topics: What its labels have to be, in any order; left out, they may be anything.

        Raises:
            ModelError: The model cannot be loaded, has other labels, or has no fast tokenizer.
        """
        self._hub = HubClassifier(AutoModelForTokenClassification, model, settings or TorchConfig())
        self._topics = self._hub.labels
        if topics is not None and sorted(topics) != sorted(self._topics):
            raise ModelError(
                f"{model}: its labels ({', '.join(self._topics)}) are not the topics ({', '.join(topics)}): "
                "name its labels as topics in the config, or fine-tune it on these topics"
            )
        tokenizer = self._hub.tokenizer
        if not getattr(tokenizer, "is_fast", False):
            raise ModelError(f"{model}: has no fast tokenizer, which windows need: convert it to tokenizer.json")
        folder = Path(model)
        known = (folder / TAGGER_FILE).is_file()
        self._thresholds = load_tagger_card(folder).thresholds if known else dict.fromkeys(self._topics, HALF)
        window = fit_window(window, self._hub.limit, model)
        self._encode = WindowEncoder(
            tokenizer=tokenizer.backend_tokenizer,
            window=window,
            special=SpecialTokens.resolve(tokenizer.backend_tokenizer, tokenizer.special_tokens_map),
        )

    @classmethod
    def from_config(
        cls, config: TransformerTaggerConfig, model: str, topics: Sequence[str] | None = None
    ) -> "TransformerTagger":
        """From the settings, the folder or hub id their `model` was resolved to, and the topics wanted."""
        return cls(model, config.window, config, topics)

    @property
    def topics(self) -> tuple[str, ...]:
        """The model's labels."""
        return self._topics

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Thresholds from the model folder, or 0.5."""
        return self._thresholds

    @property
    def name(self) -> str:
        """Folder name and digest of the weights, or hub id and commit."""
        return self._hub.name

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        if not texts:
            return np.zeros((0, len(self.topics)), np.float32)
        units, windows = self._encode(texts, title)
        windows = [window for window in windows if len(window.owned)]
        states = self._hub.logits([window.tokens for window in windows], self._encode.special.padding)
        logits = np.empty((len(units), len(self.topics)), np.float32)
        for window, tokens in zip(windows, states, strict=True):
            logits[window.owned.start : window.owned.stop] = mean_by_unit(tokens[: len(window.tokens)], window)
        return sigmoid(by_sentence(logits, units))


def fit_window(window: WindowConfig, limit: int | None, model: str) -> WindowConfig:
    """The window as asked for, or in the same proportions as large as a model with that limit can read.

    Raises:
        ModelError: The model reads too little for any window.
    """
    if limit is None or window.limit <= limit:
        return window
    smallest = 16
    if limit < smallest:
        raise ModelError(f"{model}: reads {limit} tokens at once, windows need {smallest}: use another model")
    share = limit / window.limit
    fitted = WindowConfig(limit=limit, context=int(window.context * share), title=int(window.title * share))
    logger.warning(
        "%s reads %d tokens at once: windows hold %d and share %d, not %d and %d",
        *(model, limit, fitted.limit, fitted.context, window.limit, window.context),
    )
    return fitted
