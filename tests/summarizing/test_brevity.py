"""Long lists cut short; see `pipeline.summarizing.brevity`."""

import pytest

from pipeline.summarizing.brevity import without_long_lists, without_series


@pytest.mark.parametrize(
    ("sentence", "shorter"),
    [
        (  # the last has no name
            "3月18日，海屿市委书记程望舒率市委常委、秘书长周以宁，副市长孟知远，市发改委主任罗启明及相关部门负责人赴深圳考察。",
            "3月18日，海屿市委书记程望舒率市委常委、秘书长周以宁，副市长孟知远等赴深圳考察。",
        ),
        (  # some without an office, and more behind a verb
            "东江理工大学副校长许知行、周桐、郑立群，校党委常委孟知远，海屿市副市长罗启明参加座谈，双方签署协议。",
            "东江理工大学副校长许知行、周桐等参加座谈，双方签署协议。",
        ),
        (  # two words of honour, a count
            "材料学院许知行教授、周以宁副教授、孟知远研究员、郑立群博士和学生代表一行12人应邀到访。",
            "材料学院许知行教授、周以宁副教授等一行12人应邀到访。",
        ),
        (  # surnames on no list
            "海屿县委书记程望舒，县委常委、组织部部长尼玛，副县长扎西，县委办主任洛桑出席，县总工会主席罗启明主持。",
            "海屿县委书记程望舒，县委常委、组织部部长尼玛等出席，县总工会主席罗启明主持。",
        ),
        (  # what they did is kept
            "副市长许知行，农学院党委书记周桐、院长郑立群、副院长孟知远、处长罗启明等为中心揭牌，留学生代表到场观礼。",
            "副市长许知行，农学院党委书记周桐等为中心揭牌，留学生代表到场观礼。",
        ),
        (
            "程望舒率海屿县委办、教育局、水利局、农业农村局、自然资源局一行到云拓公司调研。",
            "程望舒率海屿县委办、教育局等一行到云拓公司调研。",
        ),
        (
            "科研院、就业指导中心、机械与动力学院、材料学院有关负责同志参加。",
            "科研院、就业指导中心等负责同志参加。",
        ),
    ],
)
def test_of_a_long_list_two_are_left(sentence: str, shorter: str) -> None:
    assert without_long_lists(sentence) == shorter


@pytest.mark.parametrize(
    ("sentence", "shorter"),
    [
        (
            "学校与海屿市人社局、海屿市教育局、东江职业学院共同创建的工作站在海屿成立。",
            "学校与海屿市人社局等共同创建的工作站在海屿成立。",
        ),
        (
            "学院与云拓机器人公司、华泓医药集团（海屿）、远汇银行以及青禾公司等11家企业进行了交流。",
            "学院与云拓机器人公司等11家企业进行了交流。",
        ),
        ("学校与云拓公司、远汇银行共同签署协议。", None),  # two
        ("双方在教学、科研、服务等领域开展合作。", None),  # hardly shorter
    ],
)
def test_of_a_series_one_is_left_where_need_be(sentence: str, shorter: str | None) -> None:
    assert without_series(sentence) == (shorter or sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "海屿市副市长罗启明、东江理工大学副校长许知行、云拓公司总裁郑立群共同揭牌。",  # hardly shorter
        "程望舒先后走访深圳云拓机器人公司、华泓医药集团、远汇银行上海分行、深圳市海屿商会。",  # firms that were met
        "程望舒会见罗启明董事长，并与副市长许知行考察园区，听取党政办主任周以宁介绍情况。",  # persons who do different things
        "双方将在人才培养、科技创新、成果转化、平台建设等方面开展合作。",
        "来自东江理工大学、海屿学院、云拓研究院、华泓大学等高校的校领导出席。",
        "科研院、材料学院、机械学院、云拓机器人公司、华泓医药集团等企业负责人参加座谈。",
        "公司总裁罗启明、董事长周以宁、副总裁詹姆斯·雅各布到访。",
        "党委常委、组织部部长程望舒，党委常委、校长助理、统战部部长许知行参加。",  # 助理 is no name
        "副市长许知行、周桐、郑立群，会见了企业代表，签署协议。",  # what they did stands behind the list
    ],
)
def test_other_lists_stay(sentence: str) -> None:
    assert without_long_lists(sentence) == sentence
