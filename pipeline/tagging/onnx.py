"""The shipped tagger: a packed-window encoder run by onnxruntime, without torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.artefacts import TAGGER_FILE, file_digest, load_tagger_card, require_file
from pipeline.config import OnnxTaggerConfig
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.windows import by_sentence, mean_by_unit

LOGITS, SALIENCE = "logits", "salience"  # outputs of the graph


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
        if card.abstracts and SALIENCE not in [output.name for output in self._session.get_outputs()]:
            raise ModelError(f"{weights}: knows nothing of abstracts, against {TAGGER_FILE}: fetch the whole folder")
        self._card = card
        self._only_what_is_asked = onnxruntime.RunOptions()
        self._only_what_is_asked.only_execute_path_to_fetches = True
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

    @property
    def abstracts(self) -> tuple[str | None, ...]:
        """Topics of the salience columns; none if the graph has no branch for it."""
        return self._card.abstracts

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        return self._run(texts, title, {LOGITS: len(self.topics)})

    def read(self, texts: Sequence[str], title: str = "") -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities, (sentences, topics), and salience, (sentences, abstracts)."""
        known = {SALIENCE: len(self.abstracts)} if self.abstracts else {}
        values = self._run(texts, title, {LOGITS: len(self.topics), **known})
        return values[:, : len(self.topics)], values[:, len(self.topics) :]

    def _run(self, texts: Sequence[str], title: str, columns: Mapping[str, int]) -> NDArray[np.float32]:
        """Probabilities that some outputs of the graph give, side by side: (sentences, their columns together)."""
        if not texts:
            return np.zeros((0, sum(columns.values())), np.float32)
        units, windows = self._encode(texts, title)
        logits = np.empty((len(units), sum(columns.values())), np.float32)
        for window in windows:
            if len(window.owned):
                feed = {"input_ids": window.tokens[None]}
                found = self._session.run([*columns], feed, self._only_what_is_asked)
                logits[window.owned.start : window.owned.stop] = mean_by_unit(np.concatenate(found, axis=2)[0], window)
        return sigmoid(by_sentence(logits, units))
