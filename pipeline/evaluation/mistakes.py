"""The sentences a system got most wrong, as a page to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config import TopicConfig
from pipeline.corpus import GoldDocument
from pipeline.evaluation.gold import Judged
from pipeline.evaluation.wording import HEADINGS, set_name
from pipeline.writing.text import MARKUP
from pipeline.writing.wording import Language, topic_name

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A gold sentence with a wrong set of topics.

    Attributes:
        document_id: Its document.
        index: Its number among the gold sentences of the document, from 0.
        before: The gold sentence before it, or an empty string.
        text: The sentence.
        after: The gold sentence after it, or an empty string.
        gold: Its topics.
        predicted: The topics it was given.
        scores: Probability of each topic.
        confidence: How far the score of the worst wrong topic is from its label.
    """

    document_id: str
    index: int
    before: str
    text: str
    after: str
    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    scores: Mapping[str, float]
    confidence: float


def find_mistakes(judged: Judged, gold: Sequence[GoldDocument]) -> list[Mistake]:
    """All sentences with a wrong set of topics, the surest errors first."""
    truth = judged.labels > 0
    wrong = truth != judged.predicted
    sureness = (np.abs(judged.scores - judged.labels) * wrong).max(axis=1)
    places = [(document, index) for document in gold for index in range(len(document.sentences))]
    rows = sorted(np.flatnonzero(wrong.any(axis=1)).tolist(), key=lambda row: (-float(sureness[row]), row))
    return [_mistake(judged, *places[row], row, float(sureness[row])) for row in rows]


def _mistake(judged: Judged, document: GoldDocument, index: int, row: int, confidence: float) -> Mistake:
    body, spans = document.document.body, document.sentences
    before, text, after = (
        body[spans[i].start : spans[i].end] if 0 <= i < len(spans) else "" for i in (index - 1, index, index + 1)
    )
    return Mistake(
        document_id=document.document.id,
        index=index,
        before=before,
        text=text,
        after=after,
        gold=tuple(t for t, m in zip(judged.topics, judged.labels[row], strict=True) if m),
        predicted=tuple(t for t, m in zip(judged.topics, judged.predicted[row], strict=True) if m),
        scores={t: float(s) for t, s in zip(judged.topics, judged.scores[row], strict=True)},
        confidence=confidence,
    )


def mistakes_page(
    mistakes: Sequence[Mistake], sentences: int, topics: Sequence[TopicConfig], language: Language = "zh"
) -> str:
    """Markdown with the worst `MOST` of the mistakes, each sentence between its neighbours.

    Args:
        mistakes: As `find_mistakes` gives them.
        sentences: How many sentences were scored.
        topics: The topics with names.
        language: Language of the headings.
    """
    words, known = HEADINGS[language], {topic.id: topic for topic in topics}
    shown = mistakes[:MOST]
    summary = words["errors_summary"].format(sentences=sentences, wrong=len(mistakes), shown=len(shown))
    lines = [f"# {words['errors']}", "", summary, ""]
    for number, mistake in enumerate(shown, 1):
        place = words["error"].format(number=mistake.index + 1, confidence=mistake.confidence)
        scores = ", ".join(f"{topic_name(known[t], language)} {s:.2f}" for t, s in mistake.scores.items())
        lines += [
            f"## {number}. {escape(mistake.document_id)}, {place}",
            "",
            f"- {words['gold']}: {escape(set_name(mistake.gold, known, language))}",
            f"- {words['predicted']}: {escape(set_name(mistake.predicted, known, language))}",
            f"- {words['scores']}: {escape(scores)}",
            "",
        ]
        for heading, text in (("before", mistake.before), ("sentence", mistake.text), ("after", mistake.after)):
            lines += [f"> {words[heading]}: {escape(text)}", ">"] if text else []
        lines[-1] = ""
    return "\n".join(lines)


def escape(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would take for markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")
