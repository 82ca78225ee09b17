"""What a new publication says otherwise about days that were published before, record by record, with the cause.

A record whose deciding values differ between the generation readers have and the build about to be published leaves up
to two movements: its old count with a minus sign where it stood, its new count where it stands now. Movements of days
before the older generation's as_of only: later days were not published as complete. Summed under a metric's filters
they are exactly the difference of its two numbers, whatever the cell; each movement has one cause, so the parts add up.

Causes, the first that holds:

- ``late``: the record was not there before (came late, or was released from quarantine);
- ``withdrawn``: it is not there any more (deleted, superseded or quarantined);
- ``reclassified``: class or outcome differ, and so do the source's own values of them;
- ``corrected``: day or count differ;
- ``dictionary``: class or outcome differ though the source says the same: mapping or dictionary changed;
- ``corrected``: unit or area differ, and the source delivered the record anew;
- ``boundary``: unit or area differ though the record was not delivered again: areas or units changed.

Limits: a record that changed for two causes at once counts under the first. Between two publications only the outcome
is seen, not how often a record changed. Generations of before ``outcome_raw`` was published cannot tell a changed
outcome from a changed mapping of outcomes: it counts as dictionary. Incidents only; other facts are compared by
``differences`` while both generations are kept.

Belongs here: reading both files. Does not belong here: landing the result (``jingcang.landing.history``) and asking it
(``jingcang.access.restatements``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from jingcang.contracts import load_metrics
from jingcang.contracts.metric_sql import counted_sql, definition_digest
from orchestration.publish.content_hash import quoted

FACT = "fct_incidents"
FIGURE_MONTHS = 13
"""Months before a publication whose figures are kept as they were published: a year and the month before it."""
RAW = ("initial_class_raw", "final_class_raw", "outcome_raw")
CODED = ("class_code", "class_outcome", "outcome_code")
PLACE = ("unit_no", "area_no")
COUNTED = ("event_date", "record_count")
SHOWN = (
    "incident_no", "class_label", "class_level1_code", "class_level1_label", "outcome_label",
    "_source_table", "_source_key", "_source_file", "_source_line",
)  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """A generation by name and day, with its file.

    Args:
        name: ``g000012``.
        as_of: its "today", ISO date.
        path: serving file, or the build database of the publication to come.
    """

    name: str
    as_of: str
    path: Path


def restated_incidents(older: Publication, newer: Publication) -> pl.DataFrame:
    """Return the movements between two publications.

    Returns:
        generation_from, generation_to (string), from_as_of, to_as_of (date), incident_id, side_code (``before`` or
        ``after``), cause_code, the columns of :data:`PLACE`, :data:`CODED` and :data:`SHOWN` as they stood on that side
        (lineage without its leading underscore), event_date, record_count with its sign.
    """
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        sides = [
            _attached(connection, alias, item.path) for alias, item in (("older", older), ("newer", newer))
        ]
        columns = [_columns(connection, side) for side in sides]
        raw = [name for name in RAW if all(name in known for known in columns)]
        kept = ["incident_id", *raw, *CODED, *PLACE, *COUNTED, *SHOWN, "_source_batch_id"]
        known = columns[0] & columns[1]
        shown = ", ".join(name if name in known else f"null as {name}" for name in kept)
        compared = [name for name in ("incident_id", *CODED, *PLACE, *COUNTED) if name in known]
        connection.execute(f"create temp table days as {_differing_days(sides[0], sides[1], compared)}")
        chosen = "event_date in (select event_date from days)"
        connection.execute(
            f"""
            create temp table pairs as
            select one, other from (select {shown} from {sides[0]} where {chosen}) as one
            full join (select {shown} from {sides[1]} where {chosen}) as other
            on one.incident_id = other.incident_id
            where one.incident_id is null or other.incident_id is null or {_differ((*CODED, *PLACE, *COUNTED))}
            """
        )
        cause = f"""
            case
                when one.incident_id is null then 'late'
                when other.incident_id is null then 'withdrawn'
                when ({_differ(CODED)}) and ({_differ(raw) or "false"}) then 'reclassified'
                when {_differ(COUNTED)} then 'corrected'
                when {_differ(CODED)} then 'dictionary'
                when {_differ(("_source_batch_id",))} then 'corrected'
                else 'boundary'
            end
        """
        movements = " union all ".join(
            f"""
            select $generation_from as generation_from, $generation_to as generation_to,
                cast($from_as_of as date) as from_as_of, cast($to_as_of as date) as to_as_of,
                {side}.incident_id, '{name}' as side_code, {cause} as cause_code,
                {", ".join(f"{side}.{column} as {column.lstrip('_')}" for column in (*PLACE, *CODED, *SHOWN))},
                {side}.event_date, cast({sign} * {side}.record_count as bigint) as record_count
            from pairs
            where {side}.incident_id is not null and {side}.event_date < cast($from_as_of as date)
            """
            for side, name, sign in (("one", "before", -1), ("other", "after", 1))
        )
        return connection.execute(
            f"select * from ({movements}) order by incident_id, side_code",
            {
                "generation_from": older.name, "generation_to": newer.name,
                "from_as_of": older.as_of, "to_as_of": newer.as_of,
            },
        ).pl()  # fmt: skip


def published_figures(newer: Publication, older: Publication | None) -> pl.DataFrame:
    """Return the figures a publication shows: every plain count of incidents by unit and month.

    Returns:
        generation, generation_from (NULL for the first), published_as_of (date), metric_code, metric_version,
        definition_digest (of the filters), unit_no, month_start, figure_count; :data:`FIGURE_MONTHS` months, days
        before as_of only.
    """
    metrics = [
        metric for metric in load_metrics().values()
        if metric.rows_table == FACT and metric.denominator_column is None and metric.divide_by == 1
    ]  # fmt: skip
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
        source = _attached(connection, "newer", newer.path)
        parts = [
            f"""
            select '{metric.metric_code}' as metric_code, '{metric.version.version}' as metric_version,
                '{definition_digest(metric)}' as definition_digest, unit_no,
                cast(date_trunc('month', event_date) as date) as month_start,
                cast(sum({metric.sum_column}) as bigint) as figure_count
            from {source}
            where ({counted_sql(metric)}) and event_date < cast($as_of as date) and event_date >= cast(
                date_trunc('month', cast($as_of as date)) - interval {FIGURE_MONTHS - 1} month as date)
            group by unit_no, cast(date_trunc('month', event_date) as date)
            """
            for metric in metrics
        ]
        return connection.execute(
            f"""
            select $generation as generation, cast($generation_from as varchar) as generation_from,
                cast($as_of as date) as published_as_of, figures.*
            from ({" union all ".join(parts)}) as figures
            order by metric_code, unit_no, month_start
            """,
            {
                "generation": newer.name,
                "generation_from": older.name if older else None,
                "as_of": newer.as_of,
            },
        ).pl()


def _differing_days(older: str, newer: str, columns: list[str]) -> str:
    """Return the query of the days on which some columns of two facts differ.

    An incident that differs stands on such a day on either side, so the other days need not be joined: few days
    differ from one publication to the next. Equal are days of the same number of rows and the same sum of the engine's
    hashes of them, as in ``content_hash.fingerprint``.
    """
    row = f"hash({', '.join(columns)})"
    one, other = (
        f"(select event_date, count(*) as row_count, sum({row}) as total from {side} group by event_date)"
        for side in (older, newer)
    )
    return (
        f"select event_date from {one} as one full join {other} as other using (event_date)"
        " where one.row_count is distinct from other.row_count or one.total is distinct from other.total"
    )


def _differ(columns: tuple[str, ...] | list[str]) -> str:
    return " or ".join(f"one.{name} is distinct from other.{name}" for name in columns)


def _attached(connection: duckdb.DuckDBPyConnection, alias: str, path: Path) -> str:
    """Attach a file and return the fact's name in it."""
    literal = str(path).replace("'", "''")
    connection.execute(f"attach '{literal}' as {alias} (read_only)")
    found = connection.execute(
        "select table_schema from information_schema.tables where table_catalog = ? and table_name = ?",
        [alias, FACT],
    ).fetchone()
    return f"{alias}.{quoted(found[0] if found else 'main')}.{quoted(FACT)}"


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {table}").fetchall()}
