"""Making one serving file: the published tables of the build database, and nothing else.

What says the same as in the generation before is not written again: the file of that generation is copied whole, and
only what differs is put in its place, a table or the days of a table. What proves a table the same is its content,
never the word of an earlier run: every table of the build database and of the finished file is scanned, and the two
must agree (``content_hash.fingerprint``). A generation before that is damaged, altered or mostly empty space is passed
over.

Belongs here: copying, and proving the copy. Does not belong here: names, records and the link (``generations``), what
a content hash is (``content_hash``), and how tables are divided (``parts``).
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from jingcang.errors import JingcangError
from orchestration.at_once import at_once
from orchestration.publish.content_hash import Sums, TableHash, fingerprint, hash_table, quoted
from orchestration.publish.parts import (
    Contents,
    Key,
    Recorded,
    changed_parts,
    condition,
    contents,
    is_few,
    totals_of,
)

PUBLISHED_TABLE = re.compile(r"^(dim|fct|rpt)_")
"""Only these tables leave the build database (STYLE 13)."""


@dataclass(frozen=True)
class Written:
    """One table of a serving file.

    Args:
        content: row count and content hash.
        fingerprint: of every column and type, see :func:`orchestration.publish.content_hash.fingerprint`.
        held: its contents by part.
        totals: part → sums of the content hash; empty where the table is the one of the generation before.
    """

    content: TableHash
    fingerprint: str
    held: Contents
    totals: Mapping[Key, Sums]


@dataclass(frozen=True)
class Before:
    """A generation published earlier.

    Args:
        path: its serving file.
        tables: table → {"rows", "hash", "fingerprint"} as its record says; older records have no fingerprint.
        parts: table → what was recorded of its parts.
    """

    path: Path
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: Mapping[str, Recorded] = field(default_factory=dict)


def write_serving_file(build: Path, target: Path, before: Before | None) -> list[Written]:
    """Write the published tables of a build database into a new file.

    Args:
        build: the build database; nobody holds it open for writing.
        target: the file to write; replaced when it exists.
        before: the generation to start from, if one is kept.

    Returns:
        One entry a table, by name.

    Raises:
        JingcangError: nothing to publish, two tables of one name, or the copy does not equal its source.
    """
    connection = _engine()
    try:
        connection.execute(f"attach {_literal(build)} as build (read_only)")
        sources = _published_tables(connection)
        if not sources:
            raise JingcangError("构建库中没有可发布的表", where=str(build), remedy="请先运行 jingcang run")
        wanted = _contents(connection, sources)
        if before is not None:
            same = {
                name for name, held in wanted.items()
                if before.tables.get(name, {}).get("fingerprint") == _fingerprint(held)
            }  # fmt: skip
            if same and _changed_from(connection, before, target, sources, wanted, same):
                return _hashed(target, wanted, before, same)
        _empty(target)
        connection.execute(f"attach {_literal(target)} as serving")
        _copy(connection, sources)
    finally:
        connection.close()
    held = _held(target)
    for name in sorted(sources):
        if held.get(name) != wanted[name]:
            raise JingcangError(
                f"发布副本与构建库不一致：{name}", remedy="旧版本仍在使用；请检查磁盘后重新运行"
            )
    return _hashed(target, wanted, Before(target), set())


def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _published_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return table → how SQL names it in the attached build database."""
    found = connection.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = 'build' order by table_name, table_schema
        """
    ).fetchall()
    published = [(schema, table) for schema, table in found if PUBLISHED_TABLE.match(table)]
    for table, times in Counter(table for _, table in published).items():
        if times > 1:
            raise JingcangError(f"构建库中有两张同名的表：{table}", remedy="请在 dbt 工程中改名")
    return {table: f"build.{quoted(schema)}.{quoted(table)}" for schema, table in published}


def _contents(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> dict[str, Contents]:
    return dict(zip(tables, at_once(connection, contents, tables.values()), strict=True))


def _fingerprint(held: Contents) -> str:
    return fingerprint(held.columns, held.marks.values())


def _changed_from(
    connection: duckdb.DuckDBPyConnection, before: Before, target: Path, sources: Mapping[str, str],
    wanted: Mapping[str, Contents], same: set[str],
) -> bool:  # fmt: skip
    """Copy the file before and change what differs; return whether the target holds what is wanted."""
    differing = {name: changed_parts(wanted[name], before.parts.get(name)) for name in sources.keys() - same}
    few = {
        name: parts for name, parts in differing.items() if parts is not None and is_few(parts, wanted[name])
    }
    if not _started_from(connection, before.path, target, same | few.keys()):
        return False
    try:
        for name, parts in sorted(few.items()):
            _replace(connection, name, sources[name], condition(wanted[name].by or "", parts))
        _copy(
            connection,
            {name: source for name, source in sources.items() if name in differing.keys() - few.keys()},
        )
        return _held(target) == wanted
    except duckdb.Error:
        # Damaged blocks of the file before: everything is copied from the build database instead.
        connection.execute("detach database if exists serving")
        return False


def _replace(connection: duckdb.DuckDBPyConnection, name: str, source: str, chosen: str) -> None:
    """Put rows of the build database in the place of the attached file's rows."""
    table = f"serving.main.{quoted(name)}"
    connection.execute(f"delete from {table} where {chosen}")
    connection.execute(f"insert into {table} select * from {source} where {chosen}")


def _started_from(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Path, kept: Iterable[str]
) -> bool:
    """Copy the file before and drop what is made anew; return whether ``serving`` stands, with only ``kept`` in it."""
    _empty(target)
    try:
        shutil.copyfile(path, target)
        connection.execute(f"attach {_literal(target)} as serving")
        used, free = connection.execute(
            "select used_blocks, free_blocks from pragma_database_size() where database_name = 'serving'"
        ).fetchone() or (0, 0)
        if free > used:
            connection.execute("detach serving")
            return False
        there = connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'serving'"
        ).fetchall()
        for name in {name for (name,) in there} - set(kept):
            connection.execute(f"drop table serving.main.{quoted(name)}")
        connection.execute("checkpoint serving")
    except (FileNotFoundError, duckdb.Error):
        connection.execute("detach database if exists serving")
        return False
    return True


def _empty(target: Path) -> None:
    for path in (target, target.with_name(f"{target.name}.wal")):
        path.unlink(missing_ok=True)


def _copy(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Copy tables into the attached file and detach it."""

    def copy(cursor: duckdb.DuckDBPyConnection, item: tuple[str, str]) -> None:
        name, source = item
        cursor.execute(f"create table serving.main.{quoted(name)} as select * from {source}")

    at_once(connection, copy, sorted(tables.items()))
    connection.execute("checkpoint serving")
    connection.execute("detach serving")


def _held(target: Path) -> dict[str, Contents]:
    """Return table → contents of a finished file."""
    with duckdb.connect(str(target), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
        return _contents(connection, {name: f"main.{quoted(name)}" for (name,) in names})


def _hashed(target: Path, held: Mapping[str, Contents], before: Before, same: set[str]) -> list[Written]:
    """Return what the file holds; hashes of what is the same are taken from the record before."""

    def hashed(cursor: duckdb.DuckDBPyConnection, name: str) -> Written:
        qualified, recorded = f"main.{quoted(name)}", before.parts.get(name)
        if name in same:
            known = before.tables[name]
            content = TableHash(name, int(known["rows"]), str(known["hash"]))
            totals = recorded.totals if recorded else {}
        else:
            totals = totals_of(cursor, qualified, held[name], recorded)
            content = hash_table(cursor, qualified, name, totals.values())
        return Written(content, _fingerprint(held[name]), held[name], totals)

    with duckdb.connect(str(target), read_only=True) as connection:
        return at_once(connection, hashed, sorted(held))


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
