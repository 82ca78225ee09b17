"""Checks with a tolerance: ``data_contracts/quality_rules.csv`` compiled to SQL over the marts.

Belongs here: the templates (one predicate each) and running them on a build file after dbt.
Does not belong here: clauses of single rows (``rules_polars``), shapes of marts (``marts``).

A rule is a row of the file: which mart and column, which template, how many percent may violate it, who
decided that and when. Templates (``column`` is the rule's column, ``argument`` its parameter):
``not_null``; ``unique``; ``between`` (argument ``low..high``); ``not_future`` (column ≤ as_of);
``not_before`` (argument: ISO date); ``order`` (column ≤ the column named by argument); ``mapped`` (an outcome
column is not ``unmapped``; ``absent`` rows do not apply); ``reference`` (argument ``table.column``);
``is_true``; ``is_false``; ``fresh`` (each unit's newest date is at most argument days before as_of).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from jingcang.contracts.checks import CheckOutcome, CheckResult, CheckSql, RunContext, outcome, run_check
from jingcang.contracts.files import CONTRACTS_ROOT, wrong
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.marts import Mart, key_sql, load_marts
from jingcang.contracts.source_tables import DIMENSIONS

COLUMNS = (
    "check_id", "table_name", "column_name", "template", "argument", "dimension", "severity", "threshold_pct",
    "title_zh", "note", "owner", "decided_on",
)  # fmt: skip
TEMPLATES = (
    "not_null", "unique", "between", "not_future", "not_before", "order", "mapped", "reference", "is_true",
    "is_false", "fresh",
)  # fmt: skip
_ARGUMENT = {
    "between": r"-?\d+(\.\d+)?\.\.-?\d+(\.\d+)?",
    "not_before": r"\d{4}-\d{2}-\d{2}",
    "order": r"[a-z_][a-z0-9_]*",
    "reference": r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*",
    "fresh": r"\d+",
}


@dataclass(frozen=True)
class QualityRule:
    """One row of the rule file; ``threshold_pct`` is the tolerated share of violating rows in percent."""

    check_id: str
    table_name: str
    column_name: str
    template: str
    argument: str
    dimension: str
    severity: str
    threshold_pct: Decimal
    title_zh: str
    note: str
    owner: str
    decided_on: dt.date


def load_quality_rules(path: Path = CONTRACTS_ROOT / "quality_rules.csv") -> tuple[QualityRule, ...]:
    """Return every rule.

    Raises:
        JingcangError: naming file, line and column, for anything the file says wrongly.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise wrong(path, "第 1 行", f"表头应为 {','.join(COLUMNS)}")
        rules = tuple(_rule(path, number, row) for number, row in enumerate(reader, start=2))
    seen: set[str] = set()
    for rule in rules:
        if rule.check_id in seen:
            raise wrong(path, rule.check_id, "规则编号重复")
        seen.add(rule.check_id)
    return rules


def _rule(path: Path, number: int, row: dict[str, str | None]) -> QualityRule:
    def bad(column: str, what: str) -> Exception:
        return wrong(path, f"第 {number} 行 {column}", what)

    if None in row or None in row.values():
        raise bad("", "列数与表头不一致")
    text = {key: (value or "").strip() for key, value in row.items()}
    for column in COLUMNS:
        if column != "argument" and not text[column]:
            raise bad(column, "不能为空")
    for column, allowed in (
        ("template", TEMPLATES),
        ("dimension", DIMENSIONS),
        ("severity", ("warn", "block")),
    ):
        if text[column] not in allowed:
            raise bad(column, f"只能是 {'、'.join(allowed)}")
    if not re.fullmatch(_ARGUMENT.get(text["template"], ""), text["argument"]):
        raise bad("argument", f"不是模板 {text['template']} 的参数")
    try:
        threshold = Decimal(text["threshold_pct"])
        decided = dt.date.fromisoformat(text["decided_on"])
    except InvalidOperation as error:
        raise bad("threshold_pct", "须为百分数") from error
    except ValueError as error:
        raise bad("decided_on", "须为 ISO 日期") from error
    if not 0 <= threshold < 100:
        raise bad("threshold_pct", "须不小于 0 且小于 100")
    values = {key: text[key] for key in COLUMNS if key not in ("threshold_pct", "decided_on")}
    return QualityRule(threshold_pct=threshold, decided_on=decided, **values)


def run_quality_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[QualityRule],
    context: RunContext,
    marts: dict[str, Mart] | None = None,
) -> CheckOutcome:
    """Run every rule against the marts of an open build file.

    Args:
        connection: a connection to build.duckdb after dbt.
        rules: from :func:`load_quality_rules`.
        context: the run.
        marts: mart contracts, for the keys of failing rows; default all of them.

    Returns:
        One result a rule (``checked_by`` is ``sql``), and the keys of violating rows. A missing table or
        column is status ``error``.
    """
    marts = load_marts() if marts is None else marts
    columns: dict[str, tuple[str, dict[str, str]]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    ).fetchall():
        columns.setdefault(table, (schema, {}))[1][column] = kind
    collected = []
    for rule in rules:
        schema, known = columns.get(rule.table_name, ("", {}))
        if rule.column_name in known:
            sql = rule_sql(rule, schema, known, context, marts.get(rule.table_name), columns)
            status, checked, violated, failing, reason = run_check(connection, sql, rule.threshold_pct)
        else:
            status, checked, violated, failing, reason = "error", None, None, [], "表或列不存在"
        note = f"{rule.note}（执行错误：{reason}）" if reason else rule.note
        result = CheckResult(
            rule.check_id, None, rule.table_name, rule.check_id, rule.dimension, rule.severity, status,
            checked, violated, rule.threshold_pct, rule.owner, note, "sql",
        )  # fmt: skip
        collected.append((result, failing))
    return outcome(context, collected)


def rule_sql(
    rule: QualityRule,
    schema: str,
    columns: dict[str, str],
    context: RunContext,
    mart: Mart | None,
    tables: dict[str, tuple[str, dict[str, str]]],
) -> CheckSql:
    """Return the two queries of one rule."""
    table = f"{identifier(schema)}.{identifier(rule.table_name)}"
    key = key_sql(mart, columns)
    file = "_source_file" if "_source_file" in columns else "cast(null as varchar)"
    line = "_source_line" if "_source_line" in columns else "cast(null as bigint)"
    column = identifier(rule.column_name)
    if rule.template == "fresh":
        oldest = f"date {literal(context.as_of - dt.timedelta(days=int(rule.argument)))}"
        group = "unit_no" if "unit_no" in columns else "'全部'"
        table = (
            f"(select {group} as row_key, max({column}) as newest from {table} where {column} is not null "
            f"group by 1) as units"
        )
        key, file, line = "row_key", "cast(null as varchar)", "cast(null as bigint)"
        checked, violated = "true", f"newest < {oldest}"
    elif rule.template == "unique":
        table = f"(select *, count(*) over (partition by {column}) as copies from {table}) as counted"
        checked, violated = f"{column} is not null", "copies > 1"
    else:
        checked, violated = _predicates(rule, column, context, tables)
    counts = f"count(*) filter (where {checked}), count(*) filter (where {checked} and {violated})"
    return CheckSql(
        counts=f"select {counts} from {table}",
        failures=f"select {key}, {file}, {line} from {table} where {checked} and {violated} order by 1, 2, 3",
    )


def _predicates(
    rule: QualityRule, column: str, context: RunContext, tables: dict[str, tuple[str, dict[str, str]]]
) -> tuple[str, str]:
    """Return (rows the rule applies to, rows that violate it) of a row-level template."""
    given = f"{column} is not null"
    match rule.template:
        case "not_null":
            return "true", f"{column} is null"
        case "between":
            low, high = rule.argument.split("..")
            return given, f"({column} < {low} or {column} > {high})"
        case "not_future":
            return given, f"{column} > date {literal(context.as_of)}"
        case "not_before":
            return given, f"{column} < date {literal(rule.argument)}"
        case "order":
            other = identifier(rule.argument)
            return f"({given} and {other} is not null)", f"{column} > {other}"
        case "mapped":
            return f"({given} and {column} <> 'absent')", f"{column} = 'unmapped'"
        case "is_true":
            return given, f"not {column}"
        case "is_false":
            return given, column
        case "reference":
            table, other = rule.argument.split(".")
            schema = tables.get(table, ("", {}))[0]
            target = f"{identifier(schema)}.{identifier(table)}"
            matches = f"select {identifier(other)} from {target} where {identifier(other)} is not null"
            return given, f"{column} not in ({matches})"
        case other_template:
            raise KeyError(other_template)
