"""逐行核查 on a large home: the page of each check with rows, and the way from a failing row to the row as received.

The page is opened by a steward on the real server, no check twice, so that nothing is in the door's cache; it shows the
first row of its list with file, line, raw values, warehouse row and history. Further rows are drawn from the whole list
and read as a click on them does. The world is that of ``pages``.

Usage: ``python -m tests.benchmarks.row_view [--rows 10000000] [--home DIR] [--drawn 200]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from dashboards.queries import steward
from jingcang.access import Door, Identity, Query
from jingcang.access.sessions import open_session
from jingcang.access.source_rows import read_source_row
from jingcang.config import load_settings
from jingcang.contracts.deployment import profile_of
from jingcang.home import Home
from jingcang.workbench import Workbench
from orchestration.serve.processes import Services, free_port
from orchestration.serve.services import start_dashboards
from tests.benchmarks.pages import LIMIT_P95_S, ROWS, SEED, account, p95
from tests.benchmarks.pages_world import made
from tests.benchmarks.readers import Opened, Reader

PAGE, DRAWN = "rows", 200
EVERY_ROW = Query(
    "逐行核查·全部",
    "select check_id, quality_row_id from {rpt_quality_rows} order by check_id, quality_row_id",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="row_view")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--home", type=Path, help="a home that is there")
    parser.add_argument("--drawn", type=int, default=DRAWN)
    given = parser.parse_args()
    os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", "benchmark")
    if given.home is not None:
        report(Home(given.home.resolve()), given.drawn)
        return
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        world = made(Path(scratch) / "world", given.rows)
        world.run()
        report(world.home, given.drawn)


def report(home: Home, drawn: int = DRAWN) -> None:
    """Measure on a home that is there and print."""
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    steward_account = account(workbench, "steward")
    checks = door.run(steward.CHECKS_WITH_ROWS, steward_account.identity)["check_id"].to_list()
    settings = load_settings(home)
    settings = settings.model_copy(
        update={"dashboards": settings.dashboards.model_copy(update={"port": free_port()})}
    )
    with Services(home.logs) as services:
        address = start_dashboards(services, home, settings).removeprefix("http://")
        services.wait_until_healthy()
        opened = asyncio.run(_read(address, open_session(workbench, steward_account), checks))
    _tell("row view, page of a check", [one.seconds for one in opened])
    for fault in {fault for one in opened for fault in one.faults}:
        print(f"  FAULT: {fault[:200]}")
    _tell("row view, a further row", _drawn(home, door, steward_account.identity, drawn))


async def _read(address: str, token: str, checks: list[str]) -> list[Opened]:
    async with Reader(address, token) as reader:
        await reader.open("quality", {})  # the session itself
        return [await reader.open(PAGE, {"check": check}) for check in checks]


def _drawn(home: Home, door: Door, identity: Identity, count: int) -> list[float]:
    """Return the seconds that each of some rows took from the list to the row as received and its history."""
    everything = door.run(EVERY_ROW, identity).rows()
    profile = profile_of(door.generation().profile)
    seconds = []
    for check_id, row_id in random.Random(SEED).sample(everything, min(count, len(everything))):
        started = time.perf_counter()
        found = read_source_row(door, identity, home, profile, check_id=check_id, row_id=row_id)
        seconds.append(time.perf_counter() - started)
        assert found is not None
    return seconds


def _tell(title: str, seconds: list[float]) -> None:
    print(
        f"{title}, {len(seconds)}: median {statistics.median(seconds):.2f}, p95 {p95(seconds):.2f}, "
        f"most {max(seconds):.2f} s, limit {LIMIT_P95_S:g}"
    )
    print(json.dumps({"benchmark": title, "p95_s": round(p95(seconds), 3), "limit_s": LIMIT_P95_S}))


if __name__ == "__main__":
    main()
