"""What stands beside every system: how far one gets with the base rate, with a list of words, and with TF-IDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.corpus import GoldDocument
from pipeline.schema import Briefing, TaggedSentence
from pipeline.tagging.base import Tagger, tag
from pipeline.tagging.linear import LinearTagger

HALF = 0.5

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "enterprise_visit": ("公司", "集团", "企业家", "董事长", "总经理", "总裁", "商会", "银行", "厂区", "车间"),
    "university_cooperation": ("大学", "学院", "高校", "校长", "院长", "教授", "研究院", "研究所", "校地", "产学研"),
    "outcome_summary": ("签约", "签署", "签订", "揭牌", "落户", "达成", "总投资", "受聘", "共走访", "圆满"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorityTagger:
    """Gives every sentence the share that each topic has in the training data."""

    topics: tuple[str, ...]
    rates: tuple[float, ...]
    name: str = "majority"

    @property
    def thresholds(self) -> Mapping[str, float]:
        """One half: what most sentences have."""
        return dict.fromkeys(self.topics, HALF)

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """The same row for each text: (sentences, topics)."""
        return np.tile(np.array(self.rates, np.float32), (len(texts), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordTagger:
    """1 for a topic if the sentence has one of its `KEYWORDS`, else 0."""

    topics: tuple[str, ...]
    name: str = "keywords"

    @property
    def thresholds(self) -> Mapping[str, float]:
        """One half, between 0 and 1."""
        return dict.fromkeys(self.topics, HALF)

    def score(self, texts: Sequence[str], title: str = "") -> NDArray[np.float32]:
        """0 or 1: (sentences, topics)."""
        rows = [[any(word in text for word in KEYWORDS[topic]) for topic in self.topics] for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), len(self.topics))


def labelled_texts(gold: Sequence[GoldDocument], topics: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
    """Sentences with their labels (sentences, topics); marked furniture comes along as sentences without topics."""
    texts: list[str] = []
    rows: list[list[bool]] = []
    for document in gold:
        body = document.document.body
        texts += [body[s.start : s.end] for s in document.sentences]
        rows += [[topic in s.topics for topic in topics] for s in document.sentences]
        texts += [body[f.start : f.end] for f in document.document.furniture]
        rows += [[False] * len(topics) for _ in document.document.furniture]
    return texts, np.array(rows, np.float32).reshape(len(rows), len(topics))


def fit_linear(gold: Sequence[GoldDocument], topics: Sequence[str]) -> LinearTagger:
    """TF-IDF and logistic regression, fitted on labelled documents."""
    texts, labels = labelled_texts(gold, topics)
    return LinearTagger.fit(texts, labels, topics)


def fit_majority(gold: Sequence[GoldDocument], topics: Sequence[str]) -> MajorityTagger:
    """The share of sentences each topic has in labelled documents."""
    _, labels = labelled_texts(gold, topics)
    return MajorityTagger(topics=tuple(topics), rates=tuple(float(rate) for rate in labels.mean(axis=0)))


def baselines(topics: Sequence[str], learn_from: Sequence[GoldDocument]) -> list[Tagger]:
    """All baselines that can be had for these topics.

    Args:
        topics: Topics to score.
        learn_from: Labelled documents, none of which may be among those scored; without an example of each topic there,
            only keyword rules remain, and those only for topics that have a list in `KEYWORDS`.
    """
    found: list[Tagger] = []
    seen = {topic for document in learn_from for s in document.sentences for topic in s.topics}
    learnable = set(topics) <= seen
    if learnable:
        found.append(fit_majority(learn_from, topics))
    if set(topics) <= set(KEYWORDS):
        found.append(KeywordTagger(topics=tuple(topics)))
    if learnable:
        found.append(fit_linear(learn_from, topics))
    return found


def retag(tagger: Tagger, briefings: Sequence[Briefing]) -> list[tuple[TaggedSentence, ...]]:
    """What another tagger says about the same sentences."""
    return [tag(tagger, [tagged.sentence for tagged in briefing.sentences]) for briefing in briefings]
