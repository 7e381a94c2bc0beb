import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.tidy import shorten, tidy, truncate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1月8日,书记率队到访", "1月8日，书记率队到访。"),
        ("总投资1,200万元,上午8:30签约.", "总投资1,200万元，上午8:30签约。"),
        ("他 说\n好。", "他说好。"),
        ("AI (人工智能) 产业园。", "AI （人工智能）产业园。"),
        ("双方座谈；", "双方座谈。"),
        ('他说:"双方座谈。"', '他说："双方座谈。"'),
        ("市长\u200b到\u00ad访。", "市长到访。"),
        ("They met Dr. Li.", "They met Dr. Li."),
        ("他说：“好。”", "他说：“好。”"),
    ],
)
def test_tidy(text: str, expected: str) -> None:
    assert tidy(text) == expected


def test_shorten_cuts_between_clauses_only() -> None:
    text = "市委书记率队到深圳，走访企业（含民企，国企），签约项目。"
    assert shorten(text, 100) == text
    assert shorten(text, 22) == "市委书记率队到深圳，走访企业（含民企，国企）。"[:10].rstrip("，") + "。"
    assert shorten(text, 24) == "市委书记率队到深圳，走访企业（含民企，国企）。"
    assert shorten(text, 5) is None
    assert shorten("双方约定总投资1,200万元建设产业园", 12) is None


@given(st.text("甲乙，；。“”（）", min_size=1, max_size=60), st.integers(1, 60))
def test_shortened_text_is_a_prefix_that_fits(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    if cut is not None:
        assert len(cut) <= limit
        assert cut == text or text.startswith(cut.removesuffix("。"))


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("市政府印发海屿湾区产业规划纲要2023—2035年全文", 22, "市政府印发海屿湾区产业规划纲要……"),
        ("代表团一行到达会场的时间是18时10分", 17, "代表团一行到达会场的时间是……"),
        ("双方签下的合同总额达到三十二亿元", 14, "双方签下的合同总额达到……"),
        ("代表团参观了工业机器人制造商BlueWhale的总部", 20, "代表团参观了工业机器人制造商……"),
        ("书记一行来到企业展厅听取介绍（含民企国企）情况", 19, "书记一行来到企业展厅听取介绍……"),
        ("（市政府）代表团参观机器人制造商的总部", 12, "（市政府）代表团参观……"),
        ("1234567890", 6, "1234……"),
    ],
)
def test_a_cut_sentence_keeps_no_part_of_a_number_or_word(text: str, limit: int, expected: str) -> None:
    assert truncate(text, limit) == expected
    assert len(expected) <= limit
