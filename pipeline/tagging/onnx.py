"""The shipped tagger: a packed-window encoder run by onnxruntime, without torch."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.artefacts import file_digest, load_tagger_card, require_file
from pipeline.config import OnnxTaggerConfig
from pipeline.errors import ModelError
from pipeline.schema import Joints
from pipeline.tagging.base import ClauseReading, sigmoid
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.windows import Unit, Window, by_sentence, mean_by_unit, sums_by_clause
from pipeline.text.tidy import clause_spans

GRAPH, BRANCH, JOINTS = "model.onnx", "branch.onnx", "joints.onnx"
LOGITS, STATES, SALIENCE = "logits", "states", "salience"  # what the graphs give; states are what branches read


class OnnxTagger:
    """A tagger folder as `pipeline.training.export` writes it, perhaps with a branch that tells salience.

    Windows run one by one: memory stays that of one.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Loads the model; the branch, if there is one, when it is first needed.

        Args:
            folder: The model folder.
            threads: Threads for the arithmetic; 0 for as many as there are cores.

        Raises:
            ModelError: A file is missing or damaged.
        """
        self._card = load_tagger_card(folder)
        wanted = (GRAPH, *([BRANCH] if self._card.abstracts else []), *([JOINTS] if self._card.joints else []))
        self._files = [require_file(folder / name) for name in wanted]
        self._threads = threads
        self._session = open_session(self._files[0], threads)
        self._encode = WindowEncoder.from_folder(folder, self._card.window)
        self._name = f"{folder.name}@{file_digest(*self._files)}"

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
        """Topics of the salience columns; none if there is no branch for it."""
        return self._card.abstracts

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        units, windows = self._encode(texts, title)
        return self._scores(units, windows, [self._session.run([LOGITS], _input(window))[0] for window in windows])

    def read(self, texts: Sequence[str], title: str = "") -> tuple[NDArray[np.float32], list[ClauseReading]]:
        """See `SalienceTagger.read`."""
        units, windows = self._encode(texts, title)
        salience = _Means(texts, len(self.abstracts))
        joints = _Means(texts, len(Joints._fields)) if self._card.joints else None
        logits = []
        for window in windows:
            found, states = self._session.run([LOGITS, STATES], _input(window))
            logits.append(found)
            for session, means in zip(self._branches, (salience, joints), strict=False):
                if means is not None:
                    means.add(session.run(None, {STATES: states})[0][0], window, units)
        known = [None] * len(texts) if joints is None else [values for values, _ in joints.values()]
        salient = [np.where(there, sigmoid(values), np.float32(0)) for values, there in salience.values()]
        read = [ClauseReading(*of) for of in zip(salient, known, strict=True)]
        return self._scores(units, windows, logits), read

    def _scores(
        self, units: Sequence[Unit], windows: Sequence[Window], logits: Sequence[NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Probabilities of sentences, (sentences, topics), from the logits of the tokens of windows, each (1, tokens, topics)."""
        if not units:
            return np.zeros((0, len(self.topics)), np.float32)
        means = [mean_by_unit(found[0], w) for w, found in zip(windows, logits, strict=True) if len(w.owned)]
        return sigmoid(by_sentence(np.concatenate(means), units))

    @cached_property
    def _branches(self) -> list[onnxruntime.InferenceSession]:
        return [open_session(file, self._threads) for file in self._files[1:]]


class _Means:
    """Means of the logits of tokens over the clauses of sentences."""

    def __init__(self, texts: Sequence[str], columns: int) -> None:
        self._sums = [np.zeros((len(clause_spans(text)), columns), np.float32) for text in texts]
        self._tokens = [np.zeros((len(rows), 1), np.float32) for rows in self._sums]

    def add(self, logits: NDArray[np.float32], window: Window, units: Sequence[Unit]) -> None:
        """Takes the logits of a window, (tokens, columns)."""
        for sentence, clause, total, count in sums_by_clause(logits, window, units):
            self._sums[sentence][clause] += total
            self._tokens[sentence][clause] += count

    def values(self) -> list[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
        """For each sentence the means, (clauses, columns), and whether a clause has a token at all, (clauses, 1)."""
        return [
            ((total / np.maximum(count, 1)).astype(np.float32), count > 0)
            for total, count in zip(self._sums, self._tokens, strict=True)
        ]


def _input(window: Window) -> dict[str, NDArray[np.int64]]:
    return {"input_ids": window.tokens[None]}


def open_session(weights: Path, threads: int) -> onnxruntime.InferenceSession:
    """A graph, ready to run on the processor.

    Raises:
        ModelError: It is damaged.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Expands the int8 weights once, when the session starts, instead of in every run.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    # Threads wait at rest between runs: those of one graph would take the cores from the other.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    try:
        return onnxruntime.InferenceSession(
            str(weights),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # the fused operator is the slower one
        )
    except Exception as error:  # onnxruntime raises several unrelated types
        raise ModelError(f"{weights}: onnxruntime cannot load it: {' '.join(str(error).split())}") from error
