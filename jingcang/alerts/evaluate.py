"""One week judged over all series: what alarms within the leaders' budget, and what could not be judged.

Belongs here: the share of the budget of each method, the false-discovery control of a week, what a week says of each
place. Does not belong here: the methods, and which alarms are one alert (``causes``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from jingcang.alerts.cells import Cell, Scope, WeeklyCounts
from jingcang.alerts.drift import drift
from jingcang.statistics import (
    EarlyWarning,
    StatisticsInputError,
    alarm_alpha,
    early_warning,
    false_discovery,
)
from jingcang.statistics.inputs import Array
from jingcang.statistics.surveillance import WEEKS_A_YEAR

LOOKBACK = 8
"""Weeks a first run judges, and weeks for which late data are waited for."""
DRIFT_SHARE = 0.25
"""Share of the alarm budget that is spent on slow drifts; they are few and found by their length."""
CUSUM = "cusum"
_SHORTEST, _RECENT = 8, 13
"""Weeks of history a test needs at least, and those of a short one (METHODS section 2)."""
FALSE_DISCOVERY = 0.10


@dataclass(frozen=True)
class Signal:
    """An alarm of one series in one week.

    Args:
        cell: the series.
        week_start: first day of the week.
        method: ``farrington-flexible``, ``gamma-poisson`` or ``cusum``.
        weeks_counted: weeks the figures are of: 1, or those a slow drift was added up over.
        observed, expected, low, threshold: counts; chance alone stays between the last two (low is 0 for a drift).
        alpha: one-sided chance of a false alarm a week.
        p_value: one-sided; nan for a drift.
        q_value: after false-discovery control over the week's series of the same kind of class and place, which do
            not overlap; nan for a drift.
        dispersion: overdispersion.
    """

    cell: Cell
    week_start: dt.date
    method: str
    weeks_counted: int
    observed: float
    expected: float
    low: float
    threshold: float
    alpha: float
    p_value: float
    q_value: float
    dispersion: float

    @property
    def excess(self) -> float:
        """Events above the expected ones."""
        return self.observed - self.expected


@dataclass(frozen=True)
class ScopeWeek:
    """What a week says of the bureau, or of a unit and its areas.

    Args:
        scope: bureau or unit.
        week_start: first day.
        status: ``evaluated``, ``missing_days`` or ``short_history``.
        missing_days: days of the week without data.
        tested: series judged.
        drift_tested: of these, those also looked at for a slow drift.
        short: watched series without eight weeks of history.
        unwatched: series below the floor.
        alarms: signals raised.
        alpha: chance of a false alarm a week and series; nan where nothing was tested.
        expected_alarms: false alarms the budget allows for.
    """

    scope: Scope
    week_start: dt.date
    status: str
    missing_days: int
    tested: int
    drift_tested: int
    short: int
    unwatched: int
    alarms: int
    alpha: float
    expected_alarms: float


@dataclass(frozen=True)
class WeekResult:
    """Signals and the state of each place in one week."""

    signals: tuple[Signal, ...]
    scopes: tuple[ScopeWeek, ...]


def weeks_to_judge(
    starts: Sequence[dt.date], judged: Collection[dt.date], waiting: Collection[dt.date]
) -> list[dt.date]:
    """Return the weeks to be judged now, oldest first.

    Args:
        starts: complete weeks.
        judged: weeks looked at before.
        waiting: of these, weeks in which some place could not be judged.

    Returns:
        The last :data:`LOOKBACK` weeks at first, later every week after the first one judged; weeks that wait are
        looked at again while they are among the last.
    """
    recent = list(starts[-LOOKBACK:])
    since = min(judged) if judged else (recent[0] if recent else None)
    return [
        week
        for week in starts
        if since is not None
        and week >= since
        and (week not in judged or (week in waiting and week in recent))
    ]


def judge_week(
    table: WeeklyCounts, week: dt.date, alarms_per_year: float, *, only: Collection[Scope] | None = None
) -> WeekResult:
    """Judge one week over all series.

    Args:
        table: the series.
        week: first day of the week.
        alarms_per_year: false alarms a year the leaders accept in all.
        only: bureau and units to be judged (a unit stands for its areas); by default all. The budget is shared by all
            watched series either way.

    Returns:
        Signals in the order of the series. A week with missing days is not judged for that place. The budget is
        1 − :data:`DRIFT_SHARE` for single weeks, spread evenly over the series tested, and :data:`DRIFT_SHARE` for
        drifts, over those of bureau and units.

    Raises:
        ValueError: the week is not in the table.
    """
    index = table.starts.index(week)
    watched = table.watched(index)
    chosen = set(table.missing) if only is None else set(only)
    can = [column for column in watched if not np.isnan(table.counts[index, column])]
    alpha = alarm_alpha((1 - DRIFT_SHARE) * alarms_per_year, len(can)) if can else float("nan")
    wide = [column for column in can if table.cells[column].scope.level != "area"]
    run_length = len(wide) * WEEKS_A_YEAR / (DRIFT_SHARE * alarms_per_year) if wide else 0.0
    tested: dict[int, EarlyWarning | None] = {}
    short: Counter[Scope] = Counter()
    signals: list[Signal] = []
    drifts: Counter[Scope] = Counter()
    for column in can:
        owner = owner_of(table.cells[column].scope)
        if owner not in chosen:
            continue
        try:
            tested[column] = _tested(table.counts[: index + 1, column], alpha)
        except StatisticsInputError:
            short[owner] += 1
    q_values = _q_values(table, tested)
    for column, found in tested.items():
        cell = table.cells[column]
        if found is not None and found.alarm:
            signals.append(
                Signal(
                    cell, week, found.method, 1, found.observed, found.expected, found.ci_low, found.threshold,
                    alpha, found.p_value, q_values[column], found.dispersion,
                )
            )  # fmt: skip
        if cell.scope.level != "area":
            slow = drift(table.counts[:, column], index, max(run_length, 2.0))
            if slow is None:
                continue
            drifts[cell.scope] += 1
            if slow.alarm:
                signals.append(
                    Signal(
                        cell, week, CUSUM, slow.weeks, slow.observed, slow.expected, 0.0, slow.threshold,
                        1 / run_length, float("nan"), float("nan"), slow.dispersion,
                    )
                )  # fmt: skip
    return WeekResult(
        tuple(signals),
        tuple(
            _scope_week(
                table, scope, index, tested, watched, short[scope], drifts[scope], signals, alpha, run_length
            )
            for scope in table.missing
            if scope in chosen
        ),
    )


def _tested(past: Array, alpha: float) -> EarlyWarning | None:
    """Test the last week of a series; None where nothing is high about it.

    A count that is neither above the mean of the last weeks nor above that of the same season cannot be an alarm worth
    a look, and needs no model: this spares more than half of the time. Its p-value enters the false-discovery control
    as 1, which changes no other.

    Raises:
        StatisticsInputError: fewer than eight past weeks with data.
    """
    before = past[:-1]
    known = before[~np.isnan(before)]
    if len(known) >= _SHORTEST:
        same_season = np.concatenate(
            [past[max(0, at - 3) : at + 4] for at in range(len(before) - WEEKS_A_YEAR, -1, -WEEKS_A_YEAR)]
            or [known]
        )
        same_season = same_season[~np.isnan(same_season)]
        recent = float(known[-_RECENT:].mean())
        usual = min(recent, float(same_season.mean())) if len(same_season) else recent
        if past[-1] <= usual:
            return None
    return early_warning(past, alpha=alpha, allow_missing=True)


def owner_of(scope: Scope) -> Scope:
    """Return the place whose data an area's figures rest on: its unit; bureau and units are their own."""
    return Scope("unit", scope.unit_no) if scope.level == "area" else scope


def _q_values(table: WeeklyCounts, tested: dict[int, EarlyWarning | None]) -> dict[int, float]:
    """Return column → q, series of one class level and place level together: such series do not overlap."""
    families: dict[tuple[int, str], list[int]] = {}
    for column in tested:
        cell = table.cells[column]
        families.setdefault((cell.class_level, cell.scope.level), []).append(column)
    found: dict[int, float] = {}
    for columns in families.values():
        results = [tested[column] for column in columns]
        known = [1.0 if found is None or np.isnan(found.p_value) else found.p_value for found in results]
        found |= dict(zip(columns, map(float, false_discovery(known)), strict=True))
    return found


def _scope_week(
    table: WeeklyCounts, scope: Scope, index: int, tested: dict[int, EarlyWarning | None], watched: Sequence[int],
    short: int, drifts: int, signals: Sequence[Signal], alpha: float, run_length: float,
) -> ScopeWeek:  # fmt: skip
    mine = [column for column, cell in enumerate(table.cells) if owner_of(cell.scope) == scope]
    active = int(np.isfinite(table.counts[: index + 1, mine]).any(axis=0).sum())
    count = sum(column in tested for column in mine)
    late = int(table.missing[scope][index])
    status = "missing_days" if late else "evaluated" if count else "short_history"
    followed = set(watched)
    return ScopeWeek(
        scope=scope,
        week_start=table.starts[index],
        status=status,
        missing_days=late,
        tested=count,
        drift_tested=drifts,
        short=short,
        unwatched=active - sum(column in followed for column in mine) if active else 0,
        alarms=sum(owner_of(signal.cell.scope) == scope for signal in signals),
        alpha=alpha if count else float("nan"),
        expected_alarms=count * alpha + (drifts / run_length if drifts else 0.0) if count else 0.0,
    )
