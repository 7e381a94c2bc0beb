"""Words the visit record goes by, and what kind of organisation a name is."""

import re

from pipeline.summarizing.lexicon import words

CONTACTS = frozenset(("enterprise_visit", "university_cooperation"))
OUTCOMES = frozenset(("outcome_summary",))

GOVERNMENT, UNIVERSITY, INSTITUTE = "government", "university", "institute"
ENTERPRISE, ASSOCIATION, OTHER = "enterprise", "association", "other"
# Sides of a contact: the public one, the learned one, and business.
SIDES = {GOVERNMENT: "public", UNIVERSITY: "learned", INSTITUTE: "learned", OTHER: "learned"}
BUSINESS, PUBLIC, LEARNED = "business", "public", "learned"

_ENDINGS = (
    (UNIVERSITY, ("大学", "学院", "学校", "中学", "职教中心")),
    (INSTITUTE, ("研究院", "研究所", "科学院", "设计院", "工程院", "实验室")),
    (ASSOCIATION, ("商会", "协会", "学会", "联合会", "促进会", "工商联", "联盟")),
    (OTHER, ("医院", "基金会")),
    (
        GOVERNMENT,
        (
            "政府",
            "局",
            "厅",
            "委",
            "县",
            "市",
            "区",
            "省",
            "州",
            "镇",
            "乡",
            "办事处",
            "委员会",
            "常委会",
            "管委会",
            "科协",
            "村",
            "人大",
            "政协",
        ),
    ),
)


def kind_of(name: str) -> str:
    """What kind of organisation a name is by its ending; a name without any is a firm's."""
    return next((kind for kind, endings in _ENDINGS if name.endswith(endings)), ENTERPRISE)


def side_of(kind: str) -> str:
    """The side of a contact an organisation of a kind stands on."""
    return SIDES.get(kind, BUSINESS)


# Offices that show a side where no organisation stands before them.
BUSINESS_OFFICE = re.compile(
    "董事长|总经理|总裁|创始人|合伙人|总监|副总|厂长|行长|首席[执技运财]|董事|掌门人|经理|招聘主管|公司|集团|企业负责人|会长|理事长"
)
PUBLIC_OFFICE = re.compile(
    "[省市县区镇乡州旗]长|局长|厅长|省委|市委|县委|区委|镇党委|乡党委|党工委|管委会|统战部|[省市县区](?:人大|政协|政府|发改|工信|科技)|政委|村党|科协|工商联"
)
LEARNED_OFFICE = re.compile("校长|校党委|教授|院士|大学|学院|学校|学生|系主任|院长|所长|研究员|科研|教务|讲师")
# Nouns that stand for an organisation named before.
GENERIC_HEAD = re.compile(
    "(?:该|本|其|对方|我|两|多|各)?(?:公司|集团|企业|银行|总行|协会|商会|学校|学院|医院|研究院|研究所|大学|校|院|所|系|园区|厂|县里|市里|合作社)"
)
DEPARTMENT = re.compile("部|项目|产品|事业|处|科|室|中心|股|系|车间|队|组|区")

VISIT = words(
    "走访 访问 拜访 回访 到访 来到 走进 走入 抵达 前往 考察 调研 参观 会见 会晤 接见 接待 赴 拜会 探访 奔赴 看望 直奔"
)
MEET = words("与 同 和 对 会见 会晤 接见 接待 邀请 向 携手 联合 欢迎 由 祝贺")
FOLLOWS = words(
    "一行 客人 考察团 代表团 签署 签订 签约 签下 负责人 有关负责人 表示 介绍 提出 反映 来 到 总部 总行 董事 总经理"
)
MOVES = re.compile("率|带队|带领|会见|来|赴|到")
ATTENDANCE = re.compile(
    "(?:参加|陪同|随同|随行|出席|列席)(?:了)?(?:此次|上述)?(?:会见|会谈|座谈|座谈会|会议|活动|仪式|考察|调研|签约|签约仪式|揭牌仪式|接待)?(?:或参加座谈)?[。.]?$"
)
TOTAL = re.compile(
    "据统计|此行|此次(?:行程|活动|走访|出访|考察|北上|回访)|共走访|累计|今年以来|天(?:时间)?里|全年|行程(?:中|共)"
)
RELATIVE = re.compile("当天|当日|当晚|次日|翌日|第二天|第三天|同日|当[上下]午|日前|近日|前不久|昨[日天晚]|两周后")
SELF_LEARNED = re.compile(
    "我校|我院|我所|我系|来校|来院|到校|学校|校长|校党委|院领导|校领导|访企拓岗|大学[^与和]{0,8}(?:团队|校长)"
)
OWN_TITLE = re.compile("^[^与和赴见访]{0,14}(?:大学|学院|学校)")
SELF_PUBLIC = re.compile("我[省市县区镇]|市长|县长|区长|市委|县委|区委|省委|省长|局长")
