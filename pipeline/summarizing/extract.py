"""Abstracts of clauses of the document, made shorter where that does no harm; which clauses, salience says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Joints, TaggedSentence
from pipeline.summarizing.brevity import without_long_lists, without_series
from pipeline.summarizing.choose import Candidate, choose
from pipeline.summarizing.cleaning import cleaned
from pipeline.summarizing.copied import Copied
from pipeline.summarizing.courtesy import without_courtesy
from pipeline.summarizing.grammar import ANY_DAY, leans, without_then
from pipeline.summarizing.polish import CONJUNCTION
from pipeline.summarizing.purpose import without_purpose
from pipeline.summarizing.select import Chosen
from pipeline.summarizing.skips import Parts, acts
from pipeline.summarizing.speakers import pronoun_of
from pipeline.text.tidy import CLAUSE_END, tidy

COSTS = (0.2, 0.1, 0.0)  # of a character; see `choose`
OPENING = 0.7  # of the characters an abstract may have goes at most to the event it would begin without
LONG = 1000  # characters: a longer sentence is a list that nothing ends, and to align it takes long
# One of several, and the sentence behind it that goes on: 提出三点要求，一是加强领导。二是抓好落实。
COUNTS, SECOND = re.compile("(?:^|[，：；])(?:一[是要]|第一[，、是])"), re.compile("(?:二[是要]|第二|其二|其次)")
SEVERAL = re.compile(
    "[两二三四五六七八九][点项个条方]面?(?:具体|明确)?(?:要求|意见|建议|希望|看法)：一(?!.*；)"
)  # and no other
SPEAKER = re.compile("[^，。：；]{2,24}(?:表示|指出|强调|[介坦][绍言]|说|告诉记者)。")  # whose words stand before it
FIRST = re.compile("首先(?![是要])，?")  # 首先来到公司, where the second may be left out
PICTURE = re.compile("，(?:并|最后)?[^，。]{0,6}合影(?:留念)?(?=[，。])")
TWICE = re.compile("等(?:有关|相关|主要)?(?:负责人|负责同志|领导|代表|人员|嘉宾|专家)等")
# Points at what was just told, at the beginning of a sentence.
THEN = re.compile(
    "^(?:(?:随后|随即|接着|紧接着|之后|其后|期间|首先|最后)，?|[^，。]{0,4}(?:仪式|座谈会?|会议|活动|培训|调研|参观|会见|会谈|报告|讲座)(?:结束)?之?[前后]，)"
)
# 程望舒还走访了公司, 企业代表也介绍了情况.
ALSO = re.compile(
    "^(?P<who>(?:[^，。]{1,6}[上后中]，)?[^，。；：]{2,24}?)(?<![归偿返])(?:还|也)(?=[走参考察访调看听与和同就对围到赴来前出签邀介分])"
)
# Says of what it speaks only to who has read of it: 此次活动, 双方, 会上.
POINTS = re.compile(
    "(?:目前，|会后，)?(?:(?:科研|科创|实践|调研|服务|专家|考察)?团队|此次|本次|这次|该[^，]|双方|三方|大家|与会|会上|会议[上，]|座谈会上|仪式上|仪式中|活动中|期间|调研过程中|当[天日]|根据协议|[在于]?(?:这|本)[场届]|双边|两校|校[企地]双方|企业(?!家)|台上|[^，]{2,8}一行)"
)
SHORT_NAME = re.compile('（(?:以下)?简称[：:]?[“"]?([^“”（）"]{2,12})[”"]?）')
FREE = Joints(ends=9.0, begins=9.0, leaves=9.0, resumes=9.0, points=-9.0)  # of words that the document does not have
Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as an abstract may have it: who speaks is named, courtesies, aims and long lists are left out.

    Attributes:
        tagged: The sentence.
        parts: What may be had of it.
        salience: By the topic of an abstract, how likely each clause of the parts belongs in it.
        joints: How the clauses of the parts may be joined, if that is known.
    """

    tagged: TaggedSentence
    parts: Parts
    salience: Mapping[str | None, Sequence[float]]
    joints: Sequence[Joints] = ()


def told(
    chosen: Chosen,
    named: Mapping[int, str],
    judged: Mapping[str | None, Floats] | None = None,
    *,
    briefly: bool = False,
) -> list[Told]:
    """Sentences as abstracts may have them, but for those of which nothing is left and those that were told before.

    Args:
        chosen: The sentences.
        named: Texts that name the speaker, by the index of the sentence; see `pipeline.summarizing.speakers`.
        judged: By topic, how much each sentence belongs in an abstract, (sentences,); left out, their clauses know.
        briefly: Whether of every long series only the first member is told.
    """
    found, seen = [], set[str]()
    following = {tagged.sentence.index - 1: text for tagged, text in zip(chosen.sentences, chosen.texts, strict=True)}
    for i, (tagged, text) in enumerate(zip(chosen.sentences, chosen.texts, strict=True)):
        if text == tidy(tagged.sentence.text):  # all of it
            raw = cleaned(tagged.sentence.text)
            nobody = pronoun_of(text) and tagged.sentence.index not in named  # who is 他?
            text = "" if nobody else named.get(tagged.sentence.index, tidy(raw) if raw else "")
        shorter = without_series(_shorter(text)) if briefly else _shorter(text)
        counts = SEVERAL.search(shorter) or (
            COUNTS.search(shorter) and SECOND.match(following.get(tagged.sentence.index, ""))
        )
        if shorter and shorter not in seen and not counts and not SPEAKER.fullmatch(shorter):
            seen.add(shorter)
            parts = Parts(shorter)
            if judged is None:
                found.append(_of_clauses(tagged, parts, alone=tagged.sentence.index in named))
            else:
                known = {topic: [float(values[i])] * len(parts.clauses) for topic, values in judged.items()}
                found.append(Told(tagged, parts, known))
    return found


def _shorter(text: str) -> str:
    text = TWICE.sub("等", without_long_lists(without_purpose(without_courtesy(PICTURE.sub("", FIRST.sub("", text))))))
    return text if re.search(r"\w", text) else ""


def candidates(found: Sequence[Told], topic: str | None) -> list[Candidate]:
    """What the abstract of a topic may take clauses of."""
    return [
        Candidate(
            one.tagged.sentence.index,
            one.parts,
            one.salience[topic],
            leans=leans(one.parts.text) or _goes_on(one.parts.text),
            points=POINTS.match(one.parts.text) is not None,
            joints=one.joints,
        )
        for one in found
        if topic is None or topic in one.tagged.topics
    ]


def _goes_on(text: str) -> bool:
    """Whether a sentence has its subject from the one before it: 随后来到云拓机器人公司."""
    then = THEN.match(text)
    return then is not None and not acts(CLAUSE_END.split(text[then.end() :])[0])


def extracted(found: Sequence[Candidate], least: int, most: int) -> Copied | None:
    """The clauses that together belong in the abstract most, as sentences in document order, each known by its index.

    The text begins with the first sentence if that says a day and nothing else that was taken does.

    Args:
        found: Sentences to take clauses of.
        least: Characters that are wanted; to have them, clauses are taken that belong in the abstract less.
        most: Characters at most.

    Returns:
        The text; None if nothing of the sentences can stand alone.
    """
    taken = _taken(found, least, most, {})
    first = found[0] if found else None
    if first and ANY_DAY.search(first.parts.text) and not first.leans and not ANY_DAY.search(taken.text):
        opened = _taken(found, least, most, {first.place: int(OPENING * most)})
        taken = opened if opened.text else taken
    text = _with_used_short_names(without_then(taken.text))
    return taken.became(text) if text else None


def entire(found: Sequence[Candidate]) -> Copied | None:
    """All that may be told, where it is so little that it is its own abstract; None if that is nothing."""
    places = {one.place for one in found}
    texts = ((one.place, one.parts.text) for one in found)
    taken = Copied.joined(
        (place, text if place - 1 in places else _without_before(CONJUNCTION.sub("", text))) for place, text in texts
    )
    return taken if taken.text else None


def _with_used_short_names(text: str) -> str:
    """A text without short names that it does not use: 江州机械公司（以下简称“江机”）."""
    return SHORT_NAME.sub(lambda short: short[0] if short[1] in text[short.end() :] else "", text)


def _taken(found: Sequence[Candidate], least: int, most: int, forced: Mapping[int, int]) -> Copied:
    parts, taken = {one.place: one.parts for one in found}, Copied("")
    for cost in COSTS:
        chosen = choose(found, most, cost, forced)
        texts = {place: parts[place].joined(kept) for place, kept in chosen.items()}
        taken = Copied.joined(
            (place, text if place - 1 in chosen else _without_before(text)) for place, text in texts.items()
        )
        if len(taken.text) >= least:
            break
    return taken


def _without_before(text: str) -> str:
    """A sentence without the words that say what was before it: 随后，程望舒还走访了公司."""
    return ALSO.sub(r"\g<who>", THEN.sub("", text, count=1), count=1)


def _of_clauses(tagged: TaggedSentence, parts: Parts, *, alone: bool) -> Told:
    """A text made of a sentence, with what is known of the clauses that the characters of its own come from.

    Args:
        tagged: The sentence.
        parts: The text.
        alone: Whether it says who speaks, so that it can be understood by itself.
    """
    topics = list(tagged.clauses[0].salience)
    known = np.array([[*clause.salience.values(), *(clause.joints or ())] for clause in tagged.clauses])
    text = tagged.sentence.text
    if len(text) > LONG:
        known = np.repeat(known.mean(axis=0, keepdims=True), len(parts.clauses), axis=0)
    elif len(known) != len(parts.clauses) or parts.text != tidy(text):
        absent = np.array([0.0] * len(topics) + [*FREE][: known.shape[1] - len(topics)])
        known = _aligned(np.repeat(known, [c.end - c.start for c in tagged.clauses], axis=0), text, parts, absent)
    joints = [Joints(*row[len(topics) :]) for row in known.tolist()] if tagged.clauses[0].joints else []
    if alone and joints:
        joints[0] = joints[0]._replace(points=FREE.points)
    return Told(tagged, parts, dict(zip(topics, known.T.tolist(), strict=False)), joints)


def _aligned(values: Floats, text: str, parts: Parts, absent: Floats) -> Floats:
    """Means over clauses, (clauses, n), of the values of the characters they come from, (characters, n); `absent` for none."""
    source = np.full(len(parts.text), -1)
    for start, target, size in SequenceMatcher(None, text, parts.text, autojunk=False).get_matching_blocks():
        source[target : target + size] = range(start, start + size)
    source[[not character.isalnum() for character in parts.text]] = -1
    borders = np.cumsum([len(clause) + 1 for clause in parts.clauses])[:-1]
    rows = [values[of[of >= 0]] for of in np.split(source, borders)]
    return np.array([row.mean(axis=0) if len(row) else absent for row in rows])
