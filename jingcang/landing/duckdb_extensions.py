"""DuckDB's database scanners, installed offline from their wheels into the home folder.

Belongs here: copying the extension files of the installed wheels into ``Home.extensions`` and opening
connections that see them. Does not belong here: reading any source (``databases``).

DuckDB may neither install nor load anything by itself: ``autoinstall_known_extensions`` and
``autoload_known_extensions`` are off, so that a missing extension is an error here and not a download.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from jingcang.errors import JingcangError
from jingcang.home import Home

#: Extension name as DuckDB loads it → Python package of its wheel.
WHEELS = {
    "sqlite_scanner": "duckdb_extension_sqlite_scanner",
    "postgres_scanner": "duckdb_extension_postgres_scanner",
    "mysql_scanner": "duckdb_extension_mysql_scanner",
    "httpfs": "duckdb_extension_httpfs",
}


def _wheel_file(name: str) -> Path:
    """Return the extension file inside its wheel."""
    spec = importlib.util.find_spec(WHEELS[name])
    folder = Path(next(iter(spec.submodule_search_locations or [""]))) if spec else Path()
    found = folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if spec is None or not found.is_file():
        raise JingcangError(
            f"缺少 DuckDB {duckdb.__version__} 的扩展 {name}",
            remedy="请重新执行 make setup 安装锁定的依赖",
        )
    return found


def _platform() -> str:
    with duckdb.connect() as connection:
        return str(connection.execute("select platform from pragma_platform()").fetchall()[0][0])


def install(home: Home) -> Path:
    """Copy every extension wheel's file into the home's extension directory.

    Files already there with the same size are kept, so calling it on every start is cheap.

    Args:
        home: the home whose ``extensions`` folder is filled.

    Returns:
        The extension directory, laid out as DuckDB expects (version, platform, file).

    Raises:
        JingcangError: a wheel is not installed.
    """
    folder = home.extensions / f"v{duckdb.__version__}" / _platform()
    folder.mkdir(parents=True, exist_ok=True)
    for name in WHEELS:
        source, target = _wheel_file(name), folder / f"{name}.duckdb_extension"
        if target.exists() and target.stat().st_size == source.stat().st_size:
            continue
        temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    return home.extensions


def connect(
    home: Home, database: str | Path = ":memory:", *, extensions: Iterable[str] = (), read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB connection that loads only what is asked for, from the home's extension directory.

    Args:
        home: gives the extension directory; filled first when an extension is asked for.
        database: file path or ``:memory:``.
        extensions: names out of :data:`WHEELS` to load.
        read_only: open the file read-only.

    Returns:
        An open connection in UTC; the caller closes it.

    Raises:
        JingcangError: an extension is missing.
    """
    names = tuple(extensions)
    directory = install(home) if names else home.extensions
    connection = duckdb.connect(
        str(database),
        read_only=read_only,
        config={
            "extension_directory": str(directory),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("set timezone = 'UTC'")
    for name in names:
        connection.load_extension(name)
    return connection
