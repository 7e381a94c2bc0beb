"""Writes with the shipped pointer-generator by onnxruntime."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.artefacts import file_digest, require_file
from pipeline.config import PointerConfig
from pipeline.errors import ModelError
from pipeline.schema import TaggedSentence
from pipeline.summarizing.beams import BeamSearch, Wanted
from pipeline.summarizing.extract import Floats
from pipeline.summarizing.generation import Draft, Reading
from pipeline.summarizing.joints import Source, Vocabulary
from pipeline.summarizing.salience import SALIENCE, Salience, properties
from pipeline.summarizing.select import Chosen, reading

READER, WRITER, TABLES = "reader.onnx", "writer.onnx", "tables.bin"  # tables are what the two graphs share
CARD, TOKENIZER = "summarizer.json", "tokenizer.json"
STATES = "copy_keys"  # of the reader's outputs
ABSTRACT = "摘要："

T = TypeVar("T")


class PointerWriter:
    """A folder that `pipeline.training.pointer_export` wrote."""

    def __init__(self, folder: Path, config: PointerConfig, names: Mapping[str, str]) -> None:
        """Sees that all files are there. What they hold is loaded when it is first needed: often it never is.

        Args:
            folder: The model folder.
            config: Threads, beams, n-grams that may not come twice, whether salience is to be used.
            names: Names of the topics by their ids; the model is told them as it was in training.

        Raises:
            ModelError: A file is missing. Other methods raise it where a file is damaged.
        """
        for name in (READER, WRITER, TABLES, CARD, TOKENIZER):
            require_file(folder / name)
        self._folder, self._config = folder, config
        self._tasks: dict[str | None, str] = {topic: name + "：" for topic, name in names.items()}
        self._tasks[None] = ABSTRACT
        extracts = config.extracts and (folder / SALIENCE).is_file()
        made = [folder / name for name in (READER, TABLES, *([SALIENCE] if extracts else []))]
        self._name = f"{folder.name}@{file_digest(*made)}"

    @cached_property
    def _parts(self) -> "_Parts":
        return _Parts.load(self._folder, self._config)

    @property
    def name(self) -> str:
        """Folder name and digest of the weights."""
        return self._name

    @property
    def limit(self) -> int:
        """The most tokens it reads."""
        return self._parts.reads

    @property
    def overhead(self) -> int:
        """Three special tokens and the longest task."""
        return 3 + max(map(self.count, self._tasks.values()))

    def count(self, text: str) -> int:
        """Tokens of a text by itself."""
        return len(self._parts.tokenizer.encode(text, add_special_tokens=False).ids)

    def salience(self, sentences: Sequence[TaggedSentence], topic: str | None) -> tuple[Chosen, Floats] | None:
        """See `TextGenerator.salience`; None where it is not to be used, and from a folder without weights for it."""
        known = self._parts.salience
        chosen = reading(sentences, topic, self.limit - self.overhead, self.count) if known else Chosen()
        if known is None or not chosen.text:
            return None
        model = known.document if topic is None else known.topic
        return chosen, model.probabilities(self.features(sentences, chosen, topic))

    def features(self, sentences: Sequence[TaggedSentence], chosen: Chosen, topic: str | None) -> Floats:
        """What salience is judged by, see `Salience`.

        Args:
            sentences: All sentences of a document.
            chosen: Those to describe, at least one.
            topic: What the abstract is about.

        Returns:
            Features, (chosen sentences, features).
        """
        source = self._source(Reading(text=chosen.text, topic=topic, least=0, most=0))
        (states,) = self._parts.reader.run([STATES], {"input_ids": source.ids[None], "copyable": source.copyable[None]})
        body = np.array([start < end for start, end in source.spans])
        owner = np.searchsorted(chosen.starts, [start for start, _ in source.spans], side="right") - 1
        of_each = [states[0][_pieces(body, owner, i)] for i in range(len(chosen.sentences))]
        plain = properties(sentences, topic)
        return np.stack(
            [
                np.concatenate([plain[tagged.sentence.index], rows.mean(axis=0), rows[0]])
                for tagged, rows in zip(chosen.sentences, of_each, strict=True)
            ]
        )

    def generate(self, readings: Sequence[Reading]) -> list[Draft]:
        """See `TextGenerator.generate`."""
        return self._write(readings, ())

    def again(self, reading: Reading, words: Sequence[str], _drafts: Sequence[Draft]) -> Draft:
        """See `TextGenerator.again`."""
        return self._write([reading], words)[0]

    def _write(self, readings: Sequence[Reading], banned: Sequence[str]) -> list[Draft]:
        """All searches take their steps together: one call of the writer a token."""
        sources = [self._source(reading) for reading in readings]
        searches = [
            BeamSearch(
                source,
                Wanted(
                    least=r.least,
                    most=r.most,
                    beams=self._config.beams,
                    no_repeat=self._config.no_repeat_ngram,
                    banned=tuple(banned),
                    sentences=r.sentences,
                ),
                self._parts.vocabulary,
                self._parts.tokenizer,
            )
            for r, source in zip(readings, sources, strict=True)
        ]
        read = [self._parts.reader.run(None, {"input_ids": s.ids[None], "copyable": s.copyable[None]}) for s in sources]
        generated, copied = [r[0] for r in read], [r[1] for r in read]
        memory = _Memory.of(sources, read)
        past = tuple(np.concatenate([r[part] for r in read], axis=1) for part in (5, 6))
        active = list(range(len(searches)))
        for _ in range(self._parts.writes - 2):
            grown = [searches[i].advance(generated[at], copied[at]) for at, i in enumerate(active)]
            on = [at for at, rows in enumerate(grown) if rows]
            if not on:
                break
            wide = max(len(grown[at]) for at in on)
            # A search with fewer beams than another repeats one; what comes of it is not looked at.
            rows = np.array([_filled(grown[at], wide) for at in on])  # (R, B)
            places = (slice(None), np.array(on)[:, None], rows)
            active = [active[at] for at in on]
            memory = memory.rows(on)
            tokens = np.array(
                [[beam.tokens[-1] for beam in _filled(searches[i].beams, wide)] for i in active], np.int64
            )
            feed = {"past_keys": past[0][places], "past_values": past[1][places]}
            wrote = self._parts.writer.run(None, {"tokens": tokens, **memory.feed, **feed})
            past = (wrote[2], wrote[3])
            kept = [len(searches[i].beams) for i in active]
            generated = [wrote[0][at][:n] for at, n in enumerate(kept)]
            copied = [
                wrote[1][at][:n, : len(sources[i].ids)] for at, (i, n) in enumerate(zip(active, kept, strict=True))
            ]
        best = [search.best for search in searches]
        return [Draft(text=b.text, tokens=b.tokens, places=b.characters[: len(b.text)]) for b in best]

    def _source(self, reading: Reading) -> Source:
        task = self._parts.tokenizer.encode(self._tasks[reading.topic], add_special_tokens=False).ids
        head = [self._parts.first, *task, self._parts.end]
        encoding = self._parts.tokenizer.encode(reading.text, add_special_tokens=False)
        body = encoding.ids[: self._parts.reads - len(head) - 1]
        ids = np.array([*head, *body, self._parts.end], np.int64)
        copyable = np.zeros(ids.shape, bool)
        copyable[len(head) : -1] = True
        spans = [(0, 0)] * len(head) + list(encoding.offsets[: len(body)]) + [(0, 0)]
        return Source(text=reading.text, ids=ids, copyable=copyable, spans=spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What a model folder holds: graphs, tokenizer, ids of its special tokens, how many tokens it reads and writes at most."""

    reader: onnxruntime.InferenceSession
    writer: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    first: int
    end: int
    reads: int
    writes: int
    salience: Salience | None

    @classmethod
    def load(cls, folder: Path, config: PointerConfig) -> "_Parts":
        """Loads it.

        Raises:
            ModelError: A file is damaged.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = config.threads
        options.add_session_config_entry("session.disable_quant_qdq", "1")  # expands int8 weights once
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            reader, writer = (
                onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
                for name in (READER, WRITER)
            )
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            first, end, _ = special_ids(tokenizer)
            states = next(output for output in reader.get_outputs() if output.name == STATES)
            return cls(
                reader=reader,
                writer=writer,
                tokenizer=tokenizer,
                vocabulary=Vocabulary.of(tokenizer, card["frequent"], end),
                first=first,
                end=end,
                reads=card["source_tokens"],
                writes=card["target_tokens"],
                salience=Salience.load(folder, states.shape[-1]) if config.extracts else None,
            )
        except ModelError:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise several unrelated types
            raise ModelError(f"{folder}: damaged: {' '.join(str(error).split())}") from error


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the writer reads by name: masks (R, S), copy keys (R, S, H), keys and values (layers, R, heads, S, d)."""

    feed: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, sources: Sequence[Source], read: Sequence[Sequence[NDArray[Any]]]) -> "_Memory":
        """Puts sources of different length together, shorter ones filled up at their end."""
        most = max(len(source.ids) for source in sources)

        def filled(array: NDArray[Any], axis: int) -> NDArray[Any]:
            return np.pad(array, [(0, most - n if i == axis else 0) for i, n in enumerate(array.shape)])

        return cls(
            {
                "mask": np.stack([filled(np.ones(len(s.ids), bool), 0) for s in sources]),
                "copyable": np.stack([filled(s.copyable, 0) for s in sources]),
                "copy_keys": np.concatenate([filled(r[2], 1) for r in read]),
                "keys": np.concatenate([filled(r[3], 3) for r in read], axis=1),
                "values": np.concatenate([filled(r[4], 3) for r in read], axis=1),
            }
        )

    def rows(self, chosen: Sequence[int]) -> "_Memory":
        """The memory of some of the sources."""
        if len(chosen) == len(self.feed["mask"]):
            return self
        return _Memory({k: v[:, chosen] if k in ("keys", "values") else v[chosen] for k, v in self.feed.items()})


def _pieces(body: NDArray[np.bool_], owner: NDArray[np.int64], sentence: int) -> NDArray[np.int64]:
    """Places of the pieces that begin in a sentence; where none does (！ behind another ！), of the piece that runs into it."""
    begin = np.flatnonzero(body & (owner == sentence))
    return begin if len(begin) else np.flatnonzero(body & (owner < sentence))[-1:]


def _filled(items: Sequence[T], count: int) -> list[T]:
    return [*items, *[items[0]] * (count - len(items))]


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
