"""Pages of evaluators and the integrity reviewer over a million uses of archive files.

The world is that of ``kpis``, every mart of it made by dbt and published as a run does it. One reader a role opens each
page for each assessment period with records, all units and each unit, and, where a page has one, each KPI. Nothing is
opened twice, also not by the second role, so that what is seen is not in the door's cache.

Usage: ``python -m tests.benchmarks.kpi_pages [--uses 1000000] [--officers 300] [--home DIR]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from dashboards.components.frame import units_in_scope
from dashboards.components.kpis import kpis
from dashboards.queries import archive
from dashboards.registry import PageSpec, pages_of
from dashboards.sections.period_choice import words
from jingcang.access import Door
from jingcang.access.sessions import open_session
from jingcang.config import load_settings
from jingcang.home import Home
from jingcang.workbench import Workbench
from orchestration.publish.generations import publish
from orchestration.serve.processes import Services, free_port
from orchestration.serve.services import start_dashboards
from tests.benchmarks.kpis import OFFICERS, USES, made
from tests.benchmarks.pages import LIMIT_P95_S, account, p95
from tests.benchmarks.readers import Opened, Reader

ROLES = ("evaluator", "integrity_reviewer")
GROUP = "考核"
"""Group of the navigation whose pages are opened."""
AS_OF = "2026-06-30"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="kpi_pages")
    parser.add_argument("--uses", type=int, default=USES)
    parser.add_argument("--officers", type=int, default=OFFICERS)
    parser.add_argument("--home", type=Path, help="folder of the home: made unless it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        root = given.home or Path(scratch) / "home"
        if not root.exists():
            _make(root, given.uses, given.officers)
        report(Home(root.resolve()))


def _make(root: Path, uses: int, officers: int) -> None:
    home = Home(root.resolve()).prepare()
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        database, _ = made(Path(scratch), uses, officers)
        home.build.mkdir(parents=True, exist_ok=True)
        database.replace(home.build_database)
    publish(home, inputs="", as_of=AS_OF, profile="demo", run_id="benchmark", batches=())


def report(home: Home) -> None:
    """Measure on a home that is there and print a line a page, the slowest first."""
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    settings = load_settings(home)
    port = free_port()
    settings = settings.model_copy(
        update={"dashboards": settings.dashboards.model_copy(update={"port": port})}
    )
    opened: dict[str, list[Opened]] = defaultdict(list)
    with Services(home.logs) as services:
        address = start_dashboards(services, home, settings).removeprefix("http://")
        services.wait_until_healthy()
        for role in ROLES:
            of_role = account(workbench, role)
            units = units_in_scope(door, of_role.identity)
            periods = [words(period) for period in door.run(archive.PERIODS, of_role.identity).rows()]
            token = open_session(workbench, of_role)
            asyncio.run(_read(address, token, role, periods, list(units.values()), opened))
    seconds = {path: [one.seconds for one in of_page] for path, of_page in opened.items()}
    for path, own in sorted(seconds.items(), key=lambda item: -p95(item[1])):
        print(
            f"{path} {len(own)}: median {statistics.median(own):.2f}, p95 {p95(own):.2f}, most {max(own):.2f} s"
        )
        for fault in {fault for one in opened[path] for fault in one.faults}:
            print(f"  FAULT on {path}: {fault[:200]}")
    everything = [one for own in seconds.values() for one in own]
    worst = max(seconds, key=lambda path: p95(seconds[path]))
    print(
        json.dumps(
            {
                "benchmark": "pages of evaluators", "p95_s": round(p95(everything), 2), "limit_s": LIMIT_P95_S,
                "slowest_page": worst, "slowest_p95_s": round(p95(seconds[worst]), 2), "opened": len(everything),
            }
        )
    )  # fmt: skip


async def _read(
    address: str, token: str, role: str, periods: list[str], units: list[str], opened: dict[str, list[Opened]]
) -> None:
    done = set(opened)
    async with Reader(address, token) as reader:
        await reader.open(pages_of(role)[0].path, {})  # the session itself
        for spec in pages_of(role):
            if spec.section != GROUP or spec.path in done:
                continue
            for choices in _choices(spec, periods, units):
                opened[spec.path].append(await reader.open(spec.path, choices))


def _choices(spec: PageSpec, periods: list[str], units: list[str]) -> Iterator[Mapping[str, str]]:
    for period in periods:
        places = [{}, *({"unit": unit} for unit in units)] if "unit" in spec.controls else [{}]
        for number, place in enumerate(places):
            yield {"year": period, **place}
            if spec.path == "archive" and not number:
                yield from ({"year": period, "kpi": kpi.name_zh} for kpi in kpis().values())


if __name__ == "__main__":
    main()
