"""Reckon the result of every stated evaluation from the build, and land those that differ from what landed last.

Belongs here: which figures of the build, and which rows land. Does not belong here: the method
(``jingcang.evaluations``).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import duckdb
import polars as pl

from jingcang.contracts.code_trees import load_code_trees
from jingcang.contracts.evaluations import EvaluationPlan, plan_of
from jingcang.evaluations import Counts, Dosage, Resolved, Result, dosage, evaluate, resolve
from jingcang.evaluations.dosage import Shift
from jingcang.evaluations.resolving import Area
from jingcang.landing import EVALUATIONS, current_cut, land_history, landed_decisions, landed_history
from jingcang.landing.history import EVALUATION_SCHEMA
from jingcang.workbench.versioned import WITHDRAWN
from orchestration.publish.generations import next_number
from orchestration.session import Session

KIND = "evaluation_results"
PATROL = "patrol"
"""Code of 巡逻发现 in the dictionary ``report_channel``."""
RUN = ("run_id", "run_no", "as_of", "generation_no")
AREAS = """
    select area_no, max(unit_no) as unit_no,
        list(valid_from order by valid_from) filter (where valid_from is not null) as starts
    from dim_area where area_level_code = 'beat' or area_level_code is null
    group by area_no
"""
ROSTER = "select area_no, event_date from fct_patrol_shifts where programme_no = ? and area_no is not null"
FIRST_DAY = "select min(event_date) from fct_incidents where list_contains(?, area_no)"
INCIDENTS = """
    select area_no, event_date, coalesce(report_channel_code = ?, false) as is_patrol,
        cast(sum(record_count) as bigint) as record_count
    from fct_incidents
    where is_effective and list_contains(?, area_no) and event_date between ? and ?
        and (len(?) = 0 or list_contains(?, class_code))
    group by all
"""
MISSING = """
    select distinct event_date from rpt_freshness
    where is_missing and (unit_no is null or unit_no = ?)
        and (source_system, source_table) in (select (_source_system, _source_table) from fct_incidents)
"""
SHIFTS = """
    with seen as (select distinct event_date from fct_patrol_shifts where observed_seconds > 0)
    select coalesce(shifts.planned_seconds, 0) as planned_seconds, shifts.observed_seconds, shifts.delivered_seconds,
        seen.event_date is not null as has_fixes
    from fct_patrol_shifts as shifts left join seen on shifts.event_date = seen.event_date
    where list_contains(?, shifts.area_no) and shifts.event_date between ? and ?
        and (? is null or shifts.programme_no = ?)
    order by shifts.shift_id
"""
HAS_ROSTER = "select count(*) from fct_patrol_shifts where unit_no = ? and event_date between ? and ?"


def evaluate_patrols(session: Session) -> int:
    """Reckon every version of every evaluation that stands; land the results that say something else than before.

    Versions that were replaced are reckoned on: what was published of one is set beside what the data say now.

    Returns:
        Rows landed.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    with session.timed("evaluate"):
        stated = landed_decisions(session.home, EVALUATIONS, session.cut).filter(
            pl.col("state_code") != WITHDRAWN
        )
        if stated.is_empty():
            return 0
        with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
            areas = _areas(connection)
            rows = [
                {"evaluation_code": row["evaluation_code"], "version": row["version"]}
                | _result(connection, plan_of(row), areas, session.as_of).row()
                for row in stated.iter_rows(named=True)
            ]
        new = _news(rows, landed_history(session.home, session.cut, KIND))
        if new.height:
            run = {
                "run_id": session.run_id,
                "as_of": session.as_of,
                "generation_no": next_number(session.home),
            }
            told = new.with_columns(pl.lit(value).alias(name) for name, value in run.items())
            land_history(session.home, KIND, {KIND: told}, as_of=session.as_of)
            session.cut = current_cut(session.home)
    return new.height


def _news(rows: list[dict[str, Any]], landed: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that differ from the last landed one of their version."""
    schema = {name: dtype for name, dtype in EVALUATION_SCHEMA.items() if name not in RUN}
    now = pl.DataFrame(rows, schema=schema, strict=False)
    last = landed.group_by("evaluation_code", "version", maintain_order=True).last().select(list(schema))
    return now.join(last, on=list(schema), how="anti", nulls_equal=True)


def _areas(connection: duckdb.DuckDBPyConnection) -> dict[str, Area]:
    return {
        area: Area(area, unit or "", tuple((starts or [])[1:]))
        for area, unit, starts in connection.execute(AREAS).fetchall()
    }


def _result(
    connection: duckdb.DuckDBPyConnection, plan: EvaluationPlan, areas: dict[str, Area], as_of: dt.date
) -> Result:
    roster = connection.execute(ROSTER, [plan.programme_no]).fetchall() if plan.programme_no else []
    wanted = list(plan.treated_areas) or sorted({area for area, _ in roster})
    first = connection.execute(FIRST_DAY, [_of_station(areas, wanted)]).fetchone()
    places = resolve(plan, areas, roster, first[0] if first else None)
    if places.problem or places.after is None:
        return evaluate(plan, places, Counts({}, {}), None, as_of)
    given = _dosage(connection, plan, places, as_of)
    return evaluate(plan, places, _counts(connection, plan, places), given, as_of)


def _of_station(areas: dict[str, Area], wanted: list[str]) -> list[str]:
    units = {areas[area].unit_no for area in wanted if area in areas}
    return [area.area_no for area in areas.values() if area.unit_no in units]


def _counts(connection: duckdb.DuckDBPyConnection, plan: EvaluationPlan, places: Resolved) -> Counts:
    assert places.after is not None  # noqa: S101 - the caller has looked
    first = (places.before or places.after)[0]
    codes = list(load_code_trees()["incident_class"].below(plan.class_codes)) if plan.class_codes else []
    own = [*places.treated, *places.control, *places.buffer]
    found: dict[bool, dict[tuple[str, dt.date], int]] = defaultdict(dict)
    asked = [PATROL, own, first, places.after[1], codes, codes]
    for area, day, is_patrol, count in connection.execute(INCIDENTS, asked).fetchall():
        found[is_patrol][area, day] = count
    missing = [day for (day,) in connection.execute(MISSING, [places.unit_no]).fetchall()]
    return Counts(found[False], found[True], frozenset(missing))


def _dosage(
    connection: duckdb.DuckDBPyConnection, plan: EvaluationPlan, places: Resolved, as_of: dt.date
) -> Dosage:
    """Return the dosage up to the day before the run's: shifts ahead are no shifts nobody went on."""
    assert places.after is not None  # noqa: S101 - the caller has looked
    programme, (start, last) = plan.programme_no, places.after
    until = min(last, as_of - dt.timedelta(1))
    asked = [list(places.treated), start, until, programme, programme]
    shifts = [Shift(*row) for row in connection.execute(SHIFTS, asked).fetchall()]
    (rostered,) = connection.execute(HAS_ROSTER, [places.unit_no, start, until]).fetchall()[0]
    minutes = None
    if not programme and plan.planned_minutes:
        minutes = plan.planned_minutes * max((until - start).days + 1, 0) // ((last - start).days + 1)
    return dosage(shifts, planned_minutes=minutes, has_roster=rostered > 0)
