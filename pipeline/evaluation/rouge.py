"""ROUGE over characters (Lin 2004, https://aclanthology.org/W04-1013/).

The usual packages keep ``[a-z0-9]`` only, which erases Chinese. Here a token is a character; white space and punctuation
are left out, full-width letters and digits count as their half-width forms, and case does not count.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rouge:
    """F1 by single characters, by pairs of them, and by their longest common subsequence."""

    rouge_1: float
    rouge_2: float
    rouge_l: float


def characters(text: str) -> str:
    """What of a text counts: letters and digits of any script."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def rouge(candidate: str, reference: str) -> Rouge:
    """Scores a candidate against one reference; 0 where either is empty."""
    found, wanted = characters(candidate), characters(reference)
    common = longest_common_subsequence(found, wanted)
    return Rouge(
        rouge_1=_ngram_f1(found, wanted, 1),
        rouge_2=_ngram_f1(found, wanted, 2),
        rouge_l=_f1(common, len(found), len(wanted)),
    )


def ngrams(text: str, size: int) -> list[str]:
    """All runs of `size` characters, in order."""
    return [text[i : i + size] for i in range(len(text) - size + 1)]


def longest_common_subsequence(one: str, other: str) -> int:
    """Its length, with a row of the table held in the bits of a number (Crochemore et al. 2001)."""
    where: dict[str, int] = {}
    for i, character in enumerate(one):
        where[character] = where.get(character, 0) | 1 << i
    full = (1 << len(one)) - 1
    row = full
    for character in other:
        matched = row & where.get(character, 0)
        row = (row + matched | row - matched) & full
    return len(one) - row.bit_count()


def _ngram_f1(found: str, wanted: str, size: int) -> float:
    a, b = Counter(ngrams(found, size)), Counter(ngrams(wanted, size))
    return _f1((a & b).total(), a.total(), b.total())


def _f1(common: int, found: int, wanted: int) -> float:
    return 2 * common / (found + wanted) if common else 0.0
