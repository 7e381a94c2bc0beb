"""Sentences without what is said for politeness' sake: 对来访表示欢迎, 感谢学校的支持."""

import re

from pipeline.summarizing.brevity import persons
from pipeline.summarizing.lexicon import HAN, SURNAMES
from pipeline.summarizing.polish import only_speech

_THANKS = "(?:欢迎|感谢|谢意|祝贺|敬意)"
POLITE = re.compile(
    r"(?:首先|先是)?(?:在[^，]{2,6}中)?(?:代表[^，]{1,16}?)?"
    rf"(?:(?:[对向就]|为此)[^，]{{2,70}}?(?:表示|致以|表达)[^，]{{0,6}}{_THANKS}"
    rf"|{_THANKS}[^，]{{2,60}}(?:支持|帮助|关心|关注|来访|到访|到来|母校|信任|邀请|努力|厚爱))。?$"
)
# A name without an office before 对, which is none to the rules for facts.
BARE = re.compile(rf"[{''.join(SURNAMES)}][{HAN}]{{1,2}}(?=首先|代表|在|对|向|就|感谢|欢迎)")
FOR_WHOM = re.compile("代表[^，]*$")  # 程望舒代表市委、市政府
SCENE = re.compile("[^，]{0,10}[会后上中间时]")  # 座谈会上
FAR = 24  # characters before a name: more than an office
AND = re.compile("(?:并且|并|同时|随后|他|她|还|也)+")
SAYS = re.compile(
    "(?:详细|简要|重点|充分|分别|首先|就)|介绍|回顾|希望|表示|指出|强调|期待|期望|愿|转达|提出|说|讲|谈|认为|建议|要求|通报|肯定|汇报"
)


def without_courtesy(text: str) -> str:
    """A tidied sentence without its clauses of welcome and thanks; empty if it has no others.

    Who says them goes over to the next clause, if that has no subject of its own; if it has one, nothing is taken away.
    """
    clauses = text.rstrip("。").split("，")
    at, who = next(((i, who) for i, clause in enumerate(clauses) if (who := _polite(clause)) is not None), (0, None))
    if who is None:
        return text
    rest = clauses[at + 1 :]
    while rest and (_polite(AND.sub("", rest[0], count=1)) == "" or rest[0].startswith(("尤其是", "特别是"))):
        rest = rest[1:]
    if not rest:
        before = "，".join(clauses[:at])
        return (
            "" if not at or SCENE.fullmatch(before) or FOR_WHOM.search(before) or only_speech(before) else before + "。"
        )
    if not who:
        return text
    following = AND.sub("", rest[0], count=1)
    if not SAYS.match(following):
        return text
    return "，".join([*clauses[:at], who + following, *rest[1:]]) + "。"


def _polite(clause: str) -> str | None:
    """Who is polite in a clause, perhaps nobody that it names; None if it says something else."""
    if POLITE.match(clause):
        return ""
    bare = BARE.match(clause)
    ends = [end for start, end in persons(clause)[:1] if start < FAR] or ([bare.end()] if bare else [])
    return next((clause[:end] for end in ends if POLITE.match(clause, end)), None)
