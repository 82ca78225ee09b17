"""Comparison of counts and false discovery against published answers."""

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.rates import test_poisson_2indep

from jingcang.errors import JingcangError
from jingcang.statistics import compare_counts, false_discovery, verdict_after
from jingcang.statistics.comparison import e_test

test_poisson_2indep.__test__ = False  # a function of statsmodels, not a test of ours


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


@pytest.mark.parametrize("periods", [1, 2, 5, 0.5, 13 / 3])
def test_e_test_is_that_of_statsmodels(periods: float) -> None:
    """The grid of statsmodels sums over both counts; ours over one, with the same result."""
    for current, baseline in itertools.product([0, 1, 3, 6, 17], [0, 2, 7, 30]):
        if current + baseline == 0:
            continue
        with np.errstate(all="ignore"):
            reference = test_poisson_2indep(current, 1, baseline, periods, method="etest-score").pvalue
        assert e_test(current, baseline, periods) == pytest.approx(float(reference), abs=1e-10)


def test_large_counts_are_exact_too() -> None:
    # statsmodels 0.15, test_poisson_2indep(1030, 1, 960, 1, method="etest-score")
    assert compare_counts(1030, 960).p_value == pytest.approx(0.116684067916, abs=1e-10)
    result = compare_counts(100_000, 99_000)
    assert result.method == "etest-score"
    assert result.p_value == pytest.approx(2 * stats.norm.sf(1000 / math.sqrt(199_000)), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([1.0, 2.0, 5.0, 7.3]))
def test_swapping_the_periods_turns_the_ratio_over(current: int, baseline: int, periods: float) -> None:
    forward = compare_counts(current, baseline, baseline_exposure=periods)
    back = compare_counts(baseline, current, current_exposure=periods)
    assert forward.p_value == pytest.approx(back.p_value, abs=1e-9)
    assert 0 <= forward.p_value <= 1
    if current and baseline:
        assert forward.rate_ratio == pytest.approx(1 / back.rate_ratio)
        assert forward.ci_low == pytest.approx(1 / back.ci_high)
    scaled = compare_counts(current, baseline, current_exposure=30, baseline_exposure=30 * periods)
    assert scaled.p_value == pytest.approx(forward.p_value)
    assert scaled.z == pytest.approx(forward.z)


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
        {"current": math.nan, "baseline": 1},
        {"current": 1, "baseline": None},
        {"current": 1, "baseline": 1, "dispersion": math.nan},
        {"current": 1, "baseline": 1, "baseline_exposure": math.inf},
    ],
)
def test_wrong_input_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(JingcangError, match=r"两期计数比较|置信水平"):
        compare_counts(**wrong)
    with pytest.raises(ValueError, match=r"两期计数比较|置信水平"):
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


def test_false_discovery() -> None:
    # Benjamini & Hochberg 1995 by hand: p × n / rank, then the running minimum from the right.
    assert false_discovery([0.01, 0.04, 0.03, 0.20]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.20])
    with_gap = false_discovery([0.01, math.nan, 0.04])
    assert with_gap[[0, 2]] == pytest.approx([0.02, 0.04])
    assert math.isnan(with_gap[1])
    assert (false_discovery([0.01, 0.04], "by") >= false_discovery([0.01, 0.04])).all()
    assert false_discovery([]).shape == (0,)
    with pytest.raises(JingcangError, match="bonferroni"):
        false_discovery([math.nan], "bonferroni")
    with pytest.raises(JingcangError, match="0 到 1"):
        false_discovery([0.2, 1.2])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from(["bh", "by"]), st.randoms())
def test_false_discovery_keeps_order(p_values: list[float], method: str, source: random.Random) -> None:
    adjusted = false_discovery(p_values, method)
    reference = multipletests(p_values, method={"bh": "fdr_bh", "by": "fdr_by"}[method])[1]
    assert adjusted == pytest.approx(reference)
    assert (adjusted >= np.asarray(p_values) - 1e-12).all()
    order = list(range(len(p_values)))
    source.shuffle(order)
    assert false_discovery([p_values[i] for i in order], method) == pytest.approx(adjusted[order])
