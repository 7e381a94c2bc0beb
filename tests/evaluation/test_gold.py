import pytest

from pipeline.evaluation.gold import gold_arrays, judge, without_furniture
from tests.conftest import TOPICS, make_gold, make_tagged


def test_a_sentence_taken_for_furniture_counts_as_predicted_empty() -> None:
    gold = make_gold([("双方座谈。", ["enterprise_visit"]), ("来源：某报。", ["enterprise_visit"])], "d")
    tagged = make_tagged([("双方座谈。", ["enterprise_visit"])])
    labels, scores, predicted = gold_arrays([gold], [tagged], TOPICS)
    assert labels[:, 0].tolist() == [1, 1]
    assert predicted[:, 0].tolist() == [True, False]
    assert scores[:, 0].tolist() == pytest.approx([0.9, 0.0])


def test_sentences_know_their_document_and_place() -> None:
    rows = [("一。", []), ("二。", []), ("三。", [])]
    gold = [make_gold(rows[:1], "a"), make_gold([], "b"), make_gold(rows[1:], "c")]
    judged = judge(gold, [make_tagged(rows[:1]), [], make_tagged(rows[1:])], TOPICS)
    assert judged.document.tolist() == [0, 2, 2]
    assert judged.position.tolist() == [0.5, 0.25, 0.75]
    assert (judged.documents, judged.topics) == (3, TOPICS)


def test_furniture_is_what_the_reader_finds_in_the_raw_text() -> None:
    gold = make_gold([("市长到恒远公司考察，与董事长座谈，了解生产经营情况。", []), ("\n编辑：某某", [])], "d")
    (span,) = without_furniture(gold).document.furniture
    assert gold.document.body[span.start : span.end] == "编辑：某某"
