"""How often the method would have alarmed on the station's own history.

Belongs here: which series and weeks are replayed, and at which rate. Does not belong here: the replay
(``jingcang.statistics.replay``).

At the rate of the alarm budget a replay would need years of hundreds of series before forty alarms are expected, the
number from which the ratio says anything; it is therefore run at 5% a week on series drawn evenly over all watched.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from jingcang.alerts.cells import WeeklyCounts
from jingcang.statistics import StatisticsInputError, early_warning, replay
from jingcang.statistics.inputs import Array

ALPHA = 0.05
SERIES, WEEKS = 20, 52
"""20 series over a year: 1,040 tests, 52 alarms expected."""
EVERY = dt.timedelta(weeks=13)
"""How long a replay holds; a newer one replaces it on the page."""


@dataclass(frozen=True)
class Rehearsal:
    """Result of :func:`rehearse`.

    Args:
        first_week, last_week: first days of the weeks replayed.
        series: series replayed.
        tests: weeks × series tested.
        alpha: nominal rate.
        alarms, expected: alarms raised, and expected at that rate.
        rate_ratio, ci_low, ci_high: realised over nominal rate with its exact Poisson limits.
    """

    first_week: dt.date
    last_week: dt.date
    series: int
    tests: int
    alpha: float
    alarms: int
    expected: float
    rate_ratio: float
    ci_low: float
    ci_high: float


def rehearse(table: WeeklyCounts, week: dt.date) -> Rehearsal | None:
    """Replay the year up to a week on series drawn evenly over all that are watched.

    Args:
        table: the series.
        week: first day of the last week.

    Returns:
        None with less than a year and eight weeks of history. Only series that go back to its beginning are taken. Real
        rises in the history count as alarms too.
    """
    index = table.starts.index(week)
    first = index - WEEKS + 1
    if first < 9:
        return None
    usable = [
        column
        for column in table.watched(index)
        if not np.isnan(table.counts[1, column]) and not np.isnan(table.counts[index, column])
    ]
    if not usable:
        return None
    chosen = [usable[round(place)] for place in np.linspace(0, len(usable) - 1, min(SERIES, len(usable)))]
    filled = np.column_stack([_filled(table.counts[: index + 1, column]) for column in chosen])
    try:
        found = replay(filled, early_warning, alpha=ALPHA, first_week=first)
    except StatisticsInputError:
        return None
    return Rehearsal(
        table.starts[first], week, len(chosen), found.tests, ALPHA, found.alarm_count, found.expected_alarms,
        found.rate_ratio, found.ci_low, found.ci_high,
    )  # fmt: skip


def _filled(column: Array) -> Array:
    """Return a series without gaps: a week without data takes the count of the last week with data before it.

    The first week takes the count of the next one: it may have been cut by the first record.
    """
    known = np.flatnonzero(~np.isnan(column))
    before = known[np.maximum(np.searchsorted(known, np.arange(len(column)), side="right") - 1, 0)]
    return column[before]
