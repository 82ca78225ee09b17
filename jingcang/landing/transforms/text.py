"""Transforms of text.

Belongs here: string to string. Does not belong here: dates, numbers, places, persons.
Patterns are Rust regular expressions (no look-around).
"""

from __future__ import annotations

import polars as pl

from jingcang.landing.transforms.registry import Context, register


def _absent(expression: pl.Expr) -> pl.Expr:
    """Trim, and make the empty string absent."""
    trimmed = expression.str.strip_chars()
    return pl.when(trimmed == "").then(None).otherwise(trimmed)


@register("text")
def text(context: Context) -> pl.Expr:
    """The source's text, trimmed on both sides."""
    return _absent(context.only())


@register("absent_if")
def absent_if(context: Context) -> pl.Expr:
    """The text, absent where it is one of ``values``: 0, -, 不详 and the like that mean "missing"."""
    value = _absent(context.only())
    return (
        pl.when(value.is_in([str(item) for item in context.required("values")])).then(None).otherwise(value)
    )


@register("zero_pad")
def zero_pad(context: Context) -> pl.Expr:
    """Left-pad with zeros to ``width``: codes that lost their leading zeros in a spreadsheet."""
    return _absent(context.only()).str.zfill(int(context.required("width")))


@register("strip_prefix")
def strip_prefix(context: Context) -> pl.Expr:
    """Remove ``prefix`` where the text begins with it."""
    return _absent(_absent(context.only()).str.strip_prefix(str(context.required("prefix"))))


@register("lookup")
def lookup(context: Context) -> pl.Expr:
    """Translate by the table ``values``; other values become ``default`` (absent if not given)."""
    values = {
        str(key): None if value is None else str(value) for key, value in context.required("values").items()
    }
    default = context.option("default")
    return _absent(context.only()).replace_strict(
        list(values), list(values.values()), default=default, return_dtype=pl.String
    )


@register("coalesce")
def coalesce(context: Context) -> pl.Expr:
    """The first column that is not empty."""
    return pl.coalesce([_absent(column) for column in context.inputs()])


@register("most_specific")
def most_specific(context: Context) -> pl.Expr:
    """The last column that is not empty: levels are listed from broad to fine."""
    return pl.coalesce([_absent(column) for column in reversed(context.inputs())])


@register("concat")
def concat(context: Context) -> pl.Expr:
    """The columns that are not empty, joined by ``sep`` (default: nothing); absent if all are empty."""
    parts = [_absent(column) for column in context.inputs()]
    joined = pl.concat_str(parts, separator=str(context.option("sep", "")), ignore_nulls=True)
    return pl.when(pl.all_horizontal([part.is_null() for part in parts])).then(None).otherwise(joined)


@register("taiwan_text")
def taiwan_text(context: Context) -> pl.Expr:
    """Write 台 as 臺, so that one place has one spelling."""
    return _absent(context.only()).str.replace_all("台", "臺", literal=True)


@register("regex")
def regex(context: Context) -> pl.Expr:
    """Group ``group`` (default 1) of the first match of ``pattern``; absent without a match."""
    return _absent(
        context.only().str.extract(str(context.required("pattern")), int(context.option("group", 1)))
    )


@register("replace")
def replace(context: Context) -> pl.Expr:
    """Replace every match of ``pattern`` by ``with``."""
    return _absent(
        context.only().str.replace_all(str(context.required("pattern")), str(context.option("with", "")))
    )


@register("split_code")
def split_code(context: Context) -> pl.Expr:
    """Part number ``index`` (0-based, negative from the end) of the text split at ``sep``."""
    parts = context.only().str.split(str(context.required("sep")))
    return _absent(parts.list.get(int(context.option("index", 0)), null_on_oob=True))


@register("from_file_name")
def from_file_name(context: Context) -> pl.Expr:
    """Group ``group`` (default 1) of ``pattern`` in the file name, e.g. the month a file is for."""
    pattern, group = str(context.required("pattern")), int(context.option("group", 1))
    return _absent(pl.col("_source_file").str.extract(pattern, group))
