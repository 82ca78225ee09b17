"""Judge the weeks that are over and were not judged before; land signals as raised, never restated.

Belongs here: which weeks, from which figures of the build, and the rows that land. Does not belong here: the methods.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from jingcang.alerts import (
    LOOKBACK,
    Cell,
    KnownAlert,
    Placed,
    Rehearsal,
    Scope,
    ScopeWeek,
    WeeklyCounts,
    judge_week,
    place,
    rehearse,
    weekly_counts,
    weeks_to_judge,
)
from jingcang.alerts.rehearsal import EVERY
from jingcang.contracts.metric_sql import counted_sql
from jingcang.contracts.metrics import load_metrics
from jingcang.landing import current_cut, land_history, landed_history
from orchestration.publish.generations import next_number
from orchestration.session import Session
from orchestration.transform.build_database import WEEKDAYS

METRIC = "incidents_effective"
"""What is watched: the metric that counts incidents unless a reader chooses another definition."""
COUNTS = """
    select unit_no, area_no, class_level1_code, class_level1_label, class_level2_code, class_level2_label, event_date,
        cast(sum(record_count) as bigint) as effective_count
    from rpt_incident_counts
    where event_date < ? and ({counted})
    group by all
"""
BUREAU = """
    select distinct parent_unit_no from dim_unit
    where unit_no in (select unit_no from rpt_incident_counts) and parent_unit_no is not null
"""
"""The unit over all units with incidents, where there is exactly one."""


@dataclass(frozen=True)
class Raised:
    """What the stage did: weeks judged, signals raised."""

    weeks: int
    alarms: int


def raise_alerts(session: Session) -> Raised:
    """Judge the complete weeks before the run's date that wait for it, and land what they say.

    A run in which no week has ended since the last one reads nothing and lands nothing.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    with session.timed("alerts"):
        until = last_week_end(session.as_of, session.profile.week_start)
        weeks = landed_history(session.home, session.cut, "alert_weeks")
        judged = {} if weeks.is_empty() else _standing(weeks)
        last = until - dt.timedelta(7)
        if last in {week for week, _ in judged} and not _waiting(judged, until):
            return Raised(0, 0)
        with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
            table = weekly_counts(
                connection.execute(COUNTS.format(counted=counted_sql(load_metrics()[METRIC])), [until]).pl(),
                until=until,
                bureau_unit_no=bureau_of(connection),
            )
        return _land(session, table, judged, until)


def last_week_end(as_of: dt.date, week_start: str) -> dt.date:
    """Return the first day of the week that holds ``as_of``: the weeks before it are over.

    Args:
        as_of: the run's date; it is no complete day itself.
        week_start: English name of the first day of the deployment's week.
    """
    return as_of - dt.timedelta((as_of.isoweekday() - WEEKDAYS[week_start]) % 7)


def _standing(weeks: pl.DataFrame) -> dict[tuple[dt.date, Scope], str]:
    """Return (week, bureau or unit) → its last state."""
    return {
        (row["week_start"], Scope(row["scope_code"], row["unit_no"])): row["status"]
        for row in weeks.sort("run_no").iter_rows(named=True)
    }


def _waiting(judged: dict[tuple[dt.date, Scope], str], until: dt.date) -> set[dt.date]:
    since = until - dt.timedelta(weeks=LOOKBACK)
    return {week for (week, _), status in judged.items() if status == "missing_days" and week >= since}


def bureau_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the unit over all units with incidents, None unless there is exactly one."""
    rows = connection.execute(BUREAU).fetchall()
    return str(rows[0][0]) if len(rows) == 1 else None


def _land(
    session: Session, table: WeeklyCounts, judged: dict[tuple[dt.date, Scope], str], until: dt.date
) -> Raised:
    assert session.cut is not None  # noqa: S101 - the caller has one
    budget = session.settings.alerts.alarms_per_year
    known = known_alerts(landed_history(session.home, session.cut, "alert_signals"))
    placed: list[Placed] = []
    scopes: list[ScopeWeek] = []
    before = {week for week, _ in judged}
    for week in weeks_to_judge(table.starts, before, _waiting(judged, until)):
        only = [scope for scope in table.missing if judged.get((week, scope)) != "evaluated"]
        result = judge_week(table, week, budget, only=only)
        found = place(result.signals, known.values())
        placed += found
        scopes += [scope for scope in result.scopes if _is_news(scope, judged)]
        for item in found:
            if item.is_headline:
                _remember(known, item.alert_id, item.signal.cell, week)
    run = {
        "run_id": session.run_id, "as_of": session.as_of, "generation_no": next_number(session.home),
    }  # fmt: skip
    replayed = _replay(session, table) if scopes else None
    kinds = {
        "alert_signals": [run | signal_row(item) for item in placed],
        "alert_weeks": [run | week_row(item, budget) for item in scopes],
        "alert_replays": [run | replay_row(replayed)] if replayed else [],
    }
    if any(kinds.values()):
        land_history(session.home, "alerts", kinds, as_of=session.as_of)
        session.cut = current_cut(session.home)
    return Raised(len({item.week_start for item in scopes}), len(placed))


def _is_news(scope: ScopeWeek, judged: dict[tuple[dt.date, Scope], str]) -> bool:
    """Return whether a place's week says something else than when it was last looked at."""
    return judged.get((scope.week_start, scope.scope)) != scope.status


def _replay(session: Session, table: WeeklyCounts) -> Rehearsal | None:
    assert session.cut is not None  # noqa: S101 - the caller has one
    last = landed_history(session.home, session.cut, "alert_replays")["last_week_start"].max()
    week = table.starts[-1]
    if isinstance(last, dt.date) and week < last + EVERY:
        return None
    return rehearse(table, week)


def known_alerts(signals: pl.DataFrame) -> dict[str, KnownAlert]:
    """Return alert id → the alert as its signals of earlier runs tell it."""
    known: dict[str, KnownAlert] = {}
    for row in signals.filter(pl.col("is_headline")).sort("week_start").iter_rows(named=True):
        scope = Scope(row["scope_code"], row["unit_no"], row["area_no"])
        cell = Cell(
            row["class_level"], row["class_code"], row["class_label"], row["class_level1_code"],
            row["class_level1_label"], scope,
        )  # fmt: skip
        _remember(known, row["alert_id"], cell, row["week_start"])
    return known


def _remember(known: dict[str, KnownAlert], alert_id: str, cell: Cell, week: dt.date) -> None:
    earlier = known.get(alert_id)
    first = min(earlier.first_week, week) if earlier else week
    last = max(earlier.last_week, week) if earlier else week
    known[alert_id] = KnownAlert(alert_id, cell, first, last)


def signal_row(item: Placed) -> dict[str, Any]:
    """Return a signal as it lands."""
    signal, cell = item.signal, item.signal.cell
    return {
        "week_start": signal.week_start, "alert_id": item.alert_id, "is_headline": item.is_headline,
        "class_level": cell.class_level, "class_code": cell.class_code, "class_label": cell.class_label,
        "class_level1_code": cell.level1_code, "class_level1_label": cell.level1_label,
        "scope_code": cell.scope.level, "unit_no": cell.scope.unit_no, "area_no": cell.scope.area_no,
        "method_code": signal.method, "weeks_counted": signal.weeks_counted,
        "observed_count": round(signal.observed), "expected_count": _known(signal.expected),
        "low_count": _known(signal.low), "threshold_count": _known(signal.threshold), "alpha": _known(signal.alpha),
        "p_value": _known(signal.p_value), "q_value": _known(signal.q_value),
        "dispersion": _known(signal.dispersion),
    }  # fmt: skip


def week_row(item: ScopeWeek, alarms_per_year: float) -> dict[str, Any]:
    """Return what a week says of a place as it lands."""
    return {
        "week_start": item.week_start, "scope_code": item.scope.level, "unit_no": item.scope.unit_no,
        "status": item.status, "missing_days": item.missing_days, "tested_count": item.tested,
        "drift_tested_count": item.drift_tested, "short_count": item.short, "unwatched_count": item.unwatched,
        "alarm_count": item.alarms, "alpha": _known(item.alpha),
        "expected_alarm_count": item.expected_alarms, "alarms_per_year": alarms_per_year,
    }  # fmt: skip


def replay_row(item: Rehearsal) -> dict[str, Any]:
    """Return a replay as it lands."""
    return {
        "first_week_start": item.first_week, "last_week_start": item.last_week, "series_count": item.series,
        "tested_count": item.tests, "alpha": item.alpha, "alarm_count": item.alarms,
        "expected_alarm_count": item.expected, "rate_ratio": item.rate_ratio, "ci_low": item.ci_low,
        "ci_high": item.ci_high,
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
