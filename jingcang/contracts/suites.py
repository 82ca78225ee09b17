r"""Row rules as Great Expectations expectations: the declarations of the independent witness.

Belongs here: which expectation witnesses which rule, as plain dictionaries; GE is not imported.
Does not belong here: running them (``witness``) and the adapter columns they read (``witness_columns``).

Every expectation counts violating rows by itself where GE has one for the clause. Where it has none
(checksums, conditions between columns, keys with different content), it reads an adapter column that the
witness computes with pandas and Python, apart from the compiled split:

* ``<column>@value``: the column parsed by its contract type;
* ``<rule id>@holds``: whether the rule holds, absent where it does not apply.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from jingcang.contracts import formats
from jingcang.contracts.model import RowRule, SourceTable

Config = dict[str, Any]

KINDS = frozenset({
    "required", "type", "format", "pattern", "min_length", "max_length", "minimum", "maximum", "enum", "key",
    "all_empty", "compare", "requires", "checksum", "inside", "plausible_text", "expression",
})  # fmt: skip
"""Kinds of rules that have an expectation, GE's own or one over an adapter column."""


def value_column(name: str) -> str:
    """Return the name of the adapter column with parsed values."""
    return f"{name}@value"


def holds_column(rule: RowRule) -> str:
    """Return the name of the adapter column with a rule's verdict."""
    return f"{rule.rule_id}@holds"


def witnessed(table: SourceTable) -> tuple[RowRule, ...]:
    """Return the rules that have an expectation: all but those the file reader finds."""
    return tuple(rule for rule in table.rules if not rule.by_reader)


def suite_for(table: SourceTable) -> list[Config]:
    """Return one expectation configuration a rule, in evaluation order.

    Returns:
        Dictionaries with ``type`` (GE's snake-case name), ``kwargs`` and ``meta`` (``rule_id``,
        ``check_id``).
    """
    return [expectation(rule, table) for rule in witnessed(table)]


def expectation(rule: RowRule, table: SourceTable, typed: Collection[str] = ()) -> Config:
    """Return the expectation of one rule.

    Args:
        rule, table: the rule and its table.
        typed: columns that are no text: their type clause is witnessed by whether they hold a value.
    """
    if rule.kind in ("type", "format") and rule.columns[0] in typed:
        kind, kwargs = _held(rule)
    else:
        kind, kwargs = _expectation(rule, table)
    return {
        "type": kind,
        "kwargs": kwargs,
        "meta": {"rule_id": rule.rule_id, "check_id": rule.check_id},
    }


def _expectation(rule: RowRule, table: SourceTable) -> tuple[str, dict[str, Any]]:
    name = rule.columns[0]
    match rule.kind:
        case "required":
            return "expect_column_values_to_not_be_null", {"column": name}
        case "pattern":
            return _regex(name, rule.parameters["pattern"])
        case "type" if table.column(name).logical_type in ("integer", "number"):
            integer = table.column(name).logical_type == "integer"
            return _regex(name, formats.INTEGER if integer else formats.NUMBER)
        case "min_length":
            bounds = {"min_value": rule.parameters["value"]}
            return "expect_column_value_lengths_to_be_between", {"column": name, **bounds}
        case "max_length":
            bounds = {"max_value": rule.parameters["value"]}
            return "expect_column_value_lengths_to_be_between", {"column": name, **bounds}
        case "enum":
            values = list(rule.parameters["values"])
            return "expect_column_values_to_be_in_set", {"column": name, "value_set": values}
        case "minimum":
            return _between(name, rule.parameters["value"], None)
        case "maximum":
            return _between(name, None, rule.parameters["value"])
        case "compare" if "right" in rule.parameters and rule.parameters["op"] != "!=":
            return _pair(rule)
        case _:
            return _held(rule)


def _held(rule: RowRule) -> tuple[str, dict[str, Any]]:
    return "expect_column_values_to_be_in_set", {"column": holds_column(rule), "value_set": [1]}


def _regex(name: str, pattern: str) -> tuple[str, dict[str, Any]]:
    # `$` would allow a trailing newline in Python; prepared text has none, and with it pandas can use Arrow.
    return "expect_column_values_to_match_regex", {"column": name, "regex": rf"^(?:{pattern})$"}


def _between(name: str, low: Any, high: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(high, dt.date) and not isinstance(high, dt.datetime):
        # A date-only bound covers its whole day.
        high = dt.datetime.combine(high, dt.time.max)
    elif isinstance(low, dt.date) and not isinstance(low, dt.datetime):
        low = dt.datetime.combine(low, dt.time.min)
    kwargs = {"column": value_column(name), "min_value": low, "max_value": high}
    return "expect_column_values_to_be_between", kwargs


def _pair(rule: RowRule) -> tuple[str, dict[str, Any]]:
    left, right = value_column(rule.parameters["left"]), value_column(rule.parameters["right"])
    operator = rule.parameters["op"]
    missing = {"ignore_row_if": "either_value_is_missing"}
    if operator == "==":
        return "expect_column_pair_values_to_be_equal", {"column_A": left, "column_B": right, **missing}
    bigger, smaller = (left, right) if operator in (">", ">=") else (right, left)
    return (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": bigger, "column_B": smaller, "or_equal": operator.endswith("="), **missing},
    )
