"""ROUGE over characters, or over words (Lin 2004, https://aclanthology.org/W04-1013/).

The usual packages keep ``[a-z0-9]`` only, which erases Chinese. Here a token is a character; white space and punctuation
are left out, full-width letters and digits count as their half-width forms, and case does not count.
"""

import unicodedata
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

KEPT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Rouge:
    """F1 by single tokens, by pairs of them, and by their longest common subsequence."""

    rouge_1: float
    rouge_2: float
    rouge_l: float


def characters(text: str) -> str:
    """What of a text counts: letters and digits of any script."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


@lru_cache(maxsize=KEPT)
def words(text: str) -> tuple[str, ...]:
    """The text in words as jieba cuts it (https://github.com/fxsjy/jieba, here in Rust), without white space and punctuation."""
    import rjieba  # half as long to load as all the rest

    return tuple(word for cut in rjieba.cut(text) if (word := characters(cut)))


def rouge(candidate: str, reference: str) -> Rouge:
    """Scores a candidate by characters against one reference; 0 where either is empty."""
    return _rouge(characters(candidate), characters(reference))


def word_rouge(candidate: str, reference: str) -> Rouge:
    """The same by words: what counts as a word depends on jieba, so these figures compare with few others."""
    return _rouge(words(candidate), words(reference))


def _rouge(found: Sequence[Hashable], wanted: Sequence[Hashable]) -> Rouge:
    common = longest_common_subsequence(found, wanted)
    return Rouge(
        rouge_1=_ngram_f1(found, wanted, 1),
        rouge_2=_ngram_f1(found, wanted, 2),
        rouge_l=_f1(common, len(found), len(wanted)),
    )


def ngrams(tokens: Any, size: int) -> list[Any]:  # noqa: ANN401 - slices of what it is given
    """All runs of `size` characters of a text, or of `size` items of a tuple, in order."""
    return [tokens[i : i + size] for i in range(len(tokens) - size + 1)]


def longest_common_subsequence(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Its length, with a row of the table held in the bits of a number (Crochemore et al. 2001)."""
    where: dict[Hashable, int] = {}
    for i, token in enumerate(one):
        where[token] = where.get(token, 0) | 1 << i
    full = (1 << len(one)) - 1
    row = full
    for token in other:
        matched = row & where.get(token, 0)
        row = (row + matched | row - matched) & full
    return len(one) - row.bit_count()


def _ngram_f1(found: Sequence[Hashable], wanted: Sequence[Hashable], size: int) -> float:
    a, b = Counter(ngrams(found, size)), Counter(ngrams(wanted, size))
    return _f1((a & b).total(), a.total(), b.total())


def _f1(common: int, found: int, wanted: int) -> float:
    return 2 * common / (found + wanted) if common else 0.0
