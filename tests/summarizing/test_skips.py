"""Which clauses may be left out of a sentence; see `pipeline.summarizing.skips`."""

import pytest

from pipeline.summarizing.skips import Parts


def kept(text: str, *numbers: int) -> bool:
    """Whether some clauses of a sentence may stand without the others."""
    parts = Parts(text)
    steps = [-1, *numbers]
    return all(i in parts.steps[j] for i, j in zip(steps, numbers, strict=False)) and parts.ends[numbers[-1]]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3月18日，程望舒率队走访云拓机器人公司，参观生产线，与董事长罗启明座谈。", (0, 1, 3)),  # same subject
        ("程望舒率队走访云拓机器人公司，副市长周以宁陪同，参观了生产线。", (0, 2)),  # who goes along changes nothing
        ("座谈会上，罗启明介绍了公司情况，程望舒表示海屿将提供支持。", (2,)),  # a person who acts can begin
        ("双方签署协议，项目总投资12.6亿元，一期用地183亩。", (0,)),
        ("学校签署协议，总投资12.6亿元，学校将派出专家6名。", (0, 2)),  # says anew of whom it speaks
        ("程望舒走访“云拓，明天”展厅，参观生产线，与罗启明座谈。", (0, 1, 3)),
    ],
)
def test_what_may_be_left_out(text: str, numbers: tuple[int, ...]) -> None:
    assert kept(text, *numbers)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("程望舒走访公司，罗启明介绍情况，并表示愿到海屿投资建厂。", (0, 2)),  # it was Luo who is willing
        ("程望舒走访公司，公司年产机器人3万台，产品销往20国。", (0, 2)),
        ("双方就人才培养，科技攻关，成果转化进行了交流。", (0, 2)),  # waits for what it is about
        ("程望舒走访公司，深入车间，以推动项目落地。", (0, 2)),  # an aim belongs to what is right before it
        ("程望舒表示，海屿场地齐备，其电价低于邻市。", (0, 2)),
        ("程望舒走访“云拓，明天”展厅，参观生产线。", (0,)),  # inside quotation marks
        ("程望舒指出，产业是根基，人才是关键，学校大有可为。", (2, 3)),  # who says so?
        ("参观生产线，与罗启明座谈，双方签署协议。", (1, 2)),  # who talked?
        ("走访结束后，程望舒主持召开座谈会。", (0,)),
        ("双方商定，共建研究院。", (0,)),  # what?
        ("院长许知行讲到，学校大有可为。", (0,)),
        ("罗启明建议增设课程；许知行认为基础薄弱，建议开设讲座。", (0, 2)),  # it was Xu who asked for lectures
        ("程望舒走访云拓机器人公司，与其达成意向，双方共建研究院。", (0, 2)),  # so far it is only meant
        ("代表团交流经验，了解了公司发展历程，建成通道7条。", (0, 2)),  # the company built them
        ("程望舒表示，海屿要做好规划，推进合作。", (0, 2)),
        ("程望舒率市直部门负责人，到公司考察。", (0,)),
        ("程望舒一行来到云拓机器人公司，参观生产线。", (0,)),  # and what did they do?
        ("程望舒介绍了海屿的产业，科教和人才的发展情况。", (0,)),
        ("许知行强调，选派教师研修，目的是学习经验。", (0, 1)),
        ("尤其对学生而言，实践不可缺少。", (0,)),
        ("双方就校地合作，人才培养，进行了交流，许知行出席。", (0, 1)),  # what did they do about it?
        ("许知行强调，一要优化规划，合理安排实验室，二要健全制度。", (0, 1, 2)),  # one of two
        ("罗启明介绍公司情况，时值果实膨大期，程望舒了解了该阶段的技术。", (0, 2)),
        ("许知行介绍情况，表示学校重视合作，希望加强往来，双方能深化合作。", (0, 3)),  # it was hoped for
        ("脱贫攻坚期，党支部在许知行带领下，积极帮扶昭岭县。", (0, 2)),
        ("据介绍，今年支出超过30万亿元；新增债券11万亿元。", (0, 2)),
        ("一行来到养殖场，调研了防疫，并提出建议。", (0, 2)),
        ("座谈会上，程望舒介绍公司情况，时值果实膨大期，许知行教授介绍了该阶段的技术。", (3,)),
        ("据悉，学院签订了协议，成为首批服务站之一。", (0, 2)),  # who became one?
        ("许知行指出，除了育种，加工业也有新格局。", (0, 2)),
        ("一行考察示范基地，120亩小麦正值孕穗期，长势良好。", (0, 2)),  # the wheat thrives
        ("18日下午，在远汇银行总行，双方签署协议。", (0, 1)),
        ("研究生院组织的12名博士生，到海屿市开展调研。", (0,)),
        ("程望舒应东江理工大学之邀，到校座谈。", (0,)),
        ("会上，12名代表谈了体会，对照先进找差距，逐一发言。", (0, 2)),  # who spoke?
        ("许知行于1985年创办研究所，研究所秉持开放宗旨，邀请学者讲学。", (0, 2)),  # the institute invites them
        ("程望舒谈了三点：第一，做好规划，强化服务。", (0, 1)),
        ("“明年将在海屿举办学术会议”，许知行表示。", (0,)),  # who says so?
        ("许知行强调，要建好粮仓，必须走科技之路。", (0, 1)),
        ("在大连，程望舒前往东江理工大学，调研科技创新，到云拓公司了解情况。", (0, 2)),  # who?
        ("在云拓机器人专业合作社，理事长罗启明介绍了情况。", (0,)),
        ("许知行从为什么要办学，怎样办学，如何育人三个方面作了介绍。", (0,)),
        ("程望舒介绍了学校情况，希望卡琳·莱曼德受聘后，加强沟通。", (1, 2)),  # who hopes so?
        ("专家点评了工作，一致认为我校示范基地建设，较好地完成了任务。", (0, 1)),
        ("在访谈环节，园艺系主任罗启明说到。", (0, 1)),
        ("据悉，为进一步推进合作，全面了解企业需求，海屿市组建了顾问团。", (0, 1, 2)),
        ("许知行应邀在海屿市农业服务中心，为农户讲课。", (0,)),
        ("3月18日，在东江理工大学建校60周年纪念日当天，研究院揭牌。", (0, 1)),
        ("许知行表示，希望通过此次交流，程望舒一行给予学校更多指导。", (0, 2)),  # it is a wish
        ("许知行指出，学校基础良好，他希望，双方早日签约。", (0, 3)),
        ("首个订单班的成功开班，为合作铺平道路。", (0,)),
        ("学校通过教研室会议，教师座谈，个别约谈等方式开展调研。", (0, 1)),
        ("许知行表示，无论走到哪里，只要学校有需要，他都会回来。", (0, 3)),
        ("许知行说，有针对性地开展培训，对于提高安全水平具有重要意义。", (0, 1)),
    ],
)
def test_what_may_not(text: str, numbers: tuple[int, ...]) -> None:
    assert not kept(text, *numbers)


def test_clauses_come_together_with_the_marks_between_them() -> None:
    parts = Parts("3月18日，程望舒走访公司；参观车间，与罗启明座谈。")
    assert parts.joined((0, 1, 3)) == "3月18日，程望舒走访公司；与罗启明座谈。"
    assert parts.joined((0, 3)) == "3月18日；与罗启明座谈。"  # what parts limbs still parts them
    assert Parts("加油！").joined((0,)) == "加油！"
    assert parts.joined((0, 1)) == "3月18日，程望舒走访公司。"
    assert parts.joined((0, 1, 2, 3)) == parts.text
