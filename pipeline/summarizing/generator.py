"""Sequence-to-sequence models of the transformers library, from a folder or the hub, run by torch: safetensors only."""

import inspect
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, BertTokenizer

from pipeline.accelerator import choose_device, chooses_bf16, model_name
from pipeline.config import Seq2SeqConfig
from pipeline.errors import ModelError
from pipeline.schema import TaggedSentence
from pipeline.summarizing.generation import Draft, Reading
from pipeline.summarizing.names import UNKNOWN

WEIGHTS = "model.safetensors"
UNBOUNDED = 1_000_000  # transformers gives lengths beyond all sense where a tokenizer knows no bound
SPARE = 1.25  # tokens for a text over what its length suggests


def load_seq2seq(model: str, config: Seq2SeqConfig, dtype: torch.dtype) -> tuple[Any, Any]:
    """The network and its tokenizer.

    Raises:
        ModelError: The model is not there and may not be downloaded, is damaged, or lacks a padding token.
    """
    folder = Path(model)
    if folder.is_dir() and not any(folder.glob("model*.safetensors")):
        raise ModelError(f"{model}: has no {WEIGHTS}: write it anew with transformers' save_pretrained(folder)")
    common: dict[str, Any] = {"local_files_only": not config.allow_download, "trust_remote_code": False}
    tokenizer_class: Any = BertTokenizer if config.tokenizer == "bert" else AutoTokenizer
    try:
        network = AutoModelForSeq2SeqLM.from_pretrained(model, **common, use_safetensors=True, dtype=dtype)
        tokenizer = tokenizer_class.from_pretrained(model, **common)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        ask = not config.allow_download and not folder.is_dir()
        hint = "; to fetch it from the hub once, set allow_download: true in the config" if ask else ""
        raise ModelError(f"{model}: cannot be loaded ({reason}){hint}") from error
    if tokenizer.pad_token_id is None:
        raise ModelError(f"{model}: its tokenizer has no padding token: name one in its tokenizer_config.json")
    return network, tokenizer


def readable(tokenizer: Any, text: str) -> str:  # noqa: ANN401 - transformers has no types
    """The text with straight quotes where the vocabulary lacks curly ones, as BERT's Chinese one does."""
    if tokenizer.convert_tokens_to_ids("“") not in (None, tokenizer.unk_token_id):
        return text
    return text.replace("“", '"').replace("”", '"').replace("‘", "'").replace("’", "'")


def room(network: Any, tokenizer: Any, config: Seq2SeqConfig) -> int:  # noqa: ANN401
    """The most tokens a model reads, special tokens and prefix included."""
    positions = getattr(network.config, "max_position_embeddings", None) or UNBOUNDED
    return int(min(config.input_tokens, positions, tokenizer.model_max_length))


class Generator:
    """A model that writes a text from a text, on its device."""

    def __init__(self, model: str, config: Seq2SeqConfig) -> None:
        """Loads the model; computes in bf16 on accelerators that have it, unless the settings say otherwise.

        Raises:
            ModelError: The model is not there and may not be downloaded, is damaged, or cannot run as the settings ask.
        """
        device = choose_device(config.device)
        dtype = torch.bfloat16 if chooses_bf16(config.precision, device) else torch.float32
        network, self._tokenizer = load_seq2seq(model, config, dtype)
        try:
            self._network = network.eval().to(device)
        except (RuntimeError, AssertionError) as error:
            raise ModelError(f"{model}: cannot run on device {device}: {str(error).splitlines()[0]}") from None
        self._network.generation_config.max_length = None  # each call says how much to write
        self._takes = set(
            inspect.signature(network.forward).parameters
        )  # BertTokenizer gives token_type_ids, BART takes none
        self._device, self._config = device, config
        self.name = model_name(model, network.config)

    @property
    def limit(self) -> int:
        """The most tokens it reads, special tokens and prefix included."""
        return room(self._network, self._tokenizer, self._config)

    def count(self, text: str) -> int:
        """Tokens of a text by itself."""
        return len(self._tokenizer(readable(self._tokenizer, text), add_special_tokens=False)["input_ids"])

    @property
    def overhead(self) -> int:
        """Tokens of the special tokens and the prefix."""
        return len(self._tokenizer(self._config.prefix)["input_ids"])

    def salience(self, _sentences: Sequence[TaggedSentence], _topic: str | None) -> None:
        """See `TextGenerator.salience`: of a model of the hub nothing is known but what it writes."""

    def generate(self, readings: Sequence[Reading], banned: Sequence[Sequence[int]] = ()) -> list[Draft]:
        """What the model writes for each reading; it knows nothing of topics. Texts of one length are written in one batch.

        Args:
            readings: What it reads, each within `limit`.
            banned: Token sequences it must not write.
        """
        drafts: dict[int, Draft] = {}
        for least, most in dict.fromkeys((reading.least, reading.most) for reading in readings):
            rows = [i for i, reading in enumerate(readings) if (reading.least, reading.most) == (least, most)]
            longest = max(self.count(readings[i].text) for i in rows) + self.overhead
            size = max(1, self._config.batch_tokens // longest)
            for at in range(0, len(rows), size):
                part = rows[at : at + size]
                drafts |= zip(part, self._batch([readings[i].text for i in part], least, most, banned), strict=True)
        return [drafts[i] for i in range(len(readings))]

    @torch.inference_mode()
    def _batch(self, texts: Sequence[str], least: int, most: int, banned: Sequence[Sequence[int]]) -> list[Draft]:
        read = [self._config.prefix + readable(self._tokenizer, text) for text in texts]
        encoded = self._tokenizer(read, padding=True, return_tensors="pt")
        inputs = {name: tensor.to(self._device) for name, tensor in encoded.items() if name in self._takes}
        density = sum(map(self.count, texts)) / max(1, sum(map(len, texts)))  # tokens per character
        ceiling = getattr(self._network.config, "max_position_embeddings", None) or UNBOUNDED
        new = min(math.ceil(most * density * SPARE), ceiling - 2)
        rows = self._network.generate(
            **inputs,
            max_new_tokens=new,
            min_new_tokens=min(math.floor(least * density), new),
            num_beams=self._config.beams,
            no_repeat_ngram_size=self._config.no_repeat_ngram,
            do_sample=False,
            early_stopping=self._config.beams > 1,
            bad_words_ids=[list(tokens) for tokens in banned] or None,
        )
        return [self._draft(row) for row in rows.tolist()]

    def again(self, reading: Reading, words: Sequence[str], drafts: Sequence[Draft]) -> Draft:
        """See `TextGenerator.again`."""
        banned = {tokens for draft in drafts for tokens in self.ban(words, draft)}
        return self.generate([reading], sorted(banned))[0]

    def ban(self, words: Sequence[str], draft: Draft) -> list[tuple[int, ...]]:
        """Token sequences that spell words: as the tokenizer writes them, and as the model wrote them in a draft."""
        special = set(self._tokenizer.all_special_ids)
        found = {tuple(self._tokenizer(word, add_special_tokens=False)["input_ids"]) for word in words}
        found |= {tokens for word in words for tokens in self._spelled(word, draft)}
        return sorted(tokens for tokens in found if tokens and not special & set(tokens))

    def _spelled(self, word: str, draft: Draft) -> list[tuple[int, ...]]:
        """The shortest stretch of a draft's tokens that holds a word, if it does."""
        wanted = "".join(word.split())
        for length in range(1, min(len(draft.tokens), 2 * len(wanted) + 2) + 1):
            for start in range(len(draft.tokens) - length + 1):
                tokens = draft.tokens[start : start + length]
                if wanted in "".join(self._decode(tokens).split()):
                    return [tokens]
        return []

    def _draft(self, row: Sequence[int]) -> Draft:
        silent = set(self._tokenizer.all_special_ids) - {self._tokenizer.unk_token_id}
        tokens = tuple(token for token in row if token not in silent)
        return Draft(text=self._decode(tokens), tokens=tokens)

    def _decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; an unknown one leaves a mark, so that a name it was part of is not taken for whole."""
        text = self._tokenizer.decode(list(tokens), clean_up_tokenization_spaces=False)
        return str(text).replace(self._tokenizer.unk_token or UNKNOWN, UNKNOWN)
