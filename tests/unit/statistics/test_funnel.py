"""Funnel limits, overdispersion, words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import (
    compare_counts,
    funnel_limits,
    funnel_word,
    is_rate_shown,
    overdispersion,
    shrunken_rates,
    wilson_interval,
)


def test_funnel_limits() -> None:
    # Spiegelhalter 2005, exact Poisson limits of observed / expected
    limits = funnel_limits([15, 20, 30])
    assert limits.lower == pytest.approx([0.5597, 0.6108, 0.6747], abs=1e-4)
    assert limits.upper == pytest.approx([1.6493, 1.5444, 1.4276], abs=1e-4)
    lower, upper = funnel_limits(20, 0.95)
    assert (lower, upper) == pytest.approx((0.6108, 1.5444), abs=1e-4)
    outer = funnel_limits([15, 20, 30], level=0.998)
    assert (outer.lower < limits.lower).all()
    assert (outer.upper > limits.upper).all()
    for wrong in ([0], [-1], [float("nan")]):
        with pytest.raises(JingcangError, match="expected"):
            funnel_limits(wrong)


def test_overdispersion_by_hand() -> None:
    # Ten units with expected 25: z = (O − 25)/5 = −4 … 5; the 10% and 90% quantiles are −3.1 and 4.1
    observed = 25 + 5 * np.arange(-4, 6)
    found = overdispersion(observed, np.full(10, 25))
    assert found.z == pytest.approx(np.arange(-4, 6))
    assert (found.z_low, found.z_high) == pytest.approx((-3.1, 4.1))
    phi = (3.1**2 + 9 + 4 + 1 + 0 + 1 + 4 + 9 + 16 + 4.1**2) / 10
    assert found.phi == pytest.approx(phi)
    # Σw = 250, Σw²/Σw = 25: τ² = (10 φ − 9) / 225
    assert found.tau2 == pytest.approx((10 * phi - 9) / 225)
    lower, upper = funnel_limits(25, overdispersion=found)
    plain_lower, plain_upper = funnel_limits(25)
    assert upper - 1 == pytest.approx((plain_upper - 1) * np.sqrt(1 + 25 * found.tau2))
    assert lower == pytest.approx(max(0, 1 - (1 - plain_lower) * np.sqrt(1 + 25 * found.tau2)))
    assert funnel_limits(25, overdispersion=4)[1] - 1 == pytest.approx(2 * (plain_upper - 1))
    assert funnel_limits(25, overdispersion=0.3) == (plain_lower, plain_upper)


def test_overdispersion_needs_units() -> None:
    for observed, expected in (([1], [1]), ([1, 2], [1]), ([1, 2], [1, 0]), ([1, -2], [1, 1])):
        with pytest.raises(JingcangError):
            overdispersion(observed, expected)


def test_overdispersion_finds_what_was_planted() -> None:
    source = np.random.default_rng(7)
    expected = source.uniform(20, 200, 4000)
    chance = overdispersion(source.poisson(expected), expected)
    # The mean square of a normal variable winsorised at its 10% and 90% points is 0.68
    assert chance.phi == pytest.approx(0.68, abs=0.06)
    assert chance.tau2 < 0.001
    # Winsorising takes about a third away from τ² = 0.04 too
    between = overdispersion(source.poisson(expected * source.gamma(25, 1 / 25, 4000)), expected)
    assert 0.018 < between.tau2 < 0.04
    lower, upper = funnel_limits(expected, 0.95, overdispersion=between)
    ratio = source.poisson(expected * source.gamma(25, 1 / 25, 4000)) / expected
    assert 0.02 < np.mean((ratio < lower) | (ratio > upper)) < 0.18


@given(expected=st.floats(0.1, 2_000), phi=st.floats(1, 9))
def test_limits_hold_one_and_grow(expected: float, phi: float) -> None:
    lower, upper = funnel_limits(expected)
    wide_lower, wide_upper = funnel_limits(expected, overdispersion=phi)
    assert 0 <= wide_lower <= lower < 1 < upper <= wide_upper


def test_words() -> None:
    assert funnel_word(20, 20) == "正常范围"
    assert funnel_word(31, 20, 0.95) == "高于预期"
    assert funnel_word(31, 20) == "正常范围"
    assert funnel_word(5, 20) == "低于预期"
    assert funnel_word(60, 20) == "高于预期"
    assert funnel_word(60, 20, overdispersion=9) == "正常范围"
    assert is_rate_shown(5, 0.7)
    assert not is_rate_shown(4.9, 0.9)
    assert not is_rate_shown(50, 0.69)


def different_pairs(seeds: int, source: np.random.Generator) -> dict[str, int]:
    """Count how often one pair of units with the same true rate, named in advance, is called different."""
    found = dict.fromkeys(("词", "词（计入离散）", "区间", "比较"), 0)
    for _ in range(seeds):
        sizes = source.integers(60, 200, 12)
        shares = source.beta(30, 20, 12)
        shares[1] = shares[0]
        hits = source.binomial(sizes, shares)
        missed = sizes - hits
        expected = sizes * missed.sum() / sizes.sum()
        for name, known in (("词", None), ("词（计入离散）", overdispersion(missed, expected))):
            words = [funnel_word(missed[i], expected[i], overdispersion=known) for i in (0, 1)]
            found[name] += words[0] != words[1]
        first, second = (wilson_interval(hits[i], sizes[i]) for i in (0, 1))
        found["区间"] += first[1] < second[0] or second[1] < first[0]
        pair = compare_counts(missed[0], missed[1], current_exposure=sizes[0], baseline_exposure=sizes[1])
        found["比较"] += pair.p_value < 0.05
    return found


def assert_rarely_different(seeds: int) -> None:
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    found = different_pairs(seeds, np.random.default_rng(seed))
    print(f"同率单位对（种子 {seed}，{seeds} 次）被判为不同：{found}")
    # 35 of 500; in the short form the bound of a 7% share at one in ten thousand
    allowed = 35 if seeds == 500 else int(stats.binom.isf(1e-4, seeds, 0.07))
    assert max(found.values()) <= allowed


def test_equal_units_are_rarely_called_different() -> None:
    assert_rarely_different(10)


@pytest.mark.slow
def test_equal_units_are_rarely_called_different_500() -> None:
    assert_rarely_different(500)


def test_officer_floor_on_shrunken_rates() -> None:
    rates = shrunken_rates([3, 40, 90, 10], [4, 80, 100, 60])
    shown = [
        is_rate_shown(n * rates.mean, r) for n, r in zip([4, 80, 100, 60], rates.reliability, strict=True)
    ]
    assert shown[0] is False
    assert shown[2] is True
