"""Did a measure work: treated and control counts, before and after.

Belongs here: the log relative rate ratio, the smallest change that could be seen, the words of a verdict
(METHODS section 4). Does not belong here: differences of counts (``displacement``), many units and periods
(``panel``), the checks of a design (``design``).

Sources: Wheeler & Ratcliffe 2018, Crime Science 7:11 (design and example); the log relative incidence rate
ratio equals a Poisson difference in differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from .inputs import as_number, as_numbers, check_level, plain

# One-sided 5% and 80% power: 1.645 + 0.842 (METHODS section 4).
_DETECTION_FACTOR = 2.49
_NEGLIGIBLE = 0.20
_MIN_DELIVERED_SHARE = 0.5

NOT_DONE, UNDECIDED = "未执行", "无法判断"
CLEAR_FALL, POSSIBLE_FALL, NO_CHANGE, RISE = "明显下降", "可能下降", "无明显变化", "上升"


@dataclass(frozen=True)
class Effect:
    """An effect on the log scale.

    Args:
        estimate: log relative rate ratio; negative is a relative fall in the treated area.
        standard_error: of the estimate.
        ci_low: lower limit, log scale.
        ci_high: upper limit, log scale.
        p_value: two-sided, normal.
        percent: 100 × (exp(estimate) − 1).
        level: confidence level.
        is_corrected: a half was added to all counts because one was zero.
        half_width: level → half the width of the interval, where it is not normal.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    percent: float
    level: float
    is_corrected: bool
    half_width: Callable[[float], float] | None = field(default=None, repr=False, compare=False)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the limits on the log scale at another level, by the method of ``ci_low`` and ``ci_high``."""
        if self.half_width is not None:
            half = self.half_width(check_level(level))
        else:
            half = float(stats.norm.isf((1 - check_level(level)) / 2)) * self.standard_error
        return self.estimate - half, self.estimate + half


def log_rate_ratio(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    *,
    dispersion: float = 1,
    level: float = 0.95,
) -> Effect:
    """Return the change in the treated area relative to the control area.

    Args:
        treated_before: count, not negative.
        treated_after: count, same length of period as the control's.
        control_before: count.
        control_after: count.
        dispersion: overdispersion phi, at least 1.
        level: confidence level.

    Returns:
        b = ln(T1/T0) − ln(C1/C0), SE = √(phi (1/T0 + 1/T1 + 1/C0 + 1/C1)). Before and after may differ in
        length, since the ratio cancels it. When a count is zero, 1/2 is added to all four (Haldane 1956).

    Raises:
        StatisticsInputError: negative or missing counts, phi below 1, a level outside (0, 1).
    """
    names = ("treated_before", "treated_after", "control_before", "control_after")
    given = (treated_before, treated_after, control_before, control_after)
    counts = [as_number(value, name, minimum=0) for value, name in zip(given, names, strict=True)]
    phi = as_number(dispersion, "dispersion", minimum=1)
    z = float(stats.norm.isf((1 - check_level(level)) / 2))
    is_corrected = min(counts) == 0
    if is_corrected:
        counts = [count + 0.5 for count in counts]
    before, after, other_before, other_after = counts
    estimate = math.log(after / before) - math.log(other_after / other_before)
    error = math.sqrt(phi * sum(1 / count for count in counts))
    return Effect(
        estimate=estimate,
        standard_error=error,
        ci_low=estimate - z * error,
        ci_high=estimate + z * error,
        p_value=float(2 * stats.norm.sf(abs(estimate) / error)),
        percent=100 * math.expm1(estimate),
        level=level,
        is_corrected=is_corrected,
    )


@dataclass(frozen=True)
class DetectableChange:
    """The smallest change a design can see (one-sided 5%, power 80%); also a number: its log-scale size.

    Args:
        estimate: on the log scale; a float, or an array where several bases were given.
        fall: the same as a fall, between 0 and 1 (0.39 is a fall of 39%).
    """

    estimate: Any
    fall: Any

    def __float__(self) -> float:
        """Return the size on the log scale."""
        return float(self.estimate)


def minimum_detectable_change(base: Any, dispersion: float = 1) -> DetectableChange:
    """Return the smallest change that could have been seen.

    Args:
        base: count of the treated area before (or counts); the four counts of the design are taken as alike.
        dispersion: overdispersion phi.

    Returns:
        2.49 √(4 phi / base) on the log scale, and 1 − exp(−x) as a fall; inf and 1 without a base.

    Raises:
        StatisticsInputError: negative or missing base, or phi below 1.
    """
    counts = as_numbers(base, "base", minimum=0)
    phi = as_number(dispersion, "dispersion", minimum=1)
    has_base = counts > 0
    size = np.where(has_base, _DETECTION_FACTOR * np.sqrt(4 * phi / np.where(has_base, counts, 1.0)), np.inf)
    return DetectableChange(plain(size), plain(-np.expm1(-size)))


def effect_verdict(
    effect: Effect,
    *,
    delivered_share: float | None = None,
    has_parallel_past: bool = True,
    is_design_sound: bool = True,
) -> str:
    """Return the verdict in words.

    Args:
        effect: the estimate.
        delivered_share: delivered / planned dosage; None when no dosage is claimed.
        has_parallel_past: the pre-trend check passed.
        is_design_sound: controls large enough, not selected on the outcome, a pre-period, no
            patrol-generated incidents in the outcome; see :func:`evaluate_design`.

    Returns:
        未执行 (less than half delivered), 无法判断 (unsound design, or nothing of what follows), 上升 (interval
        above 0), 明显下降 (interval below 0 and parallel past), 可能下降 (80% interval below 0), 无明显变化
        (interval within ±20%). 无法判断 is to be shown with :func:`minimum_detectable_change`.

    Raises:
        StatisticsInputError: a negative or missing delivered share.
    """
    share = 1.0 if delivered_share is None else as_number(delivered_share, "delivered_share", minimum=0)
    if share < _MIN_DELIVERED_SHARE:
        return NOT_DONE
    if not is_design_sound:
        return UNDECIDED
    if effect.ci_low > 0:
        return RISE
    if effect.ci_high < 0 and has_parallel_past:
        return CLEAR_FALL
    if effect.interval(0.80)[1] < 0:
        return POSSIBLE_FALL
    if math.expm1(effect.ci_low) >= -_NEGLIGIBLE and math.expm1(effect.ci_high) <= _NEGLIGIBLE:
        return NO_CHANGE
    return UNDECIDED
