"""A tagger from a few labelled documents: the encoder stays as it is, a logistic regression reads its states.

The regression reads what the full method's head reads, the standardised mean states of the sentences in their windows,
and is folded into the linear classifier of a plain token classifier: whatever runs the one runs the other.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from transformers import PreTrainedModel, PreTrainedTokenizerFast, set_seed

from pipeline.corpus import GoldDocument
from pipeline.training.examples import make_examples
from pipeline.training.head import StandardisedHead, feature_statistics, unit_features
from pipeline.training.pretrained import load_classifier, window_encoder
from pipeline.training.settings import TrainTaggerConfig

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
FIXED_STRENGTH = 1e-2
FOLDS = 5
LEAST_FOLDS = 3


def train_few_shot(
    settings: TrainTaggerConfig, tokenizer: PreTrainedTokenizerFast, train: Sequence[GoldDocument]
) -> PreTrainedModel:
    """Fits the classifier and nothing else.

    Args:
        settings: Topics, encoder and window.
        tokenizer: The encoder's.
        train: Documents to learn from; each topic needs an example.

    Returns:
        The encoder under the fitted classifier, an `AutoModelForTokenClassification` with the topics as labels.
    """
    topics = [topic.id for topic in settings.topics]
    encode = window_encoder(tokenizer, settings.window)
    by_document = [make_examples([document], encode, topics) for document in train]
    examples = [example for windows in by_document for example in windows]
    labels = np.array([row for example in examples for row in example["labels"]], bool)
    documents = np.repeat(
        np.arange(len(train)), [sum(len(example["labels"]) for example in windows) for windows in by_document]
    )
    set_seed(settings.seeds[0])  # what an architecture puts between encoder and classifier starts at random
    model = load_classifier(settings, torch.accelerator.current_accelerator() or torch.device("cpu"))
    features = unit_features(model, examples)
    mean, deviation = feature_statistics(features)
    standardised = ((features - mean) / deviation).numpy()
    fits = [fit_topic(standardised, labels[:, topic], documents) for topic in range(len(topics))]
    head = StandardisedHead(mean, deviation, len(topics))
    with torch.no_grad():
        head.linear.weight.copy_(torch.from_numpy(np.concatenate([fit.coef_ for fit in fits])))
        head.linear.bias.copy_(torch.from_numpy(np.concatenate([fit.intercept_ for fit in fits])))
    model.cpu()
    model.classifier = head.fold()
    return model


def fit_topic(
    features: NDArray[np.float32], labels: NDArray[np.bool_], documents: NDArray[np.int64]
) -> LogisticRegression:
    """A logistic regression for one topic, its regularisation chosen by cross-validation over documents.

    Args:
        features: Standardised, (sentences, hidden).
        labels: Whether a sentence carries the topic, (sentences,).
        documents: The number of the document a sentence stands in, (sentences,).

    Returns:
        The regression fitted to all sentences: of the strengths tried the one with the least loss on sentences of
        documents left out, or a fixed one where too few documents have the topic.
    """
    regression = LogisticRegression(C=FIXED_STRENGTH, max_iter=2000)
    folds = min(FOLDS, len(set(documents[labels])), len(set(documents[~labels])))
    if folds < LEAST_FOLDS:
        return regression.fit(features, labels)
    splits = StratifiedGroupKFold(folds).split(features, labels, documents)
    both = [parts for parts in splits if all(len(set(labels[part])) == 2 for part in parts)]
    if len(both) < LEAST_FOLDS:
        return regression.fit(features, labels)
    search = GridSearchCV(regression, {"C": STRENGTHS}, scoring="neg_log_loss", cv=both)
    best: LogisticRegression = search.fit(features, labels).best_estimator_
    return best
