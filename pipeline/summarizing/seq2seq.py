"""Abstracts written by a model, ours or any `AutoModelForSeq2SeqLM`: it reads chosen sentences, its facts are checked."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from pipeline.config import LeadConfig, PointerConfig, Seq2SeqConfig
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.base import length_limit
from pipeline.summarizing.checking import AbstractChecker, Limits, Rewrite
from pipeline.summarizing.copied import Copied
from pipeline.summarizing.extract import Told, candidates, entire, extracted, told
from pipeline.summarizing.generation import Draft, Reading, TextGenerator
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.naming import Tour, names_enough, with_hosts
from pipeline.summarizing.offices import Offices
from pipeline.summarizing.select import Chosen, every, is_tiny, rank, reading, verbatim
from pipeline.summarizing.speakers import with_speakers

RESERVE = 12  # characters of an abstract left to what is added later, a date or an office
HOSTS = 40  # to those who were met, where the clauses that belong in it most do not name them
Teller = Callable[[str | None, bool], Sequence[Told] | None]  # of the topic, and whether it should be brief


class Seq2SeqSummarizer:
    """Selection, extraction or generation, fact check, evidence; the lead where nothing of it can stay."""

    def __init__(self, generator: TextGenerator, config: Seq2SeqConfig | PointerConfig) -> None:
        """Takes the model that writes, and the lengths wanted."""
        self._config, self._generator = config, generator
        most, topic_most = config.target_chars[1], config.topic_chars[1]
        self._lead = LeadSummarizer(LeadConfig(kind="lead", target_chars=most, topic_chars=topic_most))

    @classmethod
    def from_config(
        cls, config: Seq2SeqConfig | PointerConfig, model: str, names: Mapping[str, str]
    ) -> "Seq2SeqSummarizer":
        """Loads the folder or hub id that the settings' `model` was resolved to; imports only what that kind needs.

        Args:
            config: The settings.
            model: The folder or hub id.
            names: Names of the topics by their ids, for a model that is told what to write about.

        Raises:
            ModelError: It is not there and may not be downloaded, is damaged, or cannot run as the settings ask.
        """
        if isinstance(config, PointerConfig):
            from pipeline.summarizing.pointer import PointerWriter

            return cls(PointerWriter(Path(model), config, names), config)
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch is imported
        from pipeline.summarizing.generator import Generator

        return cls(Generator(model, config), config)

    @property
    def name(self) -> str:
        """Folder name and digest of the weights, or hub id and commit."""
        return self._generator.name

    def summarize(self, sentences: Sequence[TaggedSentence], topic: str | None = None) -> Abstract:
        """See `Summarizer.summarize`."""
        return self.summarize_all(sentences, [topic])[0]

    def summarize_all(
        self,
        sentences: Sequence[TaggedSentence],
        topics: Sequence[str | None],
        tours: Mapping[str | None, Tour] | None = None,
    ) -> list[Abstract]:
        """See `Summarizer.summarize_all`; all of them are written together."""
        limits = {topic: self._limits(sentences, topic) for topic in topics}
        tiny = {topic for topic in topics if is_tiny(sentences, topic, self._wanted(topic)[1])}
        texts: dict[str | None, Copied] = {}
        read: dict[str | None, Chosen] = {}
        readings: dict[str | None, Reading] = {}
        tell, offices = self._teller(sentences), Offices(sentences)
        for topic in topics:
            if topic in tiny:
                text = entire(candidates(tell(topic, False) or (), topic))
            else:
                text = self._extract(tell, topic, limits[topic], (tours or {}).get(topic))
            if text is not None:
                texts[topic] = text.became(offices.added(text.text, limits[topic].most))
            elif topic not in tiny and (chosen := self._read(sentences, topic)).text:
                least, most = limits[topic].least, limits[topic].most
                read[topic] = chosen
                readings[topic] = Reading(text=chosen.text, topic=topic, least=least, most=most)
        drafts = dict(zip(readings, self._generator.generate(list(readings.values())), strict=True)) if readings else {}
        texts |= {topic: read[topic].copied(draft.text, draft.places) for topic, draft in drafts.items()}
        checker = AbstractChecker(sentences)
        return [
            verbatim(sentences, topic)
            if topic in tiny and topic not in texts
            else checker.check(
                texts.get(topic, Copied("")),
                limits[topic],
                tour=(tours or {}).get(topic),
                lead=self._lead.summarize(sentences, topic),
                fillers=rank(sentences, topic) if topic in drafts else (),
                rewrite=self._rewrite(read[topic], readings[topic], drafts[topic]) if topic in drafts else None,
                extracted=topic not in drafts,
            )
            for topic in topics
        ]

    def _teller(self, sentences: Sequence[TaggedSentence]) -> Teller:
        """What may be told of a document; where the tagger has judged its clauses, the same for all topics."""
        named = with_speakers(sentences)
        if all(tagged.clauses for tagged in sentences):
            told_once = cache(lambda briefly: told(every(sentences, None), named, briefly=briefly))
            return lambda _, briefly: told_once(briefly)

        def tell(topic: str | None, briefly: bool) -> list[Told] | None:
            known = self._generator.salience(sentences, topic)
            return None if known is None else told(known[0], named, {topic: known[1]}, briefly=briefly)

        return tell

    def _extract(self, tell: Teller, topic: str | None, limits: Limits, tour: Tour | None) -> Copied | None:
        """Clauses of the document; None where it is not known which belong in the abstract, or none that do can stand."""
        for briefly in (False, True):
            found = tell(topic, briefly)
            text = None if found is None else self._taken(found, topic, limits, tour)
            if text is not None:
                return text
        return None

    def _taken(self, found: Sequence[Told], topic: str | None, limits: Limits, tour: Tour | None) -> Copied | None:
        """Clauses of what may be told, with room for whom it should name; None where none that belong there can stand."""
        first: Copied | None = None
        for reserve in (0 if topic else RESERVE, HOSTS):
            text = extracted(candidates(found, topic), limits.least, limits.most - reserve)
            first = first or text
            if text is None or tour is None or names_enough(with_hosts(text.text, tour, limits.most), tour):
                first = text or first
                break
        return first

    def _wanted(self, topic: str | None) -> tuple[int, int]:
        return self._config.target_chars if topic is None else self._config.topic_chars

    def _limits(self, sentences: Sequence[TaggedSentence], topic: str | None) -> Limits:
        """Characters asked for; for a short document less, in proportion."""
        least, wanted = self._wanted(topic)
        most = length_limit(sentences, wanted) if topic is None else wanted
        return Limits(least=min(least, least * most // wanted), most=most)

    def _read(self, sentences: Sequence[TaggedSentence], topic: str | None) -> Chosen:
        room = self._generator.limit - self._generator.overhead
        return reading(sentences, topic, room, self._generator.count)

    def _rewrite(self, chosen: Chosen, read: Reading, draft: Draft) -> Rewrite:
        """Writes anew without words, which stand in what was written so far."""
        drafts = [draft]

        def rewrite(words: Sequence[str]) -> Copied:
            drafts.append(self._generator.again(read, words, drafts))
            return chosen.copied(drafts[-1].text, drafts[-1].places)

        return rewrite
