"""Any fine-tuned `AutoModelForTokenClassification` as a tagger, from a folder or the hub, run by torch."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification, AutoTokenizer

from pipeline.artefacts import TAGGER_FILE, load_tagger_card
from pipeline.config import TransformerTaggerConfig, WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.windows import by_sentence, mean_by_unit

HALF = 0.5


class TransformerTagger:
    """A token classifier whose labels are topics; its logits are averaged over each sentence of a window."""

    def __init__(self, model: str, window: WindowConfig, *, allow_download: bool = False, device: str = "auto") -> None:
        """Loads the model; thresholds come from its `tagger.json` where it has one, else they are 0.5.

        Raises:
            ModelError: The model is not there and may not be downloaded, or has no fast tokenizer.
        """
        try:
            self._model = AutoModelForTokenClassification.from_pretrained(
                model, local_files_only=not allow_download, dtype=torch.float32
            )
            tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=not allow_download)
        except (OSError, ValueError) as error:
            hint = "" if allow_download else "; to fetch it from the hub once, set allow_download: true in the config"
            raise ModelError(f"{model}: cannot be loaded ({str(error).splitlines()[0]}){hint}") from error
        if not getattr(tokenizer, "is_fast", False):
            raise ModelError(f"{model}: has no fast tokenizer, which offsets need: convert it to tokenizer.json")
        if device == "auto":
            device = str(torch.accelerator.current_accelerator() or "cpu")
        self._model.eval().to(device)
        self._device = device
        labels = self._model.config.id2label
        self._topics = tuple(str(labels[i]) for i in range(len(labels)))
        folder = Path(model)
        known = (folder / TAGGER_FILE).is_file()
        self._thresholds = load_tagger_card(folder).thresholds if known else dict.fromkeys(self._topics, HALF)
        limit = min(window.limit, getattr(self._model.config, "max_position_embeddings", window.limit))
        self._encode = WindowEncoder(tokenizer=tokenizer.backend_tokenizer, limit=limit, context=window.context)
        self._name = folder.name if folder.is_dir() else model

    @classmethod
    def from_config(cls, config: TransformerTaggerConfig, model: str) -> "TransformerTagger":
        """From the settings and the folder or hub id their `model` was resolved to."""
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        return cls(model, config.window, allow_download=config.allow_download, device=config.device)

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
        """Folder name or hub id."""
        return self._name

    @torch.inference_mode()
    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        if not texts:
            return np.zeros((0, len(self.topics)), np.float32)
        units, windows = self._encode(texts)
        logits = np.empty((len(units), len(self.topics)), np.float32)
        for window in windows:
            if len(window.owned):
                tokens = torch.from_numpy(window.tokens)[None].to(self._device)
                states = self._model(input_ids=tokens).logits[0].float().cpu().numpy()
                logits[window.owned.start : window.owned.stop] = mean_by_unit(states, window)
        return sigmoid(by_sentence(logits, units))
