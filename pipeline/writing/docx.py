"""Briefings to Word, as offices hand them on: title, abstracts, and the sentences they rest on (python-docx)."""

import io
from collections.abc import Sequence
from typing import Any

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing
from pipeline.writing.text import check_note, evidence_note
from pipeline.writing.visits import visit_cells, visit_heading
from pipeline.writing.wording import WORDS, Language, topic_name

# GB/T 9704-2012, the layout of official documents: body in 仿宋 of size 三号 (16 pt), headings in 黑体, lines 28 pt apart.
BODY, HEADING = "仿宋", "黑体"
BODY_SIZE, TITLE_SIZE, SMALL, LINE = 16, 22, 10.5, 28


def to_docx(briefing: Briefing, topics: Sequence[TopicConfig], language: Language = "zh") -> bytes:
    """The file as bytes."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    words, names = WORDS[language], {topic.id: topic_name(topic, language) for topic in topics}
    page: Any = Document()
    _font(page.styles["Normal"].font, BODY, BODY_SIZE)
    page.styles["Normal"].paragraph_format.line_spacing = Pt(LINE)
    title = page.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(title.add_run(_clean(briefing.document.title or words["untitled"])).font, HEADING, TITLE_SIZE)
    sections = [(words["abstract"], briefing.abstract)]
    sections += [(names[topic], abstract) for topic, abstract in briefing.topic_abstracts.items()]
    for heading, abstract in sections:
        _font(page.add_paragraph().add_run(heading).font, HEADING, BODY_SIZE)
        paragraph = page.add_paragraph(_clean(abstract.text))
        paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_SIZE)
        note = "  ".join(filter(None, (evidence_note(abstract, language), check_note(abstract, language))))
        _font(page.add_paragraph().add_run(note).font, BODY, SMALL)
    if briefing.visits:
        _font(page.add_paragraph().add_run(words["visits"]).font, HEADING, BODY_SIZE)
        _visits(page, briefing, language)
    _font(page.add_paragraph().add_run(words["evidence_sentences"]).font, HEADING, BODY_SIZE)
    cited = {index for _, abstract in sections for index in _cited(abstract)}
    cited |= {number - 1 for v in briefing.visits for cell in visit_cells(v, language) for number in cell.sentences}
    for tagged in briefing.sentences:
        if tagged.sentence.index in cited:
            text = f"{tagged.sentence.index + 1}. {_clean(' '.join(tagged.sentence.text.split()))}"
            _font(page.add_paragraph().add_run(text).font, BODY, SMALL)
    if briefing.document.source:
        source = f"{words['source']}{words['colon']}{_clean(briefing.document.source)}"
        _font(page.add_paragraph().add_run(source).font, BODY, SMALL)
    stream = io.BytesIO()
    page.save(stream)
    return stream.getvalue()


def _visits(page: Any, briefing: Briefing, language: Language) -> None:  # noqa: ANN401 - python-docx has no types
    """The visit record as a table."""
    rows = [visit_heading(language)]
    rows += [[cell.text for cell in visit_cells(visit, language)] for visit in briefing.visits]
    table = page.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for number, texts in enumerate(rows):
        for cell, text in zip(table.rows[number].cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = 1
            _font(paragraph.add_run(_clean(text)).font, BODY if number else HEADING, SMALL)


def _cited(abstract: Abstract) -> set[int]:
    return {index for evidence in abstract.evidence for index in evidence.sentences}


def _font(font: Any, name: str, size: float) -> None:  # noqa: ANN401 - python-docx has no types
    """Sets a font; Chinese characters take theirs from an attribute of its own."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    font.name, font.size = name, Pt(size)
    font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _clean(text: str) -> str:
    """The text without control characters, which XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c.isspace())
