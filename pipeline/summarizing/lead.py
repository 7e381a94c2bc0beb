"""The lead: in this genre the first sentences say who met whom, when and where."""

from collections.abc import Mapping, Sequence

from pipeline.config import LeadConfig
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.base import compose, length_limit, on_topic
from pipeline.summarizing.naming import Tour


class LeadSummarizer:
    """The first sentences that carry a topic (or the topic asked for): a slogan at the start is passed over."""

    def __init__(self, config: LeadConfig) -> None:
        """Takes the lengths wanted."""
        self._config = config

    @property
    def name(self) -> str:
        """The method's name."""
        return "lead"

    def summarize(self, sentences: Sequence[TaggedSentence], topic: str | None = None) -> Abstract:
        """See `Summarizer.summarize`."""
        wanted = self._config.target_chars if topic is None else self._config.topic_chars
        limit = length_limit(sentences, wanted) if topic is None else wanted
        return compose(on_topic(sentences, topic), limit, topic, skip=False)

    def summarize_all(
        self,
        sentences: Sequence[TaggedSentence],
        topics: Sequence[str | None],
        tours: Mapping[str | None, Tour] | None = None,
    ) -> list[Abstract]:
        """See `Summarizer.summarize_all`."""
        return [self.summarize(sentences, topic) for topic in topics]
