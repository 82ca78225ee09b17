"""Transforms of numbers and truth values: exact, never through floating point.

Belongs here: integer, decimal, boolean, money. Does not belong here: coordinates (``places``).
"""

from __future__ import annotations

import polars as pl

from jingcang.landing.transforms.registry import Context, register

_EXACT = pl.Decimal(38, 8)
_TRUE = ("1", "true", "TRUE", "True", "t", "T", "y", "Y", "yes", "YES", "是", "有")
_FALSE = ("0", "false", "FALSE", "False", "f", "F", "n", "N", "no", "NO", "否", "无")


def _plain(column: pl.Expr) -> pl.Expr:
    """Strip blanks, thousands commas and a plus sign; keep only what reads as a plain number."""
    cleaned = (
        column.str.normalize("NFKC")
        .str.replace_all(",", "", literal=True)
        .str.strip_chars()
        .str.strip_prefix("+")
    )
    return pl.when(cleaned.str.contains(r"^-?(\d+(\.\d*)?|\.\d+)$")).then(cleaned).otherwise(None)


@register("integer")
def integer(context: Context) -> pl.Expr:
    """A whole number; ``12.0`` is 12, ``12.5`` is absent (the contract's type rule catches it)."""
    if context.is_typed(context.from_[0]):
        return context.only()
    number = _plain(context.only())
    whole = number.str.replace(r"\.0*$", "")
    return whole.cast(pl.Int64, strict=False)


@register("decimal")
def decimal(context: Context) -> pl.Expr:
    """An exact decimal number, scaled to the entity column's type."""
    return _plain(context.only()).cast(_EXACT, strict=False)


@register("boolean")
def boolean(context: Context) -> pl.Expr:
    """True for the values listed under ``true``; false for other values, or only for those under ``false``.

    Without ``true`` the usual spellings (1, true, Y, 是 …) are meant, and values in neither usual list
    are absent. YAML reads the option names ``true`` and ``false`` as truth values: both spellings work.
    """
    given_true = context.option("true", context.option(True))
    given_false = context.option("false", context.option(False))
    value = context.only().str.strip_chars()
    is_true = value.is_in([str(item) for item in (given_true if given_true is not None else _TRUE)])
    if given_true is not None and given_false is None:
        return is_true
    is_false = value.is_in([str(item) for item in (given_false if given_false is not None else _FALSE)])
    return pl.when(is_true).then(True).when(is_false).then(False).otherwise(None)


@register("amount_fen")
def amount_fen(context: Context) -> pl.Expr:
    """Money in 分 (integer). ``unit`` says what the source writes: ``yuan`` (default), ``wan``, ``fen``."""
    factor = {"fen": 1, "yuan": 100, "wan": 1_000_000}.get(str(context.option("unit", "yuan")))
    if factor is None:
        raise context.mistake("金额单位只能是 yuan、wan 或 fen")
    cleaned = context.only().str.replace_all(r"[¥￥元\s]", "")
    number = _plain(cleaned).cast(pl.Decimal(38, 8), strict=False)
    scaled = number * pl.lit(factor, dtype=pl.Int64).cast(pl.Decimal(10, 0))
    return scaled.round(0).cast(pl.Int64, strict=False)
