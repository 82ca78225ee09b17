"""The same checks counted by unit: rows checked and rows violated of each 单位.

Belongs here: regrouping the counting queries of rules by ``unit_no``. Does not belong here: the predicates, which
stay where they are compiled (``quality_rules``); deciding a status, which is made of the whole only.

Rules that read one relation are counted in one pass over it. Row rules of a source table are counted over the
rows in force of the first entity with a unit, quarantined rows added.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import polars as pl
import sqlglot
from sqlglot import expressions as exp

from jingcang.contracts.checks import RunContext
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.marts import Mart
from jingcang.contracts.model import Profile, SourceTable
from jingcang.contracts.quality_rules import QualityRule, rule_sql

SCHEMA: dict[str, pl.DataType] = {
    "check_id": pl.String(),
    "unit_no": pl.String(),
    "rows_checked": pl.Int64(),
    "rows_violated": pl.Int64(),
}


def count_rules_by_unit(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[QualityRule],
    context: RunContext,
    marts: dict[str, Mart],
) -> pl.DataFrame:
    """Count every rule on a mart that carries ``unit_no``.

    Returns:
        One row a check and unit: ``check_id``, ``unit_no`` (null: no unit), ``rows_checked``,
        ``rows_violated``. Rules on units themselves (``fresh``) and marts without a unit are left out.
    """
    tables: dict[str, tuple[str, dict[str, str]]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    ).fetchall():
        tables.setdefault(table, (schema, {}))[1][column] = kind
    passes: dict[str, list[tuple[str, str, str]]] = {}
    for rule in rules:
        schema, columns = tables.get(rule.table_name, ("", {}))
        if rule.template == "fresh" or not {rule.column_name, "unit_no"} <= columns.keys():
            continue
        sql = rule_sql(rule, schema, columns, context, marts.get(rule.table_name), tables)
        query = sqlglot.parse_one(sql.counts, dialect="duckdb")
        assert isinstance(query, exp.Select)  # noqa: S101 - rule_sql writes one SELECT
        checked, violated = (item.sql(dialect="duckdb") for item in query.expressions)
        relation = query.find(exp.From)
        assert relation is not None  # noqa: S101 - rule_sql names its table
        passes.setdefault(relation.sql(dialect="duckdb"), []).append((rule.check_id, checked, violated))
    rows: list[tuple[str, str | None, int, int]] = []
    for relation_sql, counted in passes.items():
        figures = ", ".join(f"{checked}, {violated}" for _, checked, violated in counted)
        for unit, *values in connection.execute(
            f"select unit_no, {figures} {relation_sql} group by unit_no"
        ).fetchall():
            rows += [
                (check_id, unit, values[2 * number], values[2 * number + 1])
                for number, (check_id, _, _) in enumerate(counted)
            ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").filter(pl.col("rows_checked") > 0)


def count_row_rules_by_unit(connection: duckdb.DuckDBPyConnection, profile: Profile) -> pl.DataFrame:
    """Count the row rules of every source table by unit, over the rows in force.

    Returns:
        As :func:`count_rules_by_unit`; tables whose mappings give no unit are left out.
    """
    frames = [pl.DataFrame(schema=SCHEMA)]
    for table in profile.tables:
        entity = next((m.entity for m in table.mappings if "unit_no" in m.columns), None)
        if entity is not None:
            frames.append(_of_table(connection, table, entity))
    return pl.concat(frames)


def _of_table(connection: duckdb.DuckDBPyConnection, table: SourceTable, entity: str) -> pl.DataFrame:
    of_landing = f"source_system = {literal(table.system)} and source_table = {literal(table.table)}"
    accepted = connection.execute(
        f"select unit_no, count(*) from landed.{identifier(entity)} where _source_system = "
        f"{literal(table.system)} and _source_table in ({literal(table.table)}, {literal(table.qualified)}) "
        "group by unit_no"
    ).fetchall()
    read = dict(accepted)
    for unit, count in connection.execute(
        f"select unit_no, count(*) from landed.quarantined_rows where {of_landing} group by unit_no"
    ).fetchall():
        read[unit] = read.get(unit, 0) + count
    violated = {
        (rule_id, unit): count
        for rule_id, unit, count in connection.execute(
            "select rule_id, unit_no, count(*) from ("
            f"select rule_id, unit_no from landed.quarantined_rules where {of_landing} union all "
            f"select rule_id, unit_no from landed.quality_flags where {of_landing}) as broken "
            "group by rule_id, unit_no"
        ).fetchall()
    }
    rows = [
        (f"{table.qualified}.{rule_id}", unit, checked, violated.get((rule_id, unit), 0))
        for rule_id in sorted({rule.rule_id for rule in table.rules} | {rule_id for rule_id, _ in violated})
        for unit, checked in read.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
