"""The models from GPS points to patrol minutes against one window query over the same points.

The query that the limit names (``bare/patrol_presence.sql``) counts a gap to its first point's cell. Beside it stands
one that cuts ways at cells and hours and merges crews as the models do (``bare/patrol_presence_cut.sql``). All read the
same day files, as landing writes them; the product's side is what dbt compiles of the models
up to ``fct_patrol_presence``. Half of the crews answer a call a day, and every station has a yard. A day of 6,000,000
points alone is told apart, and the bare query's steps in pandas.

Usage: ``python -m tests.benchmarks.presence [--rows 100000000] [--day-rows 6000000]``
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.benchmarks import points
from tests.benchmarks.pairs import least, statement, tell, watched
from tests.dbt.make_landed import make_landed
from tests.dbt.warehouse import dbt

MODELS = (
    "int_patrol_calls",
    "int_patrol_tracks",
    "int_patrol_gaps",
    "int_patrol_limits",
    "int_patrol_intervals",
    "int_patrol_cuts",
    "int_patrol_time",
    "int_patrol_crossings",
    "int_patrol_cells",
    "int_patrol_stays",
    "fct_patrol_presence",
)
ROWS, DAYS, DAY_ROWS, PANDAS_ROWS = 100_000_000, 17, 6_000_000, 1_000_000
LIMIT, PEAK_LIMIT_GB, DAY_LIMIT_S = 1.5, 6.0, 3.0
MEMORY = "4GB"
"""Of the engine; a run's own processes take the rest of the limit."""

_LANDED = """
copy (
    select 'gps' as source_system, "ZDBH" as device_no, "XZBH" as patrol_unit_no, "DWBH" as unit_no,
        cast("DWSJ" as date) as event_date, timezone('Asia/Shanghai', "DWSJ") as recorded_at,
        cast("JD" as decimal(9, 6)) as longitude, cast("WD" as decimal(9, 6)) as latitude,
        cast("DWJD" as bigint) as accuracy_m, "QWZT" as duty_status_raw, 'gps' as _source_system,
        'qw_gpsd' as _source_table, null::varchar as _source_key, 'b1' as _source_batch_id,
        '{file.name}' as _source_file, row_number() over () as _source_line
    from read_parquet('{file}') where "DWSJ" is not null
) to '{target}' (format parquet, compression zstd)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="presence")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--day-rows", type=int, default=DAY_ROWS)
    given = parser.parse_args()
    run(given.rows, given.day_rows)


def run(rows: int = ROWS, day_rows: int = DAY_ROWS) -> None:
    """Measure in a temporary folder and print.

    Args:
        rows: of all days together.
        day_rows: of the single day.
    """
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        folder = Path(scratch)
        many, single = prepared(folder / "many", rows, DAYS), prepared(folder / "single", day_rows, 1)
        measure(many, rows)
        measure_day(single, day_rows)
        measure_pandas(folder / "many", min(rows, PANDAS_ROWS))


def prepared(folder: Path, rows: int, days: int) -> Path:
    """Write points as landing keeps them, and compile the models.

    Args:
        folder: where to.
        rows: points of all days together.
        days: one file each.

    Returns:
        The build database; the compiled models lie beside it.
    """
    (folder / "target").mkdir(parents=True)
    (folder / "landed").mkdir()
    for file in points.write_days(folder / "raw", rows, days):
        duckdb.sql(_LANDED.format(file=file, target=folder / "landed" / file.name))
        file.unlink()
    database = folder / "build.duckdb"
    make_landed(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement("presence_world.sql", files=folder / "landed" / "*.parquet"))
    compile_models(database)
    return database


def compile_models(database: Path) -> None:
    """Build what the models read besides each other, and compile them beside the database.

    The models themselves are built when they are measured, under the limit of memory.
    """
    before = ["--select", *(f"+{name}" for name in MODELS), "--exclude", *MODELS]
    for command in (
        ["build", *before, "--exclude-resource-types", "unit_test", "test"],
        ["compile", "--select", *MODELS, "--full-refresh"],
    ):
        # What dbt compiles it prints, too.
        with contextlib.redirect_stdout(io.StringIO()):
            failed = dbt(database, database.parent / "target", *command)
        assert failed == [], failed


def _statements(database: Path) -> list[str]:
    target = database.parent / "target"
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    by_name = {node["name"]: node for node in nodes.values()}
    statements = []
    for name in MODELS:
        kind = "view" if by_name[name]["config"]["materialized"] == "view" else "table"
        path = target / "compiled" / "jingcang" / by_name[name]["original_file_path"]
        statements.append(f"create or replace {kind} {name} as {path.read_text('utf-8')}")
    return statements


def _connect(database: Path) -> duckdb.DuckDBPyConnection:
    settings: dict[str, Any] = {"autoinstall_known_extensions": "false", "memory_limit": MEMORY}
    connection = duckdb.connect(str(database), config=settings)
    connection.execute("set preserve_insertion_order = false; set TimeZone = 'UTC'")
    return connection


def measure(database: Path, rows: int) -> None:
    """Time the models and both bare queries in turn, and print."""
    statements = _statements(database)
    with _connect(database) as connection, watched() as peak:

        def built() -> None:
            for made in statements:
                connection.execute(made)

        product_s, bare_s, cut_s = least(
            built,
            lambda: connection.execute(statement("patrol_presence.sql")),
            lambda: connection.execute(statement("patrol_presence_cut.sql")),
        )
        facts = dict(
            connection.execute(
                "select 'cells', count(*) from fct_patrol_presence union all "
                "select 'device_seconds', sum(device_seconds) from fct_patrol_presence union all "
                "select 'cut_device_seconds', sum(device_seconds) from bare_presence_cut union all "
                "select coalesce(exclusion_code, 'patrol'), sum(interval_seconds) from int_patrol_time group by 1"
            ).fetchall()
        )
    tell(
        "GPS points to presence / one window query", product=product_s, bare=bare_s, limit=LIMIT, rows=rows,
        peak_gb=round(peak.bytes / 1024**3, 2), peak_limit_gb=PEAK_LIMIT_GB, **facts,
    )  # fmt: skip
    tell(
        "GPS points to presence / one query that cuts", product=product_s, bare=cut_s, limit=LIMIT, rows=rows
    )


def measure_day(database: Path, rows: int) -> None:
    """Time the models on one day's points, loaded before, and print."""
    with _connect(database) as connection:

        def built() -> None:
            for made in _statements(database):
                connection.execute(made)

        (seconds,) = least(built)
    print(f"one day of {rows:,} points to presence: {seconds:.2f} s, limit {DAY_LIMIT_S:g} s")


def measure_pandas(folder: Path, rows: int) -> None:
    """Time the steps of the bare query in pandas, the points already read, and print."""
    files = str(folder / "landed" / "*.parquet")
    frame = duckdb.sql(f"from read_parquet('{files}') limit {rows}").df()
    frame = frame.astype({"longitude": float, "latitude": float})
    started = time.perf_counter()
    kept = frame[frame["longitude"].notna() & (frame["accuracy_m"].fillna(0) <= 50)]
    kept = kept.sort_values(["device_no", "recorded_at"])
    ahead = kept.groupby("device_no")["recorded_at"].shift(-1)
    gap = (ahead - kept["recorded_at"]).dt.total_seconds()
    found = pd.DataFrame(
        {
            "patrol_unit_id": kept["patrol_unit_no"].fillna(kept["device_no"]),
            "cell_row": kept["latitude"] // 0.0045,
            "cell_column": kept["longitude"] // 0.0052,
            "event_date": kept["event_date"],
            "event_hour": kept["recorded_at"].dt.tz_convert("Asia/Shanghai").dt.hour,
            "presence_seconds": gap,
        }
    )[gap.between(1, 180)]
    keys = ["patrol_unit_id", "cell_row", "cell_column", "event_date", "event_hour"]
    cells = len(found.groupby(keys)["presence_seconds"].sum())
    print(
        f"the bare query's steps in pandas, {rows:,} points: {time.perf_counter() - started:.2f} s, {cells:,} cells"
    )


if __name__ == "__main__":
    main()
