"""Transforms of identity: keys of records and pseudonyms of persons.

Belongs here: record keys (digest of system, table, natural key), pseudonyms (keyed digest), identity
numbers. Does not belong here: check digit algorithms (``jingcang.contracts.checksums``).
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Mapping

import duckdb
import polars as pl

from jingcang.contracts.checksums import ID_DIGITS, ID_WEIGHTS, POLARS_CHECKSUMS
from jingcang.errors import JingcangError
from jingcang.landing.transforms.registry import Context, register

#: Separates parts inside a digest, so that ("a", "bc") and ("ab", "c") differ.
SEPARATOR = "\x1f"
PSEUDONYM_KEY = "JINGCANG_PSEUDONYM_KEY"


def md5(texts: pl.Series) -> pl.Series:
    """Return the lower-hex MD5 of each text, null for null (computed by DuckDB, in bulk)."""
    # A scan of Arrow takes one thread; more of them only wait, and cost half as much again.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(
            "texts", pl.DataFrame({"text": texts}).to_arrow(compat_level=pl.CompatLevel.newest())
        )
        return connection.execute("select md5(text) as digest from texts").pl()["digest"]


def md5_of(expression: pl.Expr) -> pl.Expr:
    """Return the lower-hex MD5 of a text expression."""
    return expression.map_batches(md5, return_dtype=pl.String)


def source_key(columns: tuple[str, ...]) -> pl.Expr:
    """Return a record's own key as text: key columns joined by ``|``, or file and line without a key."""
    if columns:
        return pl.concat_str([pl.col(name) for name in columns], separator="|")
    return pl.concat_str([pl.col("_source_file"), pl.col("_source_line")], separator=":")


@register("record_key")
def record_key(context: Context) -> pl.Expr:
    """MD5 of (system, table, declared key), or of (system, table, file, line) without a declared key.

    ``table: <system.table>`` with ``from`` makes the key of a record of that other table; it is absent
    where any of its parts is.
    """
    qualified = str(context.option("table", context.table.qualified))
    names = context.from_ or context.table.key
    parts: list[pl.Expr] = [pl.lit(part) for part in qualified.split(".", 1)]
    parts += [pl.col(name) for name in names] or [
        pl.col("_source_file"),
        pl.col("_source_line").cast(pl.String),
    ]
    return md5_of(pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=False))


@register("record_label")
def record_label(context: Context) -> pl.Expr:
    """A readable number for records whose source has none: the declared key, or file and line."""
    return source_key(context.table.key)


@register("text_or_record_label")
def text_or_record_label(context: Context) -> pl.Expr:
    """The source's number where it has one, else the readable number of ``record_label``."""
    text = context.only().str.strip_chars()
    return pl.when(text != "").then(text).otherwise(source_key(context.table.key))


def normalise_identifier(value: str, purpose: str) -> str:
    """Return an identifier as it is digested: half-width, upper case, without blanks and dashes.

    For ``person``, a 15-digit identity number becomes the 18-digit one of the same person
    (GB 11643-1999: century 19 and a check digit).
    """
    plain = "".join(unicodedata.normalize("NFKC", value).upper().split()).replace("-", "")
    if purpose == "person" and len(plain) == 15 and plain.isdigit():
        body = f"{plain[:6]}19{plain[6:]}"
        total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
        plain = body + ID_DIGITS[total % 11]
    return plain


def pseudonym_key(environ: Mapping[str, str]) -> bytes:
    """Return the secret of all pseudonyms.

    Raises:
        JingcangError: it is not set.
    """
    key = environ.get(PSEUDONYM_KEY, "")
    if not key:
        raise JingcangError(
            "没有设置假名密钥",
            where=f"环境变量 {PSEUDONYM_KEY}",
            remedy="请设置一个只由管理员保管的随机字符串；更换后同一人的假名会改变",
        )
    return key.encode()


def pseudonyms(purpose: str, key: bytes) -> Callable[[str], str]:
    """Return the function that makes the pseudonyms of one purpose.

    Args:
        purpose: the kind of identifier (``person``, ``phone`` …): equal values of one purpose are equal.
        key: the secret.

    Returns:
        Identifier as the source writes it → lower-hex HMAC-SHA256 of (purpose, normalised value).
    """
    begun = hmac.new(key, f"{purpose}{SEPARATOR}".encode(), hashlib.sha256)

    def of(value: str) -> str:
        digest = begun.copy()
        digest.update(normalise_identifier(value, purpose).encode())
        return digest.hexdigest()

    return of


@register("pseudonym")
def pseudonym(context: Context) -> pl.Expr:
    """A keyed pseudonym of an identifier for ``purpose`` (default ``person``); it cannot be looked up."""
    purpose, key = str(context.option("purpose", "person")), pseudonym_key(context.environ)

    def digest(values: pl.Series) -> pl.Series:
        distinct = values.drop_nulls().unique()
        made = list(map(pseudonyms(purpose, key), distinct.to_list()))
        if not made:
            return pl.Series(values.name, [None] * len(values), dtype=pl.String)
        return values.replace_strict(distinct, pl.Series(made), default=None, return_dtype=pl.String)

    text = context.only().str.strip_chars()
    return pl.when(text != "").then(text).map_batches(digest, return_dtype=pl.String)


def _normalised_id(context: Context) -> pl.Expr:
    return context.only().str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()


@register("id_no_valid")
def id_no_valid(context: Context) -> pl.Expr:
    """Whether an identity number satisfies GB 11643-1999 and holds a real birth date."""
    number = _normalised_id(context)
    valid = POLARS_CHECKSUMS["gb11643"](number) & _birth_date(number).is_not_null()
    return pl.when(number.is_not_null()).then(valid)


def _birth_date(number: pl.Expr) -> pl.Expr:
    digits = (
        pl.when(number.str.contains(r"^\d{17}[\dX]$")).then(number.str.slice(6, 8))
        .when(number.str.contains(r"^\d{15}$")).then(pl.lit("19") + number.str.slice(6, 6))
    )  # fmt: skip
    return digits.str.to_date("%Y%m%d", strict=False)


@register("birth_date_from_id")
def birth_date_from_id(context: Context) -> pl.Expr:
    """The birth date inside an identity number of 18 or 15 digits; absent where there is none."""
    return _birth_date(_normalised_id(context))
