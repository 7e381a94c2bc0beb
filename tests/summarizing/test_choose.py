"""The clauses that together belong in an abstract most; see `pipeline.summarizing.choose`."""

from dataclasses import replace
from itertools import chain, combinations, pairwise
from math import exp, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema import Joints
from pipeline.summarizing.choose import BARE, DOUBTFUL, MANY, POINTING, UNANCHORED, UNSOUND, Candidate, choose, variants
from pipeline.summarizing.grammar import PART
from pipeline.summarizing.skips import Parts

CLAUSES = ("程望舒率队走访云拓机器人公司", "参观了生产线和展厅", "与董事长罗启明座谈", "签署了投资合作协议书")


def candidate(place: int, salience: list[float], *, leans: bool = False, points: bool = False) -> Candidate:
    return Candidate(place, Parts("，".join(CLAUSES[: len(salience)]) + "。"), salience, leans, points)


def joins(one: Candidate, kept: tuple[int, ...]) -> list[float]:
    """The logits of what was joined by leaving clauses out."""
    if not one.joints:
        return []
    skips = [one.joints[i].leaves + one.joints[j].resumes for i, j in pairwise(kept) if j > i + 1]
    begun = [one.joints[kept[0]].begins] if kept[0] else []
    return skips + begun + ([one.joints[kept[-1]].ends] if kept[-1] < len(one.joints) - 1 else [])


def worth(one: Candidate, kept: tuple[int, ...], cost: float) -> tuple[int, float]:
    lengths = [len(one.parts.clauses[j]) + 1 for j in kept]
    value = sum(n * (one.salience[j] - cost) for n, j in zip(lengths, kept, strict=True))
    return sum(lengths), value - sum(UNSOUND * log1p(exp(-logit)) for logit in joins(one, kept)) if kept else 0.0


def allowed(one: Candidate) -> list[tuple[int, ...]]:
    """All runs of clauses that can stand alone, looked for one by one."""
    count = len(one.parts.clauses)
    every = chain.from_iterable(combinations(range(count), n) for n in range(1, count + 1))
    return [
        kept
        for kept in every
        if all(i in one.parts.steps[j] for i, j in zip((-1, *kept), kept, strict=False))
        and one.parts.ends[kept[-1]]
        and (len(kept) == count or worth(one, kept, 0)[0] >= PART)
        and all(logit >= DOUBTFUL for logit in joins(one, kept))
    ]


def unanchored(found: list[Candidate], taken: list[tuple[int, ...]]) -> float:
    """What it costs if sentences that are taken point at something that is not."""
    first = next((one for one, kept in zip(found, taken, strict=True) if kept), None)
    alone = [
        one.joints[kept[0]].points
        for at, (one, kept) in enumerate(zip(found, taken, strict=True))
        if kept and one.joints and not (at and taken[at - 1])
    ]
    return sum(POINTING * log1p(exp(logit)) for logit in alone) + (UNANCHORED if first and first.points else 0.0)


salience = st.lists(st.floats(0, 1, width=16), min_size=1, max_size=len(CLAUSES))
logits = st.floats(-3, 6, width=16)
joints = st.lists(st.builds(Joints, *[logits] * 5), min_size=len(CLAUSES), max_size=len(CLAUSES))


@given(
    st.lists(st.tuples(salience, st.booleans(), st.booleans(), st.none() | joints), min_size=1, max_size=3),
    st.integers(10, 90),
    st.sampled_from([0.0, 0.2]),
)
def test_nothing_that_fits_is_worth_more(
    rows: list[tuple[list[float], bool, bool, list[Joints] | None]], most: int, cost: float
) -> None:
    found = [
        replace(candidate(place, list(p), leans=leans, points=points), joints=(known or [])[: len(p)])
        for place, (p, leans, points, known) in enumerate(rows)
    ]
    best = 0.0
    options: list[list[tuple[int, ...]]] = [[]]
    for one in found:
        options = [[*taken, kept] for taken in options for kept in [(), *allowed(one)]]
    for taken in options:
        if any(
            kept and one.leans and (not at or not taken[at - 1])
            for at, (one, kept) in enumerate(zip(found, taken, strict=True))
        ):
            continue
        sizes = [worth(one, kept, cost) for one, kept in zip(found, taken, strict=True)]
        if sum(size for size, _ in sizes) <= most:
            best = max(best, sum(value for _, value in sizes) - unanchored(found, taken))
    chosen = choose(found, most, cost)
    sizes = [worth(found[place], kept, cost) for place, kept in chosen.items()]
    assert sum(size for size, _ in sizes) <= most
    cut = unanchored(found, [chosen.get(one.place, ()) for one in found])
    assert sum(value for _, value in sizes) - cut == pytest.approx(best, abs=1e-6)
    assert all(kept in allowed(found[place]) for place, kept in chosen.items())
    assert all(not found[place].leans or place - 1 in chosen for place in chosen)


def test_a_sentence_can_be_forced_and_bounded() -> None:
    found = [candidate(0, [0.1, 0.0]), candidate(1, [0.9, 0.8, 0.9])]
    assert choose(found, 40, 0.2) == {1: (0, 1, 2)}
    assert choose(found, 40, 0.2, {0: 15}) == {0: (0,), 1: (0, 2)}
    assert choose(found, 40, 0.2, {0: 10}) == {1: (0, 1, 2)}  # nothing of it can stand in so few
    assert choose([], 40, 0.2) == {}


def test_what_is_leaned_on_is_taken_even_if_it_is_not_worth_its_room() -> None:
    found = [candidate(0, [0.1]), candidate(1, [0.9, 0.9], leans=True), candidate(2, [0.3], leans=True)]
    assert choose(found, 45, 0.2) == {0: (0,), 1: (0, 1)}
    assert choose([candidate(0, [0.0]), candidate(1, [0.3], leans=True)], 45, 0.2) == {}


def test_of_a_long_document_the_best_sentences_are_looked_at() -> None:
    found = [candidate(place, [0.3]) for place in range(3 * MANY)]
    found[-1] = candidate(3 * MANY - 1, [0.9])
    chosen = choose(found, 40, 0.2)
    assert 3 * MANY - 1 in chosen and len(chosen) == 2


def test_variants_are_none_both_longer_and_worth_less() -> None:
    found = variants(candidate(0, [0.9, 0.1, 0.8, 0.3]), 90, 0.2)
    assert [(v.length, v.kept) for v in found] == [(15, (0,)), (25, (0, 2)), (36, (0, 2, 3))]


def test_what_is_not_sound_is_dear_and_in_doubt_not_made() -> None:
    fine = Joints(ends=9.0, begins=9.0, leaves=9.0, resumes=9.0, points=-9.0)
    found = candidate(0, [0.9, 0.1, 0.8])
    assert choose([replace(found, joints=[fine] * 3)], 90, 0.2) == {0: (0, 2)}
    for leaves in (DOUBTFUL - 10, -9.5):  # with 9 it comes to less than is done, and to what costs more than it gives
        shy = [fine._replace(leaves=leaves), fine, fine]
        assert choose([replace(found, joints=shy)], 90, 0.2) == {0: (0, 1, 2)}
    shy = [fine._replace(ends=DOUBTFUL - 1, leaves=-20.0), fine, fine]
    assert choose([replace(found, joints=shy)], 20, 0.2) == {}
    for ends, chosen in ((BARE - 0.1, (0, 1)), (BARE, (0,))):  # of mere names it has to be surer
        names = Candidate(0, Parts("来自海屿市科技局、云拓机器人公司，东江理工大学等也参加了座谈。"), [0.9, 0.1])
        assert choose([replace(names, joints=[fine._replace(ends=ends), fine])], 90, 0.4) == {0: chosen}


def test_a_sentence_that_points_comes_with_the_one_before_it() -> None:
    fine = Joints(ends=9.0, begins=9.0, leaves=9.0, resumes=9.0, points=-9.0)
    found = [candidate(0, [0.1]), replace(candidate(1, [0.9, 0.9]), joints=[fine._replace(points=3.0), fine])]
    assert choose(found, 45, 0.2) == {0: (0,), 1: (0, 1)}
    assert choose([found[0], replace(found[1], joints=[fine] * 2)], 45, 0.2) == {1: (0, 1)}
