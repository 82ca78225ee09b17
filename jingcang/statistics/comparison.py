"""Is a count different from before? Two counts, a band of chance, many comparisons at once.

Belongs here: period comparison (METHODS section 1) and the words that go with it. Does not belong here:
early warning over long series, effects of a measure (``effects``), which periods are compared.

Sources: Krishnamoorthy & Thomson 2004, J. Stat. Plan. Inference 119:23–35 (E-test, as implemented by
statsmodels ``test_poisson_2indep``); Clopper & Pearson 1934 (exact conditional interval); Anscombe 1948
(square root with 3/8); Benjamini & Hochberg 1995, Benjamini & Yekutieli 2001 (scipy).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

# Below this base a percentage is noise dressed as precision: 3 → 1 is not "−67%" (METHODS section 1).
MIN_BASE_FOR_PERCENT = 10
# The E-test sums over a grid of both counts and takes seconds from a few thousand on; above this total the
# score test gives the same p to three decimals (measured: 1030 against 960, 0.1167 and 0.1166).
_MAX_ETEST_TOTAL = 1_000

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
        ValueError: negative counts, exposures not positive, phi below 1, level outside (0, 1).
    """
    if min(current, baseline) < 0 or min(current_exposure, baseline_exposure) <= 0:
        raise ValueError("counts must not be negative and exposures must be positive")
    if dispersion < 1 or not 0 < level < 1:
        raise ValueError("dispersion must be at least 1 and level between 0 and 1")
    # Imported here: the package takes a second to import and most readers need only intervals.
    from statsmodels.stats.rates import test_poisson_2indep as poisson_two_sample_test

    periods = baseline_exposure / current_exposure
    z = 2 * (math.sqrt(current + 0.375) - math.sqrt((baseline + 0.375) / periods))
    z /= math.sqrt((1 + 1 / periods) * dispersion)
    ratio = _ratio(current, baseline, periods)
    low, high = _conditional_interval(current / dispersion, baseline / dispersion, periods, level)
    if current + baseline == 0:
        p_value, method = 1.0, "no events"
    elif dispersion > 1:
        p_value, method = float(2 * stats.norm.sf(abs(z))), "root-difference"
    else:
        method = "etest-score" if current + baseline <= _MAX_ETEST_TOTAL else "score"
        with np.errstate(divide="ignore"):  # the ratio, which we do not take from there, is inf at zero
            test = poisson_two_sample_test(
                current, current_exposure, baseline, baseline_exposure, method=method
            )
        p_value = min(1.0, float(test.pvalue))
    error = math.inf
    if current > 0 and baseline > 0:
        error = math.sqrt(dispersion * (1 / current + 1 / baseline))
    rises = current * periods > baseline
    verdict = CHANCE if p_value >= 1 - level else (RISEN if rises else FALLEN)
    return Comparison(
        current, baseline, ratio, error, low, high, p_value, method, z, verdict, level
    )  # fmt: skip


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


def false_discovery(p_values: npt.ArrayLike, method: str = "bh") -> npt.NDArray[np.float64]:
    """Adjust p values of comparisons shown together.

    Args:
        p_values: shape (n,); nan stands for a comparison not made and stays nan.
        method: ``bh`` (Benjamini-Hochberg), or ``by`` (Benjamini-Yekutieli) where cells overlap.

    Returns:
        q values, shape (n,), in the order given.

    Raises:
        ValueError: unknown method, or a p value outside [0, 1].
    """
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    made = ~np.isnan(values)
    if made.any():
        adjusted[made] = stats.false_discovery_control(values[made], method=method)
    elif method not in ("bh", "by"):
        raise ValueError("method must be 'bh' or 'by'")
    return adjusted


@dataclass(frozen=True)
class Band:
    """Result of :func:`chance_band`.

    Args:
        estimate: expected count of one period.
        ci_low: lowest count that chance explains.
        ci_high: highest count that chance explains.
        periods: past periods used.
        dispersion: phi used.
        level: share of future counts inside when nothing changes.
    """

    estimate: float
    ci_low: int
    ci_high: int
    periods: int
    dispersion: float
    level: float

    def contains(self, count: float) -> bool:
        """Tell whether a count is inside the band."""
        return self.ci_low <= count <= self.ci_high


def chance_band(
    history: Sequence[float] | npt.NDArray[np.float64] | float,
    *,
    periods: int | None = None,
    dispersion: float = 1,
    level: float = 0.95,
) -> Band:
    """Return the range in which the next count of a stable series falls.

    Args:
        history: past counts, oldest first, one a period; or their total.
        periods: with counts: how many of the last ones to use (default all); with a total: how many
            periods it covers.
        dispersion: overdispersion phi; 1 is Poisson.
        level: probability of the band.

    Returns:
        Predictive quantiles. phi = 1: Gamma-Poisson with Jeffreys prior, nbinom(B + 1/2, m/(m+1)).
        phi > 1: negative binomial with mean B/m and variance phi (μ + μ/m); without any past event the
        Gamma-Poisson band, since a mean of zero has no variance to inflate. METHODS section 1.

    Raises:
        ValueError: no history, fewer counts than ``periods``, negative counts, phi below 1.
    """
    if np.ndim(history) == 0:
        if periods is None:
            raise ValueError("a total needs the number of periods it covers")
        total, used = float(history), periods  # type: ignore[arg-type]
    else:
        counts = np.asarray(history, dtype=np.float64)
        used = len(counts) if periods is None else periods
        if used > len(counts):
            raise ValueError("fewer past counts than periods")
        total = float(counts[len(counts) - used :].sum())
        if (counts < 0).any():
            raise ValueError("counts must not be negative")
    if used < 1 or total < 0 or dispersion < 1:
        raise ValueError("needs at least one period, counts not negative and dispersion at least 1")
    mean = total / used
    if dispersion > 1 and mean > 0:
        share = 1 / (dispersion * (1 + 1 / used))
        future = stats.nbinom(mean * share / (1 - share), share)
    else:
        future = stats.nbinom(total + 0.5, used / (used + 1))
    tail = (1 - level) / 2
    return Band(mean, int(future.ppf(tail)), int(future.ppf(1 - tail)), used, dispersion, level)


def estimate_dispersion(counts: Sequence[float], *, season: int = 52) -> float:
    """Return the overdispersion phi of a series of counts.

    Args:
        counts: one a period (week), oldest first; at least one season.
        season: periods a year.

    Returns:
        Pearson chi-square / degrees of freedom of a quasi-Poisson fit with trend and one annual wave, at
        least 1. METHODS, notation.

    Raises:
        ValueError: fewer counts than one season.
    """
    from statsmodels.api import GLM, families

    values = np.asarray(counts, dtype=np.float64)
    if len(values) < season:
        raise ValueError(f"needs at least {season} counts")
    if not values.any():
        return 1.0
    time = np.arange(len(values))
    angle = 2 * np.pi * time / season
    design = np.column_stack([np.ones_like(angle), time / season, np.sin(angle), np.cos(angle)])
    fit = GLM(values, design, family=families.Poisson()).fit()
    return max(1.0, float(fit.pearson_chi2 / fit.df_resid))
