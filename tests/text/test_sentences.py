import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema import Span
from pipeline.text.sentences import split_sentences, split_spans
from tests.conftest import make_document

ALPHABET = '甲乙丙ab1 \n\u3000。！？!?…，；：“”‘’"《》（）().、'


def texts(body: str, **options: bool) -> list[str]:
    return [body[s.start : s.end] for s in split_spans(body, **options)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("双方座谈。随后签约。", ["双方座谈。", "随后签约。"]),
        ("他说：“我们来了。这里很好。”随后离开。", ["他说：“我们来了。这里很好。”", "随后离开。"]),
        ("围绕“怎么看？怎么干？”展开讨论。", ["围绕“怎么看？怎么干？”展开讨论。"]),
        ("《关于加快发展的意见（试行）。》印发。", ["《关于加快发展的意见（试行）。》印发。"]),
        ("真的吗？！当然！！", ["真的吗？！", "当然！！"]),
        ("机器人、无人机、芯片……产品很多。", ["机器人、无人机、芯片……", "产品很多。"]),
        ("机器人、芯片……等产品很多。", ["机器人、芯片……等产品很多。"]),
        ("一是走企业；二是访高校；三是聚人才。", ["一是走企业；二是访高校；三是聚人才。"]),
        ("1月8日,书记率队到访,签约3.5亿元.随后返回.", ["1月8日,书记率队到访,签约3.5亿元.", "随后返回."]),
        ("见www.example.com/a?b=1了解.详情", ["见www.example.com/a?b=1了解.", "详情"]),
        ("小标题没有句号\n正文开始。", ["小标题没有句号", "正文开始。"]),
        ("（完。）另一句。", ["（完。）", "另一句。"]),
        ("他说“好。”，然后走了。", ["他说“好。”，然后走了。"]),
        ('他说:"行!"大家鼓掌。', ['他说:"行!"', "大家鼓掌。"]),
        ("。", ["。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_splits_as_a_reader_would(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_semicolons_end_sentences_when_asked() -> None:
    assert texts("一是走企业；二是访高校。", semicolons=True) == ["一是走企业；", "二是访高校。"]


def test_an_open_quotation_does_not_swallow_the_paragraph() -> None:
    assert len(texts("他说：“" + "我们一起努力。" * 5)) == 5


def test_a_page_long_quotation_is_split_inside() -> None:
    assert len(texts("他说：“" + "我们要一起努力把这件事情办好。" * 20 + "”")) == 20


def test_furniture_is_left_out_and_offsets_refer_to_the_body() -> None:
    body = "编辑：某某\n双方座谈。（某日报）\n签约。"
    document = type(make_document(""))(
        id="d", source="", title="", body=body, furniture=(Span(start=0, end=5), Span(start=11, end=16))
    )
    found = split_sentences(document)
    assert [s.text for s in found] == ["双方座谈。", "签约。"]
    assert all(body[s.start : s.end] == s.text for s in found)
    assert [s.index for s in found] == [0, 1]


@given(st.text(ALPHABET, max_size=120), st.booleans())
def test_nothing_is_lost_or_doubled(body: str, semicolons: bool) -> None:
    spans = split_spans(body, semicolons=semicolons)
    covered = [i for s in spans for i in range(s.start, s.end)]
    assert covered == sorted(set(covered))
    assert all(body[i].isspace() for i in set(range(len(body))) - set(covered))
    assert all(body[s.start : s.end] == body[s.start : s.end].strip() != "" for s in spans)


@given(st.text(ALPHABET, max_size=80))
def test_splitting_a_sentence_again_changes_nothing(body: str) -> None:
    for sentence in texts(body):
        assert texts(sentence) == [sentence]


@given(st.text(ALPHABET, max_size=40), st.text(ALPHABET, max_size=40))
def test_lines_are_independent(first: str, second: str) -> None:
    assert texts(first + "\n" + second) == texts(first) + texts(second)
