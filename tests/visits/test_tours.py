import pytest

from pipeline.summarizing.naming import Host
from pipeline.visits.tours import find_tour
from tests.visits.material import OUTCOME, SCHOOL, VISIT, make_briefing

TRIP = [
    ("6月3日，松塘市委书记贺清源率团赴杭州市。", [VISIT, SCHOOL]),
    ("上午，贺清源走访青禾机器人公司，与董事长吴晓帆座谈。", [VISIT]),
    ("双方签署了供货协议。", [VISIT, OUTCOME]),
    ("当天，贺清源与海岳银行行长周远山会谈。", [VISIT]),
    ("在临安理工大学校地对接交流会上，临安理工大学校长冯若水介绍了学校情况。", [SCHOOL]),
]


def hosts(topic: str | None, rows: list[tuple[str, list[str]]] = TRIP) -> tuple[Host, ...]:
    briefing = make_briefing(rows)
    tour = find_tour(briefing.visits, briefing.sentences, topic)
    return tour.hosts if tour else ()


def test_whom_the_delegation_met_and_how() -> None:
    firm = Host(name="青禾机器人公司", deed="签署供货协议")
    bank, school = Host(name="海岳银行", talks="会谈"), Host(name="临安理工大学", talks="交流")
    assert hosts(None) == (firm, bank, school)
    assert hosts(VISIT) == (firm, bank)
    assert hosts(SCHOOL) == (school,)
    assert hosts(OUTCOME) == ()


def test_what_another_called_on_is_not_the_leaders() -> None:
    rows = [
        TRIP[0],
        ("上午，贺清源走访青禾机器人公司、云帆公司。", [VISIT]),
        ("下午，松塘市副市长林知远走访恒远公司。", [VISIT]),
    ]
    assert [host.name for host in hosts(VISIT, rows)] == ["青禾机器人公司", "云帆公司"]


def test_a_deed_of_several_is_nobodys() -> None:
    rows = [
        *TRIP[:3],
        ("下午，贺清源走访云帆公司，与董事长周远山座谈。", [VISIT]),
        ("双方签署了供货协议。", [VISIT, OUTCOME]),
    ]
    assert [host.deed for host in hosts(VISIT, rows)] == ["", ""]


def test_one_of_several_does_not_pass_for_the_only_one() -> None:
    rows = [TRIP[0], ("上午，贺清源走访青禾机器人公司。", [VISIT]), ("海岳银行行长周远山发来贺信。", [VISIT])]
    assert hosts(VISIT, rows[:2]) == (Host(name="青禾机器人公司"),)
    assert hosts(VISIT, rows) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "6月3日，青禾机器人公司董事长吴晓帆一行来松塘考察，松塘市委书记贺清源会见客人。",
        "6月3日，青禾机器人公司董事长吴晓帆拜访松塘市委书记贺清源。",
    ],
)
def test_a_guest_is_no_host(sentence: str) -> None:
    assert hosts(VISIT, [(sentence, [VISIT])]) == ()
