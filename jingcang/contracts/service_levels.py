"""Service levels of source contracts (ODCS ``slaProperties``) as set rules.

Belongs here: which service levels are compiled, and their SQL over the landed entities.
Does not belong here: what a late source means for a page.

``latency``: the newest day of the column is at most so many days before the run's day. ``frequency``: in the year
up to the run's day no two days of data in a row lie further apart. Both name a date or timestamp column as
``<table>.<column>`` and count whole days; any other service level is an error, because nothing would test it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from open_data_contract_standard.model import OpenDataContractStandard

from jingcang.contracts.checks import CheckSql
from jingcang.contracts.declared import HOURS
from jingcang.contracts.entities import load_entities
from jingcang.contracts.files import wrong
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.model import Column, SetRule, SourceTable

SERVICE_LEVELS = ("latency", "frequency")
LOOKED_BACK = 366
"""Days before the run's day in which the frequency is judged."""


def service_levels(
    path: Path, contract: OpenDataContractStandard, qualified: str, columns: tuple[Column, ...]
) -> tuple[SetRule, ...]:
    """Return the compiled service levels of a source contract.

    Raises:
        JingcangError: a service level that nothing tests, or one whose column or days are wrong.
    """
    rules: list[SetRule] = []
    temporal = {column.name: column for column in columns if column.logical_type in ("date", "timestamp")}
    table = qualified.partition(".")[2]
    for item in contract.slaProperties or []:
        label = f"slaProperties[{item.property}]"
        if item.property not in SERVICE_LEVELS or item.property in {rule.kind for rule in rules}:
            words = "、".join(SERVICE_LEVELS)
            raise wrong(path, label, f"没有任何检查会执行这条时限承诺，只能是 {words}，各写一次")
        hours = item.value * HOURS.get(item.unit or "d", 0) if isinstance(item.value, int) else 0
        if hours <= 0 or hours % 24:
            raise wrong(path, f"{label}.value", "须为整日的正整数（unit: d，或 24 的倍数的 h）")
        named, _, column = (item.element or "").partition(".")
        if named != table or column not in temporal:
            raise wrong(path, f"{label}.element", f"应写成 {table}.日期列")
        days, title = hours // 24, temporal[column].title_zh
        words = {
            "latency": f"{title}（{column}）最新一日距数据截止日不超过 {days} 日",
            "frequency": f"{title}（{column}）相邻两个有数据的日子相隔不超过 {days} 日",
        }[item.property]
        rules.append(SetRule(
            f"sla.{item.property}", f"{qualified}.sla.{item.property}", "warn", "timeliness", words,
            item.property, {"column": column, "days": days},
        ))  # fmt: skip
    return tuple(rules)


def service_level_sql(rule: SetRule, table: SourceTable, as_of: dt.date) -> CheckSql:
    """Return the two queries of one service level.

    Raises:
        JingcangError: the column is mapped to no date or timestamp of an entity.
    """
    days = _days(rule, table, as_of)
    today, limit = f"date {literal(as_of)}", rule.parameters["days"]
    if rule.kind == "latency":
        judged = (
            f"select max(day) as day, {today} - max(day) as gap from ({days}) as days having count(*) > 0"
        )
    else:
        judged = (
            f"select day, day - lag(day) over (order by day) as gap from ({days}) as days "
            f"where day > {today} - {LOOKED_BACK}"
        )
    counts = f"select count(*), count(*) filter (where gap > {limit}) from ({judged}) as judged"
    failures = (
        f"select cast(day as varchar), cast(null as varchar), cast(null as bigint) from ({judged}) as judged "
        f"where gap > {limit} order by 1"
    )
    return CheckSql(counts, failures)


def _days(rule: SetRule, table: SourceTable, as_of: dt.date) -> str:
    """Return the query of the days that have data: the first entity column made of the named one that holds a time."""
    for mapping in table.mappings:
        entity = load_entities()[mapping.entity]
        for kind in ("date", "timestamp"):
            for name, made in mapping.columns.items():
                if made.from_ != (rule.parameters["column"],) or entity.column(name).type != kind:
                    continue
                day = identifier(name)
                if kind == "timestamp":
                    day = f"cast(timezone({literal(table.timezone)}, {day}) as date)"
                return (
                    f"select distinct {day} as day from landed.{identifier(entity.name)} "
                    f"where _source_system = {literal(table.system)} "
                    f"and _source_table in ({literal(table.table)}, {literal(table.qualified)}) "
                    f"and {day} <= date {literal(as_of)}"
                )
    label = f"slaProperties[{rule.kind}].element"
    raise wrong(table.contract_path, label, "该列没有映射到实体的日期列，时限承诺无从检查")
