"""Abstracts against those people wrote, and against the source: likeness, length, copying, numbers from nowhere.

ROUGE measures likeness to one reference, not truth; facts that the source lacks are the untruth counted here.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

import numpy as np

from pipeline.config import LeadConfig, TextRankConfig
from pipeline.corpus import GoldDocument
from pipeline.evaluation.bootstrap import Difference, Floats, Interval, difference, draw, interval
from pipeline.evaluation.rouge import characters, ngrams, rouge, word_rouge
from pipeline.schema import Briefing, Sentence
from pipeline.summarizing.alignment import FactSource
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.textrank import TextRankSummarizer
from pipeline.text.sentences import split_spans

COPIED_RUN = 4
KEPT = 512
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractPair:
    """An abstract, the one a person wrote, the text both are about, and what it is called."""

    id: str
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
        word_rouge_1: The same over words as jieba cuts them.
        word_rouge_2: Over pairs of such words.
        word_rouge_l: By their longest common subsequence.
        length: Mean number of characters.
        reference_length: The same for those people wrote.
        copied: Share of the characters that stand in a run of at least `COPIED_RUN` copied from the source.
        longest_copied: Mean length of the longest run copied.
        repeated: Share of the runs of `COPIED_RUN` characters that came before in the same abstract.
        numbers: Numbers in digits in all abstracts.
        numbers_not_in_source: Those of them that the source does not have.
        numbers_covered: Share of the numbers of those people wrote that the abstract has too; 1 where there are none.
        facts: Numbers, dates, names, offices, organisations and places in all abstracts.
        facts_not_in_source: Those of them that the source does not have in any form.
    """

    abstracts: int
    rouge_1: float
    rouge_2: float
    rouge_l: float
    intervals: Mapping[str, Interval]
    word_rouge_1: float
    word_rouge_2: float
    word_rouge_l: float
    length: float
    reference_length: float
    copied: float
    longest_copied: float
    repeated: float
    numbers: int
    numbers_not_in_source: int
    numbers_covered: float
    facts: int
    facts_not_in_source: int


def score_abstracts(pairs: Sequence[AbstractPair]) -> AbstractReport:
    """Figures of at least one abstract."""
    values = _rouges(pairs)
    weights = draw(len(pairs)) / len(pairs)
    by_word = [word_rouge(pair.candidate, pair.reference) for pair in pairs]
    numbers = [(found_numbers(pair.candidate), found_numbers(pair.source)) for pair in pairs]
    wanted = [(set(found_numbers(pair.reference)), set(found)) for pair, (found, _) in zip(pairs, numbers, strict=True)]
    facts = [fact for pair in pairs for fact in _source(pair.source).align(pair.candidate)]
    return AbstractReport(
        abstracts=len(pairs),
        rouge_1=float(values["rouge_1"].mean()),
        rouge_2=float(values["rouge_2"].mean()),
        rouge_l=float(values["rouge_l"].mean()),
        intervals={name: interval(weights @ of_one) for name, of_one in values.items()},
        word_rouge_1=float(np.mean([row.rouge_1 for row in by_word])),
        word_rouge_2=float(np.mean([row.rouge_2 for row in by_word])),
        word_rouge_l=float(np.mean([row.rouge_l for row in by_word])),
        length=float(np.mean([len(pair.candidate) for pair in pairs])),
        reference_length=float(np.mean([len(pair.reference) for pair in pairs])),
        copied=copied_share([(pair.candidate, pair.source) for pair in pairs]),
        longest_copied=float(np.mean([longest_run(pair.candidate, pair.source) for pair in pairs])),
        repeated=repeated_share([pair.candidate for pair in pairs]),
        numbers=sum(len(found) for found, _ in numbers),
        numbers_not_in_source=sum(number not in source for found, source in numbers for number in found),
        numbers_covered=_share(
            sum(len(want & found) for want, found in wanted), sum(len(want) for want, _ in wanted), 1.0
        ),
        facts=len(facts),
        facts_not_in_source=sum(fact.unsupported for fact in facts),
    )


def compare_abstracts(one: Sequence[AbstractPair], other: Sequence[AbstractPair]) -> dict[str, Difference]:
    """One system's ROUGE minus another's, paired over the same abstracts (Koehn 2004)."""
    weights = np.vstack([np.ones((1, len(one))), draw(len(one))]) / len(one)
    mine, theirs = _rouges(one), _rouges(other)
    return {name: difference(weights @ mine[name], weights @ theirs[name]) for name in mine}


def oracle_pair(pair: AbstractPair) -> AbstractPair:
    """The pair with what extraction could reach; it looks at the reference."""
    sentences = [pair.source[span.start : span.end] for span in split_spans(pair.source)]
    return replace(pair, candidate="".join(sentences[i] for i in oracle_choice(sentences, pair.reference)))


def oracle_choice(sentences: Sequence[str], reference: str) -> list[int]:
    """Places of the sentences, taken greedily while ROUGE-1 and -2 rise, in order.

    The usual upper bound of extractive summaries (Nallapati et al. 2017, arXiv:1611.04230).
    """
    chosen: list[int] = []
    best = 0.0
    while len(chosen) < len(sentences):
        scores = {
            i: _worth("".join(sentences[k] for k in sorted([*chosen, i])), reference)
            for i in range(len(sentences))
            if i not in chosen
        }
        first = max(scores, key=lambda i: scores[i])
        if scores[first] <= best:
            break
        best = scores[first]
        chosen.append(first)
    return sorted(chosen)


def _worth(candidate: str, reference: str) -> float:
    scores = rouge(candidate, reference)
    return scores.rouge_1 + scores.rouge_2


def _rouges(pairs: Sequence[AbstractPair]) -> dict[str, Floats]:
    rows = [asdict(rouge(pair.candidate, pair.reference)) for pair in pairs]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@lru_cache(maxsize=KEPT)
def _source(text: str) -> FactSource:
    spans = split_spans(text)
    return FactSource(
        [
            Sentence(document_id="", index=i, start=s.start, end=s.end, text=text[s.start : s.end])
            for i, s in enumerate(spans)
        ]
    )


def longest_run(text: str, source: str) -> int:
    """Characters of the longest run of a text that stands in its source."""
    counted, known, longest = characters(text), characters(source), 0
    for start in range(len(counted)):
        while counted[start : start + longest + 1] in known and start + longest < len(counted):
            longest += 1
    return longest


def repeated_share(texts: Sequence[str], size: int = COPIED_RUN) -> float:
    """Share of the runs of `size` characters that came before in the same text."""
    runs = [ngrams(characters(text), size) for text in texts]
    return _share(sum(len(found) - len(set(found)) for found in runs), sum(map(len, runs)))


def _share(part: int, whole: int, empty: float = 0.0) -> float:
    return part / whole if whole else empty


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
    return _share(copied, total)


def found_numbers(text: str) -> list[str]:
    """Numbers in digits, without commas between thousands; those in Chinese numerals are not looked for."""
    return [match.replace(",", "") for match in NUMBER.findall(unicodedata.normalize("NFKC", text))]


def whole_pairs(gold: Sequence[GoldDocument], briefings: Sequence[Briefing]) -> list[AbstractPair]:
    """The abstracts of whole documents, where a person wrote one."""
    return [
        AbstractPair(
            id=document.document.id,
            candidate=briefing.abstract.text,
            reference=document.abstract,
            source=document.document.body,
        )
        for document, briefing in zip(gold, briefings, strict=True)
        if document.abstract
    ]


def topic_pairs(gold: Sequence[GoldDocument], briefings: Sequence[Briefing]) -> list[AbstractPair]:
    """Abstracts by topic: each that a person wrote, with the one for the same topic, or with nothing."""
    return [
        AbstractPair(
            id=f"{document.document.id} {topic}",
            candidate=briefing.topic_abstracts[topic].text if topic in briefing.topic_abstracts else "",
            reference=reference,
            source=document.document.body,
        )
        for document, briefing in zip(gold, briefings, strict=True)
        for topic, reference in document.topic_abstracts.items()
        if reference
    ]


def abstract_report(gold: Sequence[GoldDocument], briefings: Sequence[Briefing]) -> AbstractReport | None:
    """Figures of the abstracts of whole documents; None if no document has one to compare with."""
    pairs = whole_pairs(gold, briefings)
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
