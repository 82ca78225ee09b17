"""Observed against expected: indirect standardisation over case mix.

Belongs here: what a unit with this case mix would have had at the reference rates. Does not belong here:
limits and words (``funnel``).

Sources: Breslow & Day 1987, vol. II, ch. 2 (standardised ratio and its exact Poisson interval);
METHODS section 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import StatisticsInputError, as_numbers, plain
from .intervals import EXACT, poisson_interval


@dataclass(frozen=True)
class StandardisedRatio:
    """Observed over expected; floats for one unit, arrays of shape (units,) for several.

    Args:
        estimate: observed / expected; nan where nothing was expected.
        standard_error: √observed / expected.
        ci_low: lower Poisson limit of observed, over expected.
        ci_high: upper limit.
        p_value: two-sided exact Poisson, twice the smaller tail.
        observed: count.
        expected: Σ rate × exposure.
        level: confidence level.
        method: of the interval.
    """

    estimate: Any
    standard_error: Any
    ci_low: Any
    ci_high: Any
    p_value: Any
    observed: Any
    expected: Any
    level: float
    method: str


def indirect_standardisation(
    observed: Any, expected_rates: Any, exposure: Any, *, level: float = 0.95, method: str = EXACT
) -> StandardisedRatio:
    """Return observed / expected at the reference rates of each stratum.

    Args:
        observed: events. One unit: its total, or its count by stratum, shape (strata,). Several units: shape
            (units,), or (units, strata).
        expected_rates: events per exposure in the reference, shape (strata,); a number is one stratum.
        exposure: due items, person-days…: shape (strata,) for one unit, (units, strata) for several; with a
            single rate (units,).
        level: confidence level.
        method: ``exact`` or ``byar_ohid``, see :func:`poisson_interval`.

    Returns:
        See :class:`StandardisedRatio`. The rates are taken as known without error.

    Raises:
        StatisticsInputError: shapes that do not fit, negative or missing values.
    """
    counts = as_numbers(observed, "observed", minimum=0)
    rates = as_numbers(expected_rates, "expected_rates", minimum=0)
    sizes = as_numbers(exposure, "exposure", minimum=0)
    if rates.ndim > 1 or sizes.ndim > 2 or (rates.ndim == 1 and sizes.shape[-1:] != rates.shape):
        raise StatisticsInputError(
            "分层比率与暴露量的层数不一致", where="expected_rates, exposure", remedy="请按同一分层顺序传入"
        )
    expected = sizes @ rates if rates.ndim == 1 else sizes * rates
    if counts.ndim == expected.ndim + 1 and counts.shape == sizes.shape:
        counts = counts.sum(axis=-1)
    if counts.shape != expected.shape:
        raise StatisticsInputError(
            "实际数与单位个数不一致", where="observed, exposure", remedy="请每个单位传入一个实际数"
        )
    is_known = expected > 0
    if (counts[~is_known] > 0).any():
        raise StatisticsInputError(
            "有实际数而期望为零", where="observed, expected_rates", remedy="请检查参照比率是否缺层"
        )
    divisor = np.where(is_known, expected, 1.0)
    interval = poisson_interval(counts, level, method=method, exposure=divisor)
    below, above = stats.poisson.cdf(counts, expected), stats.poisson.sf(counts - 1, expected)

    def known(values: Any) -> Any:
        return plain(np.where(is_known, values, np.nan))

    return StandardisedRatio(
        estimate=known(interval.estimate),
        standard_error=known(interval.standard_error),
        ci_low=known(interval.ci_low),
        ci_high=known(interval.ci_high),
        p_value=known(np.minimum(1, 2 * np.minimum(below, above))),
        observed=plain(counts),
        expected=plain(expected),
        level=level,
        method=method,
    )
