import pytest

from pipeline.summarizing.alignment import FactSource
from pipeline.summarizing.evidence import EvidenceFinder, Support, split_clauses
from tests.conftest import make_tagged

TRIP = [
    "3月18日，海屿市委书记程望舒率队赴深圳走访企业。",
    "程望舒来到云拓机器人公司，与董事长罗启明座谈，参观协作机器人生产线。",
    "19日，程望舒会见华泓医药集团总裁沈思远。",
    "海屿市政府与华泓医药集团签署投资合作协议，总投资12.6亿元的原料药项目落户海屿。",
    "远汇银行副行长顾清源介绍普惠金融产品。",
    "东江理工大学校长许知行表示，愿与海屿共建产业研究院。",
]
MEETING = [
    "甲辰重工集团与海屿市政府签署战略合作协议。",
    "乙和新能源公司董事长魏长青参加座谈，介绍企业情况。",
    "会上，双方签订补充协议。",
]


def support(clause: str, rows: list[str], context: str = "") -> Support:
    sentences = [tagged.sentence for tagged in make_tagged([(row, []) for row in rows])]
    facts = FactSource(sentences)
    return EvidenceFinder(sentences, facts).support(clause, facts.align(clause), context)


def test_clauses_end_at_marks_outside_numbers_brackets_and_quotations() -> None:
    text = "3月18日，投资1,200万元；签署“一园、两区，三中心”协议（含附件，略）。会议要求，抓好落实！"
    clauses = [text[s.start : s.end] for s in split_clauses(text)]
    assert "".join(clauses) == text
    assert clauses == [
        "3月18日，",
        "投资1,200万元；",
        "签署“一园、两区，三中心”协议（含附件，略）。",
        "会议要求，",
        "抓好落实！",
    ]
    assert split_clauses("没有句号") and split_clauses("") == []


@pytest.mark.parametrize("row", range(len(TRIP)))
def test_a_copied_sentence_rests_on_itself(row: int) -> None:
    found = support(TRIP[row], TRIP)
    assert row in found.sentences
    assert found.coverage == pytest.approx(1)


def test_a_fused_clause_rests_on_both_sentences() -> None:
    assert support("程望舒与罗启明座谈，会见沈思远", TRIP).sentences == (1, 2)


def test_a_fact_brings_the_sentence_that_says_it() -> None:
    assert 3 in support("程望舒率队赴深圳走访企业，总投资12.6亿元", TRIP).sentences


@pytest.mark.parametrize("row", range(len(TRIP)))
def test_evidence_taken_away_makes_support_go(row: int) -> None:
    rest = [text for i, text in enumerate(TRIP) if i != row]
    clause = max(TRIP[row].split("，"), key=len)
    assert support(clause, TRIP).sentences
    assert support(clause, rest).coverage < support(clause, TRIP).coverage
    assert support(TRIP[5], TRIP[:5]).sentences == ()


def test_words_from_nowhere_rest_on_nothing() -> None:
    assert support("天气晴好宜出行", TRIP) == Support(sentences=(), coverage=0.0, mixed=False)
    assert support("，", TRIP).sentences == ()


@pytest.mark.parametrize(
    ("clause", "rows"),
    [
        ("乙和新能源公司与海屿市政府签署战略合作协议", MEETING),
        ("乙和新能源公司签署战略合作协议", MEETING),
        ("海屿市政府与云拓机器人公司签署投资合作协议", TRIP),
        ("远汇银行签署投资合作协议", TRIP),
        ("沈思远表示，愿与海屿共建产业研究院", TRIP),
        ("云拓机器人公司原料药项目落户海屿", TRIP),
        ("乙公司与县政府签约", ["甲公司与市政府签约，乙公司与县政府座谈。"]),
        ("程望舒走访云拓公司并签署协议", ["程望舒走访云拓公司、华泓集团，与华泓集团签署协议。"]),
    ],
)
def test_what_one_party_did_is_not_said_of_another(clause: str, rows: list[str]) -> None:
    assert support(clause, rows).mixed


@pytest.mark.parametrize(
    ("clause", "rows"),
    [
        ("甲辰重工集团与海屿市政府签署战略合作协议", MEETING),
        ("海屿市与甲辰重工签署协议", MEETING),
        ("乙和新能源公司董事长魏长青介绍企业情况", MEETING),
        ("华泓医药集团签署投资合作协议", TRIP),
        ("许知行愿与海屿共建产业研究院", TRIP),
        ("程望舒走访云拓机器人公司、会见华泓医药集团总裁沈思远", TRIP),
        ("与云拓公司签署协议", ["程望舒走访云拓公司。", "双方签署协议。"]),
        ("甲公司、乙公司签约", ["甲公司董事长沈思远，乙公司总裁罗启明共同签约。"]),
    ],
)
def test_what_a_party_did_may_be_said_of_it(clause: str, rows: list[str]) -> None:
    found = support(clause, rows)
    assert found.sentences
    assert not found.mixed


def test_a_clause_without_subject_belongs_to_the_one_before() -> None:
    assert support("签署战略合作协议", MEETING, context="乙和新能源公司董事长魏长青参加座谈，").mixed
    assert not support("签署战略合作协议", MEETING, context="甲辰重工集团来访，").mixed
