"""Are records of a month heaped at its end?

Belongs here: one place and month. Does not belong here: heaping of durations (``comparability``), what a heap means.

Source: exact one-sided binomial test against an even spread over the days of the month, with the Wilson interval of
the share; METHODS section 8 (anti-gaming: month-end share). Of many months looked at together, adjust the p values
(``false_discovery``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy import stats

from .inputs import as_number, check_level, refuse
from .intervals import wilson_interval

LAST_DAYS = 3
"""Days before a monthly deadline in which entries made up for it are usually written (this product's own choice)."""
_NAME = "月末集中"


@dataclass(frozen=True)
class MonthEnd:
    """Result of :func:`month_end_share`.

    Args:
        estimate: share of the month's records that lie in its last days; nan without records.
        ci_low, ci_high: Wilson interval of it.
        p_value: one-sided: as many or more in the last days of an even month; 1 without records.
        expected: records in the last days of an even month.
    """

    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    expected: float


def month_end_share(
    last: Any, total: Any, days: Any, *, last_days: int = LAST_DAYS, level: float = 0.95
) -> MonthEnd:
    """Return whether the last days of a month hold more of its records than an even spread would.

    Args:
        last: records of the last ``last_days`` days.
        total: records of the month.
        days: days of the month.
        last_days: how many days count as the end.
        level: of the interval.

    Returns:
        See :class:`MonthEnd`; shares between 0 and 1.

    Raises:
        StatisticsInputError: negative counts, more records at the end than in the month, or no such days.
    """
    check_level(level)
    found, whole, length = (as_number(value, "条数", _NAME) for value in (last, total, days))
    if min(found, whole) < 0 or found > whole or found != math.floor(found) or whole != math.floor(whole):
        raise refuse("月末条数应为不超过全月的非负整数", _NAME)
    if not 0 < last_days < length:
        raise refuse("月末天数应大于 0 且小于全月天数", _NAME)
    share = last_days / length
    if whole == 0:
        return MonthEnd(math.nan, 0.0, 1.0, 1.0, 0.0)
    low, high = wilson_interval(found, whole, level)
    chance = float(stats.binom.sf(found - 1, whole, share))
    return MonthEnd(found / whole, float(low), float(high), chance, whole * share)
