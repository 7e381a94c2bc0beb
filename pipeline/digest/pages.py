"""A digest to HTML, Markdown and JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.config import TopicConfig
from pipeline.digest.events import Event
from pipeline.digest.groups import By, Group
from pipeline.writing.html import render
from pipeline.writing.text import escape
from pipeline.writing.wording import Language, topic_name

WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "digest": "简报汇编",
        "counts": "共 {articles} 篇报道，{events} 件事",
        "sources": "来源（{count} 篇）",
        "source": "来源",
        "unknown_week": "日期不明",
        "unknown_city": "城市不明",
        "unknown_organisation": "未见单位",
        "week": "{year}年第{week}周",
        "untitled": "（无标题）",
        "colon": "：",
    },
    "en": {
        "digest": "Digest",
        "counts": "{articles} reports of {events} events",
        "sources": "Sources ({count})",
        "source": "Source",
        "unknown_week": "No date",
        "unknown_city": "No city",
        "unknown_organisation": "No organisation",
        "week": "Week {week} of {year}",
        "untitled": "(no title)",
        "colon": ": ",
    },
}


def heading(group: Group, by: By, language: Language) -> str:
    """What a group is called."""
    words = WORDS[language]
    if not group.key:
        return words[f"unknown_{by}"]
    if by == "week":
        year, _, week = group.key.partition("-W")
        return words["week"].format(year=year, week=int(week))
    return group.key


def _counts(groups: Sequence[Group], language: Language) -> str:
    events = {id(event): event for group in groups for event in group.events}
    articles = sum(len(event.briefings) for event in events.values())
    return WORDS[language]["counts"].format(articles=articles, events=len(events))


def _topics(event: Event, topics: Sequence[TopicConfig], language: Language) -> list[tuple[str, str]]:
    found = event.briefing.topic_abstracts
    return [(topic_name(topic, language), found[topic.id].text) for topic in topics if topic.id in found]


def _sources(event: Event) -> list[str]:
    return [briefing.document.source or briefing.document.id for briefing in event.briefings]


def to_markdown(groups: Sequence[Group], by: By, topics: Sequence[TopicConfig], language: Language) -> str:
    """A page of Markdown: for each group its events with title, abstract, topic abstracts and all sources."""
    words = WORDS[language]
    lines = [f"# {words['digest']}", "", _counts(groups, language), ""]
    for group in groups:
        lines += [f"## {escape(heading(group, by, language))}", ""]
        for event in group.events:
            lines += [f"### {escape(event.briefing.document.title or words['untitled'])}", ""]
            lines += [escape(event.briefing.abstract.text), ""]
            lines += [f"- **{name}**{words['colon']}{escape(text)}" for name, text in _topics(event, topics, language)]
            sources = _sources(event)
            said = words["sources"].format(count=len(sources)) if len(sources) > 1 else words["source"]
            lines += [f"- {said}{words['colon']}" + ", ".join(f"`{source}`" for source in sources), ""]
    return "\n".join(lines)


def to_html(groups: Sequence[Group], by: By, topics: Sequence[TopicConfig], language: Language) -> str:
    """The same as one HTML file that needs no other."""
    words = WORDS[language]
    shown = [
        {
            "heading": heading(group, by, language),
            "events": [
                {
                    "title": event.briefing.document.title or words["untitled"],
                    "abstract": event.briefing.abstract.text,
                    "topics": _topics(event, topics, language),
                    "sources": _sources(event),
                }
                for event in group.events
            ],
        }
        for group in groups
    ]
    return render("digest.html.j2", language, title=words["digest"], counts=_counts(groups, language), groups=shown)


def to_json(groups: Sequence[Group], by: By, topics: Sequence[TopicConfig], language: Language) -> str:
    """The same as JSON; topics by their ids, documents by id and source."""
    rows: list[dict[str, Any]] = [
        {
            by: group.key or None,
            "events": [
                {
                    "title": event.briefing.document.title,
                    "abstract": event.briefing.abstract.text,
                    "topic_abstracts": {
                        topic.id: event.briefing.topic_abstracts[topic.id].text
                        for topic in topics
                        if topic.id in event.briefing.topic_abstracts
                    },
                    "documents": [{"id": b.document.id, "source": b.document.source} for b in event.briefings],
                }
                for event in group.events
            ],
        }
        for group in groups
    ]
    return json.dumps({"language": language, "groups": rows}, ensure_ascii=False, indent=2) + "\n"
