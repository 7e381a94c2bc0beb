"""Briefings as rows for spreadsheets: one for a document, one for each sentence."""

from collections.abc import Sequence

from pipeline.config import TopicConfig
from pipeline.schema import Briefing
from pipeline.writing.wording import WORDS, Language, topic_name

Cell = str | int | float
DIGITS = 4


def document_header(topics: Sequence[TopicConfig], language: Language) -> list[str]:
    """Headings of `document_row`."""
    words, names = WORDS[language], [topic_name(topic, language) for topic in topics]
    plain = [words[key] for key in ("id", "source", "title", "published", "abstract")]
    return [*plain, *names, *(words["count_of"].format(topic=name) for name in names)]


def document_row(briefing: Briefing, topics: Sequence[TopicConfig]) -> list[Cell]:
    """Id, source, title, date, abstract, abstracts by topic, and how many sentences each topic has."""
    document = briefing.document
    by_topic = [briefing.topic_abstracts[t.id].text if t.id in briefing.topic_abstracts else "" for t in topics]
    counts = [sum(t.id in tagged.topics for tagged in briefing.sentences) for t in topics]
    return [
        document.id,
        document.source,
        document.title,
        document.published,
        briefing.abstract.text,
        *by_topic,
        *counts,
    ]


def sentence_header(topics: Sequence[TopicConfig], language: Language) -> list[str]:
    """Headings of `sentence_rows`."""
    words, names = WORDS[language], [topic_name(topic, language) for topic in topics]
    plain = [words[key] for key in ("id", "number", "sentence", "topics_of")]
    return [*plain, *(words["score_of"].format(topic=name) for name in names)]


def sentence_rows(briefing: Briefing, topics: Sequence[TopicConfig], language: Language) -> list[list[Cell]]:
    """Id, number from 1, text on one line, topics by name, and the score of each topic."""
    names, comma = {topic.id: topic_name(topic, language) for topic in topics}, WORDS[language]["comma"]
    return [
        [
            briefing.document.id,
            tagged.sentence.index + 1,
            " ".join(tagged.sentence.text.split()),
            comma.join(names[t] for t in tagged.topics),
            *(round(tagged.scores[topic.id], DIGITS) for topic in topics),
        ]
        for tagged in briefing.sentences
    ]
