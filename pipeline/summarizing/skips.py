"""Which clauses of a sentence may be left out so that what stays is still a sentence, and still about the same subjects.

Rules over words of this genre; where they do not know, the clauses stay together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from pipeline.summarizing.brevity import DEEDS, persons
from pipeline.summarizing.courtesy import FAR
from pipeline.summarizing.grammar import (
    ABOUT,
    ANY_DAY,
    MORE,
    TALKED,
    WISHES,
    aims,
    breaks_off,
    names_persons,
    sets_scene,
    waits,
)
from pipeline.summarizing.lexicon import HAN, fold
from pipeline.summarizing.names import NameKind, names
from pipeline.summarizing.polish import only_speech
from pipeline.summarizing.speakers import SPEAKS
from pipeline.text.tidy import CLAUSE_END, CLOSING, FINAL, OPENING

# Beginnings of clauses that go on from the one right before them.
LEANS = re.compile(
    "并|以(?![上及])|从而|进而|并以此|使|让|其|该|此|这|那|但|而|却|则|也|还|又|再|均|都|且|前者|后者|分别|以及|及|等|是|为(?!了?[^，]*(?:，|颁|揭|授))|"
    "[二三四五六七八九]是|第[二三四五六]|其次|最后|另|同时|随后|之后|因此|所以|不仅|更|只|特别是|尤其是|包括|如|例如|即|至|到|共(?!同)|占|约|达|较|同比|累计|其余"
)
# What ends a clause behind which comes what somebody says, decides or finds: 双方商定, 院长冒雪松讲到, 方案明确.
SAYS_WHAT = re.compile(
    "(?:[讲谈说提写问]到|[说写问讲]道|说|(?<!演)讲|(?<![座会洽商面恳])谈|(?<![访慰询])问|(?<![查观参察])看|反思|商定|明确|回忆|点评|发现|了解到|获悉|显示|证明|表明|坦言|感慨|感叹|直言|提议|呼吁|承诺|决定|约定|规定|同意|确定|"
    "指示|嘱咐|叮嘱|告诉[^，]{0,6}|回答|答复|透露|预计|期待|期望|愿意?|相信|表态|总结|概括|补充|解释|追问|认定|判断|通报|部署|可以看到|据悉|据介绍|据统计|围坐一[圈起]|"
    "(?<![及同小临当届按])时|带队|领队|领着大家|一行|在场|在座|而言|来说|来讲|看来|[\\d两三四五六七八九十多数]年来|"
    "(?:认为|指出|强调)[^，。；的]{2,24}(?:建设|工作|发展|项目|基地|成果)|"
    "的(?:成功|顺利|圆满|正式)?(?:出版发行|举[办行]|召开|实施|成立|建成|启动|开展|开班|落[地户]|推出|发布|签[署约]|揭牌))$"
)
# What only opens a predicate: 会同教授团队, 率市直部门, 标志着作为行业特色型大学, 由许知行为项目负责人.
OPENS = re.compile(
    "(?:^|，)[^，。；]{0,30}(?:会同|联合|携同|率队?|率领|带领)(?![^，。；]*(?:赴|到|来|走访|考察|调研|参观|访问|拜访|开展|前往|召开|举[行办]|出席|参加|深入))[^，。；]*$"
    "|(?:标志着|意味着)(?:作为|随着|在)[^，。；]*$|(?:^|，)由[^，。；]*(?:为|任|担任)[^，。；]*$"
)
# Of those that come to a place and do nothing there, hardly anything is said.
ARRIVES = re.compile(
    "(?:来到|前往|赶赴|奔赴|抵达|走进|置身|到访|来访|深入(?![推贯开实学了交研探落人讨分挖打融宣剖解发细])|[赴到])(?![^，。；]*(?:考察|调研|走访|参观|座谈|访问|交流|开展|对接|洽谈|签|举[行办]|召开|出席|参加|拜访|慰问|"
    "检查|指导|看望|推介|培训|学习|商谈|会谈|洽商|招商|揭牌|进行|服务))[^，。；]*$"
)
# What all behind it may belong to: 了解了公司发展历程, 建成平台7个.
GOVERNS = re.compile("了解|听取|介绍|回顾|讲述|阐述|分析|汇报|通报|感受|学习|看到|听到")
# Anywhere in a clause: points at what is before it.
INSIDE = re.compile("该|这[一些种个项次]|其(?![他它中次实余])|此(?![次外前])")
FIRST = re.compile("(?:^|[，：])[^，。；]{0,10}(?:一[是要]|一方面|首先要?|第一(?:是|$))")  # of several
# What an about-clause waits for: 双方就校地合作，人才培养进行了交流.
DONE = re.compile(
    "(?:交流|探讨|洽谈|座谈|沟通|研讨|对接|磋商|讨论|协商|商讨|会谈|意见|共识|汇报|发言|报告|介绍|指导|培训|调研|考察|答疑|部署|安排|要求|交谈|协议|回答|解答)[^，]{0,6}$"
)
MEANS = re.compile("通过|采取|采用|利用|运用|(?<![自由服跟])从(?![事业此而中])")
WAYS = re.compile(
    "等(?:多种|各种|不同)?(?:方式|形式|途径|渠道|环节|举措|措施|手段)|[两二三四五六七八多]个?(?:方面|角度|层面|维度)"
)
HEARSAY = re.compile("据[^，]{1,6}|目前|此次|近年来")
BESIDES, ALSO = re.compile("除|不仅|不但"), re.compile("^[^，]{0,12}[也还]")
NO_SUBJECT = re.compile(
    "积极|进一步|深入|全面|加[强快大]|推[动进]|促进|开展|实现|帮|支持|参观|考察|走访|调研|新增|就|围绕|针对|在|对|向|为|与|从|以|将|按|据|通过|使|让|把|被|给|于|共|先后|分别|"
    "到|赴|来|前往|邀请|希望|愿|要|应|做|建|打造|深化|扩大|完成|取得|获"
)
# With what a clause goes on that has its subject from before: 参观生产线, 总投资12.6亿元.
DEED = re.compile(
    "(?:实地|现场|详细|深入|共同|联合|先后|分别|重点|认真|仔细|积极|集中|随机|已|正在|共)*"
    "(?:参观|考察|调研|走访|拜访|察看|查看|观看|了解|听取|座谈|会谈|交流|探讨|洽谈|研讨|对接|签|举[行办]|召开|开展|进行|组织|邀请|推介|宣讲|介绍|汇报|发言|致辞|讲话|作|做|提出|要求|强调|指出|"
    "表示|希望|建议|达成|确定|明确|商定|成立|设立|设[有在]?|建[成立设]?|揭牌|授牌|颁|发|捐|投|完成|实现|推[动进]|促进|带动|培训|培养|指导|解决|收集|梳理|引进|选派|聘|安排|提供|支持|服务|覆盖|总|"
    "金额|涉及|涵盖|展[示出]|出席|参[加会]|看望|慰问|赴|前往|来到|走进|[与和同跟就围向对将用]|打造|加[强快]|深化|拓展|助力|探索|形成|获|取得|荣获|入选|受聘|担任|见证|启动|落[户地]|开[工业设]|生产|招|"
    "收到|募集|期限|首[期批付]|年[产均]|其中|计划|预计|拟|力争)"
)
INTENDS = re.compile("达成[^，]{0,12}(?:意向|共识|一致)|商定|约定|计划|拟|打算")
OF_WHAT = re.compile(f"的[{HAN}]{{2,8}}$")  # …, 致力于升级的战略布局
# A clause that only says of the one before it what that is: 目的是学习经验.
IS_THAT = re.compile("必须|(?:其)?目的|就?是(?!否)|在于|旨在|对于?[^，]*(?:具有|意义|作用)|具有|有[利助]于")
MODAL = re.compile("[^，]{0,8}(?:要|应|须|愿|将|希望|欢迎|鼓励|支持|期待|建议)")
WITH = re.compile("[与和同跟](?!时|步)")
# What a clause has for its subject without being a name.
BODY = re.compile(
    "(?:[^，]{0,4}[日午晚天]|会[上后前]|期间|座谈会上|仪式上|活动中)?(?:双方|三方|各方|与会|会议|活动|仪式|大会|论坛|学校|我校|校方|学院|我院|企业|公司|集团|"
    "大家|他|她|\\d+余?[名位家]|研究[所院]|中心|团队|[课项]题?目?组|基地|园区|产业园|各地|代表团|考察团|考察组|调研组|调研团|代表们|专家|师生|学生|同学|老师|市委|市政府|县委|县政府|区委|区政府|省委|省政府|政府|项目|各[级地部方]|参会|来宾|嘉宾|[^，]{2,12}一行|[中俄美德法英日韩欧老哈乌泰印巴埃南]方)"
)
# What others do beside the one who acts: the subject stays who it was.
BESIDE = re.compile("(?:陪同|参加|出席|参与|接待|见证|主持|列席|随行|同行)[^，]{0,12}$")

# What a clause has that says something of somebody, and is no mere list of names: 公司总裁许知行、总监罗启明.
PREDICATE = re.compile(
    f"{TALKED.pattern}|{SPEAKS.pattern}|出席|参[加与会]|到(?!会)|来(?!自)|赴|举[行办]|召开|开[展工业设]|签|揭|达|成为|[获任]|受|"
    r"(?<!共)有(?![限关])|为(?!了)|是|将|建|了|会见|参观|结束|开幕|闭幕|挂牌|宣[布读]|发布|出版|拉开|合作(?!社)|走访|看望|慰问|陪同|主持|"
    r"见证|颁|授|捐|落[户地]|启动|入选|覆盖|带动|增|超|共[计有]|占|约|[\d.]+(?:万|亿)|%|同意|通过|完成|实现|推[动进]|促进"
)
# Behind which a colon and somebody's words would come: 园艺系主任龚荣高说到.
SPEAKING = re.compile("(?:[讲谈说提问]到|[说问讲]道|介绍说|坦言)。?$")
WHERE = re.compile(
    "^在[^，。；]{2,}$|(?<![设位建落坐放存处现实自旨意志好内外所])在(?![内场校读职于])[^，。；]{2,}"
    "(?:基地|中心|现场|公司|企业|集团|车间|学校|校区|会议室|工厂|园区|田间|合作社|[馆处局厅站所厂楼库港院市县区镇乡村])$"
)
# On what it depends whether the clause behind it holds: 只要母校召唤, 他一定回来.
CONDITION = re.compile("只[要有]|不管|如果|[若假]如?|即[使便]|无论|不论|除非|一旦")

NEAR = 8  # clauses that may be left out in one place


@dataclass(frozen=True)
class Parts:
    """The clauses of a tidied sentence, and how some of them may stand without the others."""

    text: str

    @cached_property
    def clauses(self) -> list[str]:
        """The clauses, without the marks that end them."""
        return CLAUSE_END.split(self.text.rstrip("。"))

    @cached_property
    def steps(self) -> list[list[int]]:
        """For each clause those that it may stand right behind; -1 for the beginning of the sentence."""
        depth = [0, *self._depths]  # in front of each clause
        return [
            [
                i
                for i in range(max(-1, j - 1 - NEAR), j)
                if i == j - 1 or (depth[i + 1] == depth[j] == 0 and self._may_step(i, j))
            ]
            for j in range(len(self.clauses))
        ]

    @cached_property
    def ends(self) -> list[bool]:
        """Whether the sentence can end with each of the clauses."""
        last = len(self.clauses) - 1
        return [
            (j == last and not SPEAKING.search(clause))
            or (
                j < last
                and depth == 0
                and may_end(clause)
                and not (self._goes_on(j) or self._about[j] or self._aiming[j])
            )
            for j, (clause, depth) in enumerate(zip(self.clauses, self._depths, strict=True))
        ]

    def joined(self, kept: Sequence[int]) -> str:
        """Some of the clauses as a sentence, with the marks that stand behind them."""
        text = ""
        for j, following in pairwise(kept):
            text += self.clauses[j] + ("；" if "；" in self._marks[j:following] else self._marks[j])
        last = self.clauses[kept[-1]]
        return text + (last if last.endswith(tuple(FINAL)) else last + "。")

    @cached_property
    def _marks(self) -> list[str]:
        """The marks between the clauses."""
        return [mark[0] for mark in CLAUSE_END.finditer(self.text.rstrip("。"))]

    @cached_property
    def _counts(self) -> int:
        """The clause that begins to count, 一要优化规划; the number of all if none does."""
        return next((j for j, clause in enumerate(self.clauses) if FIRST.search(clause)), len(self.clauses))

    @cached_property
    def _about(self) -> list[bool]:
        """Whether, behind each clause, one that says about what still waits for what was done, or a list of means for its end.

        双方就校地合作 waits for 进行了交流, 通过座谈 for 走访等方式.
        """
        found, waiting, listing = [], False, False
        for j, clause in enumerate(self.clauses):
            waiting = (waiting or ABOUT.search(clause) is not None) and not DONE.search(clause)
            listing = (listing or MEANS.search(clause) is not None) and not WAYS.search(clause)
            found.append(waiting or (listing and any(map(WAYS.search, self.clauses[j + 1 :]))))
        return found

    @cached_property
    def _aiming(self) -> list[bool]:
        """Whether each clause only says for what something is done: 为推进合作，全面掌握情况."""
        found, aiming = [], False
        for clause in self.clauses:
            aiming = not acts(clause) and (
                clause.startswith("为") if sets_scene(clause) else aiming and bool(MORE.match(clause))
            )
            found.append(aiming)
        return found

    @cached_property
    def bare(self) -> list[bool]:
        """Whether each of the clauses may be no more than names."""
        return [PREDICATE.search(clause) is None for clause in self.clauses]

    @cached_property
    def _depths(self) -> list[int]:
        """How many quotation marks and brackets are open behind each clause."""
        found, depth = [], 0
        for clause in self.clauses:
            depth += sum((c in OPENING) - (c in CLOSING) for c in clause)
            found.append(depth)
        return found

    def _goes_on(self, j: int) -> bool:
        """Whether the clauses behind a clause say what it is about, or the second of what it begins to count."""
        return bool(
            j >= self._counts
            or IS_THAT.match(self.clauses[j + 1])
            or only_speech(self.clauses[j + 1])
            or (GOVERNS.search(self.clauses[j]) and OF_WHAT.search(self.clauses[-1]) and not acts(self.clauses[-1]))
        )

    def _may_step(self, i: int, j: int) -> bool:
        clause, between = self.clauses[j], self.clauses[i + 1 : j]
        if i < 0:
            return may_begin(between, clause)
        if self._about[i]:
            return False
        if "；" in self._marks[i : j - 1] and (not acts(clause) or only_speech(self.clauses[i])):
            return False  # of another limb: 罗启明建议扩建；许知行认为可行，建议先试
        return may_follow(self.clauses[i], between, clause)


def may_begin(left_out: Sequence[str], clause: str) -> bool:
    """Whether a sentence may begin with a clause whose predecessors are left out: 副校长许知行介绍了学校情况."""
    if LEANS.match(clause) or not _person_acts(clause) or names_persons(left_out[-1]):
        return False
    if any(map(ANY_DAY.search, left_out)) or any(map(CONDITION.match, left_out)) or INSIDE.search(clause):
        return False
    return bool(SPEAKS.search(clause)) or all(map(waits, left_out))


def may_follow(before: str, left_out: Sequence[str], clause: str) -> bool:
    """Whether a clause may stand right behind another, with those between them left out."""
    if (
        sets_place(before)
        or breaks_off(before)
        or names_persons(left_out[-1])
        or aims(clause)
        or LEANS.match(clause)
        or INSIDE.search(clause)
        or any(map(CONDITION.match, left_out))
    ):
        return False
    if only_speech(before):
        return not any(MODAL.match(other) or only_speech(other) for other in left_out) and (
            acts(clause) or bool(MODAL.match(clause))
        )
    if GOVERNS.search(before) and not acts(clause):
        return False
    opened = any(rule.search(other) for other in left_out for rule in (GOVERNS, INTENDS, SPEAKS))
    if opened and not _person_acts(clause):
        return False
    if WITH.match(clause) and not (TALKED.search(clause) or "签" in clause or "共" in clause):
        return False
    if any(map(BESIDES.match, left_out)) and ALSO.search(clause):
        return False
    if not acts(clause) and (HEARSAY.fullmatch(before) or not DEED.match(clause)):
        return False
    return acts(clause) or not (
        breaks_off(left_out[-1]) or any(acts(other) and not BESIDE.search(other) for other in left_out)
    )


def sets_place(clause: str) -> bool:
    """Whether a clause says no more than where, or on what occasion: 在大连, 许知行应邀在云拓机器人合作社."""
    where = WHERE.search(clause)
    return where is not None and PREDICATE.search(where[0]) is None


def may_end(clause: str) -> bool:
    """Whether a sentence can end with a clause though its source goes on."""
    return not (
        sets_place(clause)
        or breaks_off(clause)
        or only_speech(clause)
        or any(rule.search(clause) for rule in (SAYS_WHAT, OPENS, ARRIVES))
    )


@lru_cache(4096)
def acts(clause: str) -> bool:
    """Whether a clause has a subject of its own."""
    if BODY.match(clause) or clause.startswith("由") or _person_acts(clause):
        return True
    if NO_SUBJECT.match(clause):
        return False
    folded = fold(clause)
    bodies = [n.end for n in names(folded) if n.start == 0 and n.kind in (NameKind.ORGANISATION, NameKind.PLACE)]
    return any(folded[end : end + 1] not in ("的", "、", "") for end in bodies)


@lru_cache(4096)
def _person_acts(clause: str) -> bool:
    """Whether a person, perhaps with an office, is the subject of a clause."""
    first = persons(clause)[:1]
    before = clause[: first[0][0]] if first else ""
    return (
        bool(first)
        and len(before) < FAR
        and first[0][1] < len(clause)
        and not (DEEDS.search(before) or WISHES.match(before))
    )
