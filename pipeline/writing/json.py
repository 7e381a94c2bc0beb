"""Briefings to JSON: a contract, versioned by `SCHEMA_VERSION`, described by `briefing.schema.json` in this package."""

import json
from pathlib import Path
from typing import Any

from pipeline.schema import Abstract, Briefing, FactCheck

SCHEMA_VERSION = 1
SCHEMA_PATH = Path(__file__).with_name("briefing.schema.json")
DIGITS = 4


def to_dict(briefing: Briefing) -> dict[str, Any]:
    """The briefing as JSON types, as the schema describes it."""
    document = briefing.document
    return {
        "schema": SCHEMA_VERSION,
        "document": {
            "id": document.id,
            "source": document.source,
            "title": document.title,
            "published": document.published,
            "body": document.body,
            "furniture": [{"start": span.start, "end": span.end} for span in document.furniture],
        },
        "sentences": [
            {
                "index": tagged.sentence.index,
                "start": tagged.sentence.start,
                "end": tagged.sentence.end,
                "text": tagged.sentence.text,
                "topics": list(tagged.topics),
                "scores": {topic: round(score, DIGITS) for topic, score in tagged.scores.items()},
            }
            for tagged in briefing.sentences
        ],
        "abstract": _abstract(briefing.abstract),
        "topic_abstracts": {topic: _abstract(abstract) for topic, abstract in briefing.topic_abstracts.items()},
        "provenance": {
            "version": briefing.provenance.version,
            "config_digest": briefing.provenance.config_digest,
            "models": dict(briefing.provenance.models),
        },
    }


def _abstract(abstract: Abstract) -> dict[str, Any]:
    evidence = [{"start": e.start, "end": e.end, "sentences": list(e.sentences)} for e in abstract.evidence]
    written: dict[str, Any] = {"text": abstract.text, "evidence": evidence}
    return written if abstract.check is None else written | {"fact_check": _fact_check(abstract.check)}


def _fact_check(check: FactCheck) -> dict[str, Any]:
    return {
        "proposed": list(check.proposed),
        "rewrites": check.rewrites,
        "removed": [{"text": r.text, "reason": r.reason, "facts": list(r.facts)} for r in check.removed],
        "completed": check.completed,
        "replaced": check.replaced,
    }


def to_json(briefing: Briefing) -> str:
    """One indented JSON document, ended by a line break."""
    return json.dumps(to_dict(briefing), ensure_ascii=False, indent=2) + "\n"


def to_jsonl(briefing: Briefing) -> str:
    """One line of JSON."""
    return json.dumps(to_dict(briefing), ensure_ascii=False) + "\n"
