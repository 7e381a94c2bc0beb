"""Writes with the shipped pointer-generator by onnxruntime: beam search that keeps the place each token was copied from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.artefacts import file_digest, require_file
from pipeline.config import PointerConfig
from pipeline.errors import ModelError
from pipeline.summarizing.generation import Draft, Reading

READER, WRITER, CARD = "reader.onnx", "writer.onnx", "summarizer.json"
ABSTRACT = "摘要："
NOT_COPIED = -1
FLOOR = 1e-12


@dataclass(frozen=True, slots=True)
class _Beam:
    """Tokens written so far, the source position of each (or -1), and the sum of their log-probabilities."""

    tokens: tuple[int, ...]
    places: tuple[int, ...]
    score: float

    @property
    def rate(self) -> float:
        """Log-probability a token, by which beams of different length are compared."""
        return self.score / max(1, len(self.tokens))


class PointerWriter:
    """A folder that `pipeline.training.pointer_export` wrote."""

    def __init__(self, folder: Path, config: PointerConfig, names: Mapping[str, str]) -> None:
        """Loads the two graphs.

        Args:
            folder: The model folder.
            config: Threads, beams, n-grams that may not come twice.
            names: Names of the topics by their ids; the model is told them as it was in training.

        Raises:
            ModelError: A file is missing or damaged.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = config.threads
        options.add_session_config_entry("session.disable_quant_qdq", "1")  # expands int8 weights once
        try:
            card = json.loads(require_file(folder / CARD).read_text(encoding="utf-8"))
            self._frequent = np.array(card["frequent"], np.int64)
            self._longest: int = card["target_tokens"]
            self._source_tokens: int = card["source_tokens"]
            self._reader, self._writer = (
                onnxruntime.InferenceSession(
                    str(require_file(folder / name)), options, providers=["CPUExecutionProvider"]
                )
                for name in (READER, WRITER)
            )
            self._tokenizer = Tokenizer.from_file(str(require_file(folder / "tokenizer.json")))
        except ModelError:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise several unrelated types
            raise ModelError(f"{folder}: damaged: {' '.join(str(error).split())}") from error
        self._first, self._end, _ = special_ids(self._tokenizer)
        self._beams, self._no_repeat = config.beams, config.no_repeat_ngram
        self._tasks: dict[str | None, str] = {topic: name + "：" for topic, name in names.items()}
        self._tasks[None] = ABSTRACT
        self._name = f"{folder.name}@{file_digest(folder / READER)}"

    @property
    def name(self) -> str:
        """Folder name and digest of the weights."""
        return self._name

    @property
    def limit(self) -> int:
        """The most tokens it reads."""
        return self._source_tokens

    @property
    def overhead(self) -> int:
        """Three special tokens and the longest task."""
        return 3 + max(map(self.count, self._tasks.values()))

    def count(self, text: str) -> int:
        """Tokens of a text by itself."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def generate(self, readings: Sequence[Reading], least: int, most: int) -> list[Draft]:
        """See `TextGenerator.generate`."""
        return [self._write(reading, least, most, ()) for reading in readings]

    def again(self, reading: Reading, least: int, most: int, words: Sequence[str], _drafts: Sequence[Draft]) -> Draft:
        """See `TextGenerator.again`."""
        return self._write(reading, least, most, words)

    def _write(self, reading: Reading, least: int, most: int, banned: Sequence[str]) -> Draft:
        head = [
            self._first,
            *self._tokenizer.encode(self._tasks[reading.topic], add_special_tokens=False).ids,
            self._end,
        ]
        encoding = self._tokenizer.encode(reading.text, add_special_tokens=False)
        body = encoding.ids[: self._source_tokens - len(head) - 1]
        ids = np.array([[*head, *body, self._end]], np.int64)
        copyable = np.zeros(ids.shape, bool)
        copyable[0, len(head) : -1] = True
        spans = [(0, 0)] * len(head) + list(encoding.offsets[: len(body)]) + [(0, 0)]
        page = _Page(source=reading.text, spans=spans, tokenizer=self._tokenizer)
        best = self._search(ids, copyable, page, least, most, banned)
        return Draft(text=page.text(best.tokens, best.places), tokens=best.tokens)

    def _search(
        self, ids: NDArray[np.int64], copyable: NDArray[np.bool_], page: "_Page", least: int, most: int,
        banned: Sequence[str],
    ) -> _Beam:  # fmt: skip
        generated, copied, copy_keys, keys, values, past_keys, past_values = self._reader.run(
            None, {"input_ids": ids, "copyable": copyable}
        )
        memory = {"copyable": copyable, "copy_keys": copy_keys, "keys": keys, "values": values}
        beams, finished = [_Beam((), (), 0.0)], list[_Beam]()
        for _ in range(self._longest - 2):
            chances = self._spread(generated, copied, ids[0])
            grown: list[tuple[float, int, int]] = []
            for row, beam in enumerate(beams):
                allowed = chances[row].copy()
                length = len(page.text(beam.tokens, beam.places))
                if length < least:
                    allowed[self._end] = 0
                if length >= most:
                    grown.append((beam.score, row, self._end))
                    continue
                allowed[_repeats(beam.tokens, self._no_repeat)] = 0
                top = np.argpartition(-allowed, 2 * self._beams)[: 2 * self._beams]
                grown += [(beam.score + float(np.log(allowed[t] + FLOOR)), row, int(t)) for t in top]
            grown.sort(reverse=True)
            kept, rows = [], []
            for score, row, token in grown:
                beam = beams[row]
                if token == self._end:
                    finished.append(_Beam(beam.tokens, beam.places, score))
                    continue
                new = _Beam((*beam.tokens, token), (*beam.places, _place(copied[row], ids[0], token)), score)
                if any(word in page.text(new.tokens, new.places) for word in banned):
                    continue
                kept.append(new)
                rows.append(row)
                if len(kept) == self._beams:
                    break
            if not kept or (finished and kept[0].rate < max(beam.rate for beam in finished)):
                break
            feed: dict[str, Any] = {
                "tokens": np.array([[beam.tokens[-1]] for beam in kept], np.int64),
                "past_keys": past_keys[:, rows],
                "past_values": past_values[:, rows],
            }
            beams = kept
            generated, copied, past_keys, past_values = self._writer.run(None, {**memory, **feed})
        return max(finished or beams, key=lambda beam: beam.rate)

    def _spread(
        self, generated: NDArray[np.float32], copied: NDArray[np.float32], ids: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Probability of each token of the vocabulary, however it comes about: (beams, vocabulary)."""
        chances = np.zeros((len(generated), self._tokenizer.get_vocab_size()), np.float32)
        chances[:, self._frequent] = generated
        for row in range(len(copied)):
            np.add.at(chances[row], ids, copied[row])
        return chances


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The source with the span of each of its tokens, to set copied tokens as the source has them."""

    source: str
    spans: Sequence[tuple[int, int]]
    tokenizer: Tokenizer

    def text(self, tokens: Sequence[int], places: Sequence[int]) -> str:
        """The text of output tokens: copied ones as the source has them, generated ones as the vocabulary has."""
        pieces = []
        for token, place in zip(tokens, places, strict=True):
            start, end = self.spans[place]
            generated = place == NOT_COPIED
            pieces.append(
                str(self.tokenizer.id_to_token(token)).replace("▁", "") if generated else self.source[start:end]
            )
        return "".join(pieces)


def special_ids(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Ids of the first token, the end and the padding.

    Raises:
        ModelError: The tokenizer lacks one.
    """
    found = [tokenizer.token_to_id(token) for token in ("<s>", "</s>", "<pad>")]
    ids = [token for token in found if token is not None]
    if len(ids) < len(found):
        raise ModelError("the tokenizer has no <s>, </s> or <pad>: use that of models/encoder")
    return ids[0], ids[1], ids[2]


def _place(copied: NDArray[np.float32], ids: NDArray[np.int64], token: int) -> int:
    """The source position a token is most likely copied from; -1 where it stands nowhere."""
    here = np.flatnonzero(ids == token)
    return int(here[copied[here].argmax()]) if len(here) and copied[here].max() > 0 else NOT_COPIED


def _repeats(tokens: tuple[int, ...], size: int) -> list[int]:
    """Tokens that would make an n-gram of `size` come a second time."""
    if len(tokens) < size:
        return []
    last = tokens[len(tokens) - size + 1 :]
    return [tokens[i + size - 1] for i in range(len(tokens) - size + 1) if tokens[i : i + size - 1] == last]
