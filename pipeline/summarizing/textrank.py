"""TextRank: the sentences most like all others.

Source: Mihalcea and Tarau 2004, https://aclanthology.org/W04-3252/; similarity is the cosine of TF-IDF vectors as in
LexRank (Erkan and Radev 2004, https://doi.org/10.1613/jair.1523), here over character bigrams. The similarity matrix is never
built: it is applied as two sparse products, so memory grows with the text and not with its square.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.config import TextRankConfig
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.base import compose, length_limit, on_topic
from pipeline.summarizing.naming import Tour

DAMPING = 0.85
ROUNDS = 50


class TextRankSummarizer:
    """The most central sentences of those that carry a topic; the jump of the random walk favours the start."""

    def __init__(self, config: TextRankConfig) -> None:
        """Takes the lengths wanted."""
        self._config = config

    @property
    def name(self) -> str:
        """The method's name."""
        return "textrank"

    def summarize(self, sentences: Sequence[TaggedSentence], topic: str | None = None) -> Abstract:
        """See `Summarizer.summarize`."""
        chosen = on_topic(sentences, topic)
        wanted = self._config.target_chars if topic is None else self._config.topic_chars
        limit = length_limit(sentences, wanted) if topic is None else wanted
        weights = centrality([s.sentence.text for s in chosen])
        order = sorted(range(len(chosen)), key=lambda i: (-weights[i], i))
        return compose([chosen[i] for i in order], limit, topic)

    def summarize_all(
        self,
        sentences: Sequence[TaggedSentence],
        topics: Sequence[str | None],
        tours: Mapping[str | None, Tour] | None = None,
    ) -> list[Abstract]:
        """See `Summarizer.summarize_all`."""
        return [self.summarize(sentences, topic) for topic in topics]


def centrality(texts: Sequence[str]) -> NDArray[np.float64]:
    """Weights of the texts in a random walk over their similarities, with jumps that favour the first; they sum to 1."""
    if not texts:
        return np.zeros(0)
    rows, columns, values = _bigrams(texts)
    count, width = len(texts), int(columns.max()) + 1

    def similarities(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        by_bigram = np.bincount(columns, values * vector[rows], width)
        return np.maximum(np.bincount(rows, values * by_bigram[columns], count) - vector, 0.0)

    jump = 1 / np.arange(1, count + 1)
    jump /= jump.sum()
    degree = similarities(np.ones(count))
    weights = jump.copy()
    for _ in range(ROUNDS):
        spread = similarities(np.divide(weights, degree, out=np.zeros(count), where=degree > 1e-9))
        weights = (1 - DAMPING) * jump + DAMPING * spread
        weights /= weights.sum()
    return weights


def _bigrams(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """TF-IDF of character bigrams as sparse triplets (row, column, value), rows of length 1."""
    counts = [Counter(a + b for a, b in pairwise(text)) or Counter([text]) for text in texts]
    spread = Counter(bigram for count in counts for bigram in count)
    number = {bigram: i for i, bigram in enumerate(spread)}
    rows = np.array([i for i, count in enumerate(counts) for _ in count])
    columns = np.array([number[bigram] for count in counts for bigram in count])
    frequency = np.array([n for count in counts for n in count.values()], float)
    rarity = np.array([np.log((1 + len(texts)) / (1 + spread[b])) + 1 for count in counts for b in count])
    values = frequency * rarity
    norms = np.sqrt(np.bincount(rows, values**2, len(texts)))
    return rows, columns, values / norms[rows]
