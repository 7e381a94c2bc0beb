import subprocess
import sys

import pytest

from pipeline.schema import Mention, Person
from tests.visits.material import OUTCOME, ROWS, SCHOOL, VISIT, make_briefing


def text(mention: Mention | None) -> str:
    return mention.text if mention else ""


def said(people: tuple[Person, ...]) -> list[tuple[str, str]]:
    return [(text(person.office), person.name.text) for person in people]


def test_a_row_for_each_organisation_met() -> None:
    firm, school = make_briefing().visits
    assert (firm.organisation.text, firm.kind, text(firm.date), text(firm.place)) == (
        "青禾机器人公司",
        "enterprise",
        "6月3日上午",
        "杭州",
    )
    assert said(firm.who) == [("松塘市委书记", "贺清源")]
    assert said(firm.met) == [("董事长", "吴晓帆")]
    assert text(firm.matter) == "共建装配基地"
    assert [(o.kind, o.mention.text) for o in firm.outcomes] == [("agreement", "投资框架协议"), ("amount", "3.2亿元")]
    assert (school.organisation.text, school.kind) == ("临安理工大学", "university")
    assert school.date is None  # 次日 is no date
    assert said(school.met) == [("副校长", "冯若水")]
    assert school.outcomes == ()


def test_every_cell_stands_in_its_sentence() -> None:
    briefing = make_briefing()
    for visit in briefing.visits:
        people = [m for p in (*visit.who, *visit.met) for m in (p.name, p.office)]
        outcomes = [outcome.mention for outcome in visit.outcomes]
        for mention in filter(None, [visit.date, visit.place, visit.organisation, visit.matter, *people, *outcomes]):
            assert briefing.document.body[mention.start : mention.end] == mention.text
            sentence = briefing.sentences[mention.sentence].sentence
            assert sentence.start <= mention.start < mention.end <= sentence.end


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("青禾机器人公司去年产值增长两成。", [])],
        [("青禾机器人公司的产品销往各地。", [VISIT])],
        [("全市企业家座谈，大家畅所欲言。", [VISIT])],
    ],
)
def test_mention_is_not_contact(rows: list[tuple[str, list[str]]]) -> None:
    assert make_briefing(rows).visits == ()


def test_a_university_that_reports_meets_the_government() -> None:
    rows = [
        ("5月8日，临安理工大学校长冯若水率队赴松塘县，与松塘县委书记贺清源座谈。", [SCHOOL]),
        ("会上签订校地合作协议。", [SCHOOL, OUTCOME]),
    ]
    (visit,) = make_briefing(rows, "校长冯若水赴松塘县调研").visits
    assert (visit.organisation.text, visit.kind) == ("松塘县", "government")
    assert [name for _, name in said(visit.who)] == ["冯若水"]
    assert [name for _, name in said(visit.met)] == ["贺清源"]


def test_what_sums_up_the_trip_belongs_to_no_row() -> None:
    rows = [*ROWS[:1], ("此行共走访企业9家，签订投资协议4份，总投资20亿元。", [VISIT, OUTCOME])]
    assert [visit.outcomes for visit in make_briefing(rows).visits] == [()]


def test_of_several_firms_each_keeps_its_own() -> None:
    rows = [
        ("6月5日，市长贺清源先后来到云帆智控、海岳环保两家企业。", [VISIT]),
        ("云帆智控签订供货合同，金额80万元；海岳环保签订用地协议。", [VISIT, OUTCOME]),
    ]
    visits = make_briefing(rows).visits
    assert [v.organisation.text for v in visits] == ["云帆智控", "海岳环保"]
    assert [[o.mention.text for o in v.outcomes] for v in visits] == [["供货合同", "80万元"], ["用地协议"]]


def test_a_firm_named_twice_in_a_sentence_is_one_party() -> None:
    rows = [("6月5日，市长贺清源走访青禾机器人公司，与青禾机器人公司董事长吴晓帆签订供货合同。", [VISIT, OUTCOME])]
    (visit,) = make_briefing(rows).visits
    assert [outcome.mention.text for outcome in visit.outcomes] == ["供货合同"]


def test_the_cost_grows_with_the_length_and_not_faster() -> None:
    """Function calls, not time: of a document four times as long, with four times as many firms and persons."""

    heads, tails = "青蓝紫赤金银铜铁松柏桐槐梅兰竹菊鹰雁鹤鸥", "帆舟桥塔亭楼阁台泉溪潭瀑岩岭峰谷晨霞霜虹"

    def calls(firms: int) -> int:
        names = [head + tail for head in heads for tail in tails][:firms]
        rows = [
            (f"{1 + at % 28}日，市长贺清源走访{name}公司，与{name}公司总经理赵{name}座谈。", [VISIT])
            for at, name in enumerate(names)
        ]
        count = 0

        def see(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event == "call"

        make_briefing(rows)  # what is compiled and cached once does not count
        sys.setprofile(see)
        try:
            briefing = make_briefing(rows)
        finally:
            sys.setprofile(None)
        assert len(briefing.visits) == firms
        return count

    assert calls(400) < 5 * calls(100)


def test_attendance_is_not_acting() -> None:
    rows = [*ROWS[:1], ("副市长沈月明参加活动。", [])]
    assert said(make_briefing(rows).visits[0].who) == [("松塘市委书记", "贺清源")]


def test_the_record_needs_no_torch() -> None:
    code = "import sys, pipeline.visits.record; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("sentence", "organisation"),
    [
        ("6月3日，市委书记贺清源会见云帆和盛科技发展有限公司董事长吴晓帆。", "云帆和盛科技发展有限公司"),
        ("6月3日，市委书记贺清源会见松川同茂投资管理咨询有限公司董事长吴晓帆。", "松川同茂投资管理咨询有限公司"),
        ("6月3日，市委书记贺清源会见青禾光电（松川）有限公司总经理吴晓帆。", "青禾光电（松川）有限公司"),
        ("6月3日，市委书记贺清源走访课题承担单位青禾农业科技有限公司。", "青禾农业科技有限公司"),
    ],
)
def test_a_firm_has_its_whole_name(sentence: str, organisation: str) -> None:
    (visit,) = make_briefing([(sentence, [VISIT])]).visits
    assert visit.organisation.text == organisation


@pytest.mark.parametrize(
    ("title", "organisation"),
    [
        ("松塘市委常委、青溪新区区委书记", "青溪新区"),
        ("松塘市市委书记", "松塘市"),
        ("柳坪镇镇长", "柳坪镇"),
        ("松塘经济技术开发区工委委员、管委会副主任", "松塘经济技术开发区"),
        ("松塘市工业和信息化局副局长", "松塘市工业和信息化局"),
        ("松塘市政协副主席", "松塘市政协"),
        ("组织部部长、松塘市高教园区党工委书记", "松塘市"),
    ],
)
def test_a_guest_of_a_university_comes_from_the_body_of_the_last_post(title: str, organisation: str) -> None:
    rows = [(f"5月8日，{title}贺清源一行来校调研，校长冯若水会见客人。", [SCHOOL])]
    (visit,) = make_briefing(rows, "贺清源一行来校调研").visits
    assert (visit.organisation.text, visit.kind) == (organisation, "government")
    assert [name for _, name in said(visit.met)] == ["贺清源"]


def test_a_firm_that_came_along_was_not_met() -> None:
    rows = [
        ("6月3日，市委书记贺清源会见云帆集团董事长吴晓帆，云帆集团与松塘投资公司签订合资协议。", [VISIT, OUTCOME]),
        ("市发展改革委、市工信局、松塘投资公司主要负责人参加会见。", [VISIT]),
    ]
    (visit,) = make_briefing(rows).visits
    assert visit.organisation.text == "云帆集团"
    assert [outcome.mention.text for outcome in visit.outcomes] == ["合资协议"]


@pytest.mark.parametrize(
    "sentence",
    [
        "青禾公司董事长吴晓帆对贺清源一行到访表示欢迎。",
        "校友回访企业，走访用人单位，双方就相关问题与有关学院做了交流。",
        "贺清源一行走访松塘校区大学生创业中心。",
        "副校长冯若水会见客人，科研院、园艺学院、食品学院等相关负责人出席。",
        "市工信局副局长贺清源率队带领松塘市的60多家企业来校招聘。",
    ],
)
def test_other_words_are_no_organisation(sentence: str) -> None:
    found = [visit.organisation.text for visit in make_briefing([(sentence, [VISIT, SCHOOL])]).visits]
    assert set(found) <= {"青禾公司", "市工信局"}


@pytest.mark.parametrize(
    "words", ["首先详细介绍", "主任重点介绍", "董事长依次介绍", "会上，书记关于科研工作的意见指出"]
)
def test_adverbs_are_no_persons(words: str) -> None:
    rows = [("6月3日，松塘市委书记贺清源走访青禾公司。", [VISIT]), (f"{words}了情况。", [VISIT])]
    (visit,) = make_briefing(rows).visits
    assert [person.name.text for person in (*visit.who, *visit.met)] == ["贺清源"]
