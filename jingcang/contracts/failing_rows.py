"""Where failing rows come from: source key, batch, unit and date of the keys that checks report.

Belongs here: looking up reported keys in the marts and landed entities of a build file. Does not belong here:
the checks themselves (``quality_rules``, ``set_rules``).

Checks report at most ``MAX_FAILURES`` keys each, so the look-up is a join of a short list with each table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl

from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.marts import Mart, key_sql
from jingcang.contracts.model import Profile

PLACE = ("source_system", "source_table", "source_key", "batch_id", "unit_no", "event_date")
"""What is added to a failing row."""
_COLUMNS = {
    "source_system": "_source_system",
    "source_table": "_source_table",
    "source_key": "_source_key",
    "batch_id": "_source_batch_id",
    "unit_no": "unit_no",
    "event_date": "event_date",
}
_TYPES = {"event_date": "date"}


def locate(
    connection: duckdb.DuckDBPyConnection,
    failures: Sequence[dict[str, Any]],
    profile: Profile,
    marts: dict[str, Mart],
) -> list[dict[str, Any]]:
    """Return failing rows with their place in the source.

    Args:
        connection: a connection to build.duckdb after dbt.
        failures: rows with ``object_name`` (a mart, or ``system.table``) and ``row_key``.
        profile: its mappings tell which entity a source table feeds.
        marts: mart contracts, for keys.

    Returns:
        The same rows in the same order, each with the keys of :data:`PLACE`; None where the object carries
        no such column or the key was not found.
    """
    tables = _columns_of(connection)
    found: dict[int, dict[str, Any]] = {}
    keys = [
        {"number": number, "object_name": row["object_name"], "row_key": row["row_key"]}
        for number, row in enumerate(failures)
    ]
    schema = {"number": pl.Int64, "object_name": pl.String, "row_key": pl.String}
    connection.register("failing_keys", pl.DataFrame(keys, schema=schema).to_arrow())
    try:
        for name in sorted({str(row["object_name"]) for row in failures}):
            for query in _queries(name, tables, profile, marts):
                for number, *place in connection.execute(query).fetchall():
                    found.setdefault(number, dict(zip(PLACE, place, strict=True)))
    finally:
        connection.unregister("failing_keys")
    nowhere = dict.fromkeys(PLACE)
    return [{**row, **found.get(number, nowhere)} for number, row in enumerate(failures)]


def _columns_of(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    tables: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    ).fetchall():
        tables.setdefault((schema, table), {})[column] = kind
    return tables


def _queries(
    name: str, tables: dict[tuple[str, str], dict[str, str]], profile: Profile, marts: dict[str, Mart]
) -> list[str]:
    if name in marts:
        schema = next((schema for schema, table in tables if table == name and schema != "landed"), None)
        if schema is None:
            return []
        columns = tables[schema, name]
        relation = f"{identifier(schema)}.{identifier(name)}"
        return [_query(name, relation, columns, key_sql(marts[name], columns), "true")]
    table = next((table for table in profile.tables if table.qualified == name), None)
    if table is None:
        return []
    queries = []
    for mapping in table.mappings:
        landed = tables.get(("landed", mapping.entity))
        if landed:
            own = (
                f"row._source_system = {literal(table.system)} and row._source_table in "
                f"({literal(table.table)}, {literal(table.qualified)})"
            )
            relation = f"landed.{identifier(mapping.entity)}"
            queries.append(_query(name, relation, landed, "_source_key", own))
    return queries


def _query(name: str, relation: str, columns: dict[str, str], key: str, where: str) -> str:
    place = ", ".join(
        f"row.{column}" if column in columns else f"cast(null as {_TYPES.get(wanted, 'varchar')}) as {wanted}"
        for wanted, column in _COLUMNS.items()
    )
    return (
        f"select failing_keys.number, {place} from (select *, {key} as failing_key from {relation}) as row "
        f"join failing_keys on row.failing_key = failing_keys.row_key "
        f"and failing_keys.object_name = {literal(name)} where {where}"
    )
