"""The content hash of published tables: equal content, equal hash, whatever the row order or the way it was built.

Definition (ARCHITECTURE, "Definitions everything shares"): per table the row count and the sum modulo
2^128 of the md5 of each row's canonical text. Canonical text: the columns in alphabetical order, each
value as text (times in UTC) behind ``V``, an absent value as ``N``, separated by the unit separator
U+001F, which is doubled inside values. Column names and types enter the table's hash, so that a
renamed or retyped column changes it. Left out: columns beginning with ``_`` (lineage), run-history
tables and the columns that name a batch or run. A sum, not XOR, so that repeated rows count.

A *fingerprint* tells quickly whether a table is the very same: all columns in their order, hashed by the engine's own
hash. It says nothing to anybody but this program with this engine, and is no part of any promise.

Does not belong here: deciding what is published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

RUN_HISTORY_TABLES = frozenset(
    {
        "fct_quality_results",
        "fct_quality_failures",
        "fct_quality_issues",
        "fct_alerts",
        "fct_alert_signals",
        "rpt_alert_weeks",
        "rpt_alert_replays",
        "rpt_near_repeats",
        "fct_patrol_evaluations",
        "rpt_quality_rows",
        "rpt_quality_units",
        "fct_reconciliation",
        "rpt_freshness_history",
        "fct_restated_incidents",
        "rpt_published_figures",
    }
)
"""Tables that grow with every run even when no source changed."""

RUN_COLUMNS = frozenset(
    {
        "batch_id",
        "source_batch_id",
        "run_id",
        "first_seen_at",
        "first_seen_date",
        "quarantined_row_id",
        "arrived_date",
        "is_on_time",
    }
)
"""Columns that name the run or batch a row came with, or a key made from it, not what the row says."""

_WITHOUT_SEPARATOR = frozenset(
    {"BOOLEAN", "INTEGER", "BIGINT", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}
)
_LOWER_HALF = f"cast({(1 << 64) - 1} as uhugeint)"


@dataclass(frozen=True)
class TableHash:
    """Content of one table.

    Args:
        name: table name.
        row_count: rows.
        digest: 32 hex digits; the sum of row digests mod 2^128, mixed with the column names and types.
    """

    name: str
    row_count: int
    digest: str


def quoted(name: str) -> str:
    """Return a name as SQL may hold it."""
    return '"' + name.replace('"', '""') + '"'


def _value(column: str, column_type: str) -> str:
    """Return the SQL of one value's canonical text; only text can hold the separator."""
    value = f"cast({quoted(column)} as varchar)"
    if column_type not in _WITHOUT_SEPARATOR and not column_type.startswith("DECIMAL"):
        value = f"replace({value}, chr(31), chr(31) || chr(31))"
    return f"case when {quoted(column)} is null then 'N' else 'V' || {value} end"


def compared_columns(connection: duckdb.DuckDBPyConnection, qualified: str) -> list[tuple[str, str]]:
    """Return (column, type) of what a row of a table says, in alphabetical order."""
    described = connection.execute(f"describe {qualified}").fetchall()
    return sorted(
        (row[0], row[1]) for row in described if not row[0].startswith("_") and row[0] not in RUN_COLUMNS
    )


@dataclass(frozen=True)
class Sums:
    """Rows, and the sum of their hashes.

    Args:
        rows: how many.
        total: of the content hash modulo 2^128; of the engine's hash as it is.
    """

    rows: int
    total: int


def row_sums(
    connection: duckdb.DuckDBPyConnection, qualified: str, by: str | None = None, *, where: str = "true"
) -> dict[str | None, Sums]:
    """Sum the md5 of each row's canonical text.

    Args:
        connection: an open DuckDB connection; its session time zone is set to UTC.
        qualified: the table as SQL may name it.
        by: a column of dates to sum apart by, if any.
        where: SQL condition of the rows.

    Returns:
        ISO date (None for rows without one, and for all rows where there is no ``by``) → sums.
    """
    connection.execute("set TimeZone = 'UTC'")
    columns = compared_columns(connection, qualified)
    values = ", ".join(_value(column, column_type) for column, column_type in columns)
    row_text = f"concat_ws(chr(31), {values})" if columns else "''"
    rows = connection.execute(
        f"""
        select
            part,
            count(*),
            coalesce(sum(cast(digest & {_LOWER_HALF} as ubigint)), 0),
            coalesce(sum(cast(digest >> 64 as ubigint)), 0)
        from (select {_part(by)} as part, md5_number({row_text}) as digest from {qualified} where {where})
        group by part
        """
    ).fetchall()
    return {
        part: Sums(int(count), ((int(upper) << 64) + int(lower)) % (1 << 128))
        for part, count, upper, lower in rows
    }


def engine_sums(
    connection: duckdb.DuckDBPyConnection, qualified: str, columns: Sequence[str], by: str | None = None
) -> dict[str | None, Sums]:
    """Sum the engine's 64-bit hash of each row over all its columns: a tenth of the work of :func:`row_sums`.

    Args:
        connection: an open DuckDB connection.
        qualified: the table as SQL may name it.
        columns: all of them, in their order.
        by: as there.

    Returns:
        As there.
    """
    row = f"hash({', '.join(map(quoted, columns))})"
    rows = connection.execute(
        f"select {_part(by)} as part, count(*), sum({row}) from {qualified} group by part"
    ).fetchall()
    return {part: Sums(int(count), int(total)) for part, count, total in rows}


def _part(by: str | None) -> str:
    return "cast(null as varchar)" if by is None else f"cast({quoted(by)} as varchar)"


def hash_table(
    connection: duckdb.DuckDBPyConnection, qualified: str, name: str, sums: Iterable[Sums] | None = None
) -> TableHash:
    """Hash one table.

    Args:
        connection: an open DuckDB connection; its session time zone is set to UTC.
        qualified: the table as SQL may name it.
        name: the name recorded in the result.
        sums: those of all its rows, where they are known (:func:`row_sums`).

    Returns:
        The table's count and digest.
    """
    known = list(row_sums(connection, qualified).values() if sums is None else sums)
    count, total = sum(part.rows for part in known), sum(part.total for part in known) % (1 << 128)
    columns = compared_columns(connection, qualified)
    header = "\x1f".join(f"{column}:{column_type}" for column, column_type in columns)
    digest = hashlib.md5(f"{header}\x1e{count}\x1e{total:032x}".encode(), usedforsecurity=False).hexdigest()
    return TableHash(name, count, digest)


@lru_cache(maxsize=1)
def definition() -> str:
    """Return what recorded hashes, fingerprints and sums hold for: this text and this engine."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest() + duckdb.__version__


def fingerprint(columns: Iterable[tuple[str, str]], sums: Iterable[Sums]) -> str:
    """Return a digest that two tables share only if they hold the same rows in the same columns.

    Two different tables agree by chance about once in 2^64. Another definition of the content hash gives another
    fingerprint, so that a hash recorded beside one is never taken for something else.

    Args:
        columns: (name, type) in their order.
        sums: of the engine's hash, over all rows (:func:`engine_sums`).
    """
    known = list(sums)
    counted = (sum(part.rows for part in known), sum(part.total for part in known))
    return hashlib.sha256(f"{definition()} {list(columns)} {counted}".encode()).hexdigest()[:32]


def combine(hashes: list[TableHash]) -> str:
    """Return one digest for several tables, run-history tables left out."""
    text = "\n".join(
        f"{item.name} {item.row_count} {item.digest}"
        for item in sorted(hashes, key=lambda item: item.name)
        if item.name not in RUN_HISTORY_TABLES
    )
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
