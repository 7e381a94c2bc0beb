"""Abstracts against those people wrote, and against the source: likeness, length, copying, numbers from nowhere.

ROUGE measures likeness to one reference, not truth; numbers not in the source are the one kind of untruth counted here.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pipeline.config import LeadConfig, TextRankConfig
from pipeline.corpus import GoldDocument
from pipeline.evaluation.bootstrap import Interval, draw, interval
from pipeline.evaluation.rouge import characters, ngrams, rouge
from pipeline.schema import Briefing
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.textrank import TextRankSummarizer

COPIED_RUN = 4
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractPair:
    """An abstract, the one a person wrote, and the text both are about."""

    candidate: str
    reference: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractReport:
    """Figures of the abstracts of one system.

    Attributes:
        abstracts: How many were scored; one that is missing counts with 0.
        rouge_1: Mean F1 over single characters.
        rouge_2: Mean F1 over pairs of characters.
        rouge_l: Mean F1 by the longest common subsequence.
        intervals: 95% bootstrap intervals of these three.
        length: Mean number of characters.
        reference_length: The same for those people wrote.
        copied: Share of the characters that stand in a run of at least `COPIED_RUN` copied from the source.
        numbers: Numbers in digits in all abstracts.
        numbers_not_in_source: Those of them that the source does not have.
    """

    abstracts: int
    rouge_1: float
    rouge_2: float
    rouge_l: float
    intervals: Mapping[str, Interval]
    length: float
    reference_length: float
    copied: float
    numbers: int
    numbers_not_in_source: int


def score_abstracts(pairs: Sequence[AbstractPair]) -> AbstractReport:
    """Figures of at least one abstract."""
    rows = [asdict(rouge(pair.candidate, pair.reference)) for pair in pairs]
    values = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    weights = draw(len(pairs)) / len(pairs)
    numbers = [(found_numbers(pair.candidate), found_numbers(pair.source)) for pair in pairs]
    return AbstractReport(
        abstracts=len(pairs),
        rouge_1=float(values["rouge_1"].mean()),
        rouge_2=float(values["rouge_2"].mean()),
        rouge_l=float(values["rouge_l"].mean()),
        intervals={name: interval(weights @ of_one) for name, of_one in values.items()},
        length=float(np.mean([len(pair.candidate) for pair in pairs])),
        reference_length=float(np.mean([len(pair.reference) for pair in pairs])),
        copied=copied_share([(pair.candidate, pair.source) for pair in pairs]),
        numbers=sum(len(found) for found, _ in numbers),
        numbers_not_in_source=sum(number not in source for found, source in numbers for number in found),
    )


def copied_share(pairs: Sequence[tuple[str, str]], size: int = COPIED_RUN) -> float:
    """Share of the characters of all texts that lie in runs of at least `size` characters of their sources."""
    copied = total = 0
    for text, source in pairs:
        counted = characters(text)
        known = set(ngrams(characters(source), size))
        covered = {
            i + offset for i, gram in enumerate(ngrams(counted, size)) if gram in known for offset in range(size)
        }
        copied, total = copied + len(covered), total + len(counted)
    return copied / total if total else 0.0


def found_numbers(text: str) -> list[str]:
    """Numbers in digits, without commas between thousands; those in Chinese numerals are not looked for."""
    return [match.replace(",", "") for match in NUMBER.findall(unicodedata.normalize("NFKC", text))]


def whole_pairs(gold: Sequence[GoldDocument], candidates: Sequence[str]) -> list[AbstractPair]:
    """The abstracts of whole documents, where a person wrote one."""
    return [
        AbstractPair(candidate=candidate, reference=document.abstract, source=document.document.body)
        for document, candidate in zip(gold, candidates, strict=True)
        if document.abstract
    ]


def topic_pairs(gold: Sequence[GoldDocument], candidates: Sequence[Mapping[str, str]]) -> list[AbstractPair]:
    """Abstracts by topic: each that a person wrote, with the one for the same topic, or with nothing."""
    return [
        AbstractPair(candidate=found.get(topic, ""), reference=reference, source=document.document.body)
        for document, found in zip(gold, candidates, strict=True)
        for topic, reference in document.topic_abstracts.items()
        if reference
    ]


def abstract_report(gold: Sequence[GoldDocument], briefings: Sequence[Briefing]) -> AbstractReport | None:
    """Figures of the abstracts of whole documents; None if no document has one to compare with."""
    pairs = whole_pairs(gold, [briefing.abstract.text for briefing in briefings])
    return score_abstracts(pairs) if pairs else None


def topic_abstract_report(gold: Sequence[GoldDocument], briefings: Sequence[Briefing]) -> AbstractReport | None:
    """The same for the abstracts by topic."""
    pairs = topic_pairs(gold, [{t: a.text for t, a in b.topic_abstracts.items()} for b in briefings])
    return score_abstracts(pairs) if pairs else None


def extractive_baselines() -> tuple[Summarizer, ...]:
    """Lead and TextRank with their usual lengths."""
    return LeadSummarizer(LeadConfig(kind="lead")), TextRankSummarizer(TextRankConfig(kind="textrank"))


def resummarize(summarizer: Summarizer, briefing: Briefing) -> Briefing:
    """The briefing with abstracts by another summarizer, from the same tagged sentences."""
    return Briefing(
        document=briefing.document,
        sentences=briefing.sentences,
        abstract=summarizer.summarize(briefing.sentences),
        topic_abstracts={t: summarizer.summarize(briefing.sentences, t) for t in briefing.topic_abstracts},
        provenance=briefing.provenance,
    )
