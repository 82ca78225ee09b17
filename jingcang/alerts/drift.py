"""Slow drifts: a Poisson CUSUM of one series against its own past.

Belongs here: the choice of the in-control mean and of what is added up. Does not belong here: the chart
(``jingcang.statistics.cusum``), the single week (``evaluate``).

METHODS section 2. The in-control mean is unknown; a chart set up on the plain estimate alarms far too often in half of
all cases, so the upper 90% limit of the estimate is used, which keeps the promised run length in nine cases of ten
(Gandy & Kvaløy 2013, Scand. J. Stat. 40:647–668, "guaranteed conditional performance").
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from jingcang.statistics import StatisticsInputError, cusum_threshold, estimate_dispersion
from jingcang.statistics.inputs import Array
from jingcang.statistics.quasi_poisson import fit_quasi_poisson

WINDOW = 26
"""Weeks that are added up: a drift that has lasted half a year is a new level."""
BASELINE = 52
_YEARS = 3
_WEEKS_A_YEAR = 365.25 / 7
SHIFT = 1.3
"""Rise that is to be found soon."""
_SURE = 0.90
_DENOMINATORS = (1, 2, 4, 10, 20)
_STEP = 0.05


@dataclass(frozen=True)
class Drift:
    """What a chart says in one week.

    Args:
        alarm: the sum of excesses reached its threshold this week.
        weeks: weeks added up since the sum was last zero.
        observed: events in them.
        expected: what the past predicts for them.
        threshold: events in them from which there is an alarm.
        dispersion: of the past.
    """

    alarm: bool
    weeks: int
    observed: float
    expected: float
    threshold: float
    dispersion: float


def drift(counts: Array, week: int, run_length: float) -> Drift | None:
    """Judge one week of a series for a slow rise.

    Args:
        counts: weekly counts, nan without data, oldest first.
        week: index judged; later weeks are not looked at.
        run_length: weeks between two false alarms wanted.

    Returns:
        None with less than a year of weeks with data before the window, or a mean below one a week (in units of the
        dispersion, by which counts are divided so that they vary as Poisson counts do).
    """
    start = week - WINDOW + 1
    if start <= 0 or np.isnan(counts[week]):
        return None
    fitted = _usual(counts, start, week)
    if fitted is None:
        return None
    means, phi, weeks_before = fitted
    usual = float(means.mean())
    low = _upper_limit(usual, weeks_before, phi)
    if low < 1:
        return None
    # Rounded upwards, so that series of about one size share a threshold: finding one takes 50 ms.
    low = math.exp(math.ceil(math.log(low) / _STEP) * _STEP)
    reference, threshold = _chart(low, float(f"{run_length:.2g}"))
    if not math.isfinite(threshold):
        return None
    # The chart has one mean; a week of a high season gives up what the season adds to its reference value.
    season = (means / usual - 1) * reference
    known = ~np.isnan(counts[start : week + 1])
    moved = np.maximum(counts[start : week + 1] / phi - season, 0)[known]
    total, weeks, reached = 0.0, 0, False
    for count in moved:
        # After an alarm the sum starts again, as the chart's run length assumes.
        total, weeks = (0.0, 0) if reached else (total, weeks)
        total = max(0.0, total + count - reference)
        weeks = weeks + 1 if total > 0 else 0
        reached = total >= threshold - 1e-9
    weeks = max(weeks, 1)
    added = np.flatnonzero(known)[-weeks:]
    expected = float(means[added].sum())
    return Drift(
        alarm=reached,
        weeks=weeks,
        observed=float(counts[start + added].sum()),
        expected=expected,
        threshold=(reference * expected / usual + threshold) * phi,
        dispersion=phi,
    )


def _usual(counts: Array, start: int, week: int) -> tuple[Array, float, int] | None:
    """Return the mean of each week of the window as the past predicts it, the dispersion, and the past weeks used.

    A level and one annual wave over the last three years with data; without two years of them the level of the last.
    """
    known = np.flatnonzero(~np.isnan(counts[:start]))[-_YEARS * BASELINE :]
    if len(known) < 2 * BASELINE:
        known = known[-BASELINE:]
    past = counts[known]
    if len(past) < BASELINE or not past.any():
        return None
    weeks = np.arange(start, week + 1)
    if len(past) == BASELINE:
        return np.full(len(weeks), past.mean()), estimate_dispersion(past), len(past)
    fit = fit_quasi_poisson(_wave(known), past)
    means = np.exp(_wave(weeks) @ fit.coefficients)
    return means, max(1.0, fit.dispersion), len(past)


def _wave(weeks: Any) -> Array:
    angle = 2 * np.pi * np.asarray(weeks) / _WEEKS_A_YEAR
    return np.column_stack([np.ones(len(angle)), np.sin(angle), np.cos(angle)])


def _upper_limit(mean: float, weeks: int, phi: float) -> float:
    """Return the upper limit of a mean of ``weeks`` counts with dispersion phi, both divided by phi."""
    return float(stats.gamma.ppf(_SURE, mean * weeks / phi + 1) / weeks)


@functools.lru_cache(maxsize=4096)
def _chart(low: float, run_length: float) -> tuple[float, float]:
    """Return reference value and threshold of the chart for a mean; the threshold is inf where none is within reach.

    The reference value (Lucas 1985) is rounded as coarsely as it moves by at most a tenth of the shift: the chain that
    gives the run length then has fewer states.
    """
    high = SHIFT * low
    reference = (high - low) / math.log(SHIFT)
    for denominator in _DENOMINATORS:
        rounded = round(reference * denominator) / denominator
        if abs(rounded - reference) <= 0.1 * (high - low):
            reference = rounded
            break
    try:
        return reference, cusum_threshold(reference, low, run_length)
    except StatisticsInputError:
        return reference, math.inf
