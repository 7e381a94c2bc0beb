"""Who speaks where a sentence does not say it: 他表示 and 希望 take the name of who spoke before them in their paragraph."""

import re
from collections.abc import Sequence

from pipeline.schema import TaggedSentence
from pipeline.summarizing.brevity import persons
from pipeline.summarizing.courtesy import BARE
from pipeline.summarizing.lexicon import HAN
from pipeline.text.tidy import tidy

SPEAKS = re.compile(
    "表示|指出|强调|认为|希望|介绍|谈到|要求|感谢|提出|建议|期待|期望|欢迎|肯定|致辞|讲话(?!精神)|汇报|提到|说(?!明)"
)
PRONOUN = re.compile(
    "(?:接着|随后|最后|其后|之后|同时)?，?(?P<scene>[^，。他她]{2,20}，)?[他她](?![们人方国省市处])"
    f"(?=[^，。]{{0,24}}?(?:{SPEAKS.pattern}))"
)
WISH = re.compile("(?:并|同时，?|也|还)?(?=(?:希望|期待|期望|建议|感谢|要求(?!是))(?!的))")
# A sentence of a speech that does not say whose: 欢迎各国企业来华投资, 中方愿深化合作.
SAID = re.compile(
    "欢迎(?=[^，。]*(?:投资|企业|来|到|参与|继续))|鼓励|发挥好|争取|力争|努力|切实|充分|着力|大力|把|强化|"
    "(?:进一步|不断|持续|全面|积极|主动)(?![^，。]*了)|应(?![邀对用急届])(?![^，。]{2,40}邀请)|要(?![求素闻点件])|"
    "(?:加强|推[进动]|深化|促进|密切|拓展|扩大|加快|落实好?)(?=[^，。]*，)|"
    f"(?:我校|学校|学院|公司|集团|[{HAN}]{{2,12}}?(?:大学|学院|集团|公司|银行|[市县区厅局]|中心|研究院|党委|[县市区]委|政府))(?:将|愿|希望|期待|高度重视|始终)|"
    f"(?![双各三两][方国]|对方|校方|地方|官方|警方|资方|厂方|东方|西方|南方|北方|后方|前方)[{HAN}]方(?:愿|将|希望|支持|高度|坚|欢迎|期待|始终)"
)
BOTH = re.compile(f"[{HAN}]{{2,4}}[与和同向对]")  # 程望舒与校长许知行, though only one of them is seen to be a person
TURNS = re.compile("(?:代表[^，]{1,12}?)?[向对]")  # behind a name: 程望舒对来访表示欢迎
LATER = re.compile(
    "，(?:并|也)?(?:(?:希望|期待|期望)(?!的)|欢迎(?=[^，。]{4,}(?:继续|深化|扩大|来|到|参与|投资|加强)))"
)  # 学校正在编制规划，希望贵校多提建议
SETTING = re.compile("[^，]{1,10}(?:期间|[后上中时])，")  # 展览期间, 多家企业来洽谈
OBJECT = re.compile("[对向与同为请]")  # before a name: 负责人对许知行教授表示感谢
SCENE = re.compile("[^，]{0,10}[会后上中间时]，")  # 座谈会上，

OTHERS = ("双方", "与会", "会议", "会后", "随后")  # what a sentence begins with that goes on to something else


def with_speakers(sentences: Sequence[TaggedSentence]) -> dict[int, str]:
    """Tidied texts, by index, of the sentences that get a name; where somebody else may be speaking, none does."""
    named: dict[int, str] = {}
    speaker, alone, end = "", "", -1  # who speaks, who alone is named
    for tagged in sentences:
        sentence, text = tagged.sentence, tidy(tagged.sentence.text)
        if sentence.start != end:
            speaker = alone = ""
        end = sentence.end
        scene = SCENE.match(text)
        clause = text[scene.end() if scene else 0 :].split("，", 1)[0]
        bare = BARE.match(clause)
        turns = bare is not None and TURNS.match(clause, bare.end()) is not None
        both = BOTH.match(clause) and not turns
        subjects = (
            [] if both else [bare.span()] if bare and turns else persons(clause) or ([bare.span()] if bare else [])
        )
        if pronoun := pronoun_of(text):
            speaker = speaker or alone
            if speaker:
                named[sentence.index] = (pronoun["scene"] or "") + speaker + text[pronoun.end() :]
        elif wish := WISH.match(text):
            if speaker:
                named[sentence.index] = speaker + text[wish.end() :]
        elif speaker and (SAID.match(text) or (LATER.search(text) and not persons(text) and not SETTING.match(text))):
            named[sentence.index] = f"{speaker}表示，{text}"
        elif (
            len(subjects) == 1 and SPEAKS.search(clause, subjects[0][1]) and not OBJECT.search(clause[: subjects[0][0]])
        ):
            speaker = clause[slice(*subjects[0])]
        elif subjects or SPEAKS.search(clause) or both or text.startswith(OTHERS):
            speaker = ""
            before, name = _parted(clause, subjects) if len(subjects) == len(persons(text)) == 1 else ("", "")
            alone = "" if SPEAKS.search(name) or OBJECT.search(before) else name  # 区长表示, 对许知行表示感谢
    return named


def _parted(clause: str, subjects: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """What stands before the first of the subjects, and that."""
    start, end = subjects[0]
    return clause[:start], clause[start:end]


def pronoun_of(text: str) -> re.Match[str] | None:
    """The pronoun that a sentence speaks of as of somebody named before it: 他表示, 对于下一步工作，她强调."""
    found = PRONOUN.match(text)
    scene = found["scene"] if found else None
    return None if scene and (persons(scene) or BARE.match(scene) or SPEAKS.search(scene)) else found
