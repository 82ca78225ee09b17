"""Is a count different from before? Two counts, a band of chance, many comparisons at once.

Belongs here: period comparison (METHODS section 1) and the words that go with it. Does not belong here:
the band of one future count (``bands``), early warning over long series (``surveillance``), effects of a
measure (``effects``), which periods are compared.

Sources: Krishnamoorthy & Thomson 2004, J. Stat. Plan. Inference 119:23–35 (E-test; the score form, as
statsmodels ``test_poisson_2indep`` with ``etest-score``); Clopper & Pearson 1934 (exact conditional
interval); Anscombe 1948 (square root with 3/8); Benjamini & Hochberg 1995, Benjamini & Yekutieli 2001 (scipy).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import Array, as_counts, as_number, as_numbers, check_dispersion, check_level, refuse

# Below this base a percentage is noise dressed as precision: 3 → 1 is not "−67%" (METHODS section 1).
MIN_BASE_FOR_PERCENT = 10
_METHOD = "两期计数比较"
RISEN, FALLEN = "明显上升", "明显下降"
MAYBE_RISEN, MAYBE_FALLEN = "可能上升", "可能下降"
CHANCE = "与偶然波动一致"


@dataclass(frozen=True)
class Comparison:
    """Result of :func:`compare_counts`.

    Args:
        current: current count.
        baseline: baseline count.
        rate_ratio: (current / its exposure) / (baseline / its exposure); inf or nan with a zero baseline.
        standard_error: of the logarithm of the rate ratio; inf when a count is zero.
        ci_low: lower limit of the rate ratio.
        ci_high: upper limit of the rate ratio.
        p_value: two-sided.
        method: how ``p_value`` was found.
        z: variance-stabilised score for charts, positive when current is the higher rate.
        verdict: words before any correction for many comparisons; see :func:`verdict_after`.
        level: confidence level.
    """

    current: float
    baseline: float
    rate_ratio: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    method: str
    z: float
    verdict: str
    level: float = 0.95

    @property
    def estimate(self) -> float:
        """The rate ratio."""
        return self.rate_ratio

    @property
    def percent_change(self) -> float | None:
        """100 × (rate ratio − 1); None when the baseline is below 10."""
        return None if self.baseline < MIN_BASE_FOR_PERCENT else 100 * (self.rate_ratio - 1)

    @property
    def change_text(self) -> str:
        """What a page prints: the counts (3 → 1), with a percentage only from a baseline of 10 on."""
        counts = f"{self.baseline:g} → {self.current:g}"
        change = self.percent_change
        return counts if change is None else f"{counts}（{change:+.0f}%）"


def compare_counts(
    current: float,
    baseline: float,
    *,
    current_exposure: float = 1,
    baseline_exposure: float = 1,
    dispersion: float = 1,
    level: float = 0.95,
) -> Comparison:
    """Compare two counts as rates.

    Args:
        current: current count, not negative.
        baseline: baseline count, not negative.
        current_exposure: periods (or days, person-years) of the current count, positive.
        baseline_exposure: periods of the baseline count, same unit.
        dispersion: overdispersion phi of the series, see :func:`estimate_dispersion`; 1 is Poisson.
        level: confidence level.

    Returns:
        See :class:`Comparison`. With phi = 1: E-test (score statistic) for p, exact conditional
        (Clopper-Pearson) interval; these are two methods, so an interval may touch 1 where p is just below
        0.05. With phi > 1: p from ``z``, interval from counts divided by phi.
        z = 2 (√(a + 3/8) − √((B + 3/8)/m)) / √((1 + 1/m) phi), m the ratio of exposures.

    Raises:
        StatisticsInputError: missing or negative counts, exposures not positive, phi below 1, level outside
            (0, 1).
    """
    current, baseline = (
        float(as_counts(value, "计数", _METHOD, dimensions=0)) for value in (current, baseline)
    )
    exposures = [as_number(value, "期长", _METHOD) for value in (current_exposure, baseline_exposure)]
    if min(exposures) <= 0:
        raise refuse("期长必须大于 0", _METHOD, "请传入两期各自的天数、周数或人年数")
    check_dispersion(dispersion, _METHOD)
    check_level(level)
    periods = exposures[1] / exposures[0]
    z = 2 * (math.sqrt(current + 0.375) - math.sqrt((baseline + 0.375) / periods))
    z /= math.sqrt((1 + 1 / periods) * dispersion)
    ratio = _ratio(current, baseline, periods)
    low, high = _conditional_interval(current / dispersion, baseline / dispersion, periods, level)
    if current + baseline == 0:
        p_value, method = 1.0, "no events"
    elif dispersion > 1:
        p_value, method = float(2 * stats.norm.sf(abs(z))), "root-difference"
    else:
        p_value, method = e_test(current, baseline, periods), "etest-score"
    error = math.inf
    if current > 0 and baseline > 0:
        error = math.sqrt(dispersion * (1 / current + 1 / baseline))
    rises = current * periods > baseline
    verdict = CHANCE if p_value >= 1 - level else (RISEN if rises else FALLEN)
    return Comparison(current, baseline, ratio, error, low, high, p_value, method, z, verdict, level)


def e_test(current: float, baseline: float, periods: float) -> float:
    """Return the two-sided p of the E-test for equal rates, score statistic.

    The statistic T = (x1 − x2/m) / √((x1 + x2)/m) falls with x2, so for each x1 the counts as extreme as the
    ones seen lie at or below one bound and at or above another, the roots of a quadratic. Summing over x1
    alone gives the exact value for counts of any size.

    Args:
        current: count seen, not negative.
        baseline: count seen.
        periods: m, baseline exposure / current exposure.

    Returns:
        Σ P(x1, x2) over |T| ≥ |T seen| with both means at their estimate under equal rates.
    """
    if current + baseline == 0:
        return 1.0
    share = 1 / periods
    seen = abs(current - baseline * share) / math.sqrt((current + baseline) * share)
    mean, baseline_mean = (current + baseline) * np.array([share, 1]) / (1 + share)
    first = np.arange(stats.poisson.ppf(1e-15, mean), stats.poisson.isf(1e-15, mean) + 1)
    middle = (2 * first + seen**2) / (2 * share)
    half = seen * np.sqrt(seen**2 + 4 * first * (1 + share)) / (2 * share)
    slack = 1e-9 * (1 + middle)  # ties with the counts seen count as equally extreme
    low = np.where(first > 0, np.floor(middle - half + slack), -1)  # nothing seen at all is not extreme
    high = np.ceil(middle + half - slack)
    outside = stats.poisson.cdf(low, baseline_mean) + stats.poisson.sf(high - 1, baseline_mean)
    outside = np.where(high <= low, 1, outside)  # equal rates seen: everything is as extreme
    return min(1.0, float(stats.poisson.pmf(first, mean) @ outside)) if seen > 0 else 1.0


def _ratio(current: float, baseline: float, periods: float) -> float:
    if baseline == 0:
        return math.nan if current == 0 else math.inf
    return current / baseline * periods


def _conditional_interval(
    current: float, baseline: float, periods: float, level: float
) -> tuple[float, float]:
    """Clopper-Pearson limits of current | current + baseline, as a rate ratio."""
    tail = (1 - level) / 2
    low = 0.0 if current == 0 else float(stats.beta.ppf(tail, current, baseline + 1))
    high = 1.0 if baseline == 0 else float(stats.beta.isf(tail, current + 1, baseline))
    to_ratio = [share / (1 - share) * periods if share < 1 else math.inf for share in (low, high)]
    return to_ratio[0], to_ratio[1]


def verdict_after(comparison: Comparison, q_value: float) -> str:
    """Return the words for one of many comparisons.

    Args:
        comparison: the comparison.
        q_value: its p value after :func:`false_discovery` over all cells shown together.

    Returns:
        明显上升 / 明显下降 when q ≤ 0.05; 可能上升 / 可能下降 when only p < 0.05 (no arrow, no colour);
        otherwise 与偶然波动一致.
    """
    if comparison.verdict == CHANCE:
        return CHANCE
    if q_value <= 1 - comparison.level:
        return comparison.verdict
    return MAYBE_RISEN if comparison.verdict == RISEN else MAYBE_FALLEN


def false_discovery(p_values: Any, method: str = "bh") -> Array:
    """Adjust p values of comparisons shown together.

    Args:
        p_values: shape (n,) or any other; nan stands for a comparison not made and stays nan.
        method: ``bh`` (Benjamini-Hochberg), or ``by`` (Benjamini-Yekutieli) where cells overlap.

    Returns:
        Adjusted p values (q values) in the shape and order given; adjusted over all of them together. A
        finding at q ≤ 0.05 belongs to a list of which at most 5% are expected to be false.

    Raises:
        StatisticsInputError: unknown method, or a p value outside [0, 1].
    """
    name = "多重比较校正"
    if method not in ("bh", "by"):
        raise refuse(f"不认识的校正方法 {method}", name, "请用 bh 或 by")
    values = as_numbers(p_values, "p 值", name, dimensions=None, allow_missing=True)
    adjusted = np.full(values.shape, np.nan)
    made = ~np.isnan(values)
    if ((values[made] < 0) | (values[made] > 1)).any():
        raise refuse("p 值应在 0 到 1 之间", name)
    if made.any():
        adjusted[made] = stats.false_discovery_control(values[made], method=method)
    return adjusted
