"""Briefings to Markdown and to plain text."""

import re
from collections.abc import Mapping, Sequence

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing, TaggedSentence, Visit
from pipeline.writing.visits import visit_cells, visit_heading
from pipeline.writing.wording import WORDS, Language, topic_name

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_markdown(briefing: Briefing, topics: Sequence[TopicConfig], language: Language = "zh") -> str:
    """A page: title, abstract, topic abstracts, and a table of the sentences with topics and scores."""
    words, names = WORDS[language], {t.id: topic_name(t, language) for t in topics}
    lines = [f"# {escape(briefing.document.title or words['untitled'])}", ""]
    if briefing.document.source:
        lines += [f"{words['source']}{words['colon']}`{briefing.document.source}`", ""]
    lines += [
        f"## {words['abstract']}",
        "",
        escape(briefing.abstract.text) + check_note(briefing.abstract, language),
        "",
    ]
    if briefing.topic_abstracts:
        lines += [f"## {words['topics']}", ""]
        lines += [
            f"- **{names[t]}**{words['colon']}{escape(a.text)}{check_note(a, language)}"
            for t, a in briefing.topic_abstracts.items()
        ]
        lines.append("")
    if briefing.visits:
        heading = visit_heading(language)
        lines += [f"## {words['visits']}", "", f"| {' | '.join(heading)} |", "|---" * len(heading) + "|"]
        for visit in briefing.visits:
            lines.append(f"| {' | '.join(escape(cell.text) for cell in visit_cells(visit, language))} |")
        lines.append("")
    lines += [f"## {words['sentences']}", "", "| # | | |", "|---|---|---|"]
    lines += [
        f"| {s.sentence.index + 1} | {label(s, names) or '—'} | {escape(' '.join(s.sentence.text.split()))} |"
        for s in briefing.sentences
    ]
    return "\n".join(lines) + "\n"


def to_text(briefing: Briefing, topics: Sequence[TopicConfig], language: Language = "zh") -> str:
    """The same without markup, for pipes."""
    words, names = WORDS[language], {t.id: topic_name(t, language) for t in topics}
    abstracts = {words["abstract"]: briefing.abstract, **{names[t]: a for t, a in briefing.topic_abstracts.items()}}
    lines = [briefing.document.title or words["untitled"], ""]
    lines += [f"{heading}{words['colon']}{a.text}{check_note(a, language)}" for heading, a in abstracts.items()]
    if briefing.visits:
        lines += ["", words["visits"], *(f"  {visit_line(visit, language)}" for visit in briefing.visits)]
    lines += ["", words["sentences"]]
    lines += [
        f"{s.sentence.index + 1:>4}  [{label(s, names) or '-'}]  {' '.join(s.sentence.text.split())}"
        for s in briefing.sentences
    ]
    return "\n".join(lines) + "\n\n"


def visit_line(visit: Visit, language: Language) -> str:
    """A visit on one line: what is known of it, cell by cell."""
    return " | ".join(cell.text for cell in visit_cells(visit, language) if cell.text)


def label(tagged: TaggedSentence, names: Mapping[str, str]) -> str:
    """Topics of a sentence by name with their probabilities."""
    return ", ".join(f"{names[t]} {tagged.scores[t]:.2f}" for t in tagged.topics)


def evidence_note(abstract: Abstract, language: Language) -> str:
    """Which sentences an abstract rests on, counted from 1."""
    numbers = sorted({i + 1 for e in abstract.evidence for i in e.sentences})
    words = WORDS[language]
    return words["evidence"].format(numbers=words["comma"].join(map(str, numbers))) if numbers else ""


def check_note(abstract: Abstract, language: Language) -> str:
    """What the fact check did to what a model wrote, in a few words; empty where it did nothing a reader would miss."""
    check, words = abstract.check, WORDS[language]
    if check is None:
        return ""
    taken = [removal for removal in check.removed if removal.reason != "length"]
    return words["replaced"] if check.replaced else words["removed"].format(count=len(taken)) if taken else ""


def escape(text: str) -> str:
    """The text with the characters that mean something in Markdown made plain."""
    return MARKUP.sub(r"\\\1", text)
