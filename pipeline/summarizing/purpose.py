"""Sentences without what they were done for: 为贯彻落实部署，深入实施战略，学校召开会议 as 学校召开会议."""

import re

from pipeline.summarizing.grammar import GOES_ON, MORE, PART
from pipeline.summarizing.skips import acts
from pipeline.text.tidy import CLAUSE_END

# What a sentence was done for, at its beginning, with the clauses that go on with it.
PURPOSE = re.compile(
    rf"(?P<day>[^，]{{0,16}}[日午晚]，)?(?:为(?:了|深入|认真|全面|更好|充分|持续|扎实|有效|不断|摸清|帮助|响应|{GOES_ON})"
    r"|(?:根据|按照)(?=[^，。；]*(?:要求|部署|安排|精神|指示|意见|通知)，)|在[^，]{2,40}(?:之际|背景下|指导下|领导下|支持下))"
    rf"[^，。；]*，(?:(?:{GOES_ON})[^，。；]*，)*"
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
