import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.rouge import Rouge, characters, longest_common_subsequence, rouge

TEXT = st.text(alphabet="甲乙丙丁", max_size=12)


def test_a_case_counted_by_hand() -> None:
    # 甲乙丙丁 and 甲丙乙丁: the same characters, no common pair, 甲乙丁 in common.
    assert rouge("甲乙丙，丁", "甲 丙乙丁。") == Rouge(rouge_1=1.0, rouge_2=0.0, rouge_l=0.75)


def test_repeated_characters_count_as_often_as_the_reference_has_them() -> None:
    assert rouge("甲甲甲", "甲乙").rouge_1 == pytest.approx(2 * 1 / (3 + 2))


def test_chinese_is_not_erased_and_punctuation_and_width_do_not_count() -> None:
    assert characters("总投资１２.6亿元，Ａ轮！") == "总投资126亿元a轮"


def test_nothing_scores_nothing() -> None:
    assert rouge("", "甲") == rouge("甲", "") == rouge("。", "，") == Rouge(rouge_1=0.0, rouge_2=0.0, rouge_l=0.0)


def plain_lcs(one: str, other: str) -> int:
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(TEXT, TEXT)
def test_the_subsequence_is_that_of_the_textbook_table(one: str, other: str) -> None:
    assert longest_common_subsequence(one, other) == plain_lcs(one, other)


@given(TEXT, TEXT)
def test_scores_are_symmetric_shares(one: str, other: str) -> None:
    score = rouge(one, other)
    assert score == rouge(other, one)
    assert 0 <= score.rouge_2 <= 1 and 0 <= score.rouge_l <= score.rouge_1 <= 1
    assert rouge(one, one).rouge_l == (1.0 if one else 0.0)
