"""Reconciliation of every source table as compiled SQL over the landed relations.

Belongs here: for each source table the statements that must come out even, and running them on a build file.
Does not belong here: the books of landing and its files (``jingcang.landing.reconcile``), which need the home.

``balance``: of every batch, rows read = accepted + quarantined + superseded + repeated. ``accepted`` and
``quarantined``: the rows in force are those the books name; keys found deleted are tombstones, whose rows leave
without leaving the books, so up to that many rows may be fewer, and a mapping with a condition may deliver fewer.
``keys``: a declared key is in force once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import duckdb

from jingcang.contracts.checks import CheckOutcome, CheckResult, CheckSql, RunContext, outcome, run_check
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.model import EntityMapping, Profile, SourceTable

TITLES = {
    "balance": "每批次读入等于接收、隔离、被替代与重复之和",
    "accepted": "入库的行数与账目中的接收行数一致",
    "quarantined": "隔离区的行数与账目中的隔离行数一致",
    "keys": "同一主键只有一行在用",
}
"""Kind of statement → what it asks."""


def reconciliation_sql(table: SourceTable) -> dict[str, CheckSql]:
    """Return kind → queries of one source table; ``keys`` only where a key is declared."""
    books = f"(select * from landed.books where {_of(table, '')}) as books"
    explained = "rows_accepted + rows_quarantined + rows_superseded + rows_repeated"
    compiled = {
        "balance": CheckSql(
            f"select count(*), count(*) filter (where rows_read <> {explained}) from {books}",
            f"select batch_id, cast(null as varchar), cast(null as bigint) from {books} "
            f"where rows_read <> {explained} order by 1",
        ),
        "accepted": _in_force(books, "rows_accepted", {m.entity: _landed(table, m) for m in table.mappings}, table),
        "quarantined": _in_force(books, "rows_quarantined",
                                 {"quarantined_rows": f"landed.quarantined_rows where {_of(table, '')}"}, None),
    }  # fmt: skip
    if table.key:
        compiled["keys"] = _keys(table)
    return compiled


def _of(table: SourceTable, prefix: str) -> str:
    names = f"({literal(table.table)}, {literal(table.qualified)})"
    return f"{prefix}source_system = {literal(table.system)} and {prefix}source_table in {names}"


def _landed(table: SourceTable, mapping: EntityMapping) -> str:
    return f"landed.{identifier(mapping.entity)} where {_of(table, '_')}"


def _in_force(books: str, counted: str, relations: Mapping[str, str], table: SourceTable | None) -> CheckSql:
    conditional = {m.entity for m in table.mappings if m.where is not None} if table else set()
    parts = []
    for name, relation in relations.items():
        least = "0" if name in conditional else "booked - gone"
        parts.append(
            f"select {literal(name)} as relation, count(*) as found, "
            f"(select coalesce(sum({counted}), 0) from {books}) as booked, "
            f"(select coalesce(sum(rows_tombstoned), 0) from {books}) as gone from {relation}"
        )
        wrong = f"found > booked or found < {least}"
        parts[-1] = f"select relation, found, booked, ({wrong}) as is_wrong from ({parts[-1]}) as counted"
    judged = f"({' union all '.join(parts)}) as judged"
    return CheckSql(
        f"select coalesce(sum(greatest(found, booked)), 0), coalesce(sum(greatest(abs(found - booked), 1)) "
        f"filter (where is_wrong), 0) from {judged}",
        f"select relation, cast(null as varchar), cast(null as bigint) from {judged} where is_wrong order by 1",
    )


def _keys(table: SourceTable) -> CheckSql:
    parts = " union all ".join(
        f"select {literal(m.entity)} as relation, _source_key as row_key, count(*) as copies "
        f"from {_landed(table, m)} group by _source_key"
        for m in table.mappings
    )
    keys = f"({parts}) as keys"
    return CheckSql(
        f"select count(*), count(*) filter (where copies > 1) from {keys}",
        f"select row_key, cast(null as varchar), cast(null as bigint) from {keys} where copies > 1 order by 1",
    )


def run_reconciliation(
    connection: duckdb.DuckDBPyConnection, profile: Profile, context: RunContext
) -> CheckOutcome:
    """Run the reconciliation of every table of a profile against schema ``landed``.

    Returns:
        One blocking result a table and kind (``checked_by`` is ``reconciliation``), and what does not come out even.
    """
    collected = []
    for table, kind, sql in _all(profile):
        status, checked, violated, failing, reason = run_check(connection, sql, Decimal(0))
        note = f"{TITLES[kind]}（执行错误：{reason}）" if reason else TITLES[kind]
        result = CheckResult(
            check_id(table, kind), table.system, table.qualified, f"reconciliation.{kind}", "consistency", "block",
            status, checked, violated, Decimal(0), "数据管理员", note, "reconciliation",
        )  # fmt: skip
        collected.append((result, failing))
    return outcome(context, collected)


def check_id(table: SourceTable, kind: str) -> str:
    """Return the id under which a statement reports."""
    return f"{table.qualified}.reconciliation.{kind}"


def _all(profile: Profile) -> Iterator[tuple[SourceTable, str, CheckSql]]:
    for table in profile.tables:
        for kind, sql in reconciliation_sql(table).items():
            yield table, kind, sql


def reconciliation_script(table: SourceTable) -> str:
    """Return the statements of one table as one readable SQL text."""
    lines = []
    for kind, sql in reconciliation_sql(table).items():
        lines.append(
            f"-- {check_id(table, kind)}: {TITLES[kind]}\n-- rows checked, rows violated:\n{sql.counts};\n"
        )
        lines.append(f"-- what does not come out even:\n{sql.failures};\n")
    return "\n".join(lines)
