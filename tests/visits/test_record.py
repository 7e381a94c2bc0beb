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
