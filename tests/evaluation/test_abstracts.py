from dataclasses import replace

import pytest

from pipeline.evaluation.abstracts import (
    AbstractPair,
    abstract_report,
    compare_abstracts,
    copied_share,
    found_numbers,
    longest_run,
    oracle_pair,
    repeated_share,
    score_abstracts,
    topic_pairs,
    whole_pairs,
)
from pipeline.schema import Abstract
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
    right = AbstractPair(id="a", candidate="签约3个。", reference="签约3个。", source="会上签约3个。")
    wrong = AbstractPair(id="b", candidate="投资13亿。", reference="落户2家", source="投资3亿。")
    report = score_abstracts([right, wrong])
    assert (report.rouge_1, report.rouge_2, report.rouge_l) == (0.5, 0.5, 0.5)
    assert (report.length, report.reference_length) == (5.5, 4.5)
    assert (report.numbers, report.numbers_not_in_source, report.numbers_covered) == (2, 1, 0.5)
    assert report.facts_not_in_source == 1 and report.facts > 1
    assert (report.word_rouge_1, report.longest_copied, report.repeated) == (0.5, 3.0, 0.0)
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
    found = briefing("d", [("座谈。", (), {})])
    abstract = Abstract(text="签约。", topic=TOPICS[1], evidence=())
    pairs = topic_pairs([gold], [replace(found, topic_abstracts={TOPICS[1]: abstract})])
    assert [pair.candidate for pair in pairs] == ["", "签约。"]
    assert score_abstracts(pairs).rouge_1 == 0.5
    assert whole_pairs([gold], [found]) == []
    assert abstract_report([gold], [found]) is None


def test_the_oracle_takes_the_sentences_that_are_most_like_the_reference() -> None:
    pair = AbstractPair(
        id="a",
        candidate="",
        reference="甲公司签约，落户丙地。",
        source="天气很好。甲公司签约。大家鼓掌。项目落户丙地。",
    )
    assert oracle_pair(pair).candidate == "甲公司签约。项目落户丙地。"
    assert oracle_pair(AbstractPair(id="a", candidate="", reference="甲", source="乙。")).candidate == ""


def test_repetition_and_the_longest_run() -> None:
    assert repeated_share(["甲乙丙丁甲乙丙丁", "一二三"]) == pytest.approx(1 / 5)
    assert longest_run("天甲乙丙，丁地", "甲乙丙丁") == 4
    assert longest_run("", "甲") == 0


def test_systems_are_compared_on_the_same_abstracts() -> None:
    good = [AbstractPair(id=str(i), candidate="签约三个", reference="签约三个", source="") for i in range(3)]
    bad = [replace(pair, candidate="天气") for pair in good]
    assert compare_abstracts(good, bad)["rouge_1"].better == 1.0
    assert compare_abstracts(good, good)["rouge_l"].value == 0.0
