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


def missing_days(counts: Mapping[date, int], start: date, end: date) -> list[date]:
    """Return the days whose records did not arrive.

    The usual day is the third quartile of the means of ``BLOCKS`` equal parts of the range, so that a range
    half of which is missing still knows what is usual. A run of empty days is missing when ``UNLIKELY``
    records would be expected in it; a single day when it lies below ``FAR_BELOW`` of a usual day of at least
    ``BUSY``.

    Args:
        counts: records by day; a day without an entry has none.
        start: first day looked at.
        end: first day after the last.

    Returns:
        Days in order.
    """
    days = [start + timedelta(number) for number in range((end - start).days)]
    values = [max(counts.get(day, 0), 0) for day in days]
    if not days:
        return []
    size = max(-(-len(values) // BLOCKS), 1)
    parts = [values[start : start + size] for start in range(0, len(values), size)]
    means = sorted(sum(part) / len(part) for part in parts)
    usual = means[3 * len(means) // 4]
    missing = {
        day for day, value in zip(days, values, strict=True) if usual >= BUSY and value < FAR_BELOW * usual
    }
    for run in _empty_runs(days, values):
        if usual * len(run) >= UNLIKELY:
            missing.update(run)
    return sorted(missing)


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
