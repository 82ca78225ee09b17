"""DuckDB's extensions, taken from their wheels into DuckDB's own folder layout, without a network.

dbt-duckdb and DuckDB look for ``<extension_directory>/v<version>/<platform>/<name>.duckdb_extension``;
the wheels carry the files elsewhere. Does not belong here: which connection loads which extension.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from jingcang.errors import JingcangError
from jingcang.home import Home

EXTENSIONS = ("sqlite_scanner", "postgres_scanner", "mysql_scanner", "httpfs")
"""Extensions the product loads; each comes in a wheel ``duckdb-extension-<name>``."""


def wheel_file(name: str) -> Path:
    """Return the extension file inside the installed wheel.

    Raises:
        JingcangError: the wheel is not installed.
    """
    import duckdb

    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise JingcangError(f"缺少 DuckDB 扩展 {name}", remedy="请运行 make setup 重新安装依赖")
    path = Path(next(iter(spec.submodule_search_locations))) / "extensions" / f"v{duckdb.__version__}"
    return path / f"{name}.duckdb_extension"


def prepare_extensions(home: Home) -> Path:
    """Put the extensions where DuckDB finds them; does nothing when they are there.

    Returns:
        The folder to set as ``extension_directory``.
    """
    import duckdb

    folder = home.extensions / f"v{duckdb.__version__}" / _platform()
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXTENSIONS:
        source, target = wheel_file(name), folder / f"{name}.duckdb_extension"
        if not target.exists() or target.stat().st_size != source.stat().st_size:
            temporary = target.with_suffix(f".{os.getpid()}.tmp")
            shutil.copyfile(source, temporary)
            os.replace(temporary, target)
    return home.extensions


def _platform() -> str:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        row = connection.execute("pragma platform").fetchone()
    return str(row[0]) if row else "linux_amd64"


if __name__ == "__main__":
    prepare_extensions(Home.resolve())
