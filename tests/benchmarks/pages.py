"""Every page under twenty readers, on a home of ten million incidents.

Each of twenty sessions (leaders, stewards, evaluators) opens a page for a place every five seconds, for five minutes,
on the real server. Half of them ask what nobody asked before, so that what they see is not in the door's cache; the
other half asks what somebody asked. Before that, each page is opened once in Chromium, alone, for the first paint. The
door against the bare engine is measured by ``ratios``.

The home is made by the product's own pipeline from generated rows of 接警单 (``calls``) in the demo's case system, with
54 beats; every other source has a few rows. ``--home DIR`` uses a home that is there (with unit and area names of its
own), which is what to do twice: to make one takes most of the time.

Usage: ``python -m tests.benchmarks.pages [--rows 10000000] [--home DIR] [--keep DIR] [--minutes 5]``
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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import sync_playwright

from dashboards.components.frame import units_in_scope
from dashboards.queries import common
from dashboards.registry import pages_of
from dashboards.session import COOKIE
from jingcang.access import Door, Identity
from jingcang.access.accounts import Account, add_account, find_account
from jingcang.access.sessions import open_session
from jingcang.config import load_settings
from jingcang.home import Home
from jingcang.workbench import Workbench
from orchestration.serve.processes import Services, free_port
from orchestration.serve.services import start_dashboards
from tests.benchmarks.pages_world import made
from tests.benchmarks.pairs import watched
from tests.benchmarks.readers import Opened, Reader
from tests.servers import find

ROWS, SESSIONS, EVERY_S, MINUTES = 10_000_000, 20, 5.0, 5.0
LIMIT_P95_S, LIMIT_FIRST_S = 1.0, 2.0
ROLES = ("leader_bureau",) * 12 + ("steward",) * 5 + ("evaluator",) * 3
SEED = 20261126


@dataclass
class Told:
    """What the readers saw."""

    opened: dict[str, list[tuple[bool, Opened]]] = field(default_factory=lambda: defaultdict(list))
    late: int = 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="pages")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--home", type=Path, help="a home that is there")
    parser.add_argument("--keep", type=Path, help="folder for the world that is made, not there yet")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    given = parser.parse_args()
    if given.home is not None:
        report(Home(given.home.resolve()), given.minutes)
        return
    run(given.rows, given.minutes, given.keep)


def run(rows: int = ROWS, minutes: float = MINUTES, keep: Path | None = None) -> None:
    """Make a home by the whole pipeline, then measure on it."""
    os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", "benchmark")
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        root = keep or Path(scratch) / "world"
        started = time.perf_counter()
        with watched() as peak:
            world = made(root, rows)
            report_of_run = world.run()
        print(
            f"pipeline over {rows:,} incidents: {time.perf_counter() - started:.0f} s, "
            f"peak {peak.bytes / 1024**3:.1f} GB, stages {dict(report_of_run.seconds)}",
            flush=True,
        )
        report(world.home, minutes)


def report(home: Home, minutes: float = MINUTES) -> None:
    """Measure on a home that is there and print."""
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    settings = load_settings(home)
    port = free_port()
    settings = settings.model_copy(
        update={"dashboards": settings.dashboards.model_copy(update={"port": port})}
    )
    with Services(home.logs) as services:
        address = start_dashboards(services, home, settings).removeprefix("http://")
        services.wait_until_healthy()
        tokens = {role: open_session(workbench, account(workbench, role)) for role in set(ROLES)}
        first_paint(address, tokens)
        told = asyncio.run(
            _load(address, tokens, _places(door, account(workbench, ROLES[0]).identity), minutes)
        )
    _tell(told, minutes)


def account(workbench: Workbench, role: str) -> Account:
    """Return the account of a role for all units, made where there is none."""
    user_id = f"bench-{role}"
    return find_account(workbench, user_id) or add_account(
        workbench, user_id=user_id, display_name=user_id, role=role, unit_nos=("*",),
        password="long enough for a benchmark",
    )  # fmt: skip


def _places(door: Door, identity: Identity) -> list[dict[str, str]]:
    """Return everything that can be chosen in the top bar: all, each unit, each beat."""
    units = units_in_scope(door, identity)
    areas = door.run(common.AREAS, identity, units=[]).to_dicts()
    chosen = [
        {"unit": units[row["unit_no"]], "area": row["area_name"] or row["area_no"]}
        for row in areas
        if row["unit_no"] in units
    ]
    return [{}, *({"unit": name} for name in units.values()), *chosen]


async def _load(
    address: str, tokens: Mapping[str, str], places: Sequence[dict[str, str]], minutes: float
) -> Told:
    told, dice = Told(), random.Random(SEED)
    never, asked = {}, {}
    for role in set(ROLES):
        never[role] = [
            (spec, place)
            for spec in pages_of(role)
            for place in (places if "unit" in spec.controls else [{}])
        ]
        dice.shuffle(never[role])
        asked[role] = [(spec, {}) for spec in pages_of(role)]
    started = time.perf_counter()
    end = started + 60 * minutes

    async def read(number: int, role: str) -> None:
        is_cold = number % 2 == 0
        async with Reader(address, tokens[role]) as reader:
            due = started + number * EVERY_S / SESSIONS
            while due < end:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                told.late += time.perf_counter() > due + EVERY_S
                fresh = is_cold and bool(never[role])
                spec, place = never[role].pop() if fresh else dice.choice(asked[role])
                told.opened[spec.path].append((fresh, await reader.open(spec.path, place)))
                asked[role].append((spec, place))
                due += EVERY_S

    async with asyncio.TaskGroup() as group:
        for number, role in enumerate(ROLES):
            group.create_task(read(number, role))
    return told


def first_paint(address: str, tokens: Mapping[str, str]) -> None:
    """Open each page in Chromium and print when its first heading was there, the slowest first."""
    seconds: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find("chromium", "chromium-browser"))
        for role, token in tokens.items():
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            context.add_cookies([{"name": COOKIE, "value": token, "url": f"http://{address}"}])
            page = context.new_page()
            page.goto(f"http://{address}/")  # the scripts of the frame itself are fetched once a day
            page.wait_for_selector(".jc-foot", timeout=60_000)
            for spec in pages_of(role):
                started = time.perf_counter()
                page.goto(f"http://{address}/{spec.path}")
                page.wait_for_selector("h2", timeout=60_000)
                seconds[spec.path] = time.perf_counter() - started
        browser.close()
    worst = sorted(seconds.items(), key=lambda item: -item[1])
    print("first paint: " + ", ".join(f"{name} {value:.2f} s" for name, value in worst[:8]))
    print(
        json.dumps(
            {
                "benchmark": "first paint",
                "slowest_s": round(worst[0][1], 2),
                "limit_s": LIMIT_FIRST_S,
                "pages": len(worst),
            }
        )
    )


def _tell(told: Told, minutes: float) -> None:
    """Print a line a page, slowest first, and all together, cold and asked before apart."""

    def line(title: str, opened: Sequence[tuple[bool, Opened]]) -> str:
        parts = []
        for name, fresh in (("cold", True), ("asked before", False)):
            seconds = sorted(item.seconds for is_fresh, item in opened if is_fresh is fresh)
            if seconds:
                parts.append(
                    f"{name} {len(seconds)}: median {statistics.median(seconds):.2f}, p95 {p95(seconds):.2f} s"
                )
        return f"{title}: " + "; ".join(parts)

    for path, opened in sorted(
        told.opened.items(), key=lambda item: -p95([one.seconds for _, one in item[1]])
    ):
        print(line(path, opened))
        for words in {words for _, one in opened for words in one.faults}:
            print(f"  FAULT on {path}: {words[:200]}")
    everything = [item for opened in told.opened.values() for item in opened]
    print(line("all pages", everything))
    print(
        json.dumps(
            {
                "benchmark": "pages under load", "p95_s": round(p95([item.seconds for _, item in everything]), 2),
                "limit_s": LIMIT_P95_S, "sessions": SESSIONS, "every_s": EVERY_S, "minutes": minutes,
                "opened": len(everything), "asked_late": told.late,
            }
        )
    )  # fmt: skip


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile, one of those given."""
    return sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))]


if __name__ == "__main__":
    main()
