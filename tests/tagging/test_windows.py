import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.windows import (
    Unit,
    by_sentence,
    make_units,
    make_windows,
    mean_by_unit,
    owners,
    plan_windows,
    sums_by_clause,
)

FIRST, SEPARATOR, UNKNOWN = 0, 2, 3


def units_of(token_ids: list[list[int]], room: int, clauses: list[list[int]] | None = None) -> list[Unit]:
    return make_units(token_ids, clauses or [[0] * len(ids) for ids in token_ids], room, UNKNOWN)


sentences_of_any_length = st.lists(st.lists(st.integers(4, 9), max_size=90), min_size=1, max_size=40)


@given(
    sentences_of_any_length,
    st.sampled_from([16, 24, 64]),
    st.sampled_from([0, 4, 20]),
    st.sampled_from([(), (FIRST,), (FIRST, 8, 9, SEPARATOR)]),
)
def test_no_token_is_lost_or_shifted(
    token_ids: list[list[int]], limit: int, context: int, start: tuple[int, ...]
) -> None:
    units = units_of(token_ids, limit - len(start) - 1)
    windows = make_windows(units, start=start, separator=SEPARATOR, limit=limit, context=context)
    for index, ids in enumerate(token_ids):
        joined = [t for unit in units if unit.sentence == index for t in unit.tokens]
        assert joined == (ids or [UNKNOWN])
    assert [unit for window in windows for unit in window.owned] == list(range(len(units)))
    for window in windows:
        assert len(window.tokens) == len(window.units) <= limit
        assert tuple(window.tokens[: len(start)]) == start and window.tokens[-1] == SEPARATOR
        assert set(window.units[: len(start)]) <= {-1}
        for unit in set(window.units[window.units >= 0].tolist()):
            assert tuple(window.tokens[window.units == unit]) == units[unit].tokens


def test_a_document_that_fits_is_one_window() -> None:
    units = units_of([[5] * 100, [6] * 200], 510)
    (window,) = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=512, context=128)
    assert len(window.tokens) == 303


def test_an_overlong_sentence_has_several_units_of_about_equal_size() -> None:
    units = units_of([[5] * 1100], 510)
    assert [len(u.tokens) for u in units] == [367, 367, 366]


def test_windows_are_balanced() -> None:
    runs = plan_windows([10] * 55, 500, 100)
    assert len(runs) == 2
    assert abs(len(runs[0]) - len(runs[1])) <= 2


def test_a_sentence_belongs_to_the_window_where_it_stands_deepest() -> None:
    lengths = [10] * 10
    assert owners([range(0, 7), range(3, 10)], lengths) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_work_grows_with_the_length_not_with_its_square() -> None:
    def total(count: int) -> int:
        units = [Unit(sentence=i, tokens=(5,) * 30, clauses=(0,) * 30) for i in range(count)]
        windows = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=512, context=128)
        return sum(len(w.tokens) for w in windows)

    assert total(2000) < 2.2 * total(1000)


def test_means_and_maxima() -> None:
    units = units_of([[5, 5], [6] * 20], 14)
    windows = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=16, context=0)
    logits = [mean_by_unit(w.tokens[:, None].astype(np.float32), w) for w in windows if len(w.owned)]
    together = np.concatenate(logits)
    assert together.ravel().tolist() == [5, 6, 6]
    assert by_sentence(np.array([[1.0], [-2.0], [3.0]], np.float32), units).ravel().tolist() == [1, 3]


def test_logits_of_a_clause_are_summed_wherever_its_tokens_stand() -> None:
    tokens = [[4, 5, 6], [7] * 20, []]
    units = units_of(tokens, 14, [[0, 0, 1], [0] * 4 + [1] * 16, []])  # the second clause lies in two units
    windows = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=16, context=0)
    found: dict[tuple[int, int], list[float]] = {}
    for window in windows:
        for sentence, clause, total, count in sums_by_clause(window.tokens[:, None].astype(np.float32), window, units):
            known = found.setdefault((sentence, clause), [0.0, 0])
            known[0] += float(total[0])
            known[1] += count
    assert found == {(0, 0): [9, 2], (0, 1): [6, 1], (1, 0): [28, 4], (1, 1): [112, 16], (2, 0): [UNKNOWN, 1]}


@pytest.mark.parametrize("capacity", [5, 7])
def test_a_run_never_starts_where_the_next_unit_would_not_fit(capacity: int) -> None:
    lengths = [1, 1, 1, capacity, 1, capacity]
    runs = plan_windows(lengths, capacity, 2)
    assert sorted({unit for run in runs for unit in run}) == list(range(len(lengths)))
    assert all(sum(lengths[unit] for unit in run) <= capacity for run in runs)
