"""Who speaks where a sentence does not say it: 他表示 and 希望 take the name of who spoke before them in their paragraph."""

import re
from collections.abc import Sequence

from pipeline.schema import TaggedSentence
from pipeline.summarizing.brevity import persons
from pipeline.summarizing.courtesy import BARE
from pipeline.summarizing.lexicon import HAN
from pipeline.text.tidy import tidy

SPEAKS = re.compile(
    "表示|指出|强调|认为|希望|介绍|谈到|要求|感谢|提出|建议|期待|期望|欢迎|肯定|致辞|讲话|汇报|提到|说(?!明)"
)
PRONOUN = re.compile(f"[他她](?=(?:还|也|同时|又)?(?:{SPEAKS.pattern}))")
WISH = re.compile("(?:并|同时，?|也|还)?(?=(?:希望|期待|期望|建议|感谢|要求(?!是))(?!的))")
# A sentence of a speech that does not say whose: 欢迎各国企业来华投资, 中方愿深化合作.
SAID = re.compile(
    "欢迎(?=[^，。]*(?:投资|企业|来|到|参与|继续))|鼓励|发挥好|应(?![邀对用急届])(?![^，。]{2,40}邀请)|要(?![求素闻点件])|"
    "(?:加强|推[进动]|深化|促进|密切|拓展|扩大|加快|落实好?)(?=[^，。]*，)|"
    f"(?:我校|学校|学院|公司|集团|[{HAN}]{{2,12}}?(?:大学|学院|集团|公司|银行|[市县区厅局]|中心|研究院|党委|[县市区]委|政府))(?:将|愿|希望|期待|高度重视|始终)|"
    f"(?![双各三两][方国]|对方|校方|地方|官方|警方|资方|厂方|东方|西方|南方|北方|后方|前方)[{HAN}]方(?:愿|将|希望|支持|高度|坚|欢迎|期待|始终)"
)
BOTH = re.compile(f"[{HAN}]{{2,4}}[与和同向对]")  # 程望舒与校长许知行, though only one of them is seen to be a person
OBJECT = re.compile("[对向与同为请]")  # before a name: 负责人对许知行教授表示感谢
SCENE = re.compile("[^，]{0,10}[会后上中间时]，")  # 座谈会上，

OTHERS = ("双方", "与会", "会议", "会后", "随后")  # what a sentence begins with that goes on to something else


def with_speakers(sentences: Sequence[TaggedSentence]) -> dict[int, str]:
    """Tidied texts, by index, of the sentences that get a name; where somebody else may be speaking, none does."""
    named: dict[int, str] = {}
    speaker, end = "", -1
    for tagged in sentences:
        sentence, text = tagged.sentence, tidy(tagged.sentence.text)
        if sentence.start != end:
            speaker = ""
        end = sentence.end
        scene = SCENE.match(text)
        clause = text[scene.end() if scene else 0 :].split("，", 1)[0]
        bare = BARE.match(clause)
        subjects = [] if BOTH.match(clause) else persons(clause) or ([bare.span()] if bare else [])
        if pronoun := PRONOUN.match(text):
            if speaker:
                named[sentence.index] = speaker + text[pronoun.end() :]
        elif wish := WISH.match(text):
            if speaker:
                named[sentence.index] = speaker + text[wish.end() :]
        elif SAID.match(text) and speaker:
            named[sentence.index] = f"{speaker}表示，{text}"
        elif (
            len(subjects) == 1 and SPEAKS.search(clause, subjects[0][1]) and not OBJECT.search(clause[: subjects[0][0]])
        ):
            speaker = clause[slice(*subjects[0])]
        elif subjects or SPEAKS.search(clause) or BOTH.match(clause) or text.startswith(OTHERS):
            speaker = ""
    return named
