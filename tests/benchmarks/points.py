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


def write_days(folder: Path, rows: int, days: int, last: dt.date = AS_OF, suffix: str = "") -> list[Path]:
    """Write a file a day, as the devices' exporter names them.

    Args:
        folder: where to.
        rows: of all files together.
        days: number of files.
        last: day of the last one.
        suffix: of the names, for files beside those of the same days.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text, paths = _SQL.read_text(encoding="utf-8"), []
    with duckdb.connect() as connection:
        for number in range(days):
            day = last - dt.timedelta(days=days - 1 - number)
            own = rows * (number + 1) // days - rows * number // days
            paths.append(folder / f"qw_gpsd_{day:%Y%m%d}{suffix}.parquet")
            query = text.format(rows=own, day=day, devices=-(-own // _MINUTES))
            connection.execute(f"copy ({query}) to '{paths[-1]}' (format parquet, compression zstd)")
    return paths
