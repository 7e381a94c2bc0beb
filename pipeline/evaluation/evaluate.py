"""An evaluation as a whole: one system against gold, with the baselines and, if given, another system beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import TopicConfig
from pipeline.corpus import GoldDocument, load_corpus
from pipeline.errors import InputError
from pipeline.evaluation.abstracts import (
    AbstractPair,
    AbstractReport,
    compare_abstracts,
    extractive_baselines,
    oracle_pair,
    resummarize,
    score_abstracts,
    topic_pairs,
    whole_pairs,
)
from pipeline.evaluation.baselines import baselines, retag
from pipeline.evaluation.bootstrap import Difference, Headline, compare, count
from pipeline.evaluation.gold import Judged, judge
from pipeline.evaluation.predictions import match, scored_topics
from pipeline.evaluation.tagging import TaggingReport, score_tagging
from pipeline.schema import Briefing

ORACLE = "oracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractEvaluation:
    """Abstracts of one kind; all empty if the gold has none.

    Attributes:
        reports: Figures of each system by name, the system's own first, then the one compared with, the baselines, the oracle.
        differences: The system's ROUGE minus each other one's, paired over abstracts.
        pairs: The abstracts themselves by system, for reading.
    """

    reports: Mapping[str, AbstractReport]
    differences: Mapping[str, Mapping[str, Difference]]
    pairs: Mapping[str, Sequence[AbstractPair]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was found out about a system.

    Attributes:
        topics: The topics scored, with names.
        system: The system's name; it comes first in `tagging` and `abstracts`.
        tagging: Figures of each system and baseline by name.
        differences: The system minus each other one, paired over documents.
        abstracts: The abstracts of whole documents.
        topic_abstracts: The abstracts by topic.
        judged: The system's predictions lined up with the gold, for plots.
        gold: The documents scored, for reading errors.
    """

    topics: tuple[TopicConfig, ...]
    system: str
    tagging: Mapping[str, TaggingReport]
    differences: Mapping[str, Headline[Difference]]
    abstracts: AbstractEvaluation
    topic_abstracts: AbstractEvaluation
    judged: Judged
    gold: tuple[GoldDocument, ...]

    @property
    def report(self) -> TaggingReport:
        """The system's own figures."""
        return self.tagging[self.system]


def training_documents(corpus: Path, gold: Sequence[GoldDocument]) -> list[GoldDocument]:
    """The split train of a corpus without the documents that are to be scored: no baseline may have seen those."""
    scored = {document.document.body for document in gold}
    return [document for document in load_corpus(corpus, "train") if document.document.body not in scored]


def evaluate(
    gold: Sequence[GoldDocument],
    predictions: Sequence[Briefing],
    topics: Sequence[TopicConfig] = (),
    *,
    learn_from: Sequence[GoldDocument] = (),
    other: Sequence[Briefing] | None = None,
) -> Evaluation:
    """Scores predictions.

    Args:
        gold: Labelled documents.
        predictions: A prediction for each of them, by id; others are passed over.
        topics: Names of topics; one that is not here goes by its id.
        learn_from: What the baselines are fitted on.
        other: Predictions of another system for the same documents, to compare with.

    Raises:
        InputError: Gold and predictions do not belong together; the message says what differs.
    """
    found, rival = match(gold, predictions, "the predictions"), None
    ids = scored_topics(gold, found, "the predictions")
    named = {topic.id: topic for topic in topics}
    systems = {found[0].provenance.models["tagger"]: judge(gold, [b.sentences for b in found], ids)}
    system = next(iter(systems))
    if other is not None:
        rival = match(gold, other, "the predictions to compare with")
        if set(scored_topics(gold, rival, "the predictions to compare with")) != set(ids):
            raise InputError("the predictions to compare with score other topics: compare systems with the same topics")
        name = _unused(rival[0].provenance.models["tagger"], systems, "compared")
        systems[name] = judge(gold, [b.sentences for b in rival], ids)
    for tagger in baselines(ids, learn_from):
        systems[_unused(tagger.name, systems, "baseline")] = judge(gold, retag(tagger, found), ids)
    summarizers = _by_summarizer(found, rival)
    counts = {name: count(judged) for name, judged in systems.items()}
    return Evaluation(
        topics=tuple(named.get(topic) or TopicConfig.model_construct(id=topic, name=topic) for topic in ids),
        system=system,
        tagging={name: score_tagging(judged) for name, judged in systems.items()},
        differences={name: compare(counts[system], counts[name]) for name in systems if name != system},
        abstracts=_abstracts({name: whole_pairs(gold, of_one) for name, of_one in summarizers.items()}),
        topic_abstracts=_abstracts({name: topic_pairs(gold, of_one) for name, of_one in summarizers.items()}),
        judged=systems[system],
        gold=tuple(gold),
    )


def _by_summarizer(found: Sequence[Briefing], rival: Sequence[Briefing] | None) -> dict[str, Sequence[Briefing]]:
    """The predicted abstracts, and those of the extractive baselines on the same tagged sentences; the system's first."""
    systems = {found[0].provenance.models["summarizer"]: found}
    if rival is not None:
        systems[_unused(rival[0].provenance.models["summarizer"], systems, "compared")] = rival
    for summarizer in extractive_baselines():
        again = [resummarize(summarizer, briefing) for briefing in found]
        systems[_unused(summarizer.name, systems, "baseline")] = again
    return systems


def _abstracts(pairs: Mapping[str, list[AbstractPair]]) -> AbstractEvaluation:
    """Figures of each system, beside the best that extraction could do."""
    system = next(iter(pairs))
    if not pairs[system]:
        return AbstractEvaluation(reports={}, differences={}, pairs={})
    everything = {**pairs, ORACLE: [oracle_pair(pair) for pair in pairs[system]]}
    return AbstractEvaluation(
        reports={name: score_abstracts(of_one) for name, of_one in everything.items()},
        differences={name: compare_abstracts(pairs[system], everything[name]) for name in everything if name != system},
        pairs=everything,
    )


def _unused(name: str, taken: Collection[str], role: str) -> str:
    """The name, with the role of the system and perhaps a number where it is taken."""
    others = (f"{name} ({role})", *(f"{name} ({role} {number})" for number in range(2, len(taken) + 2)))
    return next(n for n in (name, *others) if n not in taken)
