"""What dbt sees of landing: schema ``landed`` over the Parquet files of a cut.

Belongs here: views with explicit file lists, rows out of force left out. Does not belong here: any
change of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from jingcang.contracts import Entity
from jingcang.contracts.formats import identifier, literal
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.decisions import (
    ALERT_DECISIONS,
    ARCHIVE_RECODINGS,
    ARCHIVE_SEARCHES,
    CORRECTION_TICKETS,
    EVALUATION_PUBLICATIONS,
    EVALUATIONS,
    FIXES,
    KPI_APPEALS,
    MEETING_DECISIONS,
    OPERATIONS,
    REPLAY_REQUESTS,
    WAIVERS,
    landed_decisions,
)
from jingcang.landing.history import HISTORY, history_files
from jingcang.landing.manifests import Cut, Manifest
from jingcang.landing.reconcile import books
from jingcang.landing.split import FLAG_SCHEMA, QUARANTINED_SCHEMA

#: Raw files of databases and interfaces; the files of drop folders keep their own names.
LINELESS_FILES = r"extract\.parquet|page_\d{5}\.json"

SOURCE_KEY = "coalesce(_source_key, _source_file || ':' || _source_line)"
"""Key of an accepted row: its source's, or its place in a file that has none."""


def create_landed_views(
    connection: duckdb.DuckDBPyConnection, home: Home, cut: Cut, entities: Mapping[str, Entity]
) -> None:
    """Create schema ``landed``: one relation an entity, and the books of the cut.

    Args:
        connection: the build database, writable.
        home: where landing lives.
        cut: the batches to show; run history of the cut is shown too.
        entities: canonical entities by name.

    Returns:
        Nothing. Relations: ``landed.<entity>`` (contract columns and lineage, rows in force only),
        ``quarantined_rows``, ``quality_flags`` (rows in force only), ``quarantined_rules`` (a quarantined row ×
        each rule it breaks), ``books``, ``quarantine_waivers``, ``quarantine_fixes``, ``replay_requests``,
        ``correction_tickets``, ``alert_decisions``, ``special_operations``, ``meeting_decisions``,
        ``kpi_appeals``, ``archive_searches``, ``archive_recodings``, ``patrol_evaluations``,
        ``evaluation_publications`` and the kinds of run history.
        What has no rows is an empty table of the right types.
    """
    connection.execute("create schema if not exists landed")
    _clear(connection)
    batches = cut.manifests(home)
    for name, entity in entities.items():
        files = {entry: store.accepted_file(home, name, entry.batch_id) for entry in batches}
        files = {entry: path for entry, path in files.items() if _named(home, entry, path)}
        columns = entity.duckdb_columns(lineage=True)
        chosen = ", ".join(
            f"{SOURCE_KEY} as _source_key" if column == "_source_key" else identifier(column)
            for column in columns
        )
        query = rows_in_force(
            home, files, columns, chosen, batches, ("_source_key", "_source_file", "_source_batch_id")
        )
        _relation(connection, name, columns, query)
    for name, kind, schema in (
        ("quarantined_rows", "quarantined", QUARANTINED_SCHEMA), ("quality_flags", "flags", FLAG_SCHEMA),
    ):  # fmt: skip
        found = {entry: path for entry in batches if (path := entry.file_of(home, kind)) is not None}
        chosen = ", ".join(_without_arbitrary_lines(column) for column in schema)
        types = _types(schema)
        query = rows_in_force(home, found, types, chosen, batches, ("source_key", "source_file", "batch_id"))
        _relation(connection, name, types, query)
    broken = ", ".join(
        "unnest(string_split(rule_ids, ';')) as rule_id" if column == "rule_id" else column
        for column in QUARANTINED_SCHEMA
        if column != "rule_ids"
    )
    connection.execute(
        f"create view landed.quarantined_rules as select {broken} from landed.quarantined_rows"
    )
    for name, schema in HISTORY.items():
        paths, types = history_files(home, cut, name), _types(schema)
        query = f"select {', '.join(schema)} from {_shaped(paths, types)}" if paths else None
        _relation(connection, name, types, query)
    _table(connection, "books", books(home, cut))
    for name in (
        WAIVERS, FIXES, REPLAY_REQUESTS, CORRECTION_TICKETS, ALERT_DECISIONS, OPERATIONS, MEETING_DECISIONS,
        KPI_APPEALS, ARCHIVE_SEARCHES, ARCHIVE_RECODINGS, EVALUATIONS, EVALUATION_PUBLICATIONS,
    ):  # fmt: skip
        _table(connection, name, landed_decisions(home, name, cut))


def _without_arbitrary_lines(column: str) -> str:
    """Database extracts and API pages have no lines of their own: which line a row takes says nothing."""
    if column not in ("source_file", "source_line"):
        return column
    lineless = f"regexp_full_match(source_file, {literal(LINELESS_FILES)})"
    return f"case when not {lineless} then {column} end as {column}"


def _named(home: Home, entry: Manifest, path: Path) -> bool:
    return str(path.relative_to(home.landing)) in entry.data_files


def _shaped(paths: Sequence[Path], types: Mapping[str, str]) -> str:
    """Return the relation over some files that has every declared column.

    A file of an older version lacks columns that came later (its source may be down, so that it cannot be split
    again): they are NULL there.
    """
    schemas = [pl.read_parquet_schema(path).keys() for path in paths]
    if all(types.keys() <= schema for schema in schemas):
        return _parquet(paths)
    known = set().union(*schemas)
    chosen = ", ".join(
        identifier(name) if name in known else f"cast(null as {dtype}) as {identifier(name)}"
        for name, dtype in types.items()
    )
    files = ", ".join(literal(str(path)) for path in paths)
    return f"(select {chosen} from read_parquet([{files}], union_by_name = true))"


def _parquet(paths: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}])"


def rows_in_force(
    home: Home, files: Mapping[Manifest, Path], types: Mapping[str, str], chosen: str,
    batches: Sequence[Manifest], columns: tuple[str, str, str],
) -> str | None:  # fmt: skip
    """Return the query of the rows in force, None where there is no file.

    Rows out of force are left out by joins: what a query asks besides (a few days of all) is then asked before them,
    which the engine does not do where they are conditions that look for each row.

    Args:
        home: where landing lives.
        files: batch → its file.
        types: columns the files have, or lack when they are of an older version.
        chosen: SQL of the columns asked for, of the relation ``landed_row``.
        batches: of the cut; those of the same source tables name the rows they retire.
        columns: SQL of a row's key, file and batch.
    """
    if not files:
        return None
    key, file, batch = columns
    tables = {(entry.system, entry.table) for entry in files}
    retired = [
        path
        for entry in batches
        if (entry.system, entry.table) in tables and (path := entry.file_of(home, "retired"))
    ]
    query = f"select {chosen} from {_shaped(list(files.values()), types)} as landed_row"
    for own, theirs in ((key, "source_key"), (file, "source_file")):
        # A table retires rows by their keys or by their files.
        if retired and pl.scan_parquet(retired).select(pl.col(theirs).is_not_null().any()).collect().item():
            query += (
                f" anti join (select batch_id as gone_batch, {theirs} as gone_{theirs} from {_parquet(retired)}"
                f" where {theirs} is not null) on gone_batch = landed_row.{batch}"
                f" and gone_{theirs} = landed_row.{own}"
            )
    return query


def _types(schema: Mapping[str, pl.DataType]) -> dict[str, str]:
    words = {pl.String: "VARCHAR", pl.Int64: "BIGINT", pl.Date: "DATE", pl.Boolean: "BOOLEAN"}
    return {
        name: f"DECIMAL({dtype.precision},{dtype.scale})"
        if isinstance(dtype, pl.Decimal)
        else words[type(dtype)]
        for name, dtype in schema.items()
    }


def _clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every relation of the schema: DuckDB refuses to replace a table by a view."""
    found = connection.execute(
        """
        select view_name, 'view' from duckdb_views()
        where database_name = current_database() and schema_name = 'landed'
        union all
        select table_name, 'table' from duckdb_tables()
        where database_name = current_database() and schema_name = 'landed'
        """
    ).fetchall()
    for name, kind in found:
        connection.execute(f"drop {kind} landed.{identifier(name)}")


def _relation(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], query: str | None
) -> None:
    if query is None:
        declared = ", ".join(f"{identifier(column)} {dtype}" for column, dtype in columns.items())
        connection.execute(f"create table landed.{identifier(name)} ({declared})")
    else:
        connection.execute(f"create view landed.{identifier(name)} as {query}")


def _table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("landed_frame", frame.to_arrow())
    connection.execute(f"create table landed.{identifier(name)} as select * from landed_frame")
    connection.unregister("landed_frame")
