"""Sentences of a document to encoder windows; needs only `tokenizers` and numpy."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from pipeline.artefacts import require_file
from pipeline.errors import ModelError
from pipeline.tagging.characters import plain_forms
from pipeline.tagging.special import SpecialTokens, read_names
from pipeline.tagging.windows import Unit, Window, make_units, make_windows


class WindowEncoder:
    """Packs the sentences of one document into windows. Characters the vocabulary lacks are read in plain form."""

    def __init__(self, *, tokenizer: Tokenizer, limit: int, context: int, special: SpecialTokens | None = None) -> None:
        """Puts ready parts together.

        Args:
            tokenizer: The encoder's fast tokenizer; its own truncation and padding are switched off, for they would
                cut a sentence in silence.
            limit: Tokens per window at most, special tokens included.
            context: Tokens that consecutive windows share at most.
            special: Ids of its special tokens; left out, they are looked up by the names known of common encoders.

        Raises:
            ModelError: The tokenizer has none of the known separators.
        """
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.special = special or SpecialTokens.resolve(tokenizer)
        self._tokenizer, self._limit, self._context = tokenizer, limit, context
        self._plain_forms = plain_forms(tokenizer, self.special.unknown)

    @classmethod
    def from_folder(cls, folder: Path, *, limit: int, context: int) -> "WindowEncoder":
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
        return cls(tokenizer=tokenizer, limit=limit, context=context, special=special)

    def __call__(self, texts: Sequence[str]) -> tuple[list[Unit], list[Window]]:
        """Units and windows of the sentences with these texts, in order."""
        plain = [text.translate(self._plain_forms) for text in texts]
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(plain, add_special_tokens=False)]
        units = make_units(ids, self._limit, self.special.unknown)
        windows = make_windows(
            units,
            first=self.special.first,
            separator=self.special.separator,
            limit=self._limit,
            context=self._context,
        )
        return units, windows
