"""Briefings in colour on a terminal (rich)."""

from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing
from pipeline.writing.text import check_note, evidence_note, visit_line
from pipeline.writing.wording import WORDS, Language, topic_name

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def show(briefing: Briefing, topics: Sequence[TopicConfig], console: Console, language: Language = "zh") -> None:
    """Prints title, abstract, topic abstracts and the sentences, coloured by topic, with scores."""
    words = WORDS[language]
    colours = {topic.id: COLOURS[i % len(COLOURS)] for i, topic in enumerate(topics)}
    names = {topic.id: topic_name(topic, language) for topic in topics}
    title = briefing.document.title or words["untitled"]
    parts: list[RenderableType] = [_abstract(briefing.abstract, words["abstract"], "bold", language)]
    parts += [_abstract(a, names[t], f"bold {colours[t]}", language) for t, a in briefing.topic_abstracts.items()]
    if briefing.visits:
        record = "\n".join(visit_line(visit, language) for visit in briefing.visits)
        parts.append(Text.assemble((f"{words['visits']}\n", "bold"), record))
    console.print(Panel(Group(*parts), title=Text(title, style="bold"), title_align="left", padding=(1, 2)))
    console.print(_sentences(briefing, names, colours))
    if briefing.document.furniture:
        console.print(
            Padding(Text(words["left_out"].format(count=len(briefing.document.furniture)), style="dim"), (0, 2))
        )
    console.print()


def _abstract(abstract: Abstract, heading: str, style: str, language: Language) -> RenderableType:
    notes = f"  {evidence_note(abstract, language)}{check_note(abstract, language)}"
    text = Text.assemble((f"{heading}  ", style), abstract.text, (notes, "dim"))
    return Padding(text, (0, 0, 1, 0))


def _sentences(briefing: Briefing, names: Mapping[str, str], colours: Mapping[str, str]) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(justify="right", style="dim")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for tagged in briefing.sentences:
        labels = Text("\n").join(Text(f"{names[t]} {tagged.scores[t]:.2f}", style=colours[t]) for t in tagged.topics)
        style = colours[tagged.topics[0]] if tagged.topics else "dim"
        table.add_row(str(tagged.sentence.index + 1), labels, Text(" ".join(tagged.sentence.text.split()), style=style))
    return table
