import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.windows import Unit, by_sentence, make_units, make_windows, mean_by_unit, owners, plan_windows

FIRST, SEPARATOR, UNKNOWN = 0, 2, 3
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
    units = make_units(token_ids, limit - len(start) - 1, UNKNOWN)
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
    units = make_units([[5] * 100, [6] * 200], 510, UNKNOWN)
    (window,) = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=512, context=128)
    assert len(window.tokens) == 303


def test_an_overlong_sentence_has_several_units_of_about_equal_size() -> None:
    units = make_units([[5] * 1100], 510, UNKNOWN)
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
        units = [Unit(sentence=i, tokens=(5,) * 30) for i in range(count)]
        windows = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=512, context=128)
        return sum(len(w.tokens) for w in windows)

    assert total(2000) < 2.2 * total(1000)


def test_means_and_maxima() -> None:
    units = make_units([[5, 5], [6] * 20], 14, UNKNOWN)
    windows = make_windows(units, start=(FIRST,), separator=SEPARATOR, limit=16, context=0)
    logits = [mean_by_unit(w.tokens[:, None].astype(np.float32), w) for w in windows if len(w.owned)]
    together = np.concatenate(logits)
    assert together.ravel().tolist() == [5, 6, 6]
    assert by_sentence(np.array([[1.0], [-2.0], [3.0]], np.float32), units).ravel().tolist() == [1, 3]


@pytest.mark.parametrize("capacity", [5, 7])
def test_a_run_never_starts_where_the_next_unit_would_not_fit(capacity: int) -> None:
    lengths = [1, 1, 1, capacity, 1, capacity]
    runs = plan_windows(lengths, capacity, 2)
    assert sorted({unit for run in runs for unit in run}) == list(range(len(lengths)))
    assert all(sum(lengths[unit] for unit in run) <= capacity for run in runs)
