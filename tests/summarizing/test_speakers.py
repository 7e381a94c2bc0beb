"""Who speaks; see `pipeline.summarizing.speakers`."""

from pipeline.schema import Document, TaggedSentence
from pipeline.summarizing.speakers import with_speakers
from pipeline.text.sentences import split_sentences


def named(body: str) -> dict[int, str]:
    document = Document(id="d", source="", title="", body=body)
    return with_speakers([TaggedSentence(sentence=s, scores={}, topics=()) for s in split_sentences(document)])


def test_pronouns_and_wishes_take_the_name_of_the_speaker() -> None:
    body = (
        "座谈会上，副校长许知行对程望舒一行的到来表示欢迎。他表示，学校愿为海屿培养人才。学校有教授900人。"
        "希望双方尽快签约。程望舒感谢学校的支持。她还指出，海屿产业基础好。"
    )
    assert named(body) == {
        1: "许知行表示，学校愿为海屿培养人才。",
        3: "许知行希望双方尽快签约。",
        5: "程望舒还指出，海屿产业基础好。",
    }


def test_a_sentence_of_a_speech_says_whose_it_is() -> None:
    body = (
        "程望舒表示，海屿场地齐备。欢迎各地企业来海屿投资。要加快项目建设。双方将加强往来。\n欢迎各地企业来海屿投资。"
    )
    assert named(body) == {1: "程望舒表示，欢迎各地企业来海屿投资。", 2: "程望舒表示，要加快项目建设。"}
    assert named("程望舒指出，两国友谊深厚。中方愿同泰方深化合作。要求各部门抓好落实。") == {
        1: "程望舒表示，中方愿同泰方深化合作。",
        2: "程望舒要求各部门抓好落实。",
    }


def test_what_somebodys_school_or_firm_will_do_is_said_by_them() -> None:
    body = "许知行表示，学校重视合作。东江理工大学将派出专家。加强人才培养，共建实验室。此次签约是新的起点。"
    assert named(body) == {
        1: "许知行表示，东江理工大学将派出专家。",
        2: "许知行表示，加强人才培养，共建实验室。",
    }


def test_a_name_without_an_office_can_be_the_speakers() -> None:
    assert named("许知行首先感谢各位，他说川流不息。他希望双方尽快签约。")[1] == "许知行希望双方尽快签约。"


def test_a_foreigner_speaks_under_the_whole_name() -> None:
    assert named("副校长卡琳·莱曼德对合作表示赞赏。她谈到，东江风景很美。") == {1: "卡琳·莱曼德谈到，东江风景很美。"}


def test_who_is_welcomed_in_the_end_is_welcomed_by_the_speaker() -> None:
    body = "程望舒表示，海屿产业基础好。发展潜力仍然巨大，欢迎云拓公司继续深化合作。"
    assert named(body) == {1: "程望舒表示，发展潜力仍然巨大，欢迎云拓公司继续深化合作。"}


def test_where_it_is_not_clear_who_speaks_nobody_is_named() -> None:
    assert named("程望舒介绍了海屿的情况。\n希望双方尽快签约。") == {}  # another paragraph
    assert named("程望舒与校长许知行介绍了情况。他希望双方尽快签约。") == {}  # two persons
    assert named("程望舒介绍了情况。双方进行了交流。希望尽快签约。") == {}
    assert named("希望尽快签约。") == {}
    assert named("许知行介绍了情况。展览期间，多家企业前来洽谈，希望开展合作。") == {}  # the firms
    assert (
        named("许知行介绍了情况。区长表示，园区配套齐全。他希望双方尽快签约。") == {}
    )  # the district's head, not 许知行
    assert named("学院负责人对许知行教授的捐赠表示感谢。他说，这是善举。") == {}  # not he who was thanked


def test_a_pronoun_may_come_behind_a_setting_or_a_word_of_order() -> None:
    body = "许知行指出，改制意义重大。结合学校实际，他对下一步工作提出了要求。接着他介绍了研究院情况。"
    assert named(body) == {
        1: "结合学校实际，许知行对下一步工作提出了要求。",
        2: "许知行介绍了研究院情况。",
    }
    assert named("副校长许知行部署了下一步工作。他强调，时间紧迫。") == {1: "许知行强调，时间紧迫。"}
    assert named("副校长许知行陪同市长程望舒参观。他强调，时间紧迫。") == {}
    assert named("副校长许知行部署了工作。罗启明感谢学校，他强调，时间紧迫。") == {}  # Luo


def test_who_turns_to_somebody_speaks() -> None:
    body = "程望舒对许知行一行的来访表示欢迎。学校正在编制规划，希望贵校多提建议。争取早日签约。学习讲话精神是大事。"
    assert named(body) == {
        1: "程望舒表示，学校正在编制规划，希望贵校多提建议。",
        2: "程望舒表示，争取早日签约。",
    }
    assert named("程望舒代表学校对卡琳·莱曼德来访表示欢迎，并介绍情况。他希望早日签约。") == {1: "程望舒希望早日签约。"}
