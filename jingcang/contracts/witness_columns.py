"""Adapter columns of the witness: parsed values and verdicts, computed with pandas and Python.

Belongs here: a second implementation of what GE has no expectation for, apart from the compiled split.
Does not belong here: GE itself (``witness``). One exception to the independence is declared: an
``expression`` rule is DuckDB SQL by definition, so its verdict comes from DuckDB here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from jingcang.contracts import formats
from jingcang.contracts.checksums import PYTHON_CHECKSUMS
from jingcang.contracts.model import RowRule, SourceTable
from jingcang.contracts.mojibake import MOJIBAKE
from jingcang.contracts.rules_polars import COMPARISONS


def is_text(series: pd.Series[Any]) -> bool:
    """Return whether a column holds text (an all-null column counts as text)."""
    return pd.api.types.is_string_dtype(series) or pd.api.types.is_object_dtype(series)


def parsed(table: SourceTable, name: str, series: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column by its contract type; missing where it does not parse."""
    column = table.column(name)
    if not is_text(series):
        if isinstance(series.dtype, pd.DatetimeTZDtype):
            return series.dt.tz_convert(table.timezone).dt.tz_localize(None)
        return series
    match column.logical_type:
        case "integer":
            return pd.to_numeric(_matching(series, formats.INTEGER), errors="coerce")
        case "number":
            return pd.to_numeric(_matching(series, formats.NUMBER), errors="coerce")
        case "date" | "timestamp":
            return _parsed_dates(series, column.formats, table.timezone)
        case "boolean":
            words = dict.fromkeys(formats.BOOLEAN_TRUE, True) | dict.fromkeys(formats.BOOLEAN_FALSE, False)
            return series.str.lower().map(words)
        case _:
            return series


def _matching(series: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    return series.where(series.str.match(rf"^(?:{pattern})\Z").fillna(False).astype(bool))


def _parsed_dates(series: pd.Series[Any], accepted: tuple[str, ...], timezone: str) -> pd.Series[Any]:
    result: pd.Series[Any] = pd.Series(pd.NaT, index=series.index, dtype="datetime64[us]")
    for fmt in accepted:
        text = _matching(series, formats.format_regex(fmt))
        open_rows = result.isna() & text.notna()
        if not open_rows.any():
            continue
        text = text[open_rows]
        if fmt == formats.ROC_DATE:
            text = (text.str[:3].astype(int) + 1911).astype(str) + text.str[3:]
            fmt = "%Y%m%d"
        values = pd.to_datetime(text, format=fmt, errors="coerce", utc="%z" in fmt)
        if "%z" in fmt:
            values = values.dt.tz_convert(timezone).dt.tz_localize(None)
        result.loc[open_rows] = values.astype("datetime64[us]")
    return result


def holds(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    """Return the verdict of one rule: True, False, or missing where it does not apply."""
    return _VERDICTS[rule.kind](rule, table, rows)


def _verdict(applies: Any, good: Any, rows: pd.DataFrame) -> pd.Series[Any]:
    verdict = np.full(len(rows), None, dtype=object)
    mask = np.asarray(applies, dtype=bool)
    verdict[mask] = np.asarray(good, dtype=bool)[mask]
    return pd.Series(verdict, index=rows.index, dtype=object)


def _format(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    series = rows[rule.columns[0]]
    return _verdict(series.notna(), parsed(table, rule.columns[0], series).notna(), rows)


def _all_empty(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    everywhere = np.ones(len(rows), dtype=bool)
    return _verdict(everywhere, rows[list(rule.columns)].notna().any(axis=1), rows)


def _compare(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    left = parsed(table, rule.parameters["left"], rows[rule.parameters["left"]])
    compare = COMPARISONS[rule.parameters["op"]]
    if "right" in rule.parameters:
        right = parsed(table, rule.parameters["right"], rows[rule.parameters["right"]])
        both = left.notna() & right.notna()
        return _verdict(both, _compared(compare, left, right, both), rows)
    return _verdict(left.notna(), _compared(compare, left, rule.parameters["value"], left.notna()), rows)


def _compared(compare: Callable[[Any, Any], Any], left: Any, right: Any, both: Any) -> Any:
    good = np.zeros(len(left), dtype=bool)
    other = right[both].to_numpy() if isinstance(right, pd.Series) else right
    good[both.to_numpy()] = np.asarray(compare(left[both], other), dtype=bool)
    return good


def _requires(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    given = rows[rule.parameters["if"]]
    applies = given.notna()
    if "in" in rule.parameters:
        applies = given.astype(object).map(lambda v: v if v is None else str(v)).isin(rule.parameters["in"])
    return _verdict(applies, rows[rule.parameters["then"]].notna(), rows)


def _per_value(rows: pd.DataFrame, name: str, good: Callable[[str], bool]) -> pd.Series[Any]:
    """Judge each distinct text once."""
    series = rows[name]
    table = {value: good(str(value)) for value in series.dropna().unique()}
    return _verdict(series.notna(), series.astype(object).map(table).fillna(False), rows)


def _checksum(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    return _per_value(rows, rule.columns[0], PYTHON_CHECKSUMS[rule.parameters["algorithm"]])


def _plausible_text(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    found = re.compile(MOJIBAKE).search
    return _per_value(rows, rule.columns[0], lambda text: found(text) is None)


def _inside(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    x = parsed(table, rule.parameters["x"], rows[rule.parameters["x"]]).astype(float)
    y = parsed(table, rule.parameters["y"], rows[rule.parameters["y"]]).astype(float)
    west, south, east, north = rule.parameters["bbox"]
    good = x.between(west, east) & y.between(south, north)
    for missing_x, missing_y in rule.parameters["missing"]:
        good |= (x == missing_x) & (y == missing_y)
    return _verdict(x.notna() & y.notna(), good, rows)


def _expression(rule: RowRule, table: SourceTable, rows: pd.DataFrame) -> pd.Series[Any]:
    import duckdb
    import pyarrow as pa

    presence = rule.parameters["presence_only"]
    columns = {}
    for name in rule.columns:
        values = pa.Array.from_pandas(rows[name])
        columns[name] = values if name in presence else values.cast(pa.string())
    columns["_row"] = pa.array(range(len(rows)))
    with duckdb.connect() as connection:
        connection.register("source_rows", pa.table(columns))
        query = f"select coalesce(({rule.parameters['sql']}), false) from source_rows order by _row"
        wrong = connection.sql(query).fetchnumpy()
    return _verdict(np.ones(len(rows), dtype=bool), ~np.asarray(next(iter(wrong.values())), dtype=bool), rows)


def key_holds(rule: RowRule, table: SourceTable, keys: pd.DataFrame, frame: pl.DataFrame) -> pd.Series[Any]:
    """Return the verdict of the key rule over the whole batch.

    Args:
        keys: key columns and the watermark if any; the index is the row's position in ``frame``.
        frame: the batch; its other columns are read for repeated keys only.
    """
    parts = list(keys.columns)
    others = [column.name for column in table.columns if column.name not in parts]
    whole = keys[list(table.key)].notna().all(axis=1)
    good = pd.Series(True, index=keys.index)
    repeated = keys[whole & keys.duplicated(parts, keep=False)]
    if len(repeated) and others:
        content = frame.select(others)[repeated.index.to_list()].to_pandas().astype(object)
        hashed = pd.util.hash_pandas_object(content.where(content.notna(), None), index=False)
        groups = repeated.assign(**{"@content": hashed.to_numpy()}).groupby(parts, dropna=False)
        good.loc[repeated.index] = groups["@content"].transform("nunique") == 1
    return _verdict(whole, good, keys)


_VERDICTS: dict[str, Callable[[RowRule, SourceTable, pd.DataFrame], pd.Series[Any]]] = {
    "format": _format,
    "type": _format,
    "all_empty": _all_empty,
    "compare": _compare,
    "requires": _requires,
    "checksum": _checksum,
    "plausible_text": _plausible_text,
    "inside": _inside,
    "expression": _expression,
}
