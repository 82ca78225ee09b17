"""Date formats, patterns and numbers with one meaning in every engine.

Belongs here: what a ``format``, a ``pattern`` or a number in a contract accepts, for Polars, DuckDB and
Python alike. Does not belong here: clauses and rules (``rules_polars``, ``rules_sql``, ``suites``).

Engines disagree about strptime: some accept ``2024111`` for ``%Y%m%d``, some accept one-digit months, and
``$`` or ``\\d`` differ between regex dialects. So a format is compiled to a strict regular expression first
(two digits where fields touch, one or two where a separator stands) and only what matches is parsed.
"""

from __future__ import annotations

import functools
import re

import polars as pl

ROC_DATE = "roc_date"
"""Format of a Republic of China date: three digits of year (1911 is year 0), two of month, two of day."""

DEFAULT_FORMATS = {
    "date": ("%Y-%m-%d",),
    "timestamp": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f"),
}
"""Formats of a column whose contract gives none: what databases print."""

INTEGER = r"[+-]?[0-9]{1,18}"
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
BOOLEAN_TRUE = ("true", "t", "1", "y", "yes", "是")
BOOLEAN_FALSE = ("false", "f", "0", "n", "no", "否")

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_FULL_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_FIXED = {
    "Y": r"[0-9]{4}",
    "f": r"[0-9]{1,6}",
    "p": r"[AaPp][Mm]",
    "b": f"(?i:{_MONTHS})",
    "B": f"(?i:{_FULL_MONTHS})",
    "z": r"(?:[+-][0-9]{2}:?[0-9]{2}|Z)",
}
_TWO_DIGITS = frozenset("mdHMSIy")


def _tokens(fmt: str) -> list[tuple[bool, str]]:
    """Return (is directive, text) of a strptime format; raises ValueError for an unknown directive."""
    tokens: list[tuple[bool, str]] = []
    position = 0
    while position < len(fmt):
        if fmt[position] != "%":
            tokens.append((False, fmt[position]))
            position += 1
            continue
        letter = fmt[position + 1 : position + 2]
        if letter == "%":
            tokens.append((False, "%"))
        elif letter in _FIXED or letter in _TWO_DIGITS:
            tokens.append((True, letter))
        else:
            raise ValueError(f"unknown directive %{letter}")
        position += 2
    return tokens


@functools.cache
def format_regex(fmt: str) -> str:
    """Return the unanchored regular expression of one format.

    Raises:
        ValueError: a directive other than %Y %y %m %d %H %I %M %S %f %p %b %B %z.
    """
    if fmt == ROC_DATE:
        return r"[0-9]{7}"
    tokens = _tokens(fmt)
    parts = []
    for index, (directive, text) in enumerate(tokens):
        if not directive:
            parts.append(re.escape(text))
        elif text in _FIXED:
            parts.append(_FIXED[text])
        else:
            neighbours = [tokens[i] for i in (index - 1, index + 1) if 0 <= i < len(tokens)]
            touches = text == "y" or any(near for near, _ in neighbours)
            parts.append(r"[0-9]{2}" if touches else r"[0-9]{1,2}")
    return "".join(parts)


def full(pattern: str) -> str:
    """Return ``pattern`` anchored to the whole value for Polars (Rust) and DuckDB (RE2)."""
    return rf"^(?:{pattern})\z"


@functools.cache
def portable_pattern(pattern: str) -> str:
    r"""Return a contract's pattern with ``\d \w \s`` spelt out as ASCII sets, so that engines agree.

    Raises:
        ValueError: the pattern is not a regular expression that every engine runs (no look-around, no
            back-reference, no ``\b``).
    """
    sets = {"d": "0-9", "w": "0-9A-Za-z_", "s": r" \t\n\r\f\v"}
    out: list[str] = []
    inside, index = False, 0
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            letter = pattern[index + 1 : index + 2]
            if letter in sets:
                out.append(sets[letter] if inside else f"[{sets[letter]}]")
            elif letter in "bBAZzDWS" or letter.isdigit():
                raise ValueError(f"\\{letter} differs between engines")
            else:
                out.append(char + letter)
            index += 2
            continue
        if char == "[":
            inside = True
        elif char == "]":
            inside = False
        out.append(char)
        index += 1
    result = "".join(out).removeprefix("^").removesuffix("$")
    try:
        re.compile(result)
        pl.Series([""]).str.contains(full(result))
    except (re.error, pl.exceptions.ComputeError) as error:
        raise ValueError(str(error)) from error
    return result


def _polars_format(fmt: str) -> str:
    return fmt.replace(".%f", "%.f")


def parsed_datetime(text: pl.Expr, formats: tuple[str, ...], timezone: str) -> pl.Expr:
    """Return text parsed by the first format that accepts it.

    Args:
        text: a text expression.
        formats: accepted formats.
        timezone: zone to which values with an explicit offset (%z) are converted.

    Returns:
        Naive local ``Datetime(us)``; null where no format accepts the value.
    """
    return pl.coalesce([_one_format(text, fmt, timezone) for fmt in formats])


def _one_format(text: pl.Expr, fmt: str, timezone: str) -> pl.Expr:
    guarded = pl.when(text.str.contains(full(format_regex(fmt)))).then(text)
    if fmt == ROC_DATE:
        year = (guarded.str.slice(0, 3).cast(pl.Int32, strict=False) + 1911).cast(pl.String)
        return (year + guarded.str.slice(3)).str.to_datetime("%Y%m%d", strict=False, time_unit="us")
    if "%z" in fmt:
        aware = guarded.str.to_datetime(_polars_format(fmt), strict=False, time_unit="us", time_zone="UTC")
        return aware.dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    return guarded.str.to_datetime(_polars_format(fmt), strict=False, time_unit="us")


def parsed_datetime_sql(text: str, formats: tuple[str, ...], timezone: str) -> str:
    """Return the DuckDB expression of :func:`parsed_datetime` (type TIMESTAMP)."""
    return f"coalesce({', '.join(_one_format_sql(text, fmt, timezone) for fmt in formats)})"


def _one_format_sql(text: str, fmt: str, timezone: str) -> str:
    if fmt == ROC_DATE:
        parsed = (
            f"try_strptime((cast(substr({text}, 1, 3) as integer) + 1911) || substr({text}, 4), '%Y%m%d')"
        )
    elif "%z" in fmt:
        parsed = f"timezone({literal(timezone)}, try_strptime({text}, {literal(fmt)}))"
    else:
        parsed = f"try_strptime({text}, {literal(fmt)})"
    return f"case when {matches_sql(text, format_regex(fmt))} then {parsed} end"


def matches_sql(text: str, pattern: str) -> str:
    """Return the DuckDB expression: the whole text matches ``pattern`` (null for null)."""
    return f"regexp_matches({text}, {literal(full(pattern))})"


def literal(value: object) -> str:
    """Return a DuckDB literal of a text, number or Boolean."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a quoted DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'
