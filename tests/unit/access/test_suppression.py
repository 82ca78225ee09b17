"""Small counts are hidden and cannot be found by subtraction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jingcang.access.suppression import suppress

MATRICES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=5
    )
)


def test_a_lone_small_cell_takes_companions_in_row_and_column() -> None:
    assert suppress([[3, 10, 20], [7, 8, 9], [11, 12, 13]]) == [
        [None, None, 20],
        [None, None, 9],
        [11, 12, 13],
    ]


def test_zero_and_large_counts_stay_when_nothing_is_small() -> None:
    assert suppress([[0, 5], [6, 0]]) == [[0, 5], [6, 0]]


@given(MATRICES)
def test_no_small_count_is_shown_and_no_line_hides_exactly_one(counts: list[list[int]]) -> None:
    shown = suppress(counts)
    assert not any(value is not None and 0 < value < 5 for row in shown for value in row)
    lines = [*shown, *map(list, zip(*shown, strict=True))]
    assert not any(line.count(None) == 1 for line in lines if len(line) > 1)
