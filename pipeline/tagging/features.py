"""Sentences of a document to encoder windows; needs only `tokenizers` and numpy."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from pipeline.artefacts import require_file
from pipeline.config import WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.characters import plain_forms
from pipeline.tagging.special import SpecialTokens, read_names
from pipeline.tagging.windows import Unit, Window, make_units, make_windows
from pipeline.text.tidy import clause_spans


class WindowEncoder:
    """Packs the sentences of one document into windows. Characters the vocabulary lacks are read in plain form."""

    def __init__(self, *, tokenizer: Tokenizer, window: WindowConfig, special: SpecialTokens | None = None) -> None:
        """Puts ready parts together.

        Args:
            tokenizer: The encoder's fast tokenizer; its own truncation and padding are switched off, for they would
                cut a sentence in silence.
            window: How large windows are, special tokens included, and what they share.
            special: Ids of its special tokens; left out, they are looked up by the names known of common encoders.

        Raises:
            ModelError: The tokenizer has none of the known separators.
        """
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.special = special or SpecialTokens.resolve(tokenizer)
        self._tokenizer, self._window = tokenizer, window
        self._plain_forms = plain_forms(tokenizer, self.special.unknown)

    @classmethod
    def from_folder(cls, folder: Path, window: WindowConfig) -> "WindowEncoder":
        """From a folder's `tokenizer.json`, and from its config files where it has them.

        Raises:
            ModelError: The file is missing or damaged, or names no separator.
        """
        path = require_file(folder / "tokenizer.json")
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises plain Exception
            raise ModelError(f"{path}: damaged: {' '.join(str(error).split())}") from error
        names = read_names(folder)
        try:
            special = SpecialTokens.resolve(tokenizer, names)
        except ModelError as error:
            raise ModelError(f"{folder}: {error}") from None
        return cls(tokenizer=tokenizer, window=window, special=special)

    def __call__(self, texts: Sequence[str], title: str = "") -> tuple[list[Unit], list[Window]]:
        """Units and windows of the sentences with these texts, in order; the title is read where windows have room for it."""
        plain = [text.translate(self._plain_forms) for text in (title, *texts)]
        title_tokens, *encoded = self._tokenizer.encode_batch(plain, add_special_tokens=False)
        headline, ids = title_tokens.ids, [encoding.ids for encoding in encoded]
        clauses = [_clause_numbers(text, encoding.offsets) for text, encoding in zip(texts, encoded, strict=True)]
        start: tuple[int, ...] = () if self.special.first is None else (self.special.first,)
        if headline and self._window.title:
            start += (*headline[: self._window.title - 1], self.special.separator)
        units = make_units(ids, clauses, self._window.limit - len(start) - 1, self.special.unknown)
        windows = make_windows(
            units,
            start=start,
            separator=self.special.separator,
            limit=self._window.limit,
            context=self._window.context,
        )
        return units, windows


def _clause_numbers(text: str, tokens: Sequence[tuple[int, int]]) -> list[int]:
    """For each token, given by its place in a sentence, the number of the clause that it begins in."""
    ends = [end for _, end in clause_spans(text)]
    return [min(bisect_right(ends, start), len(ends) - 1) for start, _ in tokens]
