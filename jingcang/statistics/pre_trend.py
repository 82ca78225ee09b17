"""Did treated and control areas run alike before the start? For few areas, where an event study cannot tell.

Belongs here: the test of a difference in slope before the start, and the overdispersion of the ratio of the two
series. Does not belong here: the event study of panels with many clusters (``event_study``): with two treated areas of
six its robust standard errors call 30% to 90% of parallel pasts unequal, and with one area it has no p value.

Source: quasi-Poisson regression with a term a period (McCullagh & Nelder 1989, section 6.4: given the totals of the
periods this is the logistic regression of the treated share on time); the t test of its slope is the usual check of
parallel trends. Its power is low where counts are low: a passed check does not prove parallel trends (Roth 2022, Am.
Econ. Rev. Insights 4:305–322).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import StatisticsInputError, as_counts
from .quasi_poisson import fit_quasi_poisson

_METHOD = "前期走势"


@dataclass(frozen=True)
class PreTrend:
    """How treated and control counts moved against each other before the start.

    Args:
        slope: change a period of ln(treated / control); nan where it cannot be told.
        p_value: two-sided, t with ``degrees``; nan where it cannot be told.
        dispersion: overdispersion phi of the ratio of the two series, at least 1: what a common season or trend does
            to both is not in it.
        degrees: of freedom.
        periods: periods used, those without any event left out.
    """

    slope: float
    p_value: float
    dispersion: float
    degrees: int
    periods: int


def pre_trend(treated: Any, control: Any) -> PreTrend:
    """Test whether treated and control counts ran alike before the start.

    Args:
        treated: counts of the treated areas, one a period before the start, oldest first.
        control: counts of the control areas, the same periods.

    Returns:
        Of ln E(y) = period + group + slope × time in the treated group: the slope, its t test with standard error
        √(phi × variance), and phi = Pearson chi-square / degrees of freedom, floor 1. Without events on both sides or
        with fewer than three periods with events, nan and a phi of 1.

    Raises:
        StatisticsInputError: negative or missing counts, series of different lengths.
    """
    own, other = as_counts(treated, "treated", _METHOD), as_counts(control, "control", _METHOD)
    if len(own) != len(other):
        raise StatisticsInputError("两列的期数不同", where=_METHOD, remedy="请按相同的时期汇总")
    alive = own + other > 0
    periods = int(alive.sum())
    degrees = periods - 2
    if degrees < 1 or not own.any() or not other.any():
        return PreTrend(math.nan, math.nan, 1.0, max(degrees, 0), periods)
    time = np.arange(len(own), dtype=np.float64)[alive]
    time = (time - time.mean()) / max(len(own) - 1, 1)
    eye, none = np.eye(periods), np.zeros(periods)
    design = np.vstack(
        [
            np.column_stack([eye, np.ones(periods), time]),
            np.column_stack([eye, none, none]),
        ]
    )
    fit = fit_quasi_poisson(design, np.concatenate([own[alive], other[alive]]))
    phi = max(1.0, fit.dispersion)
    error = math.sqrt(phi * float(fit.covariance[-1, -1]))
    slope = float(fit.coefficients[-1])
    p_value = float(2 * stats.t.sf(abs(slope) / error, degrees))
    return PreTrend(slope / max(len(own) - 1, 1), p_value, phi, degrees, periods)
