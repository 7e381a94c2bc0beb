"""Sentences without what they were done for: 为贯彻落实部署，深入实施战略，学校召开会议 as 学校召开会议."""

import re

from pipeline.summarizing.grammar import PART
from pipeline.summarizing.skips import acts
from pipeline.text.tidy import CLAUSE_END

_GOES_ON = (
    "落实|推动|推进|促进|加快|进一步|深化|加强|提升|提高|助力|搭建|实现|服务|打造|贯彻|积极|拓宽|共同|切实|着力|巩固|"
    "拓展|强化|做好|增强"
)
# What a sentence was done for, at its beginning, with the clauses that go on with it.
PURPOSE = re.compile(
    rf"(?P<day>[^，]{{0,16}}[日午晚]，)?(?:为(?:了|深入|认真|全面|更好|充分|持续|扎实|有效|不断|摸清|帮助|响应|{_GOES_ON})"
    r"|(?:根据|按照)(?=[^，。；]*(?:要求|部署|安排|精神|指示|意见|通知)，)|在[^，]{2,40}(?:之际|背景下|指导下|领导下|支持下))"
    rf"[^，。；]*，(?:(?:{_GOES_ON})[^，。；]*，)*"
)
# More that a purpose goes on with; a deed may begin so as well, so it counts only before a day or before somebody who acts.
MORE = re.compile(
    f"(?:{_GOES_ON}|深入|全面|充分|扎实|有效|持续|不断|帮助|响应|引导|激发|激励|培养|培育|弘扬|传承|发扬|发挥|解决|满足|适应|"
    "增进|深刻|准确|改进|优化|完善|健全|构建|建立|形成|凝聚|展现|展示|突出|丰富|更好|了解|学习|摸清|掌握|检验|营造|团结|鼓励|"
    "支持|保障|坚持|立足|确保|让|使|用好|抓[好实牢]|讲好|总结|交流|探索|创新|创建|汇聚|挖掘|破解|补齐|聚焦|紧扣|践行|牢记|感悟|感受|"
    "体验|领略|领会|宣传|普及|推广|规范|防范|化解|维护|降低|减少|缓解|改善|畅通|密切|延伸|吸引|引进|争取|夯实|筑牢|厚植|锻炼|"
    "赋能|顺应|对接)"
)
DAY = re.compile(r"[^，]{0,8}(?:\d日|\d月|近日|日前)")


def without_purpose(sentence: str) -> str:
    """A tidied sentence without the purpose it opens with, if something is left; a day before that stays."""
    found = PURPOSE.match(sentence)
    if not found:
        return sentence
    end, at = found.end(), found.end()
    for clause in CLAUSE_END.split(sentence[at:]):
        if DAY.match(clause) or acts(clause):
            end = at
        if not MORE.match(clause) or acts(clause):
            break
        at += len(clause) + 1
    rest = (found["day"] or "") + sentence[end:]
    return rest if len(rest) >= PART else sentence
