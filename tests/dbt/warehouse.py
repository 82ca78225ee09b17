"""Runs dbt in process on a file of hand-written rows, for the tests beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "dbt_project"


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def dbt(database: Path, target: Path, *arguments: str) -> list[str]:
    """Run one dbt command in process.

    The command works on a file of one fixed name beside the manifest, since another path in the profile would
    make dbt parse the whole project again and views name the catalogue, which comes from the file's name.

    Args:
        database: the build file; replaced by the result.
        target: folder for the manifest; share it between calls so that parsing is partial.
        arguments: command and options, e.g. ``"build", "--full-refresh"``.

    Returns:
        Name and message of every node that did not succeed; empty when all did.

    Raises:
        RuntimeError: the project does not parse.
    """
    working = target / "build.duckdb"
    if database.exists():
        shutil.copy(database, working)
    with _environment(
        JINGCANG_BUILD_DB=str(working), DBT_TARGET_PATH=str(target), DBT_SEND_ANONYMOUS_USAGE_STATS="false"
    ):
        try:
            outcome = dbtRunner().invoke(
                [
                    *arguments,
                    "--quiet",
                    "--project-dir",
                    str(PROJECT),
                    "--profiles-dir",
                    str(PROJECT),
                    "--log-path",
                    str(target / "logs"),
                ]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()
    if working.exists():
        shutil.copy(working, database)
    if outcome.exception is not None:
        raise RuntimeError(str(outcome.exception))
    if arguments[0] == "parse":
        return []
    return [
        f"{node.node.name}: {node.status} {node.message}"
        for node in outcome.result
        if node.status not in ("success", "pass")
    ]


def table_rows(database: Path, table: str) -> list[str]:
    """Return the rows of a table as sorted text."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return sorted(str(row) for row in connection.execute(f"select * from {table}").fetchall())
