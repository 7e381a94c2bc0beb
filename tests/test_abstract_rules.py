import pytest

from pipeline.abstract_rules import abstract_faults, foreign_names, foreign_stretches

TEXT = (
    "3月18日，海屿市委书记程望舒率队到云拓机器人公司考察，与董事长罗启明座谈。"
    "罗启明介绍，公司现有员工1,260人，去年产值12.6亿元，比上年增长8%。"
    "程望舒说，海屿的场地和电力都已备齐，希望企业把三条总装线放到北方。"
    "双方签署AGV项目投资协议，总投资九亿元。"
)


def no_word(_: str) -> bool:
    return False


def faults(abstract: str, text: str = TEXT, *, topic: bool = True) -> str:
    return "; ".join(abstract_faults(abstract, text, no_word, topic=topic))


@pytest.mark.parametrize(
    ("length", "text_length", "topic", "fits"),
    [
        (79, 400, False, False),
        (80, 400, False, True),
        (160, 400, False, True),
        (161, 4000, False, False),
        (133, 399, False, True),
        (134, 399, False, False),
        (80, 100, True, True),
        (81, 4000, True, False),
    ],
)
def test_abstracts_have_their_length(length: int, text_length: int, topic: bool, fits: bool) -> None:
    found = faults("谈" * (length - 1) + "。", "谈" * text_length, topic=topic)
    assert ("characters" not in found) == fits


@pytest.mark.parametrize(
    ("abstract", "fault"),
    [
        ("双方签署投资协议", "does not end with 。"),
        ("双方签署\n投资协议。", "is not one line"),
        ("双方签署,投资协议。", "half-width"),
        ("双方签署 投资协议。", "stray spaces"),
        ('"双方"签署投资协议。', "half-width"),
        ("3月19日，双方签署投资协议。", "number 19日"),
        ("员工1260人。", "number 1260"),
        ("产值12亿元。", "number 12亿"),
        ("产值12.6元。", "number 12.6 "),
        ("增长8个百分点。", "number 8 "),
        ("三家总装线。", "number 三家"),
        ("总投资十九亿元。", "number 十九亿"),
        ("双方签署AG项目投资协议。", "word AG "),
        ("总经理罗启明介绍。", "总经理 is not"),
        ("云拓机器人集团产值12.6亿元。", "集团 is not"),
        ("海岭市委书记程望舒率队考察。", "海岭市 is neither"),
        ("董事长罗启光座谈。", "董事长罗启光 is not"),
    ],
)
def test_faults_of_abstracts_are_found(abstract: str, fault: str) -> None:
    assert fault in faults(abstract)


def test_the_form_a_number_has_in_the_text_is_fine() -> None:
    assert not faults("员工1,260人，去年产值12.6亿元，增长8%，三条总装线，总投资九亿元。")


def test_own_words_may_be_those_that_others_use() -> None:
    abstract = "罗启明热烈座谈。"
    assert foreign_stretches(abstract, TEXT, no_word) == ["明热烈座"]
    assert not foreign_stretches(abstract, TEXT, {"热烈"}.__contains__)


def test_an_office_may_be_followed_by_its_name_or_a_verb_only() -> None:
    assert not foreign_names("董事长罗启明与书记程望舒座谈，书记在会上讲话。", TEXT, {"讲话"}.__contains__)
    assert foreign_names("董事长罗望舒座谈。", TEXT, no_word) == ["董事长罗望舒"]
    assert foreign_names("书记程望光率队。", TEXT, {"率队"}.__contains__) == ["书记程望光"]
