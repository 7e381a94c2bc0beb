"""A briefing to a report in any format, in memory."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pipeline.batch import open_folder
from pipeline.config import TopicConfig
from pipeline.schema import Briefing
from pipeline.writing.docx import to_docx
from pipeline.writing.html import to_html
from pipeline.writing.text import to_markdown
from pipeline.writing.wording import Language

ReportFormat = Literal["html", "docx", "xlsx", "md"]
OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES: dict[ReportFormat, str] = {
    "html": "text/html; charset=utf-8",
    "docx": OFFICE + "wordprocessingml.document",
    "xlsx": OFFICE + "spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
}


def render(briefing: Briefing, topics: Sequence[TopicConfig], form: ReportFormat, language: Language) -> bytes:
    """The report's bytes.

    Raises:
        OutputError: The workbook cannot be written to the system's temporary folder.
    """
    match form:
        case "html":
            return to_html(briefing, topics, language).encode()
        case "md":
            return to_markdown(briefing, topics, language).encode()
        case "docx":
            return to_docx(briefing, topics, language)
        case "xlsx":
            with tempfile.TemporaryDirectory() as name:
                with open_folder(Path(name), ["xlsx"], topics, language) as writer:
                    writer.write(briefing)
                return next(Path(name).glob("*.xlsx")).read_bytes()
