"""Which sentences an abstract takes as they stand; see `pipeline.summarizing.extract`."""

import time
from dataclasses import replace

import numpy as np
import pytest

from pipeline.schema import Joints, SalientClause
from pipeline.summarizing.brevity import without_series
from pipeline.summarizing.cleaning import cleaned
from pipeline.summarizing.extract import FREE, candidates, entire, extracted, told
from pipeline.summarizing.grammar import breaks_off, leans
from pipeline.summarizing.purpose import without_purpose
from pipeline.summarizing.select import Chosen
from pipeline.text.tidy import clause_spans, tidy
from tests.conftest import make_tagged

VISIT = "enterprise_visit"
TEXTS = (
    "3月18日，程望舒率队走访云拓机器人公司，与董事长罗启明座谈。",
    "该公司的场地、电力、用工已备齐。",
    "双方签署投资合作协议，总投资12.6亿元。",
    "会上，海屿市与东江理工大学共建技术转移中心，副市长周以宁、局长孟知远，校长许知行一同揭牌。",
)


def chosen(texts: tuple[str, ...] = TEXTS) -> Chosen:
    return Chosen(tuple(make_tagged([(text, []) for text in texts])), texts)


def said(read: Chosen, named: dict[int, str]) -> list[str]:
    """What may be had of sentences that are all judged alike."""
    return [one.parts.text for one in told(read, named, {None: np.ones(len(read.texts), np.float32)})]


def abstract(texts: tuple[str, ...], *salience: float, most: int, least: int = 0) -> str | None:
    """What is taken of sentences whose clauses all belong as much in the abstract."""
    found = told(chosen(texts), {}, {None: np.array(salience, np.float32)})
    taken = extracted(candidates(found, None), least, most)
    return taken.text if taken else None


def test_what_belongs_in_the_abstract_stands_in_the_order_of_the_document() -> None:
    assert abstract(TEXTS, 0.6, 0.1, 0.9, 0.2, most=55) == TEXTS[0] + TEXTS[2]
    assert abstract(TEXTS[1:], 0.1, 0.9, 0.2, most=30) == TEXTS[2]  # 10 characters left say nothing
    assert abstract(TEXTS, 0.6, 0.1, 0.9, 0.2, most=30) == TEXTS[0][:20] + "。"  # who 双方 are should be said before


def test_what_leans_on_the_sentence_before_it_comes_with_that_or_not_at_all() -> None:
    assert abstract(TEXTS, 0.5, 0.9, 0.1, 0.1, most=51) == TEXTS[0] + TEXTS[1]
    assert abstract(TEXTS[1:2], 0.9, most=51) is None
    assert (
        abstract((TEXTS[0], "", TEXTS[1]), 0.5, 0.9, 0.9, most=51) == TEXTS[0]
    )  # nothing is left of the one before it


def test_an_abstract_without_a_day_begins_with_the_sentence_that_says_it() -> None:
    weights, room = (0.3, 0.1, 0.9, 0.8), len(TEXTS[2]) + len(TEXTS[3]) + 3
    assert abstract(TEXTS[1:], *weights[1:], most=room) == TEXTS[2] + TEXTS[3]
    assert (abstract(TEXTS, *weights, most=room) or "").startswith("3月18日，程望舒率队走访云拓机器人公司。" + TEXTS[2])
    assert abstract(TEXTS, *weights, most=len(TEXTS[2]) + 1) == TEXTS[2]  # the event does not fit


def test_what_hardly_belongs_in_an_abstract_is_taken_only_if_it_is_too_short() -> None:
    assert abstract(TEXTS, 0.6, 0.15, 0.05, 0.02, most=100) == TEXTS[0]
    assert abstract(TEXTS, 0.6, 0.15, 0.05, 0.02, most=100, least=40) == TEXTS[0] + TEXTS[1]
    assert abstract(TEXTS, 0.6, 0.15, 0.05, 0.02, most=100, least=60) == TEXTS[0] + TEXTS[1] + TEXTS[2] + (
        "会上，海屿市与东江理工大学共建技术转移中心。"
    )


def test_each_character_is_known_by_its_sentence() -> None:
    found = told(chosen(), {}, {None: np.array([0.6, 0.1, 0.9, 0.2], np.float32)})
    taken = extracted(candidates(found, None), 0, 55)
    assert taken is not None
    assert list(taken.sentences) == [0] * len(TEXTS[0]) + [2] * len(TEXTS[2])


def test_of_little_all_is_told() -> None:
    texts = (TEXTS[0], "此外，双方还与远汇银行达成意向。", "随后，许知行到访。")
    found = told(chosen(texts), {2: "随后，校长许知行到访。"}, {None: np.zeros(3, np.float32)})
    some = [one for one in candidates(found, None) if one.place != 0]
    taken = entire(some)
    assert taken is not None and taken.text == "双方与远汇银行达成意向。随后，校长许知行到访。"
    assert list(taken.sentences) == [1] * 12 + [2] * 11
    assert entire([]) is None


def test_where_nothing_can_stand_there_is_no_abstract() -> None:
    long = "海屿市委书记程望舒，市委常委、秘书长周以宁，副市长孟知远走访了云拓机器人公司。"
    assert abstract((long,), 0.9, most=30) is None
    assert abstract(("程望舒对各位的到来表示欢迎。",), 0.9, most=30) is None  # courtesy only
    assert extracted([], 0, 30) is None


def test_clauses_keep_their_salience_where_the_sentence_was_changed() -> None:
    text = "为深化合作，海屿市副市长周以宁、科技局局长孟知远、发改委主任罗启明、人社局局长郑立群到访，天气很好。"
    (tagged,) = make_tagged([(text, [])])
    spans = clause_spans(text)
    tagged = replace(
        tagged,
        clauses=tuple(
            SalientClause(start=a, end=b, salience={None: p}) for (a, b), p in zip(spans, (0.1, 0.8, 0.3), strict=True)
        ),
    )
    (one,) = told(Chosen((tagged,), (text,)), {})
    assert one.parts.text == "海屿市副市长周以宁、科技局局长孟知远等到访，天气很好。"
    assert one.salience[None] == pytest.approx([0.8, 0.3])
    (named,) = told(Chosen((tagged,), (text,)), {0: "程望舒说，天气很好。"})
    assert named.salience[None] == pytest.approx([0.0, 0.3])  # nobody knows of what was not there
    assert candidates([one], VISIT) == []  # it is not about that
    assert one.joints == []
    rows = [Joints(ends=p, begins=p, leaves=p, resumes=p, points=p) for p in (1.0, 2.0, 3.0)]
    joined = replace(tagged, clauses=tuple(map(lambda c, j: replace(c, joints=j), tagged.clauses, rows)))
    (one,) = told(Chosen((joined,), (text,)), {})
    assert one.joints == [pytest.approx(rows[1]), pytest.approx(rows[2])]
    assert candidates([one], None)[0].joints == one.joints
    (named,) = told(Chosen((joined,), (text,)), {0: "程望舒说，天气很好。"})
    assert named.joints == [FREE, pytest.approx(rows[2])]
    (named,) = told(Chosen((joined,), (text,)), {0: "海屿市副市长周以宁到访，天气很好。"})
    assert named.joints == [pytest.approx(rows[1]._replace(points=FREE.points)), pytest.approx(rows[2])]


def test_what_is_taken_is_told_as_an_abstract_may_have_it() -> None:
    long = "为深化合作，海屿市副市长周以宁、科技局局长孟知远、发改委主任罗启明、人社局局长郑立群到访。"
    texts = (long, TEXTS[1], TEXTS[2])
    assert said(chosen(texts), {1: "程望舒说，海屿的场地和电力都已备齐。"}) == [
        "海屿市副市长周以宁、科技局局长孟知远等到访。",
        "程望舒说，海屿的场地和电力都已备齐。",
        TEXTS[2],
    ]
    cut = Chosen(chosen().sentences, (TEXTS[0], "他说。", *TEXTS[2:]))
    assert said(cut, {1: "程望舒说，海屿的场地和电力都已备齐。"})[1] == "他说。"  # not more of it than was chosen


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        (
            "为深入贯彻会议精神，推动校地合作走深走实，程望舒率队走访东江理工大学材料学院。",
            "程望舒率队走访东江理工大学材料学院。",
        ),
        (
            "3月18日，为落实有关部署，程望舒率队走访东江理工大学材料学院。",
            "3月18日，程望舒率队走访东江理工大学材料学院。",
        ),
        ("根据上级要求，程望舒率队走访东江理工大学材料学院。", "程望舒率队走访东江理工大学材料学院。"),
        ("根据协议，双方将共建研究院，聘请教授6名。", None),  # says on what it rests
        ("为进一步加强合作，双方座谈。", None),  # hardly anything left
        ("为企业解决难题17项，为学校引进人才6名。", None),
        (  # as far as somebody acts, or to the day
            "为落实会议精神，坚持开放办学，深入实施人才战略，了解企业需求，3月18日，程望舒率队走访云拓机器人公司。",
            "3月18日，程望舒率队走访云拓机器人公司。",
        ),
        ("为加强合作，改进和优化管理方式，海屿市科技局召开校地成果对接会。", "海屿市科技局召开校地成果对接会。"),
        (
            "为服务地方，深入开展技术服务17次，培训农户410余人次。",
            "深入开展技术服务17次，培训农户410余人次。",
        ),  # what was done
    ],
)
def test_aims_that_open_a_sentence_go(sentence: str, rest: str | None) -> None:
    assert without_purpose(sentence) == (rest or sentence)


@pytest.mark.parametrize(
    "clause",
    [
        "商会将以校园招聘为契机",
        "程望舒希望依托学校的人才优势",
        "并通过布产业、强服务",
        "眼下在云拓公司的生产基地",
        "来自各地的100多位嘉宾",
        "技术经理徐彬告诉记者",
        "副校长许知行、周以宁",
        "为进一步加强合作",
        "她强调，一要统筹规划",
        "副校长许知行谈到，先进行业务合作",
        "当听到合作取得进展后",
        "在云拓机器人研究院",
        "副市长周以宁等的陪同下",
        "双方自2012年签署协议以来",
        "除了新项目的推进",
        "面对海屿发展的新需求",
        "签约不是终点",
        "并到云拓机器人有限公司",
        "本次合作是推进校地融合发展",
        "3月18日，由海屿市科技局主办",
        "许知行以“开放办学”为题",
        "专家团赠送了由许知行教授组织",
        "许知行在1998年的开学典礼上",
        "为期3天的博览会上",
        "学院以乡村治理为切入点",
    ],
)
def test_clauses_that_cannot_end_a_sentence(clause: str) -> None:
    assert breaks_off(clause)


@pytest.mark.parametrize(
    "clause",
    [
        "项目通过省级验收",
        "双方在上海签署协议",
        "程望舒与罗启明座谈",
        "代表团走访企业9家",
        "总投资12.6亿元",
        "双方先后签署协议",
        "企业负责售后",
        "一行来到云拓机器人有限公司",
        "本次合作是推进校地融合的举措",
    ],
)
def test_clauses_that_can(clause: str) -> None:
    assert not breaks_off(clause)


@pytest.mark.parametrize(
    ("sentence", "leaning"),
    [
        ("目前，已建成车间三座。", True),  # where?
        ("目前，海屿市已建成车间三座。", False),
        ("目前确定了机器人、药材等5个方向。", True),
        ("根据协议，将共建研究院。", True),
        ("程望舒来到这座园区。", True),
        ("本项目组将继续开展试验。", True),
        ("应云拓机器人公司邀请，程望舒到访。", False),
        ("因业务发展需要，集团招聘27名。", False),
        ("各部门要抓好落实。", True),
        ("四年期间，她走访企业17家。", True),
        ("团队走访企业17家。", True),
        ("海屿团队走访企业17家。", False),
        ("联合云拓公司研制喷药机1台。", True),
        ("联合国官员到访海屿。", False),
    ],
)
def test_sentences_that_lean_on_the_one_before_them(sentence: str, *, leaning: bool) -> None:
    assert leans(sentence) == leaning


def test_what_points_at_a_sentence_that_was_not_taken_is_mended_or_not_taken() -> None:
    first = TEXTS[0].removeprefix("3月18日，")
    texts = (first, "随后，程望舒出席海屿市校地合作推进会。", "随后来到青禾机器人公司，察看展厅。")
    assert abstract(texts, 0.9, 0.1, 0.1, most=45) == first
    assert abstract(texts, 0.1, 0.9, 0.1, most=40) == texts[1][3:]
    assert abstract(texts, 0.9, 0.9, 0.1, most=60) == first + texts[1]
    assert abstract(texts, 0.9, 0.1, 0.9, most=44) == first  # who came there?
    assert abstract(texts, 0.1, 0.9, 0.9, most=44) == texts[1][3:] + texts[2]
    signed = (first, "签约仪式结束后，程望舒出席海屿市校地合作推进会。")
    assert abstract(signed, 0.1, 0.9, most=40) == signed[1][8:]
    assert abstract(signed, 0.9, 0.9, most=60) == "".join(signed)
    also = (first, "程望舒还走访了远汇银行海屿分行。")
    assert abstract(also, 0.1, 0.9, most=30) == "程望舒走访了远汇银行海屿分行。"
    assert abstract(also, 0.9, 0.9, most=60) == "".join(also)


def test_what_stands_twice_is_told_once() -> None:
    assert said(chosen((TEXTS[0], TEXTS[2], TEXTS[0])), {}) == [TEXTS[0], TEXTS[2]]


def test_a_list_that_nothing_ends_takes_no_time() -> None:
    text = "程望舒走访公司，副市长周以宁、科技局局长孟知远、发改委主任罗启明、人社局局长郑立群出席，" * 200
    (tagged,) = make_tagged([(text, [])])
    clauses = tuple(SalientClause(start=a, end=b, salience={None: 0.5}) for a, b in clause_spans(text))
    started = time.process_time()
    (one,) = told(Chosen((replace(tagged, clauses=clauses),), (tidy(text),)), {})
    assert set(one.salience[None]) == {0.5} and len(one.salience[None]) == len(one.parts.clauses)
    assert extracted(candidates([one], None), 0, 160)
    assert time.process_time() - started < 5  # aligned character by character it took half a minute


def test_what_nothing_ends_is_cleaned_and_shortened_in_no_time() -> None:
    started = time.process_time()
    assert cleaned("海屿市" * 5000 + "。") == "海屿市" * 5000 + "。"
    assert len(without_series("海屿公司、" * 2000 + "完")) == 10_001
    assert time.process_time() - started < 3  # with every length of what stands before a blank tried, five seconds


def test_who_he_is_must_be_known() -> None:
    texts = ("双方进行交流，现场气氛热烈。", "他表示，海屿的场地和电力都已备齐。")
    assert said(chosen(texts), {}) == [texts[0]]
    assert said(chosen(texts), {1: "程望舒表示，海屿的场地和电力都已备齐。"})[1].startswith("程望舒")


def test_short_names_that_are_not_used_go() -> None:
    long = "青禾机器人有限公司（以下简称“青禾公司”）与海屿市签署协议。"
    assert abstract((long,), 0.9, most=60) == "青禾机器人有限公司与海屿市签署协议。"
    both = (long, "青禾公司将在海屿建设生产线。")
    assert abstract(both, 0.9, 0.9, most=60) == "".join(both)


def test_pictures_and_lists_twice_cut_short_go() -> None:
    read = Chosen(
        tuple(make_tagged([("双方座谈，并合影留念。", []), ("程望舒等负责人等首先出席。", [])])),
        ("双方座谈，并合影留念。", "程望舒等负责人等首先出席。"),
    )
    assert said(read, {}) == ["双方座谈。", "程望舒等出席。"]


def test_captions_that_run_into_a_sentence_go() -> None:
    tagged = make_tagged([("座谈现场 3月18日，程望舒到访云拓机器人公司。", [])])
    read = Chosen(tuple(tagged), ("座谈现场 3月18日，程望舒到访云拓机器人公司。",))
    assert said(read, {}) == ["3月18日，程望舒到访云拓机器人公司。"]


def test_one_of_several_and_a_speaker_alone_are_not_told() -> None:
    texts = (TEXTS[0], "程望舒提出要求，一是加强领导。", "二是抓好落实。", "“一个月要有一篇。”", "市委书记程望舒说。")
    assert said(chosen(texts), {}) == [texts[0], texts[2], texts[3]]
    assert said(chosen((TEXTS[0], "程望舒提出三点要求：一要抓好落实。")), {}) == [TEXTS[0]]
    whole = "程望舒提出要求，一是加强领导，二是抓好落实。"
    assert said(chosen((whole, TEXTS[1])), {}) == [whole, TEXTS[1]]
