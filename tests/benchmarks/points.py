"""Day files of 巡组定位点 in any number of rows, the same in every run.

Belongs here: where the rows come from (``points.sql``) and how they are spread over days.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

AS_OF = dt.date(2026, 6, 30)
_SQL = Path(__file__).with_suffix(".sql")
_MINUTES = 1440


def write_day(folder: Path, day: dt.date, rows: int) -> Path:
    """Write one day's file, as the devices' exporter names it.

    Args:
        folder: where to.
        day: the local day of all points.
        rows: of the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"qw_gpsd_{day:%Y%m%d}.parquet"
    query = _SQL.read_text(encoding="utf-8").format(rows=rows, day=day, devices=-(-rows // _MINUTES))
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    return path


def write_days(folder: Path, rows: int, days: int) -> list[Path]:
    """Write the files of the days that end with the as-of; their rows together are ``rows``."""
    first = AS_OF - dt.timedelta(days=days - 1)
    return [
        write_day(folder, first + dt.timedelta(days=number), rows * (number + 1) // days - rows * number // days)
        for number in range(days)
    ]
