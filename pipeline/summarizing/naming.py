"""Says whom a delegation met where the abstract a model wrote says only that it set out.

Models that copy take clauses as they stand; a report that spreads its visits over many sentences has no clause that lists
them. The lists are put behind the clause that says who set out, and are then checked like everything else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.summarizing.evidence import CLAUSE_MARKS, split_clauses
from pipeline.summarizing.grammar import waits
from pipeline.summarizing.names import NameKind, names
from pipeline.summarizing.parties import alike
from pipeline.summarizing.polish import is_final
from pipeline.text.tidy import FINAL

MOST, LEAST = 4, 2  # hosts that are added
ENOUGH = 3  # an abstract that names so many is left alone
SETS_OUT = re.compile("率|带队|带领|赴|前往|走访|拜访|访问|考察|调研|来到|一行")
RECEIVES = re.compile("会见|接见|接待|迎接|来访|到访")
# Somebody else acts, led by the leader; or one place of several is reached, at which not all hosts are.
LED = re.compile("(?:带领|率领|陪同|指导)下[，；]?$|[到抵]达")
LEGAL_FORM = re.compile("(?:股份|有限|责任|集团|总?公司|总行)+$")
VISITED = "走访"
BOTH = "双方"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """An organisation that was met, as the document says it.

    Attributes:
        name: Its name.
        talks: The word for the talks with it; empty if it was called on.
        deed: What was signed with it and with no other, as in 签署战略合作协议; empty if nothing was.
    """

    name: str
    talks: str = ""
    deed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Whom somebody met.

    Attributes:
        leader: Name of the person who leads those who report.
        hosts: Whom they met, the most important first.
        signed: Who signed, by what is said of it: 签署战略合作协议.
        walked: Whether the document calls it 走访.
    """

    leader: str
    hosts: tuple[Host, ...]
    signed: Mapping[str, str] = field(default_factory=dict)
    walked: bool = False


def with_hosts(text: str, tour: Tour, most: int) -> str:
    """The text with hosts it does not name, behind the clause in which the leader sets out.

    Args:
        text: An abstract.
        tour: Whom it should name.
        most: Characters it may have; to make room, what follows in the same sentence is dropped from its end.

    Returns:
        The text itself where it names enough, has no such clause, or has no room.
    """
    for deed, name in tour.signed.items():
        # In the middle of a sentence only where that is about the leader: it may be about somebody else's technicians.
        about = f"(^|[{FINAL}]|{re.escape(tour.leader)}[^{FINAL}]*[{CLAUSE_MARKS}])"
        text = re.sub(f"{about}{BOTH}{re.escape(deed)}", rf"\g<1>与{name}{deed}", text)
    clauses = [text[span.start : span.end] for span in split_clauses(text)]
    at = next(
        (
            i
            for i, c in enumerate(clauses)
            if tour.leader in c and SETS_OUT.search(c) and not RECEIVES.search(c) and not LED.search(c)
        ),
        None,
    )
    worth = len(tour.hosts) >= LEAST or any(host.talks or host.deed for host in tour.hosts)  # more than 到松川商会
    if at is None or not worth or names_enough(text, tour):
        return text
    head, rest = "".join(clauses[:at]) + clauses[at].rstrip(CLAUSE_MARKS), clauses[at + 1 :]
    last = 0 if is_final(clauses[at]) else next((i + 1 for i, c in enumerate(rest) if is_final(c)), len(rest))
    same, after = [c.rstrip(CLAUSE_MARKS) for c in rest[:last]], "".join(rest[last:])
    best, most_named = text, 0
    for kept in range(len(same), -1, -1):
        if any(_named(host.name, clause) for host in tour.hosts for clause in same[kept:]):
            break
        if kept and waits(same[kept - 1]):
            continue
        said = "，".join([head, *same[:kept]]) + "。" + after
        missing = [host for host in tour.hosts if not _told(host, said)]
        for count in range(min(LEAST, len(tour.hosts)), min(MOST, len(missing)) + 1):
            added = _clauses(head, missing[:count], missing[count:], said, walked=tour.walked)
            named = len(tour.hosts) - len(missing) + count
            sentence = "，".join([head, *added, *same[:kept]]) + "。"
            if len(sentence) + len(after) <= most and named > most_named:
                best, most_named = sentence + after, named
    return best


def names_enough(text: str, tour: Tour) -> bool:
    """Whether a text names as many of those who were met as an abstract should."""
    return sum(_told(host, text) for host in tour.hosts) >= min(ENOUGH, len(tour.hosts))


def _clauses(head: str, hosts: Sequence[Host], others: Sequence[Host], text: str, *, walked: bool) -> list[str]:
    """The clauses that name hosts: those called on, those talked to, those signed with."""
    signed = [host for host in hosts if host.deed and host.deed not in text.replace("了", "")]
    called = [host.name for host in hosts if not host.talks and host not in signed]
    talked = [host for host in hosts if host.talks and host not in signed]
    verb = VISITED if walked and VISITED not in head else "先后到" if len(called) > 1 else "到"
    rest = "等" if any(not host.talks for host in others) else ""
    found = [verb + "、".join(called) + rest] if called else []
    if talked:
        found.append(f"与{'、'.join(host.name for host in talked)}{talked[0].talks}")
    return found + [f"与{host.name}{host.deed}" for host in signed]


def _told(host: Host, text: str) -> bool:
    """Whether a text names a host, and what was signed with it."""
    return _named(host.name, text) and host.deed in text.replace("了", "")


def _named(name: str, text: str) -> bool:
    """Whether a text names an organisation, in full or by a shorter or longer form."""
    stem = LEGAL_FORM.sub("", name)
    others = [text[n.start : n.end] for n in names(text) if n.kind is NameKind.ORGANISATION]
    return (len(stem) > 1 and stem in text) or any(alike(name, n) or alike(n, name) for n in others)
