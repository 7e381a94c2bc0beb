"""What a model with a limited input reads of a document: whole sentences, chosen, in document order; never a blind cut."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.schema import Abstract, Evidence, TaggedSentence
from pipeline.summarizing.base import on_topic
from pipeline.summarizing.copied import Copied
from pipeline.summarizing.textrank import centrality
from pipeline.text.tidy import CLAUSE_END, tidy

TOPIC, POSITION, CENTRALITY = 1.0, 0.5, 0.5
TINY = 80


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sentences to read, in document order, and the text of each, tidied and perhaps cut to its first clauses."""

    sentences: tuple[TaggedSentence, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "".join(self.texts)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where in the text each sentence begins."""
        return tuple(accumulate(map(len, self.texts[:-1]), initial=0)) if self.texts else ()

    def copied(self, text: str, places: Sequence[int]) -> Copied:
        """A text with the sentences that its characters were copied from, given where in this one they stood."""
        of = [self.sentences[bisect_right(self.starts, at) - 1].sentence.index if at >= 0 else at for at in places]
        return Copied(text, of)


def every(sentences: Sequence[TaggedSentence], topic: str | None) -> Chosen:
    """All sentences (of the topic)."""
    chosen = sentences if topic is None else on_topic(sentences, topic)
    return Chosen(tuple(chosen), tuple(tidy(tagged.sentence.text) for tagged in chosen))


def rank(sentences: Sequence[TaggedSentence], topic: str | None) -> list[TaggedSentence]:
    """Sentences, the best first: by their topic score, how early they stand, how much they are like all others.

    Args:
        sentences: All sentences of a document.
        topic: Only sentences of this topic; None for all, those with a topic preferred.
    """
    chosen = on_topic(sentences, topic) if topic is not None else list(sentences)
    central = centrality([s.sentence.text for s in chosen])
    most = max(central, default=1.0)
    scores = [
        TOPIC * _topic_score(tagged, topic) + POSITION / (1 + place) ** 0.5 + CENTRALITY * float(weight / most)
        for place, (tagged, weight) in enumerate(zip(chosen, central, strict=True))
    ]
    return [chosen[i] for i in sorted(range(len(chosen)), key=lambda i: (-scores[i], i))]


def _topic_score(tagged: TaggedSentence, topic: str | None) -> float:
    if topic is not None:
        return tagged.scores.get(topic, 0.0)
    return max((tagged.scores.get(name, 0.0) for name in tagged.topics), default=0.0)


def select(sentences: Sequence[TaggedSentence], topic: str | None, budget: int, count: Callable[[str], int]) -> Chosen:
    """What to read.

    Args:
        sentences: All sentences of a document.
        topic: As for `rank`.
        budget: Tokens the model reads at most.
        count: How many tokens a text has.

    Returns:
        Sentences whose tokens fit the budget together. If not even the best fits, its first clauses that do; if none does,
        nothing.
    """
    taken: dict[int, tuple[TaggedSentence, str]] = {}
    room = budget
    for tagged in rank(sentences, topic):
        text = tidy(tagged.sentence.text)
        size = count(text)
        if size > room and not taken:
            text = _clauses_that_fit(text, room, count)
            size = count(text) if text else 0
        if text and size <= room:
            taken[tagged.sentence.index] = (tagged, text)
            room -= size
    kept = [taken[index] for index in sorted(taken)]
    return Chosen(tuple(tagged for tagged, _ in kept), tuple(text for _, text in kept))


def reading(sentences: Sequence[TaggedSentence], topic: str | None, room: int, count: Callable[[str], int]) -> Chosen:
    """What `select` gives, of at most `room` tokens as one text: joined, sentences may have a few more than one by one."""
    budget = room
    while budget > 0:
        chosen = select(sentences, topic, budget, count)
        over = count(chosen.text) - room
        if over <= 0:
            return chosen
        budget -= over
    return Chosen()


def _clauses_that_fit(text: str, room: int, count: Callable[[str], int]) -> str:
    heads = [text[: match.start()] + "。" for match in CLAUSE_END.finditer(text)]
    fitting = bisect_right(heads, room, key=count)
    return heads[fitting - 1] if fitting else ""


def is_tiny(sentences: Sequence[TaggedSentence], topic: str | None, most: int) -> bool:
    """Whether what is to be summarized is so short that it is its own abstract."""
    chosen = sentences if topic is None else on_topic(sentences, topic)
    return sum(len(tidy(s.sentence.text)) for s in chosen) <= min(TINY, most)


def verbatim(sentences: Sequence[TaggedSentence], topic: str | None) -> Abstract:
    """All sentences (of the topic) as they stand, as an abstract."""
    evidence, text = [], ""
    for tagged in sentences if topic is None else on_topic(sentences, topic):
        words = tidy(tagged.sentence.text)
        evidence.append(Evidence(start=len(text), end=len(text) + len(words), sentences=(tagged.sentence.index,)))
        text += words
    return Abstract(text=text, topic=topic, evidence=tuple(evidence))
