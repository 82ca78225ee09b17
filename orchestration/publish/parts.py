"""Parts of a published table: its rows of one day, or of one week or month where it counts by those.

A run changes few days of a large table. What a generation's record knows of the parts of its tables tells which parts
differ, so that only these are copied and hashed again; the sums of both definitions of ``content_hash`` are added up
from them unchanged.

Belongs here: how a table is divided, what is recorded of its parts. Does not belong here: what is summed
(``content_hash``), copying and proving the copy (``serving_file``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.content_hash import Sums, definition, engine_sums, row_sums

PARTED_BY = ("event_date", "week_start", "month_start")
"""Columns of dates that divide a table; the first one that it has."""

RECORDED_FROM = 50_000
"""Rows from which the parts of a table are worth a record."""

REWRITTEN_FROM = 0.5
"""Share of changed rows from which a table is written anew as a whole."""

Key = str | None
"""An ISO date, or None for the rows without one; all rows of a table that is not divided."""


@dataclass(frozen=True)
class Contents:
    """What the rows of a table are, by part.

    Args:
        columns: (name, type) in their order.
        by: the column that divides it, if one does.
        marks: part → rows and sum of the engine's hash of whole rows.
    """

    columns: tuple[tuple[str, str], ...]
    by: str | None
    marks: Mapping[Key, Sums]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return sum(part.rows for part in self.marks.values())


@dataclass(frozen=True)
class Recorded:
    """What an earlier generation recorded of a table.

    Args:
        by: the column that divided it.
        columns: as then.
        marks, totals: part → as :class:`Contents`, and the sum of the content hash.
    """

    by: str
    columns: tuple[tuple[str, str], ...]
    marks: Mapping[Key, Sums]
    totals: Mapping[Key, Sums]


def contents(connection: duckdb.DuckDBPyConnection, qualified: str) -> Contents:
    """Scan a table once and say what its parts hold.

    Args:
        connection: an open DuckDB connection.
        qualified: the table as SQL may name it.
    """
    columns = tuple((row[0], row[1]) for row in connection.execute(f"describe {qualified}").fetchall())
    dates = {name for name, column_type in columns if column_type == "DATE"}
    by = next((name for name in PARTED_BY if name in dates), None)
    return Contents(columns, by, engine_sums(connection, qualified, [name for name, _ in columns], by))


def changed_parts(now: Contents, before: Recorded | None) -> set[Key] | None:
    """Return the parts that differ from what was recorded; None where the whole table has to be taken."""
    if before is None or now.by is None or (now.by, now.columns) != (before.by, before.columns):
        return None
    keys = now.marks.keys() | before.marks.keys()
    return {key for key in keys if now.marks.get(key) != before.marks.get(key)}


def is_few(changed: Collection[Key] | None, now: Contents) -> bool:
    """Return whether so little changed that the rest of a table is better left where it stands."""
    if changed is None:
        return False
    moved = sum(now.marks[key].rows for key in changed if key in now.marks)
    return moved <= REWRITTEN_FROM * now.rows


def condition(by: str, parts: Collection[Key]) -> str:
    """Return the SQL condition of some parts."""
    named = ", ".join(f"date '{key}'" for key in sorted(key for key in parts if key is not None))
    told = [f'"{by}" in ({named})'] if named else []
    return " or ".join([*told, f'"{by}" is null'] if None in parts else told) or "false"


def totals_of(
    connection: duckdb.DuckDBPyConnection, qualified: str, now: Contents, before: Recorded | None
) -> dict[Key, Sums]:
    """Return part → the sums of the content hash, of parts that stand as recorded from the record.

    Args:
        connection: holds the table; its session time zone is UTC.
        qualified: the table as SQL may name it.
        now: what the table holds.
        before: what was recorded of it, if anything.
    """
    changed = changed_parts(now, before)
    if before is None or changed is None or not is_few(changed, now):
        return row_sums(connection, qualified, now.by)
    kept = {key: before.totals[key] for key in now.marks if key not in changed}
    if not changed & now.marks.keys():
        return kept
    return kept | row_sums(connection, qualified, now.by, where=condition(before.by, changed))


# --- the record beside a serving file ---------------------------------------------------------------------


def record_text(tables: Mapping[str, tuple[Contents, Mapping[Key, Sums]]]) -> str:
    """Return the record of the tables that are large and divided.

    Args:
        tables: name → contents and sums of the content hash by part; a table without them is left out.
    """
    told = {
        name: {
            "by": held.by,
            "columns": [list(column) for column in held.columns],
            "parts": [
                [key, mark.rows, mark.total, totals[key].total] for key, mark in sorted(
                    held.marks.items(), key=lambda item: item[0] or ""
                )
            ],
        }
        for name, (held, totals) in sorted(tables.items())
        if held.by is not None and held.rows >= RECORDED_FROM and totals
    }  # fmt: skip
    return json.dumps({"definition": definition(), "tables": told}, ensure_ascii=False)


def read_record(path: Path) -> dict[str, Recorded]:
    """Return table → what a generation recorded; empty where the record is gone, torn or of another definition."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["definition"] != definition():
            return {}
        return {name: _recorded(entry) for name, entry in content["tables"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def _recorded(entry: Mapping[str, Any]) -> Recorded:
    marks = {key: Sums(rows, mark) for key, rows, mark, _ in entry["parts"]}
    totals = {key: Sums(rows, total) for key, rows, _, total in entry["parts"]}
    return Recorded(entry["by"], tuple((name, kind) for name, kind in entry["columns"]), marks, totals)
