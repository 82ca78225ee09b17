"""Parameters of named rules: which kinds exist, which keys each takes, which columns it reads.

Belongs here: checking the ``implementation`` of a named rule. Does not belong here: its predicate.

Row kinds: ``all_empty {columns}``, ``compare {left, op, right | value}``,
``requires {if, [equals | in], then}``, ``checksum {column, algorithm}``, ``inside {x, y, bbox, [missing]}``,
``plausible_text {column}``, ``expression {sql}``. On a column's own ``quality`` the key ``column`` may be
left out.
Set kinds: ``reference {column, table, to}``, ``volume {minimum, [maximum]}``, ``sql {query}``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from jingcang.contracts.checksums import PYTHON_CHECKSUMS
from jingcang.contracts.model import Column

SET_KINDS = ("reference", "volume", "sql")
OPERATORS = ("<", "<=", ">", ">=", "==", "!=")

_KEYS: dict[str, set[str]] = {
    "all_empty": {"columns"},
    "compare": {"left", "op"},
    "requires": {"if", "then"},
    "checksum": {"column", "algorithm"},
    "inside": {"x", "y", "bbox"},
    "plausible_text": {"column"},
    "expression": {"sql"},
    "reference": {"column", "table", "to"},
    "volume": {"minimum"},
    "sql": {"query"},
}
_OPTIONAL = {
    "compare": {"right", "value"},
    "requires": {"equals", "in"},
    "inside": {"missing"},
    "volume": {"maximum"},
}


class RuleError(ValueError):
    """A wrong key of one rule: the key and what is wrong with it."""

    def __init__(self, key: str, what: str) -> None:
        self.key, self.what = key, what
        super().__init__(f"{key}: {what}")


def _check_keys(kind: str, parameters: Mapping[str, Any]) -> None:
    if kind not in _KEYS:
        raise RuleError("kind", f"只能是 {'、'.join(_KEYS)}")
    for key in _KEYS[kind]:
        if key not in parameters:
            raise RuleError(key, "缺少必填的键")
    for key in parameters:
        if key not in _KEYS[kind] and key not in _OPTIONAL.get(kind, set()):
            raise RuleError(key, "不认识的键")


def _known(key: str, name: Any, columns: Mapping[str, Column]) -> str:
    if name not in columns:
        raise RuleError(key, f"合同中没有列 {name}")
    return str(name)


def row_rule_parameters(
    kind: str, parameters: dict[str, Any], columns: Mapping[str, Column], own_column: str | None
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return (columns read, checked parameters) of a row rule.

    Raises:
        RuleError: naming the wrong key.
    """
    if own_column is not None and kind in ("checksum", "plausible_text"):
        parameters.setdefault("column", own_column)
    _check_keys(kind, parameters)
    match kind:
        case "all_empty":
            names = tuple(_known("columns", name, columns) for name in parameters["columns"])
            if not names:
                raise RuleError("columns", "至少写一列")
            return names, {}
        case "compare":
            return _compare(parameters, columns)
        case "requires":
            return _requires(parameters, columns)
        case "checksum":
            if parameters["algorithm"] not in PYTHON_CHECKSUMS:
                raise RuleError("algorithm", f"只能是 {'、'.join(PYTHON_CHECKSUMS)}")
            return (_known("column", parameters["column"], columns),), {"algorithm": parameters["algorithm"]}
        case "inside":
            return _inside(parameters, columns)
        case "plausible_text":
            return (_known("column", parameters["column"], columns),), {}
        case "expression":
            names, presence = _expression_columns(parameters["sql"], columns)
            return names, {"sql": parameters["sql"], "presence_only": presence}
        case _:
            raise RuleError("kind", "这种规则不针对单行")


def _compare(
    parameters: dict[str, Any], columns: Mapping[str, Column]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    left = _known("left", parameters["left"], columns)
    if parameters["op"] not in OPERATORS:
        raise RuleError("op", f"只能是 {'、'.join(OPERATORS)}")
    if ("right" in parameters) == ("value" in parameters):
        raise RuleError("right", "right 与 value 须恰好写一个")
    kind = columns[left].logical_type
    if "right" in parameters:
        right = _known("right", parameters["right"], columns)
        families = [_family(columns[name].logical_type) for name in (left, right)]
        if families[0] != families[1]:
            raise RuleError("right", "两列的类型不能比较")
        return (left, right), {"left": left, "op": parameters["op"], "right": right}
    value = parameters["value"]
    if kind in ("date", "timestamp"):
        try:
            value = value if isinstance(value, dt.date) else dt.datetime.fromisoformat(str(value))
        except ValueError as error:
            raise RuleError("value", "须为 ISO 日期") from error
        if not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time())
    elif kind == "string":
        value = str(value)
    elif isinstance(value, str):
        raise RuleError("value", "须为数字")
    return (left,), {"left": left, "op": parameters["op"], "value": value}


def _family(logical_type: str) -> str:
    return {"integer": "number", "date": "timestamp"}.get(logical_type, logical_type)


def _requires(
    parameters: dict[str, Any], columns: Mapping[str, Column]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    given, then = _known("if", parameters["if"], columns), _known("then", parameters["then"], columns)
    if "equals" in parameters and "in" in parameters:
        raise RuleError("in", "equals 与 in 只能写一个")
    checked: dict[str, Any] = {"if": given, "then": then}
    if "equals" in parameters:
        checked["in"] = (str(parameters["equals"]),)
    elif "in" in parameters:
        checked["in"] = tuple(str(value) for value in parameters["in"])
    return (given, then), checked


def _inside(
    parameters: dict[str, Any], columns: Mapping[str, Column]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    x, y = _known("x", parameters["x"], columns), _known("y", parameters["y"], columns)
    for key in ("x", "y"):
        if _family(columns[parameters[key]].logical_type) != "number":
            raise RuleError(key, "须为 integer 或 number 类型的列")
    bbox = parameters["bbox"]
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(isinstance(v, int | float) for v in bbox):
        raise RuleError("bbox", "须为 [西, 南, 东, 北] 四个数")
    missing = parameters.get("missing", [])
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in missing):
        raise RuleError("missing", "须为坐标对的列表")
    return (x, y), {"x": x, "y": y, "bbox": tuple(bbox), "missing": tuple(map(tuple, missing))}


def _expression_columns(sql: str, columns: Mapping[str, Column]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the columns an expression reads, and those it only asks whether they are absent."""
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise RuleError("sql", "不是合法的 DuckDB 表达式") from error
    found = list(tree.find_all(exp.Column))
    names = dict.fromkeys(_known("sql", column.name, columns) for column in found)
    if not names:
        raise RuleError("sql", "没有用到任何列")
    valued = {
        column.name
        for column in found
        if not (isinstance(column.parent, exp.Is) and isinstance(column.parent.expression, exp.Null))
    }
    return tuple(names), frozenset(set(names) - valued)


def set_rule_parameters(
    kind: str, parameters: dict[str, Any], columns: Mapping[str, Column]
) -> dict[str, Any]:
    """Return the checked parameters of a set rule; raises RuleError naming the wrong key."""
    _check_keys(kind, parameters)
    if kind == "reference":
        _known("column", parameters["column"], columns)
        if str(parameters["table"]).count(".") != 1:
            raise RuleError("table", "应写成 系统.表")
    if kind == "volume":
        for key, value in parameters.items():
            if not isinstance(value, int) or value < 0:
                raise RuleError(key, "须为非负整数")
    return parameters
