"""Set rules of source contracts, compiled to SQL over the landed entities.

Belongs here: ``reference``, ``volume`` and ``sql`` rules of source tables, run after landing with their service levels.
Does not belong here: rules of single rows, and checks on marts (``quality_rules``).

A reference in source columns is compiled through the mappings: the entity column made from the referring
column is looked up among the values of the entity column made from the referred one. Both must be made
the same way (the same transform and options, or a ``record_key`` of the other table and its own
``record_key``), otherwise the rule is an error. Only rows that landed are compared.

A ``sql`` rule's query reads schema ``landed`` and returns ``is_violated, row_key, source_file, source_line``,
one row for each thing checked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import duckdb

from jingcang.contracts.checks import CheckOutcome, CheckResult, CheckSql, RunContext, outcome, run_check
from jingcang.contracts.files import wrong
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.model import Profile, SetRule, SourceTable
from jingcang.contracts.named_rules import SET_KINDS
from jingcang.contracts.service_levels import SERVICE_LEVELS, service_level_sql

KINDS = frozenset({*SET_KINDS, *SERVICE_LEVELS})
"""Kinds of rules compiled here."""


def run_set_rules(
    connection: duckdb.DuckDBPyConnection, profile: Profile, context: RunContext
) -> CheckOutcome:
    """Run the set rules of every table of a profile against schema ``landed``.

    Returns:
        One result a rule and the source keys of violating rows. The tolerance of a set rule is 0 %:
        severity says whether it warns or blocks.
    """
    collected = []
    for table, rule in _rules(profile):
        sql = set_rule_sql(rule, table, profile, context.as_of)
        status, checked, violated, failing, reason = run_check(connection, sql, Decimal(0))
        note = f"{rule.title_zh}（执行错误：{reason}）" if reason else rule.title_zh
        result = CheckResult(
            rule.check_id, table.system, table.qualified, rule.rule_id, rule.dimension, rule.severity, status,
            checked, violated, Decimal(0), "数据管理员", note, "sql",
        )  # fmt: skip
        collected.append((result, failing))
    return outcome(context, collected)


def _rules(profile: Profile) -> Iterator[tuple[SourceTable, SetRule]]:
    for table in profile.tables:
        for rule in (*table.set_rules, *table.service_levels):
            yield table, rule


def set_rule_sql(rule: SetRule, table: SourceTable, profile: Profile, as_of: dt.date) -> CheckSql:
    """Return the two queries of one set rule.

    Raises:
        JingcangError: a reference whose columns are not mapped comparably, or to a table the profile
            does not have.
    """
    match rule.kind:
        case "reference":
            return _reference(rule, table, profile)
        case "volume":
            return _volume(rule, table)
        case "latency" | "frequency":
            return service_level_sql(rule, table, as_of)
        case _:
            query = rule.parameters["query"]
            return CheckSql(
                counts=f"select count(*), count(*) filter (where is_violated) from ({query}) as checked",
                failures=f"select row_key, source_file, source_line from ({query}) as checked where is_violated",
            )


def _landed(table: SourceTable, entity: str) -> str:
    return (
        f"(select * from landed.{identifier(entity)} where _source_system = {literal(table.system)} "
        f"and _source_table in ({literal(table.table)}, {literal(table.qualified)}))"
    )


def _reference(rule: SetRule, table: SourceTable, profile: Profile) -> CheckSql:
    column, to = rule.parameters["column"], rule.parameters["to"]
    key = f"schema.quality[{rule.rule_id}].implementation"
    targets = {item.qualified: item for item in profile.tables}
    target = targets.get(rule.parameters["table"])
    if target is None:
        raise wrong(table.contract_path, f"{key}.table", "方案中没有这张表")
    sources = list(_made_from(table, column, target))
    referred = list(_made_from(target, to, None))
    for entity, name, way in sources:
        for other_entity, other_name, other_way in referred:
            if way != other_way:
                continue
            given = f"{identifier(name)} is not null"
            values = (
                f"select {identifier(other_name)} from {_landed(target, other_entity)} as referred "
                f"where {identifier(other_name)} is not null"
            )
            rows = f"{_landed(table, entity)} as referring"
            absent = f"{given} and {identifier(name)} not in ({values})"
            return CheckSql(
                counts=(
                    f"select count(*) filter (where {given}), count(*) filter (where {absent}) from {rows}"
                ),
                failures=(
                    f"select _source_key, _source_file, _source_line from {rows} where {absent} order by 1, 2, 3"
                ),
            )
    raise wrong(
        table.contract_path, key, "两列没有以可比较的方式映射到实体", "在映射中加上这两列，或删除规则"
    )


def _made_from(table: SourceTable, column: str, target: SourceTable | None) -> Iterator[tuple[str, str, str]]:
    """Return (entity, entity column, way) of entity columns made from one source column alone.

    ``way`` tells how: two columns are comparable when it is equal. A record key counts if it is
    ``target``'s (the referring side) or the table's own (``target`` is None).
    """
    for mapping in table.mappings:
        for name, made in mapping.columns.items():
            if made.transform == "record_key":
                if target is None:
                    comparable = "table" not in made.options and table.key == (column,)
                else:
                    comparable = made.options.get("table") == target.qualified and made.from_ == (column,)
                if comparable:
                    yield mapping.entity, name, "record_key"
            elif made.from_ == (column,):
                yield mapping.entity, name, f"{made.transform} {sorted(made.options.items())}"


def _volume(rule: SetRule, table: SourceTable) -> CheckSql:
    rows = " + ".join(
        f"(select count(*) from {_landed(table, mapping.entity)} as landed_rows)"
        for mapping in table.mappings
    )
    wrong_size = f"landed_count < {rule.parameters['minimum']}"
    if "maximum" in rule.parameters:
        wrong_size += f" or landed_count > {rule.parameters['maximum']}"
    size = f"(select {rows} as landed_count) as volume"
    return CheckSql(
        counts=f"select 1, case when {wrong_size} then 1 else 0 end from {size}",
        failures=(
            "select cast(null as varchar), cast(null as varchar), cast(null as bigint) "
            f"from {size} where {wrong_size}"
        ),
    )
