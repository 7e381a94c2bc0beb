import pytest

from pipeline.summarizing.naming import Host, Tour, with_hosts

FIRMS = (Host(name="青禾机器人公司"), Host(name="松川商会"), Host(name="海岳银行", talks="会谈"))
SET_OUT = "6月3日，松塘市委书记贺清源率团赴杭州市，推介营商环境。活动签约项目4个。"


def tour(*hosts: Host, walked: bool = True, signed: dict[str, str] | None = None) -> Tour:
    return Tour(leader="贺清源", hosts=hosts or FIRMS, walked=walked, signed=signed or {})


def test_hosts_come_behind_the_clause_that_sets_out() -> None:
    assert with_hosts(SET_OUT, tour(), 160) == (
        "6月3日，松塘市委书记贺清源率团赴杭州市，走访青禾机器人公司、松川商会，与海岳银行会谈，推介营商环境。活动签约项目4个。"
    )


def test_what_follows_in_the_sentence_makes_room_then_hosts_do() -> None:
    full = with_hosts(SET_OUT, tour(), 160)
    without = with_hosts(SET_OUT, tour(), len(full) - 1)
    assert without == full.replace("，推介营商环境", "")
    fewer = with_hosts(SET_OUT, tour(), len(without) - 1)
    assert "走访青禾机器人公司、松川商会" in fewer and "海岳银行" not in fewer
    assert with_hosts(SET_OUT, tour(), len(SET_OUT)) == SET_OUT


def test_a_clause_that_names_a_host_makes_no_room() -> None:
    text = SET_OUT.replace("推介营商环境", "其间在松川商会推介营商环境")
    full = with_hosts(text, tour(), 160)
    assert "与海岳银行会谈，其间在松川商会" in full
    assert with_hosts(text, tour(), len(full) - 1) == text


def test_a_clause_that_only_says_when_is_not_left_at_the_end() -> None:
    text = "6月3日，松塘市委书记贺清源率团赴杭州市，4日上午，走进车间看生产、问销路、听企业家对松塘的意见。"
    assert with_hosts(text, tour(), 70).endswith("，与海岳银行会谈。")


@pytest.mark.parametrize(
    "text",
    [
        "贺清源走访青禾机器人公司、松川商会，与海岳银行会谈。",
        "6月3日，青禾机器人公司与松塘市签约。",
        "贺清源赴杭州走访青禾机器人集团有限公司、松川商会，与海岳银行会谈。",
        "贺清源介绍了营商环境。",
        "6月3日，在贺清源带领下，松塘企业家走进车间。",
        "6月3日，贺清源率团抵达杭州市。",  # where not all of them are
    ],
)
def test_a_text_that_names_them_or_does_not_set_out_stays(text: str) -> None:
    assert with_hosts(text, tour(), 160) == text


def test_more_hosts_than_a_list_takes_end_in_and_others() -> None:
    many = [Host(name=f"{name}公司") for name in ("青禾", "云帆", "海岳", "松川", "柳坪")]
    assert "走访青禾公司、云帆公司、海岳公司、松川公司等，推介" in with_hosts(SET_OUT, tour(*many), 160)


def test_the_verb_is_the_documents_and_not_said_twice() -> None:
    assert "先后到青禾机器人公司、松川商会" in with_hosts(SET_OUT, tour(walked=False), 160)
    walked = SET_OUT.replace("赴杭州市", "走访杭州企业")
    assert "走访杭州企业，先后到青禾机器人公司" in with_hosts(walked, tour(), 160)
    assert with_hosts(SET_OUT, tour(Host(name="松川商会"), walked=False), 160) == SET_OUT  # it would say too little
    assert "，与松川商会座谈，" in with_hosts(SET_OUT, tour(Host(name="松川商会", talks="座谈"), walked=False), 160)
    received = SET_OUT.replace("率团赴杭州市", "会见杭州企业家一行")
    assert with_hosts(received, tour(), 160) == received  # who receives does not set out


def test_who_signed_stands_in_the_place_of_both_sides() -> None:
    signed = {"签署供货协议": "青禾机器人公司"}
    assert with_hosts("双方签署供货协议。", tour(signed=signed), 160) == "与青禾机器人公司签署供货协议。"
    led = tour(signed=signed)
    assert (
        with_hosts(f"{led.leader}到访，双方签署供货协议。", led, 160)
        == f"{led.leader}到访，与青禾机器人公司签署供货协议。"
    )
    technicians = "青禾技术团队到市里踏勘，双方签署供货协议。"
    assert with_hosts(technicians, led, 160) == technicians  # the team did not sign with its own firm
    by_others = "吴晓帆、周远山代表双方签署供货协议。"
    assert with_hosts(by_others, tour(signed=signed), 160) == by_others
    deed = Host(name="青禾机器人公司", deed="签署供货协议")
    found = with_hosts(SET_OUT, tour(deed, FIRMS[1], signed=signed), 160)
    assert "走访松川商会，与青禾机器人公司签署供货协议，推介" in found
