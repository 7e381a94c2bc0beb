"""Briefings to JSON and back: a contract, versioned by `SCHEMA_VERSION`, described by `briefing.schema.json` in this package."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.schema import (
    VISIT_KINDS,
    Abstract,
    Briefing,
    Document,
    Evidence,
    FactCheck,
    Mention,
    Outcome,
    Person,
    Provenance,
    Removal,
    Sentence,
    Span,
    TaggedSentence,
    Visit,
)

SCHEMA_VERSION = 1
SCHEMA_PATH = Path(__file__).with_name("briefing.schema.json")
DIGITS = 4


def to_dict(briefing: Briefing) -> dict[str, Any]:
    """The briefing as JSON types, as the schema describes it."""
    return {
        "schema": SCHEMA_VERSION,
        "document": document_to_dict(briefing.document),
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
        "visits": [_visit(visit) for visit in briefing.visits],
        "provenance": provenance_to_dict(briefing.provenance),
    }


def document_to_dict(document: Document) -> dict[str, Any]:
    """The document as it stands in a briefing."""
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "published": document.published,
        "body": document.body,
        "furniture": [{"start": span.start, "end": span.end} for span in document.furniture],
    }


def provenance_to_dict(provenance: Provenance) -> dict[str, Any]:
    """The provenance as it stands in a briefing."""
    return {
        "version": provenance.version,
        "config_digest": provenance.config_digest,
        "models": dict(provenance.models),
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


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "date": _mention(visit.date),
        "place": _mention(visit.place),
        "who": [_person(person) for person in visit.who],
        "organisation": _mention(visit.organisation),
        "kind": visit.kind,
        "met": [_person(person) for person in visit.met],
        "matter": _mention(visit.matter),
        "outcomes": [{"kind": outcome.kind, **_some(outcome.mention)} for outcome in visit.outcomes],
    }


def _person(person: Person) -> dict[str, Any]:
    return {"name": _some(person.name), "office": _mention(person.office)}


def _mention(mention: Mention | None) -> dict[str, Any] | None:
    return None if mention is None else _some(mention)


def _some(mention: Mention) -> dict[str, Any]:
    return {"sentence": mention.sentence, "start": mention.start, "end": mention.end, "text": mention.text}


def to_json(briefing: Briefing) -> str:
    """One indented JSON document, ended by a line break."""
    return json.dumps(to_dict(briefing), ensure_ascii=False, indent=2) + "\n"


def to_jsonl(briefing: Briefing) -> str:
    """One line of JSON."""
    return json.dumps(to_dict(briefing), ensure_ascii=False) + "\n"


def from_dict(row: Mapping[str, Any]) -> Briefing:
    """The briefing that `to_dict` gave.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: It is of another version or form, or offsets and texts disagree.
    """
    if row["schema"] != SCHEMA_VERSION:
        raise ValueError(f"schema is {row['schema']}, known is {SCHEMA_VERSION}")
    document = document_from_dict(row["document"])
    return Briefing(
        document=document,
        sentences=tuple(_read_sentence(s, document) for s in row["sentences"]),
        abstract=_read_abstract(row["abstract"], None),
        topic_abstracts={topic: _read_abstract(a, topic) for topic, a in row["topic_abstracts"].items()},
        provenance=provenance_from_dict(row["provenance"]),
        visits=tuple(_read_visit(visit, document, len(row["sentences"])) for visit in row.get("visits", ())),
    )


def document_from_dict(row: Mapping[str, Any]) -> Document:
    """The document that `document_to_dict` gave."""
    return Document(
        id=row["id"],
        source=row["source"],
        title=row["title"],
        body=row["body"],
        furniture=tuple(Span(start=f["start"], end=f["end"]) for f in row["furniture"]),
        published=row.get("published", ""),
    )


def provenance_from_dict(row: Mapping[str, Any]) -> Provenance:
    """The provenance that `provenance_to_dict` gave."""
    return Provenance(
        version=row["version"],
        config_digest=row["config_digest"],
        models={role: str(row["models"][role]) for role in ("tagger", "summarizer")},
    )


def _read_visit(row: Mapping[str, Any], document: Document, sentences: int) -> Visit:
    if row["kind"] not in VISIT_KINDS:
        raise ValueError(f"{row['kind']} is no kind of organisation")

    def read(given: Mapping[str, Any]) -> Mention:
        start, end = int(given["start"]), int(given["end"])
        if document.body[start:end] != given["text"] or not 0 <= int(given["sentence"]) < sentences:
            raise ValueError(f"{given['text']} of the visits is not what stands at its offsets")
        return Mention(sentence=int(given["sentence"]), start=start, end=end, text=given["text"])

    def maybe(given: Mapping[str, Any] | None) -> Mention | None:
        return None if given is None else read(given)

    def people(given: Sequence[Mapping[str, Any]]) -> tuple[Person, ...]:
        return tuple(Person(name=read(p["name"]), office=maybe(p["office"])) for p in given)

    return Visit(
        date=maybe(row["date"]),
        place=maybe(row["place"]),
        who=people(row["who"]),
        organisation=read(row["organisation"]),
        kind=str(row["kind"]),
        met=people(row["met"]),
        matter=maybe(row["matter"]),
        outcomes=tuple(Outcome(kind=str(o["kind"]), mention=read(o)) for o in row["outcomes"]),
    )


def _read_sentence(row: Mapping[str, Any], document: Document) -> TaggedSentence:
    start, end = int(row["start"]), int(row["end"])
    if document.body[start:end] != row["text"]:
        raise ValueError(f"sentence {row['index']} is not what stands at its offsets")
    scores = {str(topic): float(score) for topic, score in row["scores"].items()}
    unscored = set(row["topics"]) - set(scores)
    if unscored:
        raise ValueError(f"sentence {row['index']} has topics without scores: {', '.join(sorted(unscored))}")
    sentence = Sentence(document_id=document.id, index=row["index"], start=start, end=end, text=row["text"])
    return TaggedSentence(sentence=sentence, scores=scores, topics=tuple(row["topics"]))


def _read_abstract(row: Mapping[str, Any], topic: str | None) -> Abstract:
    evidence = tuple(Evidence(start=e["start"], end=e["end"], sentences=tuple(e["sentences"])) for e in row["evidence"])
    check = _read_check(row["fact_check"]) if "fact_check" in row else None
    return Abstract(text=str(row["text"]), topic=topic, evidence=evidence, check=check)


def _read_check(row: Mapping[str, Any]) -> FactCheck:
    removed = tuple(Removal(text=r["text"], reason=r["reason"], facts=tuple(r["facts"])) for r in row["removed"])
    return FactCheck(
        proposed=tuple(row["proposed"]),
        rewrites=int(row["rewrites"]),
        removed=removed,
        completed=bool(row["completed"]),
        replaced=bool(row["replaced"]),
    )
