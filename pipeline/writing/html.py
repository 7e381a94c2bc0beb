"""Briefings to HTML: one file that needs no other, and an index of a run.

Scripts and styles are allowed by their digests only (Content Security Policy), so nothing in a document can run.
"""

import base64
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing
from pipeline.writing.text import check_note
from pipeline.writing.visits import VisitCell, visit_cells, visit_heading
from pipeline.writing.wording import WORDS, Language, topic_name

if TYPE_CHECKING:
    from jinja2 import Environment

COLOURS = 6
STOPS = "，。；：、！？"
LONG_NAME = 5  # from here on a name may be broken over lines: it might not fit in a column


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """What an index says of a document: its file, title, abstract, and sentences by topic id."""

    file: str
    title: str
    abstract: str
    counts: Mapping[str, int]


def index_row(briefing: Briefing, file: str) -> IndexRow:
    """The row of a briefing that was written as `file`."""
    counts = {topic: sum(topic in tagged.topics for tagged in briefing.sentences) for topic in briefing.topic_abstracts}
    return IndexRow(file=file, title=briefing.document.title, abstract=briefing.abstract.text, counts=counts)


def to_html(briefing: Briefing, topics: Sequence[TopicConfig], language: Language = "zh") -> str:
    """A page: abstracts whose clauses lead to the sentences they rest on and back, sentences by topic with scores."""
    words, document = WORDS[language], briefing.document
    shown = _topics(topics, language)
    counts = {t.id: sum(t.id in s.topics for s in briefing.sentences) for t in topics}
    sentences = [
        {
            "number": tagged.sentence.index + 1,
            "text": " ".join(tagged.sentence.text.split()),
            "topics": [shown[t] | {"score": tagged.scores[t]} for t in tagged.topics],
            "strongest": shown[max(tagged.topics, key=tagged.scores.__getitem__)]["number"] if tagged.topics else None,
        }
        for tagged in briefing.sentences
    ]
    return render(
        "report.html.j2",
        language,
        title=document.title or words["untitled"],
        published=document.published,
        source=document.source,
        whole=_abstract(briefing.abstract, language),
        by_topic=[(shown[t], _abstract(a, language)) for t, a in briefing.topic_abstracts.items()],
        visit_heading=visit_heading(language),
        visits=[[_visit_cell(cell, language) for cell in visit_cells(visit, language)] for visit in briefing.visits],
        topics=[shown[t] | {"count": counts[t]} for t in shown],
        without=sum(not tagged.topics for tagged in briefing.sentences),
        sentences=sentences,
        left_out=words["left_out"].format(count=len(document.furniture)) if document.furniture else "",
        provenance=briefing.provenance,
    )


def to_index(rows: Iterable[IndexRow], topics: Sequence[TopicConfig], language: Language = "zh") -> str:
    """A page that leads to the reports of a run."""
    words, shown = WORDS[language], _topics(topics, language)
    return render(
        "index.html.j2",
        language,
        rows=[
            {
                "link": quote(row.file),
                "title": row.title or words["untitled"],
                "abstract": row.abstract,
                "counts": [(shown[t], count) for t, count in row.counts.items()],
            }
            for row in rows
        ],
    )


def _topics(topics: Sequence[TopicConfig], language: Language) -> dict[str, dict[str, Any]]:
    return {t.id: {"number": i % COLOURS + 1, "name": topic_name(t, language)} for i, t in enumerate(topics)}


def _abstract(abstract: Abstract, language: Language) -> dict[str, Any]:
    """The text in clauses, each with the numbers of its sentences; none for what stands between.

    Where neighbours rest on the same sentences, the last of them is marked for all; the mark stands before the stop.
    """
    pieces: list[dict[str, Any]] = []
    at = 0
    for evidence in abstract.evidence:
        if evidence.start > at:
            pieces.append({"text": abstract.text[at : evidence.start], "sentences": []})
        pieces.append(
            _clause(abstract.text[evidence.start : evidence.end], [i + 1 for i in evidence.sentences], language)
        )
        at = evidence.end
    pieces.append({"text": abstract.text[at:], "sentences": []})
    for piece, following in pairwise(pieces):
        piece["marked"] = piece["sentences"] != following["sentences"]
    return {"pieces": pieces, "note": check_note(abstract, language)}


def _visit_cell(cell: VisitCell, language: Language) -> dict[str, Any]:
    names = [name for name in cell.names if len(name) < LONG_NAME]
    return _clause(cell.text, cell.sentences, language, names) | {"marked": True}


def _clause(text: str, numbers: Sequence[int], language: Language, names: Collection[str] = ()) -> dict[str, Any]:
    """A clause or cell in parts, of which names are not broken, with its numbers; the stop it ends with apart."""
    words = WORDS[language]
    title = words["evidence"].format(numbers=words["comma"].join(map(str, numbers)))
    said = text.rstrip(STOPS)
    parts = re.split(f"({'|'.join(map(re.escape, names))})", said) if names else [said]
    shown = [{"text": part, "name": part in names} for part in parts]
    return {"parts": shown, "stop": text[len(said) :], "sentences": list(numbers), "title": title}


def style_and_script() -> tuple[str, str]:
    """The style and the script that stand in every page, for a page around them that has to allow them."""
    _, own = _environment()
    return str(own["style"]), str(own["script"])


@cache
def _environment() -> "tuple[Environment, Mapping[str, Any]]":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only where a page is wanted
    from markupsafe import Markup

    loader = PackageLoader("pipeline.writing")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    style, script = (loader.get_source(environment, name)[0] for name in ("style.css", "report.js"))
    digests = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)]
    own = {"style": Markup(style), "script": Markup(script), "style_hash": digests[0], "script_hash": digests[1]}
    return environment, own


def render(template: str, language: Language, **values: object) -> str:
    """A page by one of this package's templates."""
    environment, own = _environment()
    return environment.get_template(template).render(words=WORDS[language], language=language, **own, **values)
