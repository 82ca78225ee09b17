"""The private build database before dbt starts: views over landed and derived files, control tables.

Does not belong here: dim_, fct_ and rpt_ tables; dbt makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from jingcang.contracts import load_entities
from jingcang.contracts.formats import identifier
from jingcang.landing import create_landed_views
from orchestration.derive.reviews import create_summary_views
from orchestration.derive.steps import create_derived_views
from orchestration.publish.generations import next_number
from orchestration.session import Session
from orchestration.transform.state import RefreshPlan

WEEKDAYS = {
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7,
}  # fmt: skip


PERIOD_MONTHS = {"year": 12, "quarter": 3, "month": 1}


def open_build_database(session: Session) -> duckdb.DuckDBPyConnection:
    """Open the build database for writing; extensions stay off, times are UTC."""
    connection = duckdb.connect(
        str(session.home.build_database),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": str(session.settings.build.threads),
            "memory_limit": session.settings.build.memory_limit,
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    return connection


def discard(session: Session) -> None:
    """Remove the build database and what stands beside it (write-ahead log, spilled blocks)."""
    for path in session.home.build.glob("build.duckdb*"):
        if path.is_file():
            path.unlink()


def has_log(session: Session) -> bool:
    """Return whether a write-ahead log stands beside the build database."""
    return session.home.build_database.with_name("build.duckdb.wal").exists()


def show_inputs(connection: duckdb.DuckDBPyConnection, session: Session) -> None:
    """Create or replace the schemas ``landed`` and ``derived`` for the session's cut."""
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    create_landed_views(connection, session.home, session.cut, load_entities())
    create_derived_views(connection, session.home, session.cut)
    create_summary_views(connection, session.home, session.cut)


def write_control(
    connection: duckdb.DuckDBPyConnection, session: Session, plan: RefreshPlan, history_no: int = 0
) -> None:
    """Create the schema ``control``.

    ``run``: one row. run_id, as_of (date), profile, timezone, week_start (1 = Monday), assessment_start
    (MM-DD), assessment_months (of one period), generation_no. ``affected_partitions``: entity, event_date.
    ``history``: one row, run_no.

    Args:
        connection: the build database, writable.
        session: the run.
        plan: names the affected dates.
        history_no: the last run that the tables of run history hold; 0 where they are made anew.
    """
    profile = session.profile
    connection.execute("create schema if not exists control")
    connection.execute(
        """
        create or replace table control.run (
            run_id varchar, as_of date, profile varchar, timezone varchar, week_start integer,
            assessment_start varchar, assessment_months integer, generation_no integer
        )
        """
    )
    connection.execute(
        "insert into control.run values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            session.run_id,
            session.as_of,
            profile.name,
            profile.timezone,
            WEEKDAYS[profile.week_start],
            profile.assessment_year_start,
            PERIOD_MONTHS[profile.assessment_period],
            next_number(session.home),
        ],
    )
    connection.execute(
        "create or replace table control.affected_partitions (entity varchar, event_date date)"
    )
    rows = [[entity, date] for entity, dates in sorted(plan.affected.items()) for date in sorted(dates or ())]
    if rows:
        connection.executemany("insert into control.affected_partitions values (?, ?)", rows)
    connection.execute("create or replace table control.history as select ?::bigint as run_no", [history_no])


def forget(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Remove tables, so that dbt makes them anew from all their inputs."""
    for name in names:
        connection.execute(f"drop table if exists {identifier(name)}")


def tables_in_build(connection: duckdb.DuckDBPyConnection, pattern: str) -> list[str]:
    """Return names of tables whose name matches a regular expression, sorted."""
    found = connection.execute("select table_name from information_schema.tables").fetchall()
    return sorted(name for (name,) in found if re.match(pattern, name))
