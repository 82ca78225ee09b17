"""One planted mutation a registered check: what is right first, then what must turn exactly it red.

Belongs here: small databases, manifests and rows in which one thing is wrong. Does not belong here: what is asserted.
Each function returns the ids of the checks that are red before and after the mutation.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import duckdb

from jingcang.contracts import (
    LINEAGE,
    RunContext,
    check_marts,
    load_entities,
    load_marts,
    run_quality_rules,
    run_set_rules,
)
from jingcang.contracts.example_rows import Row, broken_rules, rows_breaking, valid_row
from jingcang.contracts.marts import entities_of_marts
from jingcang.contracts.model import Profile, SourceTable
from jingcang.contracts.pipeline_tables import PIPELINE_TABLES
from jingcang.contracts.quality_rules import QualityRule, load_quality_rules
from jingcang.contracts.reconciliation import run_reconciliation
from jingcang.contracts.register import Check
from jingcang.home import Home
from jingcang.landing import csv_lines, reconcile
from jingcang.landing.manifests import Manifest
from orchestration.check.reconciliation import compare_marts, judged
from orchestration.check.steps import mart_outcomes, witness_outcomes

AS_OF = dt.date(2026, 6, 30)
CONTEXT = RunContext("planted", AS_OF)
LONG_AGO = AS_OF - dt.timedelta(days=200)
Reds = tuple[set[str], set[str]]
"""Ids of red checks before and after the mutation."""


def filled(kinds: Mapping[str, str], text: str = "甲") -> dict[str, Any]:
    """Return one row with a value in every column, by field type."""
    values = {"string": text, "integer": 1, "boolean": True, "date": AS_OF,
              "timestamp": dt.datetime.combine(AS_OF, dt.time(4), dt.UTC)}  # fmt: skip
    return {name: values.get(kind, 1) for name, kind in kinds.items()}


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def mart_kinds(name: str) -> dict[str, str]:
    """Return column → field type of a mart, lineage included."""
    mart = load_marts()[name]
    return {column.name: column.type for column in mart.columns} | {c: LINEAGE[c] for c in mart.lineage}


def duck(kind: str) -> str:
    return {"string": "varchar", "integer": "bigint", "timestamp": "timestamptz"}.get(kind, kind)


def create(connection: duckdb.DuckDBPyConnection, table: str, kinds: Mapping[str, str]) -> None:
    listed = ", ".join(f'"{name}" {duck(kind)}' for name, kind in kinds.items())
    connection.execute(f"create or replace table {table} ({listed})")


# --- rules of source tables ---------------------------------------------------------------------------


class SourceRules:
    """Row rules by drawn rows, each table's valid row drawn once; lines that are no rows by bytes."""

    def __init__(self, profile: Profile, rng: random.Random) -> None:
        self.tables = {table.qualified: table for table in profile.tables}
        self.rng = rng
        self.valid: dict[str, Row] = {}

    def row_rule(self, check: Check) -> Reds:
        table = self.tables[check.object_name]
        rule = next(rule for rule in table.rules if rule.check_id == check.check_id)
        start = self.valid.setdefault(table.qualified, valid_row(table, self.rng))
        rows = rows_breaking(table, rule, self.rng, alone=False, start=start)
        return set().union(*self._ids(table, [start])), set().union(*self._ids(table, rows))

    def _ids(self, table: SourceTable, rows: list[Row]) -> list[set[str]]:
        return [
            {f"{table.qualified}.{rule_id}" for rule_id in broken} for broken in broken_rules(table, rows)
        ]

    def line(self, check: Check) -> Reds:
        table = self.tables[check.object_name]
        names = [column.name for column in table.columns]
        good = ",".join("1" for _ in names)
        bad = {"ragged": b"1,2", "encoding": b"\xff\xff\xff" + good[1:].encode()}[check.kind]
        red = []
        for lines in ([], [bad]):
            content = b"\n".join(
                [",".join(names).encode(table.file.encoding), good.encode(), good.encode(), *lines]
            )
            read = csv_lines.read(content, encoding=table.file.encoding, delimiter=",", header_row=0)
            red.append({f"{table.qualified}.{rule_id}" for rule_id in read.damaged["rule_id"]})
        return red[0], red[1]


def landed(profile: Profile) -> duckdb.DuckDBPyConnection:
    """Return a database in which every table of the profile landed one faultless row."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'; create schema landed; create schema derived")
    for table in PIPELINE_TABLES:
        create(connection, f"{table.schema}.{table.name}", table.columns)
    for entity in load_entities().values():
        columns = entity.duckdb_columns(lineage=True)
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table landed.{entity.name} ({listed})")
    for table in profile.tables:
        land_row(connection, table)
        insert(connection, "landed.books", {
            "source_system": table.system, "source_table": table.table, "batch_id": "b1", "rows_read": 1,
            "rows_accepted": 1, "rows_quarantined": 0, "rows_superseded": 0, "rows_repeated": 0, "rows_tombstoned": 0,
        })  # fmt: skip
    return connection


def land_row(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, text: str = "甲", **values: Any
) -> None:
    for mapping in table.mappings:
        entity = load_entities()[mapping.entity]
        row = filled({column.name: column.type for column in entity.columns}, text)
        if text != "甲":
            # Every column of its own value: what refers to another column of the same row finds nothing.
            row = {name: f"{value}{name}" if value == text else value for name, value in row.items()}
        row |= {"_source_system": table.system, "_source_table": table.table, "_source_key": text} | values
        insert(connection, f"landed.{entity.name}", row)


class Landing:
    """One database in which everything landed is right; each mutation is rolled back."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.connection = landed(profile)

    def _before_and_after(
        self, table: SourceTable, run: Callable[[Any, Profile, RunContext], Any], change: Callable[[], None]
    ) -> Reds:
        # Only this table's checks are run; the others stay for what they are referred to.
        silent = tuple(
            other if other is table else dataclasses.replace(other, set_rules=(), service_levels=())
            for other in self.profile.tables
        )
        alone = dataclasses.replace(self.profile, tables=silent if run is run_set_rules else (table,))
        before = _failing(run(self.connection, alone, CONTEXT))
        self.connection.begin()
        change()
        after = _failing(run(self.connection, alone, CONTEXT))
        self.connection.rollback()
        return before, after

    def set_rule(self, check: Check) -> Reds:
        table = self.profile.table(check.object_name)
        if check.kind == "reference":
            return self._before_and_after(
                table, run_set_rules, lambda: land_row(self.connection, table, "缺")
            )
        return self._before_and_after(table, run_set_rules, lambda: self._age(table, check))

    def _age(self, table: SourceTable, check: Check) -> None:
        level = next(rule for rule in table.service_levels if rule.check_id == check.check_id)
        for mapping in table.mappings:
            for name, how in mapping.columns.items():
                kind = load_entities()[mapping.entity].column(name).type
                if how.from_ == (level.parameters["column"],) and kind in ("date", "timestamp"):
                    self.connection.execute(f"update landed.{mapping.entity} set {name} = ?", [LONG_AGO])
        if check.kind == "frequency":
            land_row(self.connection, table)

    def reconciliation(self, check: Check) -> Reds:
        table = self.profile.table(check.object_name)
        change = RECONCILED[check.kind.partition(".")[2]]
        return self._before_and_after(table, run_reconciliation, lambda: change(self.connection, table))


def _failing(outcome: Any) -> set[str]:
    return {row["check_id"] for row in outcome.results.to_dicts() if row["status"] in ("fail", "error")}


RECONCILED: dict[str, Callable[[duckdb.DuckDBPyConnection, SourceTable], None]] = {
    "balance": lambda c, t: _book(c, t, rows_read=2),
    "accepted": lambda c, t: c.execute(f"delete from landed.{t.mappings[0].entity} where _source_table = '{t.table}'"),
    "quarantined": lambda c, t: _book(c, t, rows_quarantined=1, rows_read=2),
    "keys": lambda c, t: land_row(c, t),
}  # fmt: skip


def _book(connection: duckdb.DuckDBPyConnection, table: SourceTable, **values: int) -> None:
    settings = ", ".join(f"{name} = {value}" for name, value in values.items())
    where = f"source_system = '{table.system}' and source_table = '{table.table}'"
    connection.execute(f"update landed.books set {settings} where {where}")


# --- what the run says of its batches -----------------------------------------------------------------


def batches(profile: Profile, check: Check, home: Home) -> Reds:
    """Change the manifest of one batch: its books, the witness's count, or a file that is not there."""
    entries = [
        Manifest(f"b{number}", table.system, table.table, AS_OF.isoformat(), "f", "c",
                 {"read": 1, "accepted": 1, "quarantined": 0, "superseded": 0, "repeated": 0, "tombstoned": 0},
                 rule_counts={}, witnessed={"rows": 1, "expectations": 1, "counts": {table.rules[0].rule_id: 0}})
        for number, table in enumerate(profile.tables)
    ]  # fmt: skip
    index = next((i for i, table in enumerate(profile.tables) if table.qualified == check.object_name), 0)
    entry = entries[index]
    wrong = {
        "books": {"rows": entry.rows | {"read": 2}},
        "witness": {"rule_counts": {profile.tables[index].rules[0].rule_id: 1}},
        "files": {"data_files": {"accepted/gone.parquet": {"bytes": 1, "sha256": "0", "rows": 1}}},
    }[check.kind]
    red = []
    for changed in ({}, wrong):
        log = [*entries[:index], dataclasses.replace(entry, **changed), *entries[index + 1 :]]
        cut = SimpleNamespace(batches=tuple(e.batch_id for e in log), manifests=lambda home, log=log: log)
        session = SimpleNamespace(home=home, profile=profile, cut=cut)
        totals = {table.qualified: {"read": 1} for table in profile.tables}
        _, problems = reconcile(home, cut)
        outcomes = [
            *witness_outcomes(session),
            *judged(profile, len(log), totals, problems, [], {}),
        ]
        red.append({outcome.check_id for outcome in outcomes if outcome.stops_publishing})
    return red[0], red[1]


# --- marts --------------------------------------------------------------------------------------------


def mart_rows(check: Check, profile: Profile) -> Reds:
    """Lose the one row of a mart that its entity has."""
    name = check.object_name
    mart, entity = load_marts()[name], entities_of_marts()[name]
    totals = {table.qualified: {"read": 1} for table in profile.tables}
    with duckdb.connect() as connection:
        create(connection, name, mart_kinds(name))
        insert(connection, name, filled(mart_kinds(name)))
        kept = [*mart.key, *(column for column in LINEAGE if column in mart_kinds(name))]
        connection.execute("create schema landed")
        connection.execute(f"create table landed.{entity} as select {', '.join(kept)} from {name}")

        def red() -> set[str]:
            outcomes = judged(profile, 0, totals, [], [], compare_marts(connection, [name]))
            return {outcome.check_id for outcome in outcomes if outcome.stops_publishing}

        before = red()
        connection.execute(f"delete from {name}")
        return before, red()


def mart_promise(check: Check) -> Reds:
    mart = load_marts()[check.object_name]
    kinds = mart_kinds(mart.name)
    with duckdb.connect() as connection:
        create(connection, mart.name, kinds)
        connection.execute(f"alter table {mart.name} alter {mart.key[0]} type {duck(kinds[mart.key[0]])}")
        insert(connection, mart.name, filled(kinds))

        def red() -> set[str]:
            outcomes = mart_outcomes([mart.name], check_marts(connection, {mart.name: mart}))
            return {outcome.check_id for outcome in outcomes if outcome.stops_publishing}

        before = red()
        match check.kind:
            case "contract.shape":
                connection.execute(f"alter table {mart.name} add column superfluous integer")
            case "contract.required":
                required = [
                    column.name for column in mart.columns if column.required or column.name in mart.key
                ]
                insert(connection, mart.name, filled(kinds, "乙") | {required[-1]: None})
            case "contract.key":
                insert(connection, mart.name, filled(kinds))
        return before, red()


def quality(check: Check) -> Reds:
    rule = next(rule for rule in load_quality_rules() if rule.check_id == check.check_id)
    kinds = mart_kinds(rule.table_name)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        create(connection, rule.table_name, kinds)
        if rule.template == "reference":
            target = rule.argument.partition(".")[0]
            create(connection, target, mart_kinds(target))
            insert(connection, target, filled(mart_kinds(target)))
        right, wrong = _values(rule, kinds)
        insert(connection, rule.table_name, filled(kinds) | right)
        before = _failing(run_quality_rules(connection, [rule], CONTEXT))
        connection.execute(f"delete from {rule.table_name}")
        for _ in range(2):
            insert(connection, rule.table_name, filled(kinds) | wrong)
        return before, _failing(run_quality_rules(connection, [rule], CONTEXT))


def _values(rule: QualityRule, kinds: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    name, day = rule.column_name, dt.timedelta(days=1)
    match rule.template:
        case "not_null":
            return {}, {name: None}
        case "unique":
            return {}, {}
        case "between":
            low, high = rule.argument.split("..")
            return {name: float(low)}, {name: float(high) + 1}
        case "not_future":
            return {name: AS_OF}, {name: AS_OF + day}
        case "not_before":
            return {name: dt.date.fromisoformat(rule.argument)}, {
                name: dt.date.fromisoformat(rule.argument) - day
            }
        case "order":
            later = AS_OF + day if kinds[name] == "date" else 2
            return {}, {name: later}
        case "mapped":
            return {name: "mapped"}, {name: "unmapped"}
        case "reference":
            return {}, {name: "缺"}
        case "is_true":
            return {name: True}, {name: False}
        case "is_false":
            return {name: False}, {name: True}
        case "fresh":
            return {name: AS_OF}, {name: LONG_AGO}
    raise KeyError(rule.template)
