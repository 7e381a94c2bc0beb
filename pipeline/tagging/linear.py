"""TF-IDF of character n-grams and logistic regression: the floor any other tagger has to beat.

The fitted numbers are kept as JSON and safetensors, so that loading a model runs no code from it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from pipeline.artefacts import TAGGER_FILE, TaggerCard, file_digest, load_tagger_card, require_file
from pipeline.config import LinearTaggerConfig
from pipeline.tagging.base import sigmoid

WEIGHTS, VOCABULARY = "linear.safetensors", "vocabulary.json"


def vectorizer(vocabulary: Mapping[str, int] | None = None) -> TfidfVectorizer:
    """Character 1- to 4-grams, sublinear counts."""
    return TfidfVectorizer(
        analyzer="char", ngram_range=(1, 4), min_df=1 if vocabulary else 2, sublinear_tf=True, vocabulary=vocabulary
    )


class LinearTagger:
    """Scores each sentence by itself."""

    def __init__(
        self,
        card: TaggerCard,
        features: TfidfVectorizer,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        name: str,
    ) -> None:
        """From fitted parts; `fit` and `load` make them."""
        self._card, self._features, self._weights, self._bias, self._name = card, features, weights, bias, name

    @classmethod
    def fit(cls, texts: Sequence[str], labels: NDArray[np.float32], topics: Sequence[str]) -> "LinearTagger":
        """Learns from sentences and their labels (sentences, topics), with balanced class weights."""
        features = vectorizer()
        matrix = features.fit_transform(texts)
        model = OneVsRestClassifier(LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000)).fit(
            matrix, labels
        )
        weights = np.concatenate([e.coef_ for e in model.estimators_]).astype(np.float32)
        bias = np.concatenate([e.intercept_ for e in model.estimators_]).astype(np.float32)
        card = TaggerCard(topics=tuple(topics), thresholds=dict.fromkeys(topics, 0.5))
        return cls(card, features, weights, bias, "linear")

    @classmethod
    def load(cls, folder: Path) -> "LinearTagger":
        """Reads a folder that `save` wrote.

        Raises:
            ModelError: A file is missing or damaged.
        """
        vocabulary = json.loads(require_file(folder / VOCABULARY).read_text(encoding="utf-8"))
        arrays = load_file(require_file(folder / WEIGHTS))
        features = vectorizer(vocabulary)
        features.idf_ = arrays["idf"]
        name = f"{folder.name}@{file_digest(folder / WEIGHTS)}"
        return cls(load_tagger_card(folder), features, arrays["weights"], arrays["bias"], name)

    @classmethod
    def from_config(cls, _config: LinearTaggerConfig, folder: str) -> "LinearTagger":
        """From the folder the settings' `model` was resolved to."""
        return cls.load(Path(folder))

    def save(self, folder: Path) -> None:
        """Writes `linear.safetensors`, `vocabulary.json` and `tagger.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        vocabulary = {word: int(i) for word, i in self._features.vocabulary_.items()}
        (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
        (folder / TAGGER_FILE).write_text(self._card.model_dump_json(indent=2), encoding="utf-8")
        save_file({"idf": self._features.idf_, "weights": self._weights, "bias": self._bias}, folder / WEIGHTS)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of the score columns."""
        return self._card.topics

    @property
    def thresholds(self) -> Mapping[str, float]:
        """0.5 for each topic, unless the folder says otherwise."""
        return self._card.thresholds

    @property
    def name(self) -> str:
        """Folder name and digest of the weights."""
        return self._name

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """Probabilities: (sentences, topics)."""
        if not texts:
            return np.zeros((0, len(self.topics)), np.float32)
        matrix: csr_matrix = self._features.transform(texts)
        return sigmoid(np.asarray(matrix @ self._weights.T + self._bias, np.float32))
