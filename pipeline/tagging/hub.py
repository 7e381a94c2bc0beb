"""Classifiers of the transformers library, from a folder or the hub, run by torch: safetensors only, no code of theirs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from transformers import AutoTokenizer

from pipeline.accelerator import choose_device, chooses_bf16, model_name
from pipeline.config import TorchConfig
from pipeline.errors import ModelError

WEIGHTS = "model.safetensors"
UNBOUNDED = 1_000_000  # transformers gives lengths beyond all sense where a tokenizer knows no bound


class HubClassifier:
    """A fine-tuned model with its tokenizer, on its device."""

    def __init__(self, auto_class: Any, model: str, settings: TorchConfig) -> None:  # noqa: ANN401 - transformers is untyped
        """Loads the model.

        Args:
            auto_class: `AutoModelForTokenClassification` or `AutoModelForSequenceClassification`.
            model: A folder or a hub id.
            settings: How to fetch and run it.

        Raises:
            ModelError: The model is not there, is damaged, was never fine-tuned, or cannot run as the settings ask.
        """
        folder = Path(model)
        if folder.is_dir() and not (folder / WEIGHTS).is_file():
            raise ModelError(f"{model}: has no {WEIGHTS}: write it anew with transformers' save_pretrained(folder)")
        common = {"local_files_only": not settings.allow_download, "trust_remote_code": False}
        try:
            network, report = auto_class.from_pretrained(
                model, **common, use_safetensors=True, dtype=torch.float32, output_loading_info=True
            )
            self.tokenizer = AutoTokenizer.from_pretrained(model, **common)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            ask = not settings.allow_download and not folder.is_dir()
            hint = "; to fetch it from the hub once, set allow_download: true in the config" if ask else ""
            raise ModelError(f"{model}: cannot be loaded ({reason}){hint}") from error
        if report["missing_keys"]:
            lacking = ", ".join(sorted(report["missing_keys"])[:3])
            raise ModelError(f"{model}: its weights lack {lacking}: fine-tune it as a {auto_class.__name__} first")
        self._device = choose_device(settings.device)
        dtype = torch.bfloat16 if chooses_bf16(settings.precision, self._device) else torch.float32
        try:
            self._network = network.eval().to(self._device, dtype)
        except (RuntimeError, AssertionError) as error:
            raise ModelError(f"{model}: cannot run on device {settings.device}: {str(error).splitlines()[0]}") from None
        self._batch_tokens = settings.batch_tokens
        self.name = model_name(model, network.config)

    @property
    def config(self) -> Any:  # noqa: ANN401 - each architecture has its own class
        """The model's own configuration."""
        return self._network.config

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the output columns."""
        names = self.config.id2label
        return tuple(str(names[column]) for column in range(len(names)))

    @property
    def limit(self) -> int | None:
        """The most tokens a sequence may have, special tokens included; None where the model sets no bound."""
        named = self._network.named_modules()
        tables = [m for n, m in named if n.endswith("position_embeddings") and isinstance(m, torch.nn.Embedding)]
        if tables:  # RoBERTa's positions start after that of its padding
            padding = tables[0].padding_idx
            return int(tables[0].num_embeddings) - (0 if padding is None else padding + 1)
        bound = getattr(self.config, "max_position_embeddings", None) or self.tokenizer.model_max_length
        return int(bound) if 0 < bound < UNBOUNDED else None

    @torch.inference_mode()
    def logits(self, sequences: Sequence[ArrayLike], padding: int) -> list[NDArray[np.float32]]:
        """The model's logits for each sequence of token ids, in the same order.

        Args:
            sequences: Token ids, special tokens included.
            padding: The id that fills up the shorter ones of a batch.

        Returns:
            Per sequence, (tokens, labels) of a token classifier, padding included; (labels,) of a sequence classifier.
        """
        tokens = [torch.from_numpy(np.asarray(sequence, np.int64)) for sequence in sequences]
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(tokens)
        for rows in batches([len(sequence) for sequence in tokens], self._batch_tokens):
            chosen = [tokens[row] for row in rows]
            ids = torch.nn.utils.rnn.pad_sequence(chosen, batch_first=True, padding_value=padding)
            lengths = torch.tensor([len(sequence) for sequence in chosen])
            mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()  # (batch, tokens)
            output = self._network(input_ids=ids.to(self._device), attention_mask=mask.to(self._device)).logits
            for row, values in zip(rows, output.float().cpu().numpy(), strict=True):
                found[row] = values
        return found


def batches(lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Rows of sequences of like length, the longest first.

    Args:
        lengths: Tokens per sequence.
        batch_tokens: Tokens of a batch at most, padding included; a longer sequence is a batch by itself.
    """
    cut: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if cut and (len(cut[-1]) + 1) * lengths[cut[-1][0]] <= batch_tokens:
            cut[-1].append(row)
        else:
            cut.append([row])
    return cut
