"""Learns which sentences belong in an abstract, from abstracts that people wrote and what a summarizer reads.

A sentence belongs in it if the extract most like the abstract, greedily put together, has it (Nallapati et al. 2017,
https://arxiv.org/abs/1611.04230).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from pipeline.config import PipelineConfig, PointerConfig, Settings, load_config, resolve_model
from pipeline.corpus import GoldDocument, load_annotations, load_corpus
from pipeline.errors import ConfigError, InputError
from pipeline.evaluation.abstracts import oracle_choice
from pipeline.summarizing.extract import Floats
from pipeline.summarizing.pointer import PointerWriter
from pipeline.summarizing.salience import SALIENCE, LinearModel, Salience
from pipeline.summarizing.select import reading
from pipeline.tagging.base import Tagger, tag
from pipeline.tagging.build import build_tagger
from pipeline.text.sentences import split_sentences

DIGITS = 5
ROUNDS = 3000  # of the solver at most


class TrainSalienceConfig(Settings):
    """What is learned from; only documents of the split `train`.

    Attributes:
        config: A pipeline's settings: its tagger tags, its summarizer of kind pointer reads.
        corpora: Labelled documents with abstracts.
        annotations: Labels and abstracts of texts that `annotated` holds (see `corpus.load_annotations`).
        annotated: Those texts.
        strength: Inverse of the regularisation of the logistic regression.
    """

    config: Path
    corpora: tuple[Path, ...] = ()
    annotations: tuple[Path, ...] = ()
    annotated: tuple[Path, ...] = ()
    strength: float = Field(default=0.01, gt=0)


@dataclass(frozen=True, slots=True)
class Example:
    """The sentences an abstract was made from: their features, and whether each belongs in it."""

    about_topic: bool
    features: Floats
    belongs: NDArray[np.bool_]


def load_gold(corpora: Iterable[Path], annotations: Iterable[Path], annotated: Sequence[Path]) -> list[GoldDocument]:
    """Labelled documents of the split `train` that have an abstract.

    Raises:
        InputError: A file cannot be used.
    """
    gold = [g for corpus in corpora for g in load_corpus(corpus, "train")]
    gold += [g for labels in annotations for g in load_annotations(labels, annotated, "train")]
    return [g for g in gold if g.abstract]


def examples(gold: Iterable[GoldDocument], tagger: Tagger, writer: PointerWriter) -> Iterator[Example]:
    """An example for each abstract of the documents that has sentences to be made from."""
    for one in gold:
        tagged = tag(tagger, split_sentences(one.document), one.document.title)
        for topic, reference in [(None, one.abstract), *one.topic_abstracts.items()]:
            chosen = reading(tagged, topic, writer.limit - writer.overhead, writer.count)
            if not reference or not chosen.text:
                continue
            belongs = np.isin(np.arange(len(chosen.texts)), oracle_choice(chosen.texts, reference))
            yield Example(topic is not None, writer.features(tagged, chosen, topic), belongs)


def fit(found: Sequence[Example], strength: float) -> LinearModel:
    """Logistic regression over standardised features, with the standardisation folded into its weights.

    Raises:
        InputError: There is nothing to tell apart.
    """
    features = np.concatenate([example.features for example in found]) if found else np.zeros((0, 1))
    labels = np.concatenate([example.belongs for example in found]) if found else np.zeros(0, bool)
    if len(set(labels.tolist())) < 2:
        raise InputError("too few abstracts to learn from: name corpora or annotations that have some of each kind")
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=strength, max_iter=ROUNDS).fit(scaler.transform(features), labels)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    return LinearModel(bias=round(bias, DIGITS), weights=tuple(np.round(weights, DIGITS).tolist()))


def train_salience(path: Path) -> tuple[Path, int]:
    """Learns as a settings file says and writes the weights into the summarizer's folder.

    Returns:
        The file written, and from how many abstracts it was learned.

    Raises:
        ConfigError: The file or a value in it is wrong, or the summarizer is not of kind pointer.
        InputError: A corpus cannot be used.
        ModelError: A model is missing or damaged.
    """
    settings = load_config(path, TrainSalienceConfig)
    pipeline = load_config(settings.config, PipelineConfig)
    if not isinstance(pipeline.summarizer, PointerConfig):
        raise ConfigError(f"{settings.config}: the summarizer must be of kind pointer")
    gold = load_gold(settings.corpora, settings.annotations, settings.annotated)
    tagger = build_tagger(pipeline.tagger, settings.config, [topic.id for topic in pipeline.topics])
    folder = Path(resolve_model(pipeline.summarizer.model, settings.config))
    writer = PointerWriter(folder, pipeline.summarizer, {topic.id: topic.name for topic in pipeline.topics})
    found = list(examples(gold, tagger, writer))
    whole, by_topic = ([example for example in found if example.about_topic == kind] for kind in (False, True))
    salience = Salience(document=fit(whole, settings.strength), topic=fit(by_topic, settings.strength))
    target = folder / SALIENCE
    fresh = target.with_suffix(".new")
    fresh.write_text(salience.model_dump_json() + "\n", encoding="utf-8")
    fresh.replace(target)
    return target, len(found)
