"""Row rules as DuckDB SQL: the same predicates as ``rules_polars``, written apart.

Belongs here: one Boolean expression per kind of rule, over prepared text columns.
Does not belong here: checks on marts (``quality_rules``) and set rules (``set_rules``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from jingcang.contracts import formats
from jingcang.contracts.checksums import checksum_sql
from jingcang.contracts.formats import identifier, literal
from jingcang.contracts.model import RowRule, SourceTable
from jingcang.contracts.mojibake import MOJIBAKE


def violated(rule: RowRule, table: SourceTable) -> str:
    """Return the predicate of one rule; see :meth:`RowRule.sql`."""
    if rule.by_reader:
        return "false"
    predicate = f"coalesce({_PREDICATES[rule.kind](rule, table)}, false)"
    for earlier in table.rules:
        if earlier is rule:
            break
        if earlier.stops and not earlier.by_reader:
            predicate += f" and not coalesce({_PREDICATES[earlier.kind](earlier, table)}, false)"
    return f"({predicate})"


def value_sql(table: SourceTable, name: str) -> str:
    """Return a column by its contract type, null where it does not parse."""
    column, text = table.column(name), identifier(name)
    match column.logical_type:
        case "integer":
            return (
                f"case when {formats.matches_sql(text, formats.INTEGER)} then try_cast({text} as bigint) end"
            )
        case "number":
            return (
                f"case when {formats.matches_sql(text, formats.NUMBER)} then try_cast({text} as double) end"
            )
        case "date" | "timestamp":
            return formats.parsed_datetime_sql(text, column.formats, table.timezone)
        case "boolean":
            yes = ", ".join(literal(word) for word in formats.BOOLEAN_TRUE)
            no = ", ".join(literal(word) for word in formats.BOOLEAN_FALSE)
            return f"case when lower({text}) in ({yes}) then true when lower({text}) in ({no}) then false end"
        case _:
            return text


def _value_literal(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"timestamp {literal(value.isoformat(sep=' '))}"
    if isinstance(value, dt.date):
        return f"date {literal(value.isoformat())}"
    return literal(value)


def _required(rule: RowRule, table: SourceTable) -> str:
    return f"{identifier(rule.columns[0])} is null"


def _type(rule: RowRule, table: SourceTable) -> str:
    name = rule.columns[0]
    return f"({identifier(name)} is not null and {value_sql(table, name)} is null)"


def _pattern(rule: RowRule, table: SourceTable) -> str:
    return f"not {formats.matches_sql(identifier(rule.columns[0]), rule.parameters['pattern'])}"


def _length(rule: RowRule, table: SourceTable) -> str:
    sign = "<" if rule.kind == "min_length" else ">"
    return f"length({identifier(rule.columns[0])}) {sign} {rule.parameters['value']}"


def _bound(rule: RowRule, table: SourceTable) -> str:
    value, bound = value_sql(table, rule.columns[0]), rule.parameters["value"]
    if isinstance(bound, dt.date) and not isinstance(bound, dt.datetime):
        value = f"cast({value} as date)"
    return f"{value} {'<' if rule.kind == 'minimum' else '>'} {_value_literal(bound)}"


def _enum(rule: RowRule, table: SourceTable) -> str:
    return f"{identifier(rule.columns[0])} not in ({', '.join(map(literal, rule.parameters['values']))})"


def _key(rule: RowRule, table: SourceTable) -> str:
    parts = [*table.key, *([table.watermark] if table.watermark else [])]
    others = [identifier(column.name) for column in table.columns if column.name not in parts]
    if not others:
        return "false"
    whole = " and ".join(f"{identifier(name)} is not null" for name in table.key)
    window = f"over (partition by {', '.join(map(identifier, parts))})"
    return f"({whole} and count(distinct row({', '.join(others)})) {window} > 1)"


def _all_empty(rule: RowRule, table: SourceTable) -> str:
    return "(" + " and ".join(f"{identifier(name)} is null" for name in rule.columns) + ")"


def _compare(rule: RowRule, table: SourceTable) -> str:
    parameters = rule.parameters
    right = (
        value_sql(table, parameters["right"])
        if "right" in parameters
        else _value_literal(parameters["value"])
    )
    sign = {"==": "=", "!=": "<>"}.get(parameters["op"], parameters["op"])
    return f"not ({value_sql(table, parameters['left'])} {sign} {right})"


def _requires(rule: RowRule, table: SourceTable) -> str:
    given = identifier(rule.parameters["if"])
    condition = f"{given} is not null"
    if "in" in rule.parameters:
        condition = f"{given} in ({', '.join(map(literal, rule.parameters['in']))})"
    return f"({condition} and {identifier(rule.parameters['then'])} is null)"


def _checksum(rule: RowRule, table: SourceTable) -> str:
    return f"not ({checksum_sql(rule.parameters['algorithm'], identifier(rule.columns[0]))})"


def _inside(rule: RowRule, table: SourceTable) -> str:
    x, y = value_sql(table, rule.parameters["x"]), value_sql(table, rule.parameters["y"])
    west, south, east, north = map(literal, rule.parameters["bbox"])
    outside = f"({x} < {west} or {x} > {east} or {y} < {south} or {y} > {north})"
    missing = " or ".join(f"({x} = {mx} and {y} = {my})" for mx, my in rule.parameters["missing"])
    given = f"{x} is not null and {y} is not null and {outside}"
    return f"({given} and not ({missing}))" if missing else f"({given})"


def _plausible_text(rule: RowRule, table: SourceTable) -> str:
    return f"regexp_matches({identifier(rule.columns[0])}, {literal(MOJIBAKE)})"


def _expression(rule: RowRule, table: SourceTable) -> str:
    return f"({rule.parameters['sql']})"


_PREDICATES: dict[str, Callable[[RowRule, SourceTable], str]] = {
    "required": _required,
    "type": _type,
    "format": _type,
    "pattern": _pattern,
    "min_length": _length,
    "max_length": _length,
    "minimum": _bound,
    "maximum": _bound,
    "enum": _enum,
    "key": _key,
    "all_empty": _all_empty,
    "compare": _compare,
    "requires": _requires,
    "checksum": _checksum,
    "inside": _inside,
    "plausible_text": _plausible_text,
    "expression": _expression,
}

KINDS = frozenset(_PREDICATES)
"""Kinds of rules that have a predicate here."""
