"""A text that knows which sentence of the document each of its characters was copied from, also after it was changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

NOWHERE = -1
SHARE = 0.15  # of the letters and digits of a clause; it does not rest on what gave less


@dataclass(frozen=True, slots=True)
class Copied:
    """A text and where it comes from.

    Attributes:
        text: The text.
        sentences: For each character the index of the sentence it was copied from, `NOWHERE` for one that was not copied;
            empty: nothing is known of any.
    """

    text: str
    sentences: Sequence[int] = ()

    @classmethod
    def joined(cls, parts: Iterable[tuple[int, str]]) -> "Copied":
        """One text of parts, each with the index of the sentence that it was copied from."""
        parts = list(parts)
        return cls("".join(text for _, text in parts), [index for index, text in parts for _ in text])

    def became(self, text: str) -> "Copied":
        """What is known of a text that this one was made into: of the runs of characters that both have, what was known."""
        if text == self.text or not self.sentences:
            return Copied(text, self.sentences)
        found = [NOWHERE] * len(text)
        for start, at, size in SequenceMatcher(None, self.text, text, autojunk=False).get_matching_blocks():
            found[at : at + size] = self.sentences[start : start + size]
        return Copied(text, found)

    def rests_on(self, start: int, end: int) -> tuple[int, ...]:
        """The sentences that a stretch of the text was copied from, those with most of its letters and digits first."""
        letters = [self.sentences[at] for at in range(start, end) if self.sentences and self.text[at].isalnum()]
        counts = Counter(index for index in letters if index != NOWHERE)
        return tuple(index for index, count in counts.most_common() if count >= SHARE * len(letters))
