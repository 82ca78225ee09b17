"""Intervals and funnel limits against published answers."""

import math

import pytest

from jingcang.statistics import funnel_limits, poisson_interval, wilson_interval


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(15, 148, 0.0624, 0.1605), (81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(hits: int, trials: int, low: float, high: float) -> None:
    # Newcombe 1998, Stat. Med. 17:857-872
    result = wilson_interval(hits, trials)
    assert (result.ci_low, result.ci_high) == pytest.approx((low, high), abs=1e-4)
    assert result.estimate == hits / trials


def test_wilson_at_the_edges() -> None:
    assert math.isnan(wilson_interval(0, 0).estimate)
    assert (wilson_interval(0, 0).ci_low, wilson_interval(0, 0).ci_high) == (0, 1)
    assert wilson_interval(20, 20).ci_high == 1
    with pytest.raises(ValueError, match="denominator"):
        wilson_interval(3, 2)


def test_poisson_interval() -> None:
    # OHID/PHE form of Byar; the other textbook form gives 5.134 and 17.740.
    result = poisson_interval(10)
    assert (result.ci_low, result.ci_high) == pytest.approx((4.787, 18.391), abs=1e-3)
    # Exact: chi-square, Ulm 1990 (0 → 3.689).
    assert poisson_interval(0).ci_high == pytest.approx(3.6889, abs=1e-4)
    assert poisson_interval(5) == poisson_interval(5, method="exact")
    per_thousand = poisson_interval(10, exposure=2)
    assert per_thousand.ci_high == pytest.approx(result.ci_high / 2)
    with pytest.raises(ValueError, match="known method"):
        poisson_interval(1, method="byar")


def test_funnel_limits() -> None:
    # Spiegelhalter 2005, exact Poisson limits of observed / expected
    limits = funnel_limits([15, 20, 30])
    assert limits.lower == pytest.approx([0.5597, 0.6108, 0.6747], abs=1e-4)
    assert limits.upper == pytest.approx([1.6493, 1.5444, 1.4276], abs=1e-4)
    outer = funnel_limits([15, 20, 30], level=0.998)
    assert (outer.lower < limits.lower).all()
    assert (outer.upper > limits.upper).all()
    with pytest.raises(ValueError, match="positive"):
        funnel_limits([0])
