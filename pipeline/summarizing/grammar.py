"""Whether clauses taken from several sentences still make sentences: which need another clause, where a new sentence begins.

Rules over words that cannot stand alone in this genre; a clause they do not know is taken for whole.
"""

import re
from collections.abc import Sequence

from pipeline.summarizing.evidence import CLAUSE_MARKS
from pipeline.summarizing.lexicon import HAN
from pipeline.summarizing.names import NameKind, ends_in_person, names
from pipeline.text.tidy import CLOSING

ABOUT = re.compile("(?:就|围绕|针对)(?!近|职|业|绪|餐|读|诊|地)([^，。；]*)$")
TALKED = re.compile(
    "座谈|交流|探讨|洽谈|沟通|研讨|对接|磋商|讨论|协商|商讨|会谈|会商|会晤|交换|介绍|汇报|发言|致辞|讲话|报告|调研|考察|培训|指导|进行|开展|展开|"
    "达成|提出|签|部署|表示|强调|指出|要求|分享|解答|咨询|询问|提问|回答|(?<![合工协操])作[了出]|做[了出好]|谈|说|讲|建言|献策|研究(?![专院所生中课项基成方领平])|研判|检查|参观|走访|解决"
)
# A clause that only sets the stage for the next one, or gives the aim of the one before.
OPENS = re.compile(
    "作为|随着|为了|为(?:进一步|深入|贯彻|认真|落实|推动|推进|促进|加快|深化|加强|切实|更好|做好|充分)|在[^，。；]{2,30}(?:之际|过程中|基础上|背景下|指导下|陪同下)$"
)
WITH_WHAT = re.compile("[将要]以[^，。；]*(?:成效|举措|姿态|精神|态度|力度|担当|作风|面貌|优势|感)$")
TOWARDS = re.compile(
    "^(?!.*(?:谢|表示|希望)).*对[^，。；]*(?:支持|帮助|关心|厚爱|到访|到来|来访|莅临)$"
)  # and who says thanks for it?
WHEN = re.compile(
    r"[\d年月日号上下午晚初底至、—~-]+|随后|会[上前后]|期间|当[天日]|同日|今年|去年|[今近]年以?来|近日|日前|目前"
)
STAGE = re.compile("(.*(?:走访|调研|考察|访问|参加|出席|举行|召开|来到|赴).*)(?:期间|之际)")
AIMS = re.compile("(?:以|从而|进而|并以此)(?:推动|促进|实现|确保|加快|更好|期|此)")
WISHES = re.compile("希望|期待|愿|建议|感谢|要求")
THEN = re.compile(
    "(?:(?:座谈|见面|对接|推进)?会[议谈]?[上中]|[仪活][式动][上中]|当日|当天|同日|随后|随即|接着|会前|会后|此前|期间|其间)，?"
)
# A day that stands by itself in a sentence: 4月20日下午,党委书记带队走访.
DAY = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:(?:至|-|—|~)(?:\d{1,2}月)?\d{1,2}日)?(?:[上下]午|晚上?)?(?=,)")
ANY_DAY = re.compile(r"\d月|\d日")
# A list that says how many it has: 昭平、雷河、美姚三县.
_ITEM = rf"[{HAN}]{{2,8}}?"
COUNTED = re.compile(
    rf"(?P<list>(?:{_ITEM}、)+{_ITEM}(?:和{_ITEM})?)(?P<count>[二两三四五六七八九])(?P<what>[县市区镇乡村省州国校方家所地])(?![{HAN}]?级)"
)
COUNTS = {"二": 2, "两": 2, **{digit: number for number, digit in enumerate("三四五六七八九", 3)}}
# Beginnings of sentences that say little without the sentence before them: of whom, who speaks, who wishes.
LEANING = re.compile(
    "(?:[^，。]{2,10}，)?[他她]|——|其|该|希(?![望腊伯])|对此|这(?!次|一?个[^，。]{0,2}[季年月周天])|此外|此前|为此|同时|[一二三四五]是|希望|期待|期望|愿|并|而(?!今)|但|我(?![校院市县区省国州所厂部局司])"
    "|(?!.{0,40}(?:表示|指出|强调|说|认为|要求|提出|谈到))[^，。]{0,12}(?:(?<![供反相对适响])应(?![^，。]{2,40}邀请)|(?<![需主重只首不纪必简摘])要|须|也将|愿)"
    "(?![急点件闻素案职求邀变对用约聘届])|便是|原来，|根据协议|团队|实践团|小组|队员|专家[团组]|(?:联合|会同|携手|共同)(?![^，。]{0,6}(?:国|会|体|主|创|办|利|富裕))"
    "|(?:[^，。]{1,14}，){1,2}这[个些一种项]"
    "|[^，。]{0,20}(?:[这该](?:[座家项所支条款片]|公司|企业|项目|产业|园区|基地|平台|中心|校|院|团队|课题)|本(?:项目|课题|平台|团队)|整个(?:园区|项目|基地|产业))"
)
# How the clauses begin that a purpose goes on with: 为落实部署，推动合作.
GOES_ON = (
    "落实|推动|推进|促进|加快|进一步|深化|加强|提升|提高|助力|搭建|实现|服务|打造|贯彻|积极|拓宽|共同|切实|着力|巩固|"
    "拓展|强化|做好|增强"
)
# More that a purpose goes on with; a deed may begin so as well, so it counts only before a day or before somebody who acts.
MORE = re.compile(
    f"(?:{GOES_ON}|深入|全面|充分|扎实|有效|持续|不断|帮助|响应|引导|激发|激励|培养|培育|弘扬|传承|发扬|发挥|解决|满足|适应|"
    "增进|深刻|准确|改进|优化|完善|健全|构建|建立|形成|凝聚|展现|展示|突出|丰富|更好|了解|学习|摸清|掌握|检验|营造|团结|鼓励|"
    "支持|保障|坚持|立足|确保|让|使|用好|抓[好实牢]|讲好|总结|交流|探索|创新|创建|汇聚|挖掘|破解|补齐|聚焦|紧扣|践行|牢记|感悟|感受|"
    "体验|领略|领会|宣传|普及|推广|规范|防范|化解|维护|降低|减少|缓解|改善|畅通|密切|延伸|吸引|引进|争取|夯实|筑牢|厚植|锻炼|"
    "赋能|顺应|对接|同时|走近|关心|关爱|聆听|锤炼|追寻|重温|传递|助推|做[大强]|提振)"
)
NOW = re.compile("(?:目前|当前|现在|如今|眼下|截至目前)(?!为止)，?")
BODIES = (NameKind.PLACE, NameKind.ORGANISATION)
# A clause that says by what means, where or from what occasion, and not yet what.
CUT = re.compile(
    "(?:依托|借助|凭借|立足|随着|根据|按照|利用|结合)[^，。；]{3,}$"
    "|通过(?![^，。；]*(?:评审|验收|鉴定|认证|认定|审核|审批|决议|方案|办法|考核))[^，。；]*$"
    "|以[^，。；]*为(?:契机|抓手|目标|导向|基础|核心|重点|引领|主线|依托|载体|平台|突破口|切入点|主题|题)$"
    "|(?:典礼|仪式|[会节赛]|论坛|致辞|讲话|报告|发言)[上中]$"
    "|(?:^|，)[^，。；]{0,4}在[^，。；]*(?:基地|中心|环节|现场|公司|企业|车间|学校|校区|会议室|期间|方面|领域|工厂|园区|田间|院|[上中下里前后时内])$"
    "|(?:^|，)[^，。；]{0,4}在(?![^，。；]*(?:召开|举[行办]|开[展工业]|成立|签|揭|设|建|走访|考察|调研|参观|访问|发布|颁|生产|推进|进行|落户))[^，。；]*"
    "[行局厅部馆处镇村市县区城站所会厂楼院园库港]$"
    "|之邀$|邀请下?$|经[^，。；]*(?:联系|推荐|牵线|批准|授权)$|[了过]由[^，。；的]*$"
    "|(?:^|，)由[^，。；]*(?:主办|承办|协办|举办|牵头|带队)$"
    "|作为[^，。；]*$|(?:一道|一起|一同)$|在[^，。；]*(?:当天|当日|前夕|间隙)$|是[^，。；]*[中上里]$"
    "|(?:共同|携手|合力)为(?![^，。；]*(?:贡献|服务|努力|揭|授|颁|助力|提供|作出|创造|保驾))[^，。；]*$"
    "|告诉(?:记者|大家)$|、[^，。；、]{2,3}$"  # the last: a list, perhaps of names
    "|(?:^|[，：])(?:一[是要]|首先要?|第一|先(?![后进生锋期导前行])|先进行)[^，。；]*$"  # of what is counted, the first
    "|(?:^|，)(?:当|在|自)[^，。；]*[后时]$|[之以]后$|以来$|(?<![会售课])后$|过程中$|的同时$|(?:^|，)除了?[^，。；]*$"
    "|(?:^|，)(?:面对|针对|对于|关于|鉴于|由于|因为|如果|虽然|尽管|不仅|既要?)[^，。；]*$|不(?:只|仅|光)?是[^，。；]*$"
    "|(?:陪同|支持|带领|见证|指导|组织|推动|努力|关心|帮助)下$|(?:获悉|了解到)$"
    "|(?:^|，)(?:并|先后|分别)?到[^，。；]*(?:公司|集团|企业|学校|大学|学院|医院|基地|园区|[县区市乡镇村])$"  # to do what there
    "|是(?:推进|推动|促进|加强|深化|落实|贯彻|实现|提升)[^的，。；]*$"  # 是推进融合, …的举措
)
# Persons without a name at the end of a clause: what they did would follow.
GROUP = re.compile(
    r"(?:负责人|负责同志|代表|人员|成员|专家|教授|老师|师生|党员|团员|教师|教职工|员工|(?:[博硕]士|研究|本科|大学|留学|毕业)生|同志|干部|嘉宾|企业家|学者|客商|校友|群众|村民|一行)等?(?:\d+余?[人名位])?$|等\d*余?[人名位]?$"
)

PART = 15  # characters: a shorter piece of a sentence says too little
OPENING = 6  # characters by which the beginning of a sentence is known


def waits(clause: str) -> bool:
    """Whether a clause needs another one behind it: 作为中心城市, 双方就校地合作, 校长对来访, 2月15日."""
    text = clause.rstrip(CLAUSE_MARKS)
    about = ABOUT.search(text)
    stage = sets_scene(text) or WHEN.fullmatch(text) or STAGE.fullmatch(text) or WITH_WHAT.search(text)
    return bool(stage or TOWARDS.search(text)) or bool(about and not TALKED.search(about[1]))


def sets_scene(clause: str) -> bool:
    """Whether a clause belongs to the subject of the clause behind it: 作为沿海城市."""
    return bool(OPENS.match(clause.rstrip(CLAUSE_MARKS)))


def closed(clause: str) -> str:
    """A clause that waits as one that does not, where it is the same without its last word: 副校长走访研究院期间."""
    stage = STAGE.fullmatch(clause.rstrip(CLAUSE_MARKS))
    return stage[1] + clause[-1:] if stage else clause


def names_persons(clause: str) -> bool:
    """Whether a clause ends with a person or a group of persons, of whom something is still to be said: 副校长许知行, 等8人."""
    return ends_in_person(clause) or GROUP.search(clause) is not None


def breaks_off(clause: str) -> bool:
    """Whether a clause cannot be the last of a sentence; in doubt it can not, as a shorter beginning does no harm."""
    clause = clause.rstrip(CLOSING)
    return (
        waits(clause) or aims(clause) or sets_scene(clause) or names_persons(clause) or CUT.search(clause) is not None
    )


def leans(sentence: str) -> bool:
    """Whether a sentence says little without the one before it: 他说, 希望公司到海屿来; 目前，已建成三座 (where?)."""
    if LEANING.match(sentence):
        return True
    return bool(NOW.match(sentence)) and not any(name.kind in BODIES for name in names(sentence))


def wishes(clause: str) -> bool:
    """Whether a clause says what somebody named before it wants: 希望加强合作."""
    return bool(WISHES.match(clause))


def aims(clause: str) -> bool:
    """Whether a clause is the aim of the one right before it: 以推动落实."""
    return bool(AIMS.match(clause))


def without_then(clause: str) -> str:
    """The first clause of a text without a word that points at what came before; empty if that is all it is."""
    return THEN.sub("", clause, count=1) if THEN.match(clause) else clause


def opened(clause: str, sentences: Sequence[str]) -> int | None:
    """Which of the sentences, folded like the clause, a clause is the beginning of; None if of none."""
    text = clause.rstrip(CLAUSE_MARKS)
    head = text[:OPENING] if len(text) >= OPENING else text + ","
    return next((at for at, sentence in enumerate(sentences) if sentence.startswith(head)), None)


def with_whole_lists(text: str, sentences: Sequence[str]) -> str:
    """The text with lists of fewer members than they say as the sentences have them: 昭平、雷河三县 misses one."""
    whole = [match for sentence in sentences for match in COUNTED.finditer(sentence) if _complete(match)]

    def mended(match: re.Match[str]) -> str:
        if _complete(match):
            return match[0]
        alike = (w for w in whole if w["count"] + w["what"] == match["count"] + match["what"])
        return next((w[0] for w in alike if set(_items(match)) <= set(_items(w))), match[0])

    return COUNTED.sub(mended, text)


def _items(match: re.Match[str]) -> list[str]:
    return re.split("[、和]", match["list"])


def _complete(match: re.Match[str]) -> bool:
    return len(_items(match)) == COUNTS[match["count"]]
