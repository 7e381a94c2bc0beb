"""The shipped tagger: a packed-window encoder run by onnxruntime, without torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.artefacts import file_digest, load_tagger_card, require_file
from pipeline.config import OnnxTaggerConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.windows import by_sentence, mean_by_unit


class OnnxTagger:
    """A tagger folder as `pipeline.training.export` writes it. Windows run one by one: memory stays that of one."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Loads the model.

        Args:
            folder: The model folder.
            threads: Threads for the arithmetic; 0 for as many as there are cores.

        Raises:
            ModelError: A file is missing or damaged.
        """
        card = load_tagger_card(folder)
        weights = require_file(folder / "model.onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Expands the int8 weights once, when the session starts, instead of in every run.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        try:
            self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises several unrelated types
            raise ModelError(f"{weights}: onnxruntime cannot load it: {' '.join(str(error).split())}") from error
        self._card = card
        self._encode = WindowEncoder.from_folder(folder, card.window)
        self._name = f"{folder.name}@{file_digest(weights)}"

    @classmethod
    def from_config(cls, config: OnnxTaggerConfig, folder: str) -> "OnnxTagger":
        """From the settings and the folder their `model` was resolved to."""
        return cls(Path(folder), config.threads)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of the score columns."""
        return self._card.topics

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Thresholds chosen on the development split."""
        return self._card.thresholds

    @property
    def name(self) -> str:
        """Folder name and digest of the weights."""
        return self._name

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        if not texts:
            return np.zeros((0, len(self.topics)), np.float32)
        units, windows = self._encode(texts, title)
        logits = np.empty((len(units), len(self.topics)), np.float32)
        for window in windows:
            if len(window.owned):
                (tokens,) = self._session.run(None, {"input_ids": window.tokens[None]})
                logits[window.owned.start : window.owned.stop] = mean_by_unit(tokens[0], window)
        return sigmoid(by_sentence(logits, units))
