"""Did the data of a period arrive: days that chance cannot explain as quiet.

Belongs here: the rule by which a day counts as not arrived. Does not belong here: the freshness a source
reports about itself (``rpt_freshness``), which knows units and tables but not how many records a day has.

A period with such days is not complete, and a comparison with it would sell a late delivery as a fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

UNLIKELY = 10.0
"""Expected records in a run of empty days above which the run is no chance: exp(−10) = 0.005%."""
BUSY = 20.0
"""Usual records a day from which a day far below is no chance either."""
FAR_BELOW = 0.25
"""Share of the usual day; at 20 a day, P(X ≤ 5) under Poisson is below 0.01%."""
BLOCKS = 12


def missing_days(
    counts: Mapping[date, int], start: date, end: date, *, usual_later: float = 0.0
) -> list[date]:
    """Return the days whose records did not arrive.

    A run of empty days is missing when ``UNLIKELY`` records would be expected in it; a single day when it lies below
    ``FAR_BELOW`` of a usual day of at least ``BUSY``.

    Args:
        counts: records by day; a day without an entry has none.
        start: first day looked at.
        end: first day after the last.
        usual_later: the usual day of the time after; it holds here too where the own one is far below it. A range of
            which nothing but strays arrived says nothing of what is usual, however long it is.

    Returns:
        Days in order.
    """
    days, values = _daily(counts, start, end)
    if not days:
        return []
    usual = usual_day(counts, start, end)
    if usual < FAR_BELOW * usual_later:
        usual = usual_later
    missing = {
        day for day, value in zip(days, values, strict=True) if usual >= BUSY and value < FAR_BELOW * usual
    }
    for run in _empty_runs(days, values):
        if usual * len(run) >= UNLIKELY:
            missing.update(run)
    return sorted(missing)


def usual_day(counts: Mapping[date, int], start: date, end: date) -> float:
    """Return the records of a usual day of a range, 0 of an empty one.

    The third quartile of the means of ``BLOCKS`` equal parts, so that a range half of which is missing still knows.

    Args:
        counts, start, end: see :func:`missing_days`.
    """
    _, values = _daily(counts, start, end)
    if not values:
        return 0.0
    size = max(-(-len(values) // BLOCKS), 1)
    parts = [values[first : first + size] for first in range(0, len(values), size)]
    means = sorted(sum(part) / len(part) for part in parts)
    return means[3 * len(means) // 4]


def _daily(counts: Mapping[date, int], start: date, end: date) -> tuple[list[date], list[int]]:
    days = [start + timedelta(number) for number in range((end - start).days)]
    return days, [max(counts.get(day, 0), 0) for day in days]


def _empty_runs(days: Sequence[date], values: Sequence[int]) -> Iterable[list[date]]:
    run: list[date] = []
    for day, value in zip(days, values, strict=True):
        if value == 0:
            run.append(day)
        elif run:
            yield run
            run = []
    if run:
        yield run
