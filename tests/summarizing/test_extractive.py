import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import LeadConfig, TextRankConfig
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.textrank import TextRankSummarizer, centrality
from pipeline.text.tidy import tidy
from tests.conftest import make_tagged

VISIT, SCHOOL = "enterprise_visit", "university_cooperation"
ARTICLE = [
    ("春潮涌动，奋楫争先。" * 3, []),
    ("3月18日,市委书记程望舒率队到深圳,走访云拓机器人公司,与董事长罗启明座谈。", [VISIT]),
    ("程望舒说，欢迎公司到海屿投资，我们将提供最优服务，" + "全力支持企业发展，" * 9 + "实现互利共赢。", [VISIT]),
    ("当天下午，代表团到东江理工大学，与校长许知行座谈，双方签署合作协议。", [SCHOOL]),
    ("许知行表示，愿与海屿共建研究院，推动更多成果转化落地。", [SCHOOL]),
    ("有关部门负责同志参加。", []),
] + [("会议要求，各级各部门要提高认识，认真做好各项工作。", [])] * 8
METHODS: list[Summarizer] = [
    LeadSummarizer(LeadConfig(kind="lead")),
    TextRankSummarizer(TextRankConfig(kind="textrank")),
]


def check(abstract: Abstract, sentences: list[TaggedSentence]) -> None:
    """Every clause is copied from the one sentence it names; clauses cover the text in document order."""
    assert abstract.text.endswith(("。", "”", "！", "？", "……"))
    assert [e.start for e in abstract.evidence] == [0, *(e.end for e in abstract.evidence[:-1])]
    assert abstract.evidence[-1].end == len(abstract.text)
    indices = [i for e in abstract.evidence for i in e.sentences]
    assert indices == sorted(set(indices))
    for e in abstract.evidence:
        clause = abstract.text[e.start : e.end].removesuffix("。")
        assert tidy(sentences[e.sentences[0]].sentence.text).startswith(clause)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_abstracts_are_copied_and_keep_their_length(method: Summarizer) -> None:
    sentences = make_tagged(ARTICLE)
    for topic, limit in ((None, 160), (VISIT, 80), (SCHOOL, 80)):
        abstract = method.summarize(sentences, topic)
        check(abstract, sentences)
        assert 20 <= len(abstract.text) <= limit
        assert abstract.topic == topic


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_topics_and_slogans_are_told_apart(method: Summarizer) -> None:
    sentences = make_tagged(ARTICLE)
    used = {i for e in method.summarize(sentences).evidence for i in e.sentences}
    assert used <= {1, 2, 3, 4}
    assert {i for e in method.summarize(sentences, SCHOOL).evidence for i in e.sentences} <= {3, 4}


def test_the_lead_starts_at_the_first_sentence_that_matters() -> None:
    text = METHODS[0].summarize(make_tagged(ARTICLE)).text
    assert text.startswith("3月18日，市委书记程望舒率队到深圳，走访云拓机器人公司")


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_documents_without_topics_are_summarised_too(method: Summarizer) -> None:
    sentences = make_tagged([(text, []) for text, _ in ARTICLE])
    check(method.summarize(sentences), sentences)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_short_and_empty_documents(method: Summarizer) -> None:
    assert method.summarize([]).text == ""
    brief = make_tagged([("双方座谈。", [VISIT])])
    assert method.summarize(brief).text == "双方座谈。"
    two = make_tagged(
        [("甲公司到访，双方就合作进行座谈，达成初步意向。", [VISIT]), ("会议持续两小时，气氛热烈。", [])] * 4
    )
    assert len(method.summarize(two).text) <= sum(len(t.sentence.text) for t in two) / 3


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_one_sentence_without_commas_longer_than_the_limit(method: Summarizer) -> None:
    sentences = make_tagged([("甲" * 900 + "。", [VISIT])])
    assert len(method.summarize(sentences).text) <= 160


@given(st.lists(st.text("甲乙丙丁，。", min_size=1, max_size=12), min_size=1, max_size=12))
def test_centrality_is_a_distribution(texts: list[str]) -> None:
    weights = centrality(texts)
    assert weights.shape == (len(texts),)
    assert np.isclose(weights.sum(), 1) and (weights > 0).all()


def test_the_sentence_all_others_resemble_is_the_most_central() -> None:
    weights = centrality(["天气晴朗无云", "公司签约项目", "公司项目签约投产", "项目投产公司发展"])
    assert weights.argmax() == 2
