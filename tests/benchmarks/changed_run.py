"""A run that changes little, and a run that changes nothing, against the full run of the same home.

The table is 巡组定位点 (``gps.qw_gpsd``): the one that grows to tens of millions of rows. A small profile holds it
beside calls, dispatches, residents, beats and archive uses of a few rows, so that every model runs as in the
product. A change is a late file of each of ten consecutive dates, together a thousandth of all rows. All runs go
through the product's whole pipeline, witness, checks and publishing included, in one process that ran before; the
last no-change run is a process of its own, its imports counted. At the end a full run of the changed sources must
publish the content hash that the changed runs did.

Usage: ``python -m tests.benchmarks.changed_run [--rows 10000000]``
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import points
from tests.benchmarks.measure import measure as measure_command
from tests.benchmarks.pairs import REPEATS, tell, watched
from tests.faults.records import AREAS, DISPATCHES, INCIDENTS, RESIDENTS, USES
from tests.faults.world import World, age

if TYPE_CHECKING:
    from orchestration.run import RunReport

POINTS, ROWS = "gps.qw_gpsd", 10_000_000
TABLES = (INCIDENTS, DISPATCHES, RESIDENTS, POINTS, AREAS, USES)
DAYS, CHANGED_DAYS, CHANGED_SHARE = 500, 10, 0.001
LIMIT, PROCESS_LIMIT_S, INSIDE_LIMIT_S = 0.05, 15.0, 5.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="changed_run")
    parser.add_argument("--rows", type=int, default=ROWS)
    run(parser.parse_args().rows)


def run(rows: int = ROWS) -> None:
    """Measure in a temporary folder and print."""
    os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", "benchmark")
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        measure(Path(scratch) / "world", rows)


def measure(root: Path, rows: int) -> None:
    """Run the pipeline full, changed and unchanged, and tell each.

    Args:
        root: folder of the world, not there yet.
        rows: of the table of points.
    """
    root.mkdir()
    # A first run of a few rows pays for imports and for parsing the models.
    world = World(root, TABLES).create()
    _deliver(world, 10 * DAYS)
    world.run()
    world.forget_runs()
    _deliver(world, rows)
    with watched() as peak:
        first, first_s = _timed(world.run)
    _show("full run", first, first_s)
    changed_s, unchanged_s = float("inf"), float("inf")
    for number in range(REPEATS):
        _deliver_late(world, rows, number)
        report, seconds = _timed(world.run)
        assert report.changed
        assert not report.full_refresh
        _show("changed run", report, seconds)
        changed_s = min(changed_s, seconds)
        again, seconds = _timed(world.run)
        assert not again.changed
        unchanged_s = min(unchanged_s, seconds)
    command = ["run", "--json", "--home", str(world.home.root), "--profile", str(world.profile_folder)]
    process_s = min(measure_command(command)[1] for _ in range(REPEATS))
    world.forget_runs()
    full, full_s = _timed(world.run)
    _show("full run", full, full_s)
    assert full.content_hash == report.content_hash
    tell(
        "changed run of a thousandth in ten dates / full run", product=changed_s, bare=min(first_s, full_s),
        limit=LIMIT, rows=rows, table=POINTS, peak_gb=round(peak.bytes / 1024**3, 2),
    )  # fmt: skip
    for title, seconds, limit in (
        ("no-change run, new process", process_s, PROCESS_LIMIT_S),
        ("no-change run, running process", unchanged_s, INSIDE_LIMIT_S),
    ):
        print(f"{title}: {seconds:.2f} s, limit {limit:g} s")
        print(json.dumps({"benchmark": title, "seconds": round(seconds, 2), "limit_s": limit, "rows": rows}))


def _timed(run: Callable[[], RunReport]) -> tuple[RunReport, float]:
    started = time.perf_counter()
    report = run()
    return report, time.perf_counter() - started


def _show(title: str, report: RunReport, seconds: float) -> None:
    print(f"{title}: {seconds:.1f} s, stages {dict(report.seconds)}", flush=True)


def _deliver(world: World, rows: int) -> None:
    for path in points.write_days(world.data / "gps", rows, DAYS):
        age(path)


def _deliver_late(world: World, rows: int, number: int) -> None:
    """Deliver a late file of each of ten consecutive dates, other ones for each number."""
    last = points.AS_OF - dt.timedelta(days=DAYS // 2 - 2 * CHANGED_DAYS * number)
    for path in points.write_days(
        world.data / "gps", int(rows * CHANGED_SHARE), CHANGED_DAYS, last, suffix="_late"
    ):
        age(path)


if __name__ == "__main__":
    main()
