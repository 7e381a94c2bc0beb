"""Sentences of a document to encoder windows; needs only `tokenizers` and numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from pipeline.errors import ModelError
from pipeline.tagging.windows import Unit, Window, make_units, make_windows

SPECIAL = {"first": ("<s>", "[CLS]", "<cls>"), "separator": ("</s>", "[SEP]", "<sep>"), "unknown": ("<unk>", "[UNK]")}


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEncoder:
    """Packs the sentences of one document into windows.

    Attributes:
        tokenizer: The encoder's fast tokenizer.
        limit: Tokens per window at most, special tokens included.
        context: Tokens that consecutive windows share at most.
    """

    tokenizer: Tokenizer
    limit: int
    context: int

    def __call__(self, texts: Sequence[str]) -> tuple[list[Unit], list[Window]]:
        """Units and windows of the sentences with these texts, in order."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        units = make_units(ids, self.limit, self._special("unknown"))
        windows = make_windows(
            units,
            first=self._special("first"),
            separator=self._special("separator"),
            limit=self.limit,
            context=self.context,
        )
        return units, windows

    def _special(self, role: str) -> int:
        for token in SPECIAL[role]:
            found = self.tokenizer.token_to_id(token)
            if found is not None:
                return int(found)
        raise ModelError(
            f"the tokenizer has none of {', '.join(SPECIAL[role])}: use an encoder of the BERT or RoBERTa family"
        )
