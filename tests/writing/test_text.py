from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing, Evidence, FactCheck, Provenance, Removal
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
    assert "- **企业走访**：双方座谈。" in page
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


def test_what_the_fact_check_took_out_is_said(briefing: Briefing) -> None:
    gone = (
        Removal(text="金额9亿元，", reason="unsupported", facts=("9亿元",)),
        Removal(text="会后，", reason="length"),
    )
    checked = replace(briefing, abstract=replace(briefing.abstract, check=FactCheck(removed=gone)))
    assert "摘要：双方座谈。（核对时删去1处）" in to_text(checked, TOPICS)
    assert "双方座谈。（核对时删去1处）" in to_markdown(checked, TOPICS)
    out = StringIO()
    show(checked, TOPICS, Console(file=out, width=100), "en")
    assert "(fact check took out 1)" in out.getvalue()
    lead = replace(briefing, abstract=replace(briefing.abstract, check=FactCheck(replaced=True)))
    assert "双方座谈。（模型所写没有依据，改用导语）" in to_text(lead, TOPICS)
    assert "核对" not in to_text(briefing, TOPICS)
