"""From the visit record to what abstracts should name: the organisations that those who report met."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.schema import Mention, TaggedSentence, Visit
from pipeline.summarizing.naming import VISITED, Host, Tour
from pipeline.visits.words import BUSINESS, LEARNED, PUBLIC, side_of

# What stands before an organisation that is called on; lists of persons with their offices may come between.
CALLED_ON = re.compile(
    "(?:走访|拜访|访问|回访|到访|探访|来到|走进|走入|抵达|前往|考察|调研|参观|奔赴|赴|到)"
    "(?:(?!表示|介绍|指出|强调|签|座谈|会谈|交流|陪同|[，,](?:在|与|对|向|就))[^。；;])*$"
)
WITH = re.compile("(?:与|同|和)$")
MEETING = "[^，。；,;]{0,20}(座谈|恳谈|洽谈|交流|对接)会"  # behind its name
TALKS = re.compile("座谈|会谈|洽谈|磋商|交流")
SIGNED = re.compile("(签署|签订|签下|续签|达成)$")
FIRMS = 3  # that come before a university
SIDES = {"enterprise_visit": BUSINESS, "university_cooperation": LEARNED}


def find_tour(visits: Sequence[Visit], sentences: Sequence[TaggedSentence], topic: str | None) -> Tour | None:
    """Whom an abstract should name, and who signed what; None where nobody was met.

    Args:
        visits: The visit record.
        sentences: All sentences of the document, with topics.
        topic: What the abstract is about, None for everything.
    """
    private = [visit for visit in visits if visit.who and side_of(visit.kind) != PUBLIC]
    if not private:
        return None
    deeds = [(visit, _deed(visit, sentences)) for visit in private]
    alone = Counter(deed for _, deed in deeds)
    signed = {deed: visit.organisation.text for visit, deed in deeds if deed and alone[deed] == 1}
    asked = [
        visit
        for visit in private
        if topic is None
        or (topic in sentences[visit.organisation.sentence].topics and side_of(visit.kind) == SIDES.get(topic))
    ]
    met: dict[str, list[Host]] = {BUSINESS: [], LEARNED: []}
    for visit in asked:
        if host := _host(visit, sentences, signed):
            met[side_of(visit.kind)].append(host)
    firms, schools = met[BUSINESS], met[LEARNED]
    if len(firms) + len(schools) == 1 < len(asked):
        firms = schools = []  # one of several would pass for the only one
    return Tour(
        leader=private[0].who[0].name.text,
        hosts=(*firms[:FIRMS], *schools[:1], *firms[FIRMS:], *schools[1:]),
        signed=signed,
        walked=any(VISITED in _before(visit.organisation, sentences) for visit in private),
    )


def _host(visit: Visit, sentences: Sequence[TaggedSentence], signed: Mapping[str, str]) -> Host | None:
    name, text = visit.organisation.text, sentences[visit.organisation.sentence].sentence.text
    leader, *others = (person.name.text for person in visit.who)
    if leader not in text and any(other in text for other in others):
        return None  # somebody else of those who report was there
    deed = next((deed for deed, signer in signed.items() if signer == name), "")
    places = [match.span() for match in re.finditer(re.escape(name), text)]
    if any(CALLED_ON.search(text[:start]) for start, _ in places):
        return Host(name=name, deed=deed)
    for start, end in places:
        talks = TALKS.search(text, end)
        if WITH.search(text[:start]) and talks:
            return Host(name=name, talks=talks[0], deed=deed)
    meeting = re.search(f"(?:^|[，。；,;])在{re.escape(name)}{MEETING}", text)
    return Host(name=name, talks=meeting[1], deed=deed) if meeting else None


def _deed(visit: Visit, sentences: Sequence[TaggedSentence]) -> str:
    """What was signed first, with the verb right before it; empty where another word stands there."""
    for outcome in visit.outcomes:
        verb = SIGNED.search(_before(outcome.mention, sentences).removesuffix("了"))
        if verb and outcome.kind == "agreement":
            return verb[0] + outcome.mention.text
    return ""


def _before(mention: Mention, sentences: Sequence[TaggedSentence]) -> str:
    tagged = sentences[mention.sentence].sentence
    return tagged.text[: mention.start - tagged.start]
