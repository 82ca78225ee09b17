"""A thousandth of ten million incidents changed inside ten consecutive dates, against the run that landed them all.

Half of the changed rows of 接警单 stood there and were written again with another text, half of them arrive late. The
world is that of the pages (``pages_world``); its first load, a million at a time, and the run after it are the full
run. Landing, witness, checks, alerts and publishing are included on both sides. Does not belong here:
points of patrols (``changed_run``).

Usage: ``python -m tests.benchmarks.changed_incidents [--rows 10000000] [--world DIR --full-seconds S]``, the latter on
a world that ``pages --keep DIR`` made, with the seconds it told.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from tests.benchmarks import calls
from tests.benchmarks.pages_world import TABLES, made
from tests.benchmarks.pairs import REPEATS, tell, watched
from tests.faults.records import INCIDENTS
from tests.faults.world import World, age

ROWS, CHANGED_DAYS, CHANGED_SHARE, LIMIT = 10_000_000, 10, 0.001, 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="changed_incidents")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--world", type=Path, help="a world that is there, and is changed")
    parser.add_argument("--full-seconds", type=float, default=0.0, help="what its first load and run took")
    given = parser.parse_args()
    os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", "benchmark")
    if given.world is not None:
        measure(World(given.world.resolve(), TABLES), given.rows, given.full_seconds)
        return
    run(given.rows)


def run(rows: int = ROWS) -> None:
    """Make a world by the whole pipeline, measure on it and print."""
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        started = time.perf_counter()
        world = made(Path(scratch) / "world", rows)
        world.run()
        measure(world, rows, time.perf_counter() - started)


def measure(world: World, rows: int, full_seconds: float) -> None:
    """Change the source three times, run after each, and tell the fastest.

    Args:
        world: of ``rows`` incidents, all of them published.
        rows: incidents of the world.
        full_seconds: from the first row to the publication of all.
    """
    fastest = float("inf")
    world.run(force=True)  # pays for imports and for parsing the models
    with watched() as peak:
        for number in range(REPEATS):
            changed = change(world, rows, number)
            started = time.perf_counter()
            report = world.run()
            fastest = min(fastest, time.perf_counter() - started)
            assert report.changed
            assert not report.full_refresh
            print(
                f"{changed} rows changed: {report.seconds['total']} s, stages {dict(report.seconds)}",
                flush=True,
            )
            print(f"  of the processor: {dict(report.processor_seconds)}", flush=True)
    tell(
        "changed run of a thousandth of incidents in ten dates / first load and run", product=fastest,
        bare=full_seconds, limit=LIMIT, rows=rows, table=INCIDENTS, peak_gb=round(peak.bytes / 1024**3, 2),
    )  # fmt: skip


def change(world: World, rows: int, number: int) -> int:
    """Write a thousandth of the rows again, half of them as new ones, other dates for each number.

    Returns:
        How many rows were written.
    """
    wanted = max(2, int(rows * CHANGED_SHARE))
    a_day = max(1, rows // calls.DAYS)
    first = rows - (20 * number + 60) * a_day
    name = INCIDENTS.split(".")[1]
    chosen = f"select * from {name} where rowid > {first} and rowid <= {first + CHANGED_DAYS * a_day} order by rowid"
    # The last second of the run's day: an increment by watermark sees no change that is dated before the last.
    later = "20260630235959"
    path = world.sqlite(INCIDENTS)
    with closing(connect(path)) as connection, connection:
        columns = [row[1] for row in connection.execute(f"pragma table_info({name})")]
        connection.execute(f"create temp table late as {chosen} limit {wanted // 2}")
        # Numbers of a day lie close together (``calls.sql``): far from them nothing stands.
        connection.execute(
            "update late set GXSJ = ?, "
            "JJDBH = substr(JJDBH, 1, 14) || printf('%06d', (substr(JJDBH, 15) + ?) % 1000000)",
            (later, 100_000 * (number + 1)),
        )
        updated = connection.execute(
            f"update {name} set BJNR = BJNR || '，补充' || ?, GXSJ = ? where rowid in "
            f"(select rowid from ({chosen.replace('*', 'rowid', 1)} limit {wanted - wanted // 2}))",
            (number, later),
        ).rowcount
        listed = ", ".join(columns)
        added = connection.execute(f"insert into {name} ({listed}) select {listed} from late").rowcount
    age(path)
    return updated + added


if __name__ == "__main__":
    main()
