"""Month ends: the exact binomial by hand, an even month, an empty one, and what is refused."""

from __future__ import annotations

from math import comb, isnan

import pytest

from jingcang.statistics import StatisticsInputError, month_end_share


def test_the_p_value_is_the_exact_binomial_tail() -> None:
    found = month_end_share(9, 30, 30)
    tail = sum(comb(30, k) * 0.1**k * 0.9 ** (30 - k) for k in range(9, 31))
    assert found.p_value == pytest.approx(tail, rel=1e-9)
    assert found.estimate == 0.3
    assert found.expected == 3
    assert found.ci_low < 0.3 < found.ci_high


def test_an_even_month_is_no_heap_and_an_empty_one_tells_nothing() -> None:
    assert month_end_share(3, 30, 30).p_value > 0.5
    empty = month_end_share(0, 0, 31)
    assert isnan(empty.estimate)
    assert (empty.p_value, empty.ci_low, empty.ci_high) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(("last", "total", "days"), [(-1, 3, 30), (4, 3, 30), (1.5, 3, 30), (1, 3, 3)])
def test_impossible_counts_are_refused(last: float, total: float, days: float) -> None:
    with pytest.raises(StatisticsInputError):
        month_end_share(last, total, days)
