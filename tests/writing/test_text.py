from io import StringIO

import pytest
from rich.console import Console

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing, Evidence, Provenance
from pipeline.writing.terminal import show
from pipeline.writing.text import to_markdown, to_text
from tests.conftest import make_document, make_tagged

TOPICS = (
    TopicConfig(id="enterprise_visit", name="企业走访", name_en="Enterprise visits"),
    TopicConfig(id="outcome_summary", name="成果总结"),
)


@pytest.fixture
def briefing() -> Briefing:
    abstract = Abstract(text="双方座谈。", topic=None, evidence=(Evidence(start=0, end=5, sentences=(0,)),))
    return Briefing(
        document=make_document("双方座谈。<b>*签约*</b>[red]。"),
        sentences=tuple(make_tagged([("双方座谈。", ["enterprise_visit"]), ("<b>*签约*</b>[red]。", [])])),
        abstract=abstract,
        topic_abstracts={"enterprise_visit": abstract},
        provenance=Provenance(version="0", config_digest="0", models={}),
    )


def test_markdown_escapes_what_the_document_says(briefing: Briefing) -> None:
    page = to_markdown(briefing, TOPICS)
    assert page.startswith("# （无标题）")
    assert "- **企业走访**: 双方座谈。" in page
    assert "| 1 | 企业走访 0.90 | 双方座谈。 |" in page
    assert r"\<b\>\*签约\*\</b\>\[red\]。" in page


def test_plain_text_in_both_languages(briefing: Briefing) -> None:
    assert "   1  [企业走访 0.90]  双方座谈。" in to_text(briefing, TOPICS)
    english = to_text(briefing, TOPICS, "en")
    assert "Abstract: 双方座谈。" in english
    assert "[Enterprise visits 0.90]" in english


def test_terminal_shows_text_as_it_is(briefing: Briefing) -> None:
    out = StringIO()
    show(briefing, TOPICS, Console(file=out, width=100, force_terminal=True))
    assert "企业走访" in out.getvalue()
    assert "[red]" in out.getvalue()
    assert "依据第1句" in out.getvalue()
    assert "\x1b[36m" in out.getvalue()
