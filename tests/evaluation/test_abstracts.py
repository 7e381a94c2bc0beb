import pytest

from pipeline.evaluation.abstracts import (
    AbstractPair,
    abstract_report,
    copied_share,
    found_numbers,
    score_abstracts,
    topic_pairs,
    whole_pairs,
)
from tests.conftest import TOPICS, make_gold
from tests.evaluation.material import briefing


def test_the_copied_share_counts_runs_of_four() -> None:
    assert copied_share([("乙丙丁戊天地人", "甲乙丙丁戊己")]) == pytest.approx(4 / 7)
    assert copied_share([("乙丙丁天地人", "甲乙丙丁戊己")]) == 0.0
    assert copied_share([("甲，乙丙丁", "甲乙丙丁")]) == 1.0
    assert copied_share([("", "甲乙丙丁")]) == 0.0


def test_numbers_are_those_in_digits_of_either_width() -> None:
    assert found_numbers("总投资12.6亿元，1,200人，占３０％，三家。") == ["12.6", "1200", "30"]


def test_figures_of_two_abstracts_by_hand() -> None:
    right = AbstractPair(candidate="签约3个。", reference="签约3个。", source="会上签约3个。")
    wrong = AbstractPair(candidate="投资13亿。", reference="落户", source="投资3亿。")
    report = score_abstracts([right, wrong])
    assert (report.rouge_1, report.rouge_2, report.rouge_l) == (0.5, 0.5, 0.5)
    assert (report.length, report.reference_length) == (5.5, 3.5)
    assert (report.numbers, report.numbers_not_in_source) == (2, 1)
    assert report.copied == pytest.approx(4 / 9)  # 签约3个 of it, of 投资13亿 no run of four
    assert report.intervals["rouge_l"].low == 0.0 and report.intervals["rouge_l"].high == 1.0


def test_a_missing_topic_abstract_counts_with_nothing() -> None:
    gold = make_gold([("座谈。", [])], "d")
    gold = type(gold)(
        document=gold.document,
        sentences=gold.sentences,
        abstract="",
        topic_abstracts={TOPICS[0]: "座谈。", TOPICS[1]: "签约。"},
        split="",
    )
    pairs = topic_pairs([gold], [{TOPICS[1]: "签约。"}])
    assert [pair.candidate for pair in pairs] == ["", "签约。"]
    assert score_abstracts(pairs).rouge_1 == 0.5
    assert whole_pairs([gold], ["座谈。"]) == []
    assert abstract_report([gold], [briefing("d", [("座谈。", (), {})])]) is None
