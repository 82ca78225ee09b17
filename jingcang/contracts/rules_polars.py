"""Row rules as Polars expressions: the split of a batch into accepted and quarantined rows.

Belongs here: preparation of text columns, and one predicate per kind of rule.
Does not belong here: the same predicates as SQL (``rules_sql``) or as GE expectations (``suites``);
what happens to a violating row (``jingcang.landing``).

A frame is text, with the contract's column names, prepared by :func:`prepare`. Where a column is typed
(Parquet sources), give its type in ``dtypes``: an agreeing type cannot break its type clause and is
compared without a detour over text; any other type is cast to text first.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from jingcang.contracts import formats
from jingcang.contracts.checksums import POLARS_CHECKSUMS
from jingcang.contracts.model import Column, RowRule, SourceTable
from jingcang.contracts.mojibake import MOJIBAKE

Types = Mapping[str, pl.DataType]

_ROW, _REPEATED = "_row", "_repeated"
_VALUE = "_value."
"""Prefix of a column that holds the parsed value of a text column; see :func:`values_read`."""

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
"""Full-width forms U+FF01–U+FF5E and the ideographic space → ASCII. Source: Unicode block FF00."""

TRAILING = " \t\r\n\u00a0\u3000"
"""Characters trimmed from the end of every text value (NBSP and the ideographic space included)."""


def prepare(table: SourceTable, dtypes: Types | None = None) -> list[pl.Expr]:
    """Return one expression a column that makes raw values comparable.

    Width is normalised where the contract says so, trailing blanks are trimmed, and an empty text
    becomes null. Typed columns pass unchanged.
    """
    return [_prepared(column) for column in table.columns if not _typed(column.name, dtypes or {})]


def _prepared(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.normalise_width:
        text = text.str.replace_many(FULL_WIDTH)
    text = text.str.strip_chars_end(TRAILING)
    return pl.when(text != "").then(text).alias(column.name)


def violations(table: SourceTable, dtypes: Types | None = None) -> dict[str, pl.Expr]:
    """Return rule id → predicate (true where violated, never null), in evaluation order."""
    return {rule.rule_id: rule.violated(table, dtypes) for rule in table.rules}


def values_read(table: SourceTable, dtypes: Types) -> list[pl.Expr]:
    """Return the parsed values of the text columns that rules read as values, one column ``_value.<name>`` each.

    Rules evaluated over a frame that has these columns, with their types among ``dtypes``, take them from there:
    each text is parsed once, however many rules compare it.

    Args:
        table: the contract.
        dtypes: types of the frame that the rules will see.
    """
    names = {
        name for rule in table.rules if not rule.by_reader and rule.kind in _READ_VALUES for name in rule.columns
        if table.column(name).logical_type != "string" and not _typed(name, dtypes)
    }  # fmt: skip
    return [value_of(table, name, dtypes).alias(_VALUE + name) for name in sorted(names)]


def violated(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    """Return the predicate of one rule; see :meth:`RowRule.violated`."""
    if rule.by_reader:
        return pl.lit(False)
    predicate = _PREDICATES[rule.kind](rule, table, dtypes).fill_null(False)
    for earlier in table.rules:
        if earlier is rule:
            break
        if earlier.stops and not earlier.by_reader:
            predicate = predicate & ~_PREDICATES[earlier.kind](earlier, table, dtypes).fill_null(False)
    return predicate


def _typed(name: str, dtypes: Types) -> bool:
    return name in dtypes and dtypes[name] != pl.String


def _agrees(column: Column, dtypes: Types) -> bool:
    """Whether the frame's type makes the column's type clause true by construction."""
    dtype = dtypes.get(column.name)
    if dtype is None or dtype == pl.String:
        return False
    return {
        "integer": dtype.is_integer(),
        "number": dtype.is_numeric(),
        "date": dtype.is_temporal(),
        "timestamp": isinstance(dtype, pl.Datetime),
        "boolean": dtype == pl.Boolean,
    }.get(column.logical_type, False)


def text_of(table: SourceTable, name: str, dtypes: Types) -> pl.Expr:
    """Return a column as text."""
    return pl.col(name).cast(pl.String) if _typed(name, dtypes) else pl.col(name)


def value_of(table: SourceTable, name: str, dtypes: Types | None = None) -> pl.Expr:
    """Return a column by its contract type, null where it does not parse.

    Returns:
        Int64, Float64, naive local Datetime(us), Boolean or String.
    """
    dtypes = dtypes or {}
    column = table.column(name)
    if _VALUE + name in dtypes:
        return pl.col(_VALUE + name)
    if _agrees(column, dtypes):
        value = pl.col(name)
        dtype = dtypes[name]
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            value = value.dt.convert_time_zone(table.timezone).dt.replace_time_zone(None)
        return value.cast(pl.Datetime("us")) if column.logical_type in ("date", "timestamp") else value
    text = text_of(table, name, dtypes)
    match column.logical_type:
        case "integer":
            matched = pl.when(text.str.contains(formats.full(formats.INTEGER))).then(text)
            return matched.str.strip_prefix("+").cast(pl.Int64, strict=False)
        case "number":
            matched = pl.when(text.str.contains(formats.full(formats.NUMBER))).then(text)
            return matched.str.strip_prefix("+").cast(pl.Float64, strict=False)
        case "date" | "timestamp":
            return formats.parsed_datetime(text, column.formats, table.timezone)
        case "boolean":
            lower = text.str.to_lowercase()
            return (
                pl.when(lower.is_in(formats.BOOLEAN_TRUE)).then(True)
                .when(lower.is_in(formats.BOOLEAN_FALSE)).then(False)
            )  # fmt: skip
        case _:
            return text


def _required(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    return pl.col(rule.columns[0]).is_null()


def _type(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    name = rule.columns[0]
    if _agrees(table.column(name), dtypes):
        return pl.lit(False)
    return pl.col(name).is_not_null() & value_of(table, name, dtypes).is_null()


def _pattern(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    text = text_of(table, rule.columns[0], dtypes)
    return ~text.str.contains(formats.full(rule.parameters["pattern"]))


def _length(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    length = text_of(table, rule.columns[0], dtypes).str.len_chars()
    bound = rule.parameters["value"]
    return length < bound if rule.kind == "min_length" else length > bound


def _bound(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    value, bound = value_of(table, rule.columns[0], dtypes), rule.parameters["value"]
    if isinstance(bound, dt.date) and not isinstance(bound, dt.datetime):
        value = value.dt.date()
    return value < pl.lit(bound) if rule.kind == "minimum" else value > pl.lit(bound)


def _enum(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    return ~text_of(table, rule.columns[0], dtypes).is_in(list(rule.parameters["values"]))


def _key(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    """Same key (and same source version) with different content; rows without a whole key are no rows."""
    parts = [*table.key, *([table.watermark] if table.watermark else [])]
    whole = pl.all_horizontal([pl.col(part).is_not_null() for part in table.key])
    others = [pl.col(column.name) for column in table.columns if column.name not in parts]
    if not others:
        return pl.lit(False)
    repeated = whole & (pl.len().over(list(table.key)) > 1)

    def different(rows: pl.Series) -> pl.Series:
        # Only rows that share their key are compared: whole rows are dear, and keys seldom repeat.
        if not rows.struct.field(_REPEATED).any():
            return pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True)
        shared = rows.struct.unnest().with_row_index(_ROW).filter(_REPEATED)
        found = shared.filter(pl.struct(others).n_unique().over(parts) > 1)[_ROW]
        return pl.int_range(len(rows), dtype=pl.UInt32, eager=True).is_in(found.implode())

    columns = [pl.col(column.name) for column in table.columns]
    return pl.struct(*columns, repeated.alias(_REPEATED)).map_batches(different, return_dtype=pl.Boolean)


def _all_empty(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    return pl.all_horizontal([pl.col(name).is_null() for name in rule.columns])


def _compare(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    left = value_of(table, rule.parameters["left"], dtypes)
    right = (
        value_of(table, rule.parameters["right"], dtypes)
        if "right" in rule.parameters
        else pl.lit(rule.parameters["value"])
    )
    return ~COMPARISONS[rule.parameters["op"]](left, right)


def _requires(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    condition = pl.col(rule.parameters["if"]).is_not_null()
    if "in" in rule.parameters:
        condition = text_of(table, rule.parameters["if"], dtypes).is_in(list(rule.parameters["in"]))
    return condition.fill_null(False) & pl.col(rule.parameters["then"]).is_null()


def _checksum(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    text = text_of(table, rule.columns[0], dtypes)
    return ~POLARS_CHECKSUMS[rule.parameters["algorithm"]](text)


def _inside(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    x = value_of(table, rule.parameters["x"], dtypes)
    y = value_of(table, rule.parameters["y"], dtypes)
    west, south, east, north = rule.parameters["bbox"]
    outside = (x < west) | (x > east) | (y < south) | (y > north)
    missing = [(x == mx) & (y == my) for mx, my in rule.parameters["missing"]]
    given = x.is_not_null() & y.is_not_null()
    return given & outside & ~pl.any_horizontal(missing) if missing else given & outside


def _plausible_text(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    return text_of(table, rule.columns[0], dtypes).str.contains(MOJIBAKE)


def _expression(rule: RowRule, table: SourceTable, dtypes: Types) -> pl.Expr:
    presence = rule.parameters["presence_only"]
    columns = [
        (pl.col(name) if name in presence else text_of(table, name, dtypes)).alias(name)
        for name in rule.columns
    ]
    evaluate = functools.partial(_run_expression, rule.parameters["sql"])
    return pl.struct(columns).map_batches(evaluate, return_dtype=pl.Boolean)


def _run_expression(sql: str, rows: pl.Series) -> pl.Series:
    import duckdb

    frame = rows.struct.unnest().to_arrow(compat_level=pl.CompatLevel.newest())
    with duckdb.connect() as connection:
        # A selection from one table keeps its order.
        connection.register("rows", frame)
        query = f"select coalesce(({sql}), false) as violated from rows"
        return connection.sql(query).pl()["violated"].cast(pl.Boolean)


_PREDICATES: dict[str, Callable[[RowRule, SourceTable, Types], pl.Expr]] = {
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

_READ_VALUES = frozenset({"type", "format", "minimum", "maximum", "compare", "inside"})
"""Kinds of rules that read parsed values."""

KINDS = frozenset(_PREDICATES)
"""Kinds of rules that have a predicate here."""
