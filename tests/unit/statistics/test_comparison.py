"""Comparison of counts, chance bands and false discovery against published answers."""

import math

import numpy as np
import pytest
from scipy import stats

from jingcang.statistics import (
    chance_band,
    compare_counts,
    estimate_dispersion,
    false_discovery,
    verdict_after,
)


@pytest.mark.parametrize(
    ("current", "baseline", "exposures", "p_value", "tolerance"),
    [
        (6, 2, (1, 1), 0.1749, 5e-5),  # Krishnamoorthy & Thomson 2004, JSPI 119:23-35
        (0, 3, (1, 1), 0.0884, 5e-5),  # same
        (12, 30, (1, 5), 0.037512, 5e-5),  # statsmodels 0.15, etest-score; not wald (0.1134)
        (60, 30, (51477.5, 54308.7), 0.000567, 2e-6),  # statsmodels 0.15
    ],
)
def test_e_test(
    current: int, baseline: int, exposures: tuple[float, float], p_value: float, tolerance: float
) -> None:
    result = compare_counts(current, baseline, current_exposure=exposures[0], baseline_exposure=exposures[1])
    assert result.p_value == pytest.approx(p_value, abs=tolerance)
    assert result.method == "etest-score"


def test_exact_conditional_interval() -> None:
    # R: poisson.test(c(12, 30), c(1, 5))
    result = compare_counts(12, 30, current_exposure=1, baseline_exposure=5)
    assert (result.ci_low, result.ci_high) == pytest.approx((0.9325455342, 4.0226454502), abs=1e-8)
    assert result.rate_ratio == result.estimate == pytest.approx(2.0)
    assert result.verdict == "明显上升"


def test_root_difference_divides_by_the_true_variance() -> None:
    # The uncorrected 2(√a − √b) = −3.207813 must not be produced.
    assert compare_counts(33, 54).z == pytest.approx(-2.258259, abs=1e-6)
    assert compare_counts(33, 54, dispersion=2).z == pytest.approx(-2.258259 / math.sqrt(2), abs=1e-6)


def test_zero_counts() -> None:
    nothing = compare_counts(0, 0)
    assert nothing.p_value == 1
    assert math.isnan(nothing.rate_ratio)
    assert nothing.verdict == "与偶然波动一致"
    fresh = compare_counts(9, 0)
    assert fresh.rate_ratio == fresh.ci_high == math.inf
    assert fresh.ci_low > 1
    assert fresh.verdict == "明显上升"
    assert compare_counts(0, 9).ci_low == 0


def test_overdispersion_widens_everything() -> None:
    plain, wide = compare_counts(60, 30), compare_counts(60, 30, dispersion=4)
    assert wide.p_value > plain.p_value
    assert wide.ci_low < plain.ci_low < plain.ci_high < wide.ci_high
    assert wide.standard_error == pytest.approx(2 * plain.standard_error)
    assert wide.method == "root-difference"


def test_large_counts_need_no_grid() -> None:
    result = compare_counts(100_000, 99_000)
    assert result.method == "score"
    assert result.p_value == pytest.approx(2 * stats.norm.sf(1000 / math.sqrt(199_000)), rel=1e-6)


def test_no_percent_on_a_small_base() -> None:
    assert compare_counts(1, 3).percent_change is None
    assert compare_counts(1, 3).change_text == "3 → 1"
    assert compare_counts(15, 10).change_text == "10 → 15（+50%）"
    assert compare_counts(9, 10).change_text == "10 → 9（-10%）"


def test_words_after_correction() -> None:
    rise = compare_counts(12, 30, current_exposure=1, baseline_exposure=5)
    assert verdict_after(rise, 0.04) == "明显上升"
    assert verdict_after(rise, 0.20) == "可能上升"
    assert verdict_after(compare_counts(30, 60), 0.3) == "可能下降"
    assert verdict_after(compare_counts(6, 2), 0.01) == "与偶然波动一致"


@pytest.mark.parametrize(
    "wrong",
    [
        {"current": -1, "baseline": 1},
        {"current": 1, "baseline": 1, "current_exposure": 0},
        {"current": 1, "baseline": 1, "dispersion": 0.5},
        {"current": 1, "baseline": 1, "level": 1},
    ],
)
def test_wrong_input_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        compare_counts(**wrong)


def test_false_positives_stay_at_the_nominal_rate() -> None:
    """Two equal weeks of mean 2: the naive root difference fires 9% of the time; this must not."""
    counts = np.random.default_rng(7).poisson(2, (2000, 2))
    cache: dict[tuple[int, int], float] = {}
    fired = 0
    for current, baseline in counts.tolist():
        if (current, baseline) not in cache:
            cache[current, baseline] = compare_counts(current, baseline).p_value
        fired += cache[current, baseline] < 0.05
    assert fired / len(counts) <= 0.06


def test_chance_band_is_the_predictive_band() -> None:
    history = [3, 1, 2, 4, 2, 3, 1, 2]
    band = chance_band(history)
    expected = stats.nbinom(18.5, 8 / 9)
    assert (band.ci_low, band.ci_high) == (expected.ppf(0.025), expected.ppf(0.975))
    assert band.estimate == pytest.approx(18 / 8)
    assert band == chance_band(18, periods=8)
    assert band.contains(0)  # a zero week at mean 2.25 is no drop
    assert not band.contains(9)


def test_chance_band_with_overdispersion_has_the_stated_variance() -> None:
    band = chance_band([10, 20, 12, 18], dispersion=3)
    # Variance 3 (15 + 15/4) = 56.25: negative binomial with mean 15.
    expected = stats.nbinom(15 * (15 / 56.25) / (1 - 15 / 56.25), 15 / 56.25)
    assert expected.var() == pytest.approx(56.25)
    assert (band.ci_low, band.ci_high) == (expected.ppf(0.025), expected.ppf(0.975))


def test_chance_band_uses_the_last_periods_and_refuses_nonsense() -> None:
    assert chance_band([90, 2, 2], periods=2).estimate == 2
    assert chance_band([0, 0, 0], dispersion=2).ci_high >= 1
    for wrong in (
        {"history": [], "periods": 0},
        {"history": [1], "periods": 2},
        {"history": 5},
        {"history": [-1]},
    ):
        with pytest.raises(ValueError, match=r"."):
            chance_band(**wrong)


def test_chance_band_covers_what_it_says() -> None:
    source = np.random.default_rng(11)
    inside = 0
    for _ in range(1500):
        *past, future = source.poisson(4, 14).tolist()
        inside += chance_band(past).contains(future)
    assert inside / 1500 >= 0.94


def test_false_discovery() -> None:
    # Benjamini & Hochberg 1995 by hand: p × n / rank, then the running minimum from the right.
    assert false_discovery([0.01, 0.04, 0.03, 0.20]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.20])
    with_gap = false_discovery([0.01, math.nan, 0.04])
    assert with_gap[[0, 2]] == pytest.approx([0.02, 0.04])
    assert math.isnan(with_gap[1])
    assert (false_discovery([0.01, 0.04], "by") >= false_discovery([0.01, 0.04])).all()
    with pytest.raises(ValueError, match="method"):
        false_discovery([math.nan], "bonferroni")


def test_dispersion_of_a_seasonal_series() -> None:
    source = np.random.default_rng(5)
    mean = 20 + 8 * np.sin(2 * np.pi * np.arange(208) / 52)
    assert estimate_dispersion(source.poisson(mean)) < 1.3  # the season itself is no overdispersion
    assert estimate_dispersion(source.negative_binomial(mean / 2, 1 / 3)) == pytest.approx(3, abs=0.8)
    assert estimate_dispersion([0] * 52) == 1
    with pytest.raises(ValueError, match="52"):
        estimate_dispersion([1] * 51)
