import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.tidy import shorten, tidy


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
