"""The types that flow through the pipeline; standard library only.

Document -> Sentence -> TaggedSentence -> Abstract, Visit -> Briefing. All offsets are Python string indices into
`Document.body`, half-open: ``body[start:end]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a text, ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    r"""One article as read.

    Attributes:
        id: Short name, unique within a run (the file name without its ending).
        source: Where it came from, as the caller gave it.
        title: The headline, or an empty string where none was recognised.
        body: The whole text, decoded, with line ends as ``\n``; nothing else is changed.
        furniture: Spans of `body` that belong to the page and not to the article (bylines, credits, links) or that
            repeat the headline; in order, not overlapping; never tagged or summarised.
        published: ISO date of publication where the page says it, else an empty string.
    """

    id: str
    source: str
    title: str
    body: str
    furniture: tuple[Span, ...] = ()
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence: ``document.body[start:end] == text``, with no white space at either end."""

    document_id: str
    index: int
    start: int
    end: int
    text: str


class Joints(NamedTuple):
    """How a clause may be joined where others of its sentence are left out, in logits.

    Attributes:
        ends: That the sentence may end with it.
        begins: That the sentence may begin with it.
        leaves: Added to `resumes` of a clause further on, that this may stand right behind it.
        resumes: See `leaves`.
        points: That a sentence that begins with it cannot be understood without those before it.
    """

    ends: float
    begins: float
    leaves: float
    resumes: float
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SalientClause:
    """A clause of a sentence, ``text[start:end]`` with the mark behind it.

    `salience` says how likely it belongs in the abstract of the document (key None) and in that of each topic; `joints` is there
    where the tagger can tell.
    """

    start: int
    end: int
    salience: Mapping[str | None, float]
    joints: Joints | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedSentence:
    """A sentence with a probability per topic (`scores`) and the topics at or over their threshold (`topics`).

    `clauses` are there where the tagger can tell which of them belong in an abstract; they serve the summarizer and are not
    written to files.
    """

    sentence: Sentence
    scores: Mapping[str, float]
    topics: tuple[str, ...]
    clauses: tuple[SalientClause, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A clause of an abstract, ``text[start:end]``, and the indices of the sentences it rests on."""

    start: int
    end: int
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A clause a model wrote that was taken out.

    Attributes:
        text: The clause.
        reason: ``unsupported`` (a fact the source lacks), ``no_evidence`` (no sentences say it), ``parties`` (said of somebody
            else in the source), ``subject`` (its subject, or the clause it needs to be a sentence, is not there),
            ``repeated`` or ``length``.
        facts: The unsupported words in it.
    """

    text: str
    reason: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheck:
    """What was done to a model's text before it became an abstract.

    Attributes:
        proposed: Words the model first wrote as facts that the source lacks.
        rewrites: How often it was asked to write again without them.
        removed: Clauses taken out of what it wrote last.
        completed: Sentences of the document were added to reach the length asked for.
        replaced: Nothing it wrote could stay; the abstract is the document's lead.
    """

    proposed: tuple[str, ...] = ()
    rewrites: int = 0
    removed: tuple[Removal, ...] = ()
    completed: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """A summary; `topic` is None for that of the whole document. Evidence covers the text clause by clause.

    `check` says what the fact check did to what a model wrote; None where sentences were copied and none was needed.
    """

    text: str
    topic: str | None
    evidence: tuple[Evidence, ...]
    check: FactCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """What stands in a document, ``body[start:end] == text``, within the sentence of index `sentence`."""

    sentence: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person's name, and the office as the document writes it, if it does."""

    name: Mention
    office: Mention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a contact: `kind` is ``agreement``, ``amount`` or ``project``."""

    kind: str
    mention: Mention


VISIT_KINDS = ("enterprise", "association", "university", "institute", "government", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A contact with one organisation: a row of the visit record; what the document does not clearly say is empty.

    Attributes:
        date: When, as written.
        place: Where.
        who: Persons of the side that reports.
        organisation: Whom they met, or who came.
        kind: What it is, one of `VISIT_KINDS`.
        met: Persons of the organisation.
        matter: What was talked about.
        outcomes: What came of it.
    """

    date: Mention | None
    place: Mention | None
    who: tuple[Person, ...]
    organisation: Mention
    kind: str
    met: tuple[Person, ...]
    matter: Mention | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What made a briefing: package version, digest of the resolved configuration, models with their digests."""

    version: str
    config_digest: str
    models: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """Everything the pipeline says about one document.

    `sentences` holds every sentence of the document, whatever its length; `topic_abstracts` has an entry per topic
    that has sentences; `visits` says who met whom.
    """

    document: Document
    sentences: tuple[TaggedSentence, ...]
    abstract: Abstract
    topic_abstracts: Mapping[str, Abstract]
    provenance: Provenance
    visits: tuple[Visit, ...] = ()
