"""Check digits of identity, bank and organisation numbers, once per engine.

Belongs here: the algorithms as Polars expressions, DuckDB SQL and plain Python.
Does not belong here: which column must satisfy which (contracts).

Sources: GB 11643-1999 (citizen identity number), ISO/IEC 7812-1 annex B (Luhn), GB 32100-2015 (unified
social credit code). A 15-digit identity number of the first generation has no check digit; it passes.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from jingcang.contracts.formats import full, literal, matches_sql

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_DIGITS = "10X98765432"
ID_PATTERN = "[0-9]{17}[0-9Xx]"
OLD_ID_PATTERN = "[0-9]{15}"

LUHN_WIDTH = 19
LUHN_PATTERN = "[0-9]{12,19}"

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
USCC_PATTERN = f"[{USCC_ALPHABET}]{{18}}"


def _sum(terms: Iterable[Any]) -> Any:
    return functools.reduce(operator.add, terms)


def _digit(text: pl.Expr, index: int) -> pl.Expr:
    return text.str.slice(index, 1).cast(pl.Int64, strict=False)


def _id_polars(text: pl.Expr) -> pl.Expr:
    total = _sum(_digit(text, i) * weight for i, weight in enumerate(ID_WEIGHTS))
    expected = (total % 11).replace_strict(dict(enumerate(ID_DIGITS)), default=None, return_dtype=pl.String)
    right = text.str.slice(17, 1).str.to_uppercase() == expected
    return text.str.contains(full(OLD_ID_PATTERN)) | (text.str.contains(full(ID_PATTERN)) & right)


def _luhn_polars(text: pl.Expr) -> pl.Expr:
    digits = pl.when(text.str.contains(full(LUHN_PATTERN))).then(text).str.zfill(LUHN_WIDTH)
    terms = []
    for i in range(LUHN_WIDTH):
        digit = _digit(digits, i)
        doubled = (LUHN_WIDTH - 1 - i) % 2 == 1
        terms.append(digit * 2 - 9 * (digit > 4).cast(pl.Int64) if doubled else digit)
    return (_sum(terms) % 10 == 0) & digits.is_not_null()


def _uscc_polars(text: pl.Expr) -> pl.Expr:
    values = {char: index for index, char in enumerate(USCC_ALPHABET)}

    def value(index: int) -> pl.Expr:
        return text.str.slice(index, 1).replace_strict(values, default=None, return_dtype=pl.Int64)

    total = _sum(value(i) * weight for i, weight in enumerate(USCC_WEIGHTS))
    return text.str.contains(full(USCC_PATTERN)) & ((31 - total % 31) % 31 == value(17))


POLARS_CHECKSUMS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "gb11643": lambda text: _false_if_null(text, _id_polars(text)),
    "luhn": lambda text: _false_if_null(text, _luhn_polars(text)),
    "uscc": lambda text: _false_if_null(text, _uscc_polars(text)),
}
"""Algorithm → (text → is valid; null only for null)."""


def _false_if_null(text: pl.Expr, valid: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(valid.fill_null(False))


def checksum_sql(algorithm: str, text: str) -> str:
    """Return the DuckDB expression: ``text`` satisfies ``algorithm`` (null only for null)."""
    match algorithm:
        case "gb11643":
            total = _plus(
                f"try_cast(substr({text}, {i + 1}, 1) as integer) * {w}" for i, w in enumerate(ID_WEIGHTS)
            )
            expected = f"substr({literal(ID_DIGITS)}, cast(({total}) % 11 as integer) + 1, 1)"
            right = f"upper(substr({text}, 18, 1)) = {expected}"
            valid = f"({matches_sql(text, OLD_ID_PATTERN)} or ({matches_sql(text, ID_PATTERN)} and {right}))"
        case "luhn":
            terms = []
            for i in range(LUHN_WIDTH):
                digit = f"try_cast(substr(lpad({text}, {LUHN_WIDTH}, '0'), {i + 1}, 1) as integer)"
                doubled = (LUHN_WIDTH - 1 - i) % 2 == 1
                terms.append(f"({digit} * 2 - case when {digit} > 4 then 9 else 0 end)" if doubled else digit)
            valid = f"({matches_sql(text, LUHN_PATTERN)} and ({_plus(terms)}) % 10 = 0)"
        case "uscc":

            def value(i: int) -> str:
                return f"(strpos({literal(USCC_ALPHABET)}, substr({text}, {i + 1}, 1)) - 1)"

            total = _plus(f"{value(i)} * {weight}" for i, weight in enumerate(USCC_WEIGHTS))
            valid = f"({matches_sql(text, USCC_PATTERN)} and (31 - ({total}) % 31) % 31 = {value(17)})"
        case _:
            raise KeyError(algorithm)
    return f"case when {text} is not null then coalesce({valid}, false) end"


def _plus(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def id_is_valid(text: str) -> bool:
    """Return whether a citizen identity number is well formed and its check digit is right."""
    if re.fullmatch(OLD_ID_PATTERN, text, re.ASCII):
        return True
    if not re.fullmatch(ID_PATTERN, text, re.ASCII):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, ID_WEIGHTS, strict=False))
    return ID_DIGITS[total % 11] == text[17].upper()


def luhn_is_valid(text: str) -> bool:
    """Return whether a bank card number of 12 to 19 digits satisfies Luhn's check."""
    if not re.fullmatch(LUHN_PATTERN, text, re.ASCII):
        return False
    total = 0
    for position, digit in enumerate(reversed(text)):
        number = int(digit) * (1 + position % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def uscc_is_valid(text: str) -> bool:
    """Return whether a unified social credit code satisfies its check character."""
    if not re.fullmatch(USCC_PATTERN, text, re.ASCII):
        return False
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(text, USCC_WEIGHTS, strict=False))
    return USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


PYTHON_CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "gb11643": id_is_valid,
    "luhn": luhn_is_valid,
    "uscc": uscc_is_valid,
}
"""Algorithm → (text → is valid); the witness uses these, written apart from the expressions."""
