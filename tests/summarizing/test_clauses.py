"""Sentences put together from clauses that were taken from several."""

import pytest

from pipeline.summarizing.grammar import closed, waits, with_whole_lists, without_then
from tests.summarizing.test_checking import checked, reasons

ROWS = [
    "6月3日，松塘市副市长贺清源一行来校调研，双方就校地合作进行深入交流。",
    "校长冯若水表示，作为沿海的中心城市，松塘市人才需求很大，学校将扩大招生。",
    "希望双方加强合作，建好实习基地。",
    "副校长周远山主持座谈会，决定尽快签署备忘录，以推动项目早日落地。",
]
EVENT = "6月3日，松塘市副市长贺清源一行来校调研"


def test_where_a_sentence_of_the_source_begins_one_begins() -> None:
    assert checked(f"{EVENT}，副校长周远山主持座谈会。", ROWS).text == f"{EVENT}。副校长周远山主持座谈会。"
    assert checked(ROWS[0], ROWS).text == ROWS[0]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"{EVENT}，双方就校地合作。", ["双方就校地合作。"]),
        (f"{EVENT}。校长冯若水表示，作为沿海的中心城市。", ["作为沿海的中心城市。", "校长冯若水表示，"]),
        (f"{EVENT}。校长冯若水表示。", ["校长冯若水表示。"]),
        (f"{EVENT}。希望双方加强合作，建好实习基地。", ["希望双方加强合作，", "建好实习基地。"]),
        (f"{EVENT}。副校长周远山主持座谈会，以推动项目早日落地。", ["以推动项目早日落地。"]),
    ],
)
def test_what_cannot_stand_alone_goes(text: str, gone: list[str]) -> None:
    abstract = checked(text, ROWS)
    assert reasons(abstract) == [(clause, "subject") for clause in gone]
    assert abstract.text.startswith(EVENT)
    assert not any(clause in abstract.text for clause in gone)


def test_a_wish_stays_behind_whose_it_is() -> None:
    text = "校长冯若水表示，学校将扩大招生。希望双方加强合作，建好实习基地。"
    assert checked(text, ROWS).text == text


def test_a_text_does_not_begin_with_a_word_that_points_back() -> None:
    rows = ["当日，贺清源来校调研。", "随后，双方签署合作协议。"]
    assert checked("随后，双方签署合作协议。", rows).text == "双方签署合作协议。"
    assert (
        checked("当日，贺清源来校调研。随后，双方签署合作协议。", rows).text
        == "贺清源来校调研。随后，双方签署合作协议。"
    )


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("双方围绕校地合作，", True),
        ("双方围绕校地合作进行深入交流，", False),
        ("为进一步推动合作，", True),
        ("2月15日下午，", True),
        ("随着项目推进，", True),
        ("贺清源就职，", False),
        ("双方签署协议。", False),
    ],
)
def test_which_clauses_wait(clause: str, expected: bool) -> None:
    assert waits(clause) is expected


def test_a_clause_that_sets_the_stage_is_closed() -> None:
    assert waits("副校长周远山走访研究院期间，")
    assert closed("副校长周远山走访研究院期间，") == "副校长周远山走访研究院，"
    assert closed("双方就校地合作，") == "双方就校地合作，"
    assert without_then("双方签署协议。") == "双方签署协议。"


def test_a_scene_belongs_to_whom_it_is_set_for() -> None:
    whole = "校长冯若水表示，作为沿海的中心城市，松塘市人才需求很大。"
    assert checked(whole, ROWS).text == whole
    assert (
        checked("校长冯若水表示，作为沿海的中心城市，学校将扩大招生。", ROWS).text == "校长冯若水表示，学校将扩大招生。"
    )


def test_a_short_clause_that_begins_a_sentence_begins_one() -> None:
    rows = ["3月3日，双方深入座谈。", "2月15日，县委书记贺清源来校调研。"]
    assert checked("3月3日，双方深入座谈，2月15日，县委书记贺清源来校调研。", rows).text == "".join(rows)


def test_a_text_that_lost_its_date_gets_it_back() -> None:
    rows = ["为进一步推动合作，4月20日下午，县委书记贺清源带队走访松塘学院。", "双方签署合作协议。"]
    abstract = checked("县委书记贺清源带队走访松塘学院。双方签署合作协议。", rows)
    assert abstract.text == "4月20日下午，县委书记贺清源带队走访松塘学院。双方签署合作协议。"
    assert [evidence.sentences for evidence in abstract.evidence] == [(0,), (1,)]
    assert checked("双方签署合作协议。", rows).text == "双方签署合作协议。"


def test_a_list_that_says_how_many_has_so_many() -> None:
    source = ["5月18日,专家组前往昭平、雷河、美姚三县开展培训。", "甲乡、乙乡两乡受灾。"]
    assert with_whole_lists("专家组前往昭平、美姚三县开展培训。", source) == "专家组前往昭平、雷河、美姚三县开展培训。"
    for text in (
        "专家组前往昭平、雷河、美姚三县。",
        "甲乡、乙乡两乡受灾。",
        "前往东山、西山三县。",
        "深圳、上海两地。",
    ):
        assert with_whole_lists(text, source) == text
