"""How often the method would have alarmed on the station's own history.

Belongs here: which series and weeks are replayed, and at which rate. Does not belong here: the replay
(``jingcang.statistics.replay``).

At the rate of the alarm budget a replay would need years of hundreds of series before forty alarms are expected, the
number from which the ratio says anything; it is therefore run at 5% a week on series drawn evenly over all watched, and
on weeks drawn evenly over the whole history of each.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from jingcang.alerts.cells import WeeklyCounts
from jingcang.statistics import StatisticsInputError, early_warning, replay

ALPHA = 0.05
SERIES, WEEKS, EARLIEST = 20, 52, 9
"""20 series, 52 weeks of each: 1,040 tests, 52 alarms expected."""
EVERY = dt.timedelta(weeks=13)
"""How long a replay holds; a newer one replaces it on the page."""


@dataclass(frozen=True)
class Rehearsal:
    """Result of :func:`rehearse`.

    Args:
        first_week, last_week: first days of the first and the last week replayed.
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
    """Replay the history up to a week on series drawn evenly over all that are watched.

    Args:
        table: the series.
        week: first day of the last week.

    Returns:
        None with less than a year and eight weeks of data. Weeks without data are not replayed, and where the last
        weeks have none the replay ends with the last one that has. Real rises in the history count as alarms too.
    """
    until = table.starts.index(week) + 1
    known = np.flatnonzero(~np.isnan(table.counts[:until]).all(axis=1))
    if len(known) < WEEKS + EARLIEST:
        return None
    last = int(known[-1])
    usable = [column for column in table.watched(last) if not np.isnan(table.counts[last, column])]
    if not usable:
        return None
    chosen = [usable[round(place)] for place in np.linspace(0, len(usable) - 1, min(SERIES, len(usable)))]
    try:
        found = replay(
            table.counts[: last + 1, chosen], early_warning, alpha=ALPHA, first_week=EARLIEST, most_weeks=WEEKS,
            allow_missing=True,
        )  # fmt: skip
    except StatisticsInputError:
        return None
    return Rehearsal(
        table.starts[found.first_week], table.starts[found.last_week], len(chosen), found.tests, ALPHA,
        found.alarm_count, found.expected_alarms, found.rate_ratio, found.ci_low, found.ci_high,
    )  # fmt: skip
