"""A small labelled file and a tagger that has learned it: every topic hangs on one word, one label in the test split is wrong."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import TopicConfig
from pipeline.corpus import load_corpus
from pipeline.evaluation.baselines import fit_linear
from pipeline.schema import Abstract, Briefing, Document, Evidence, Provenance, Sentence, TaggedSentence
from tests.conftest import TOPICS

WORDS = {"企业": TOPICS[:1], "大学": TOPICS[1:2], "签约": TOPICS[2:], "天气": ()}
PLACES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
NAMED = tuple(TopicConfig(id=topic, name=name) for topic, name in zip(TOPICS, ("走访", "校地", "成果"), strict=True))
FIRST_TEST = 12
MISLABELLED = len(PLACES) - 1
CONFIG = """
topics:
  - {{id: enterprise_visit, name: 企业走访, name_en: Enterprise visits}}
  - {{id: university_cooperation, name: 校地合作, name_en: University cooperation}}
  - {{id: outcome_summary, name: 成果总结, name_en: Outcomes}}
tagger: {{kind: linear, model: {folder}}}
summarizer: {{kind: lead}}
"""


@dataclass(frozen=True, slots=True)
class Project:
    """Where things are."""

    folder: Path

    @property
    def gold(self) -> Path:
        return self.folder / "gold.jsonl"

    @property
    def config(self) -> Path:
        return self.folder / "my.yaml"


def row(number: int) -> dict[str, Any]:
    """A labelled document; in the last one the sentence on firms has no topic."""
    text, sentences = "", []
    for word, topics in WORDS.items():
        sentence = f"{PLACES[number]}地的{word}{number + 1}次都很好。"
        wrong = number == MISLABELLED and word == "企业"
        labels = [] if wrong else list(topics)
        sentences.append({"start": len(text), "end": len(text) + len(sentence), "topics": labels})
        text += sentence
    return {
        "id": f"d{number}",
        "title": "",
        "text": text,
        "sentences": sentences,
        "abstract": f"{PLACES[number]}地的企业{number + 1}次都很好。",
        "topic_abstracts": {TOPICS[1]: f"{PLACES[number]}地的大学很好。"},
        "split": "train" if number < FIRST_TEST else "test",
    }


def write_project(folder: Path) -> Project:
    """Writes the labelled file, the tagger and its config."""
    project = Project(folder)
    lines = [json.dumps(row(number), ensure_ascii=False) for number in range(len(PLACES))]
    project.gold.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fit_linear(load_corpus(project.gold, "train"), TOPICS).save(folder / "tagger")
    project.config.write_text(CONFIG.format(folder=folder / "tagger"), encoding="utf-8")
    return project


def briefing(name: str, sentences: list[tuple[str, tuple[str, ...], dict[str, float]]], abstract: str = "") -> Briefing:
    """A briefing of a document made of these sentences: text, topics, scores."""
    body = "".join(text for text, _, _ in sentences)
    tagged, at = [], 0
    for index, (text, topics, scores) in enumerate(sentences):
        sentence = Sentence(document_id=name, index=index, start=at, end=at + len(text), text=text)
        tagged.append(TaggedSentence(sentence=sentence, scores=scores, topics=topics))
        at += len(text)
    evidence = (Evidence(start=0, end=len(abstract), sentences=(0,)),) if abstract else ()
    return Briefing(
        document=Document(id=name, source="", title="", body=body),
        sentences=tuple(tagged),
        abstract=Abstract(text=abstract, topic=None, evidence=evidence),
        topic_abstracts={},
        provenance=Provenance(version="1", config_digest="0", models={"tagger": "mine", "summarizer": "lead"}),
    )
