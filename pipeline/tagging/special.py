"""Which tokens stand at the borders of a text, as the encoder's own tokenizer has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from pipeline.errors import ModelError

CONFIG_FILES = ("special_tokens_map.json", "tokenizer_config.json")
FIRST, SEPARATOR = ("cls_token", "bos_token"), ("sep_token", "eos_token")
# For a tokenizer.json without its config. Gemma's vocabulary has <s> too, for HTML: so <bos> comes before it.
KNOWN_BORDERS = (("[CLS]", "[SEP]"), ("<bos>", "<eos>"), ("<cls>", "<sep>"), ("<s>", "</s>"))
KNOWN_UNKNOWN, KNOWN_PADDING = ("[UNK]", "<unk>"), ("[PAD]", "<pad>")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialTokens:
    """Ids of the special tokens of an encoder.

    Attributes:
        first: What a text starts with; None where the encoder knows no such token (T5).
        separator: What a text ends with, and what stands between two.
        unknown: What stands for a text the vocabulary has nothing for.
        padding: What fills up the shorter sequences of a batch.
    """

    first: int | None
    separator: int
    unknown: int
    padding: int

    @classmethod
    def resolve(cls, tokenizer: Tokenizer, names: Mapping[str, str] | None = None) -> "SpecialTokens":
        """From the names the tokenizer's config gives to their roles.

        Args:
            tokenizer: The tokenizer.
            names: Role (``cls_token``, ``sep_token``, ...) to token. Where they name no separator, the borders are those
                known of BERT, Gemma, XLNet and RoBERTa.

        Raises:
            ModelError: The tokenizer has no separator that is named or known.
        """
        names = names or {}

        def named(*roles: str) -> int | None:
            return _first_id(tokenizer, [names[role] for role in roles if role in names])

        first, separator = named(*FIRST), named(*SEPARATOR)
        if separator is None:
            first, separator = _known_borders(tokenizer)
        unknown, padding = named("unk_token"), named("pad_token")
        if unknown is None:
            unknown = _first_id(tokenizer, KNOWN_UNKNOWN)
        if padding is None:
            padding = _first_id(tokenizer, KNOWN_PADDING)
        return cls(
            first=first,
            separator=separator,
            # Vocabularies of bytes know everything; and whatever pads is masked.
            unknown=separator if unknown is None else unknown,
            padding=separator if padding is None else padding,
        )


def read_names(folder: Path) -> dict[str, str]:
    """Role to token, from the config files of a tokenizer's folder; empty if it has none.

    Raises:
        ModelError: A file is damaged.
    """
    names = {}
    for path in (folder / name for name in CONFIG_FILES):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            entries = raw.items()
        except FileNotFoundError:
            continue
        except (OSError, ValueError, AttributeError) as error:
            raise ModelError(f"{path}: damaged: {' '.join(str(error).split())}") from None
        for role, value in entries:
            token = value.get("content") if isinstance(value, dict) else value
            if role.endswith("_token") and isinstance(token, str):
                names[role] = token
    return names


def _first_id(tokenizer: Tokenizer, tokens: list[str] | tuple[str, ...]) -> int | None:
    ids = [tokenizer.token_to_id(token) for token in tokens]
    return next((int(found) for found in ids if found is not None), None)


def _known_borders(tokenizer: Tokenizer) -> tuple[int | None, int]:
    found = [(_first_id(tokenizer, [first]), _first_id(tokenizer, [last])) for first, last in KNOWN_BORDERS]
    usable = [(first, last) for first, last in found if last is not None]
    if not usable:
        raise ModelError(
            f"the tokenizer has none of {', '.join(last for _, last in KNOWN_BORDERS)}: name its sep_token or eos_token"
            " in tokenizer_config.json"
        )
    return next((pair for pair in usable if pair[0] is not None), usable[0])
