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
    if column.logical_type == "string":
        return series
    # Text repeats (days, speeds, devices): parse each distinct value once.
    codes, values = pd.factorize(series)
    distinct = _parsed_text(table, name, pd.Series(values))
    return pd.Series(distinct.array.take(codes, allow_fill=True), index=series.index)


def _parsed_text(table: SourceTable, name: str, series: pd.Series[Any]) -> pd.Series[Any]:
    column = table.column(name)
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
        case other:
            raise ValueError(other)


def _matching(series: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    return series.where(series.str.match(rf"^(?:{pattern})$").fillna(False).astype(bool))


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
        values = _from_digits(text, fmt)
        if values is None:
            values = pd.to_datetime(text, format=fmt, errors="coerce", utc="%z" in fmt)
        if "%z" in fmt:
            values = values.dt.tz_convert(timezone).dt.tz_localize(None)
        result.loc[open_rows] = values.astype("datetime64[us]")
    return result


_PARTS = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second"}


def _from_digits(text: pd.Series[Any], fmt: str) -> pd.Series[Any] | None:
    """Return the values of a format of digits alone (six times as fast as by strptime); None for another one."""
    directives = re.findall("%.", fmt)
    if "".join(directives) != fmt or not {"%Y", "%m", "%d"} <= set(directives) <= set(_PARTS):
        return None
    number, parts = text.astype("int64"), {}
    for directive in reversed(directives):
        size = 10_000 if directive == "%Y" else 100
        parts[_PARTS[directive]] = number % size
        number //= size
    values = pd.to_datetime(pd.DataFrame(parts), errors="coerce")
    # pandas adds up the parts of the day without looking at them.
    for part, limit in (("hour", 24), ("minute", 60), ("second", 60)):
        if part in parts:
            values = values.where(parts[part] < limit)
    return values


def _verdict(applies: Any, good: Any, rows: pd.DataFrame) -> pd.Series[Any]:
    # Floats, not objects: GE compares 500k of them in milliseconds.
    verdict = np.where(np.asarray(applies, dtype=bool), np.asarray(good, dtype=bool), np.nan)
    return pd.Series(verdict, index=rows.index)


class Chunk:
    """The rows of one chunk with their parsed columns, each parsed once.

    Args:
        table: the source table.
        rows: rows under the contract's column names.
    """

    def __init__(self, table: SourceTable, rows: pd.DataFrame) -> None:
        self._table, self._rows = table, rows
        self._parsed: dict[str, pd.Series[Any]] = {}

    def parsed(self, name: str) -> pd.Series[Any]:
        """Return a column by its contract type; missing where it does not parse."""
        if name not in self._parsed:
            self._parsed[name] = parsed(self._table, name, self._rows[name])
        return self._parsed[name]

    def holds(self, rule: RowRule) -> pd.Series[Any]:
        """Return the verdict of one rule: 1, 0, or missing where it does not apply."""
        method = getattr(self, f"_{'type' if rule.kind == 'format' else rule.kind}")
        applies, good = method(rule)
        return _verdict(applies, good, self._rows)

    def _type(self, rule: RowRule) -> tuple[Any, Any]:
        name = rule.columns[0]
        return self._rows[name].notna(), self.parsed(name).notna()

    def _all_empty(self, rule: RowRule) -> tuple[Any, Any]:
        good = self._rows[list(rule.columns)].notna().any(axis=1)
        return np.ones(len(good), dtype=bool), good

    def _compare(self, rule: RowRule) -> tuple[Any, Any]:
        left = self.parsed(rule.parameters["left"])
        both, right = left.notna(), rule.parameters.get("value")
        if "right" in rule.parameters:
            other = self.parsed(rule.parameters["right"])
            both &= other.notna()
            right = other[both].to_numpy()
        good = np.zeros(len(left), dtype=bool)
        compared = COMPARISONS[rule.parameters["op"]](left[both], right)
        good[both.to_numpy()] = np.asarray(compared, dtype=bool)
        return both, good

    def _requires(self, rule: RowRule) -> tuple[Any, Any]:
        given = self._rows[rule.parameters["if"]]
        applies = given.notna()
        if "in" in rule.parameters:
            words = {value: str(value) in rule.parameters["in"] for value in given.dropna().unique()}
            applies = given.astype(object).map(words).fillna(False)
        return applies, self._rows[rule.parameters["then"]].notna()

    def _per_value(self, name: str, good: Callable[[str], bool]) -> tuple[Any, Any]:
        """Judge each distinct text once."""
        series = self._rows[name]
        words = {value: good(str(value)) for value in series.dropna().unique()}
        return series.notna(), series.astype(object).map(words).fillna(False)

    def _checksum(self, rule: RowRule) -> tuple[Any, Any]:
        return self._per_value(rule.columns[0], PYTHON_CHECKSUMS[rule.parameters["algorithm"]])

    def _plausible_text(self, rule: RowRule) -> tuple[Any, Any]:
        found = re.compile(MOJIBAKE).search
        return self._per_value(rule.columns[0], lambda text: found(text) is None)

    def _inside(self, rule: RowRule) -> tuple[Any, Any]:
        x = self.parsed(rule.parameters["x"]).astype(float)
        y = self.parsed(rule.parameters["y"]).astype(float)
        west, south, east, north = rule.parameters["bbox"]
        good = x.between(west, east) & y.between(south, north)
        for missing_x, missing_y in rule.parameters["missing"]:
            good |= (x == missing_x) & (y == missing_y)
        return x.notna() & y.notna(), good

    def _expression(self, rule: RowRule) -> tuple[Any, Any]:
        import duckdb
        import pyarrow as pa

        columns = {}
        for name in rule.columns:
            values = pa.Array.from_pandas(self._rows[name])
            columns[name] = values if name in rule.parameters["presence_only"] else values.cast(pa.string())
        columns["_row"] = pa.array(range(len(self._rows)))
        with duckdb.connect() as connection:
            connection.register("source_rows", pa.table(columns))
            query = (
                f"select coalesce(({rule.parameters['sql']}), false) as bad from source_rows order by _row"
            )
            wrong = connection.sql(query).fetchnumpy()["bad"]
        return np.ones(len(wrong), dtype=bool), ~np.asarray(wrong, dtype=bool)


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
