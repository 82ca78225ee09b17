"""What one kept generation says otherwise than another: as it was published against as it is.

Rows are compared by the key of their mart and by what they say (``content_hash``: lineage and run columns left
out). A row that moved from one month to another left the first and came to the second, so the list names every
month whose figures were restated.

Belongs here: comparing two serving files. Does not belong here: keeping them (``generations``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from jingcang.contracts import load_marts
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish.content_hash import RUN_HISTORY_TABLES, compared_columns, quoted
from orchestration.publish.generations import read_generation


@dataclass(frozen=True)
class Restated:
    """How many rows of one table and month differ.

    Args:
        table: published table.
        month: ``2026-06`` by the rows' event date, "" where the table has none.
        added, removed, changed: rows only in the newer, only in the older, in both with other content.
    """

    table: str
    month: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class RestatedRow:
    """One row that differs.

    Args:
        key: values of the table's key, joined by ``|``.
        month: see :class:`Restated`.
        kind: ``added``, ``removed`` or ``changed``.
        columns: the columns that say something else; of changed rows only.
    """

    key: str
    month: str
    kind: str
    columns: tuple[str, ...]


def restated(home: Home, older: str, newer: str) -> list[Restated]:
    """Return what differs between two kept generations, by table and month.

    Args:
        home: the home folder.
        older, newer: names of generations.

    Returns:
        One entry a table and month with a difference; run history is left out.

    Raises:
        JingcangError: one of them is not kept.
    """
    one, other = read_generation(home, older).tables, read_generation(home, newer).tables
    differing = [
        name
        for name in sorted({*one, *other} - RUN_HISTORY_TABLES)
        if one.get(name, {}).get("hash") != other.get(name, {}).get("hash")
    ]
    found: list[Restated] = []
    with _both(home, older, newer) as connection:
        for name in differing:
            if name not in one or name not in other:
                rows = (one.get(name) or other[name])["rows"]
                found.append(Restated(name, "", rows * (name in other), rows * (name in one), 0))
                continue
            counts = ", ".join(f"count(*) filter (where kind = '{kind}')" for kind in _KINDS)
            query = (
                f"select month, {counts} from ({_compared(connection, name)}) group by month order by month"
            )
            found += [Restated(name, *row) for row in connection.execute(query).fetchall()]
    return found


def restated_rows(home: Home, older: str, newer: str, table: str) -> list[RestatedRow]:
    """Return the rows of one table that differ between two kept generations, ordered by month and key.

    Raises:
        JingcangError: a generation is not kept, or one of them has no such table.
    """
    for name in (older, newer):
        if table not in read_generation(home, name).tables:
            raise JingcangError(
                f"版本 {name} 中没有表 {table}", remedy="用 jingcang publish --compare 查看有差异的表"
            )
    with _both(home, older, newer) as connection:
        query = f"select row_key, month, kind, columns from ({_compared(connection, table)}) order by 2, 1, 3"
        rows = connection.execute(query).fetchall()
    return [
        RestatedRow(key, month, kind, tuple(filter(None, columns)) if kind == "changed" else ())
        for key, month, kind, columns in rows
    ]


_KINDS = ("added", "removed", "changed")


@contextmanager
def _both(home: Home, older: str, newer: str) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        for alias, name in (("older", older), ("newer", newer)):
            path = str(home.serving / f"{name}.duckdb").replace("'", "''")
            connection.execute(f"attach '{path}' as {alias} (read_only)")
        yield connection
    finally:
        connection.close()


def _compared(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the query of the rows that differ: row_key, month, kind, columns (NULL for equal ones)."""
    sides = [
        dict(compared_columns(connection, f"{alias}.main.{quoted(table)}")) for alias in ("older", "newer")
    ]
    columns = sorted(sides[0].keys() & sides[1].keys())
    key = "concat_ws('|', " + ", ".join(f"{quoted(name)}::varchar" for name in load_marts()[table].key) + ")"
    month = "strftime(event_date, '%Y-%m')" if "event_date" in columns else "''"
    one, other = (
        f"(select *, {key} as row_key, coalesce({month}, '') as month from {alias}.main.{quoted(table)})"
        for alias in ("older", "newer")
    )
    unequal = [
        f"one.{quoted(name)}::varchar is distinct from other.{quoted(name)}::varchar" for name in columns
    ]
    named = ", ".join(
        f"case when {test} then '{name}' end" for test, name in zip(unequal, columns, strict=True)
    )
    return f"""
        select
            coalesce(one.row_key, other.row_key) as row_key,
            coalesce(one.month, other.month) as month,
            case when one.row_key is null then 'added' when other.row_key is null then 'removed' else 'changed' end
                as kind,
            [{named}] as columns
        from {one} as one
        full join {other} as other on one.row_key = other.row_key and one.month = other.month
        where one.row_key is null or other.row_key is null or {" or ".join(unequal)}
    """
