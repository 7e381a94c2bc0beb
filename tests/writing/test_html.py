import base64
import hashlib
import re
from dataclasses import replace

import pytest
from lxml import html

from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing, Evidence, FactCheck, Provenance
from pipeline.writing.html import index_row, to_html, to_index
from tests.conftest import make_document, make_tagged

TOPICS = (
    TopicConfig(id="enterprise_visit", name="企业走访", name_en="Enterprise visits"),
    TopicConfig(id="outcome_summary", name="成果总结"),
)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def briefing() -> Briefing:
    evidence = (Evidence(start=0, end=5, sentences=(0, 1)), Evidence(start=5, end=8, sentences=(1,)))
    abstract = Abstract(text="双方座谈。签约。", topic=None, evidence=evidence)
    rows = [
        ("双方座谈。", ["enterprise_visit"]),
        (f"签约{HOSTILE}。", ["enterprise_visit", "outcome_summary"]),
        ("散会。", []),
    ]
    return Briefing(
        document=replace(make_document("双方座谈。"), title=f"标题{HOSTILE}", source="a&b.txt"),
        sentences=tuple(make_tagged(rows)),
        abstract=abstract,
        topic_abstracts={"enterprise_visit": abstract},
        provenance=Provenance(version="0", config_digest="abc", models={"tagger": "tagger@1"}),
    )


def test_every_clause_leads_to_the_sentences_it_rests_on(briefing: Briefing) -> None:
    page = html.fromstring(to_html(briefing, TOPICS))
    clauses = page.xpath("//a[@class='clause']")
    assert [(c.text, c.get("href"), c.get("data-sentences")) for c in clauses[:2]] == [
        ("双方座谈", "#s1", "1 2"),
        ("签约", "#s2", "2"),
    ]
    assert [c.text_content() for c in clauses[:2]] == ["双方座谈1,2。", "签约2。"]
    items = page.xpath("//ol/li")
    assert [item.get("data-topics") for item in items] == ["1", "1 2", "none"]
    assert {f"#{item.get('id')}" for item in items} >= {c.get("href") for c in clauses}
    assert [b.text_content() for b in page.xpath("//button")] == ["全部 3", "企业走访 2", "成果总结 1", "无主题 1"]


def test_neighbours_that_rest_on_the_same_sentences_are_marked_once(briefing: Briefing) -> None:
    evidence = tuple(Evidence(start=start, end=end, sentences=(1,)) for start, end in ((0, 5), (5, 8)))
    page = html.fromstring(to_html(replace(briefing, abstract=replace(briefing.abstract, evidence=evidence)), TOPICS))
    clauses = page.xpath("//section[@class='abstract']//a[@class='clause']")
    assert [c.text_content() for c in clauses] == ["双方座谈。", "签约2。"]
    assert [c.get("title") for c in clauses] == ["依据第2句"] * 2


def test_the_bar_beside_a_sentence_is_of_its_strongest_topic(briefing: Briefing) -> None:
    first, second, third = briefing.sentences
    sure = replace(second, scores={"enterprise_visit": 0.6, "outcome_summary": 0.9})
    page = html.fromstring(to_html(replace(briefing, sentences=(first, sure, third)), TOPICS))
    assert [item.get("class") for item in page.xpath("//ol/li")] == ["topic-1", "topic-2", "plain"]


def test_nothing_a_document_says_becomes_markup(briefing: Briefing) -> None:
    for text in (to_html(briefing, TOPICS), to_index([index_row(briefing, 'a"b.html')], TOPICS)):
        assert HOSTILE not in text
        scripts = html.fromstring(text).xpath("//script")
        assert len(scripts) == 1
        digest = base64.b64encode(hashlib.sha256(scripts[0].text.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in text
        style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in text


def test_the_index_leads_to_the_reports(briefing: Briefing) -> None:
    page = html.fromstring(to_index([index_row(briefing, "甲 乙.html")], TOPICS))
    assert page.xpath("//h2/a/@href") == ["%E7%94%B2%20%E4%B9%99.html"]
    assert page.xpath("//section/p[2]//text()") == ["句数：", "企业走访 2", " "]


def test_in_english_and_with_what_the_check_did(briefing: Briefing) -> None:
    checked = replace(briefing, abstract=replace(briefing.abstract, check=FactCheck(replaced=True)))
    text = to_html(checked, TOPICS, "en")
    assert '<html lang="en">' in text
    assert "Enterprise visits" in text and "this is the lead" in text
