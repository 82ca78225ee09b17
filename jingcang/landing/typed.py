"""Typed columns of typed files: which may keep their type on the way through landing.

Belongs here: that one decision, and the way back to text. Does not belong here: what a rule or a transform
does with a typed column (``rules_polars``, ``transforms``).

Rules and transforms speak about text as the source wrote it. Where a Parquet file holds a number or a time
as the contract means it, parsing its printed form would only give the value back; such a column keeps its
type if nothing looks at its spelling. Keys, versions and row hashes are made of text, so tables with a key
never hold typed columns.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.landing.transforms import TYPED_INPUT

_WITHOUT_SPELLING = frozenset({
    "required", "type", "format", "minimum", "maximum", "all_empty", "compare", "inside",
})  # fmt: skip
"""Kinds of rules that read values, not their spelling."""


def keep_or_print(frame: pl.DataFrame, table: SourceTable, names: dict[str, str]) -> pl.DataFrame:
    """Return a typed file's columns, typed where the contract's type and every use allow it, else as text.

    Args:
        frame: the columns as the file holds them.
        table: the contract.
        names: column of the frame → column of the contract.

    Returns:
        The same columns: Int64, Float64 (finite), naive local Datetime(us) or text.

    Raises:
        ValueError: a column is binary or nested.
    """
    values = _read_as_values(table)
    kept = {
        name: made
        for name, series in zip(frame.columns, frame, strict=True)
        if names.get(name) in values
        and (made := _by_contract(series, table.column(names[name]).logical_type, table.timezone)) is not None
    }
    others = [name for name in frame.columns if name not in kept]
    return to_text(frame, others, table.timezone).with_columns([kept[name].alias(name) for name in kept])


def _read_as_values(table: SourceTable) -> set[str]:
    """Return the columns whose spelling no rule and no mapping reads."""
    if table.key:
        return set()
    spelt = {
        name for rule in table.rules for name in rule.columns
        if rule.kind not in _WITHOUT_SPELLING and (rule.kind != "requires" or "in" in rule.parameters)
    }  # fmt: skip
    for mapping in table.mappings:
        spelt |= {mapping.where.column} if mapping.where is not None else set()
        for made in mapping.columns.values():
            accepted = () if "format" in made.options else TYPED_INPUT.get(made.transform, ())
            spelt |= {name for name in made.from_ if table.column(name).logical_type not in accepted}
    return {column.name for column in table.columns} - spelt


def _by_contract(series: pl.Series, logical_type: str, timezone: str) -> pl.Series | None:
    """Return the values in the one type of their contract type, None where that would lose anything."""
    dtype = series.dtype
    match logical_type:
        case "integer" if dtype.is_integer() and dtype not in (pl.UInt64, pl.Int128, pl.UInt128):
            return series.cast(pl.Int64)
        case "number" if dtype == pl.Float64 and series.is_finite().all():
            return series
        case "timestamp" if isinstance(dtype, pl.Datetime) and dtype.time_unit != "ns":
            local = series if dtype.time_zone is None else series.dt.convert_time_zone(timezone)
            return local.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    return None


def to_text(frame: pl.DataFrame, names: Iterable[str], timezone: str) -> pl.DataFrame:
    """Write typed columns as text the way databases print them; instants in the table's zone.

    Raises:
        ValueError: a column is binary or nested.
    """
    made = []
    for name in names:
        dtype, column = frame.schema[name], pl.col(name)
        if isinstance(dtype, pl.Datetime):
            if dtype.time_zone is not None:
                column = column.dt.convert_time_zone(timezone).dt.replace_time_zone(None)
            made.append(column.dt.strftime("%Y-%m-%d %H:%M:%S%.f").alias(name))
        elif dtype == pl.Binary or dtype.is_nested():
            raise ValueError(f"column {name} has no text form")
        elif dtype != pl.String:
            made.append(column.cast(pl.String).alias(name))
    return frame.with_columns(made)
