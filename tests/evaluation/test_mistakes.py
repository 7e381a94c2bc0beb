from dataclasses import replace

import pytest

from pipeline.config import TopicConfig
from pipeline.evaluation.gold import Judged, judge
from pipeline.evaluation.mistakes import escape, find_mistakes, mistakes_page
from tests.conftest import TOPICS, make_gold
from tests.evaluation.material import NAMED, briefing

ROWS = [("一<b>。", TOPICS[:1]), ("二*。\n", ()), ("三。", ()), ("四。", TOPICS[1:2])]
GOLD = [make_gold(ROWS, "doc_1")]


def make_judged() -> Judged:
    scores = [(0.4, 0.0), (0.9, 0.1), (0.1, 0.1), (0.2, 0.7)]
    given = [(), TOPICS[:1], (), TOPICS[1:2]]
    sentences = [
        (text, topics, dict(zip(TOPICS, (*pair, 0.0), strict=True)))
        for (text, _), topics, pair in zip(ROWS, given, scores, strict=True)
    ]
    return judge(GOLD, [briefing("doc_1", sentences).sentences], TOPICS)


def test_the_surest_errors_come_first_with_their_neighbours() -> None:
    first, second = find_mistakes(make_judged(), GOLD)
    assert (first.index, first.gold, first.predicted) == (1, (), TOPICS[:1])
    assert (first.before, first.after) == ("一<b>。", "三。")
    assert (second.index, second.before) == (0, "")
    assert (first.confidence, second.confidence) == (pytest.approx(0.9), pytest.approx(0.6))


def test_the_page_names_topics_and_escapes_what_it_quotes() -> None:
    page = mistakes_page(find_mistakes(make_judged(), GOLD), 4, NAMED)
    assert "4 句中有 2 句的主题不全对" in page
    assert "## 1. doc\\_1, 第 2 句，把握 0.90" in page
    assert "- 标注: 无主题\n- 预测: 走访\n- 分数: 走访 0.90, 校地 0.10, 成果 0.00\n" in page
    assert "> 上文: 一\\<b\\>。\n>\n> 本句: 二\\*。\n>\n> 下文: 三。\n" in page
    english = mistakes_page(find_mistakes(make_judged(), GOLD), 4, NAMED, "en")
    assert "- Gold: no topic\n- Predicted: enterprise\\_visit\n" in english


def test_a_page_without_mistakes_says_so() -> None:
    judged = make_judged()
    right = replace(judged, predicted=judged.labels > 0)
    assert find_mistakes(right, GOLD) == []
    assert "4 句中有 0 句" in mistakes_page([], 4, [TopicConfig(id="a", name="甲")])


def test_markup_in_text_is_shown_and_not_done() -> None:
    assert escape("# a_b <i>\n&lt; [x](y) `z`") == "\\# a\\_b \\<i\\> &amp;lt; \\[x\\](y) \\`z\\`"
