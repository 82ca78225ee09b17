"""A world of any number of 接警单 over 54 beats, for the pages: generated rows (``calls``) in the demo's case system.

Does not belong here: measuring (``pages``).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from jingcang.landing import connect, land_table
from orchestration.ingest import witness_process
from tests.benchmarks import calls
from tests.faults.records import AREAS, DISPATCHES, INCIDENTS, RESIDENTS, STATIONS, USES, Row, area
from tests.faults.world import World, age

TABLES = (INCIDENTS, DISPATCHES, RESIDENTS, STATIONS, AREAS, USES)
PORTION = 1_000_000
"""A first load of ten million rows at once needs more memory than the machine has: a batch is held whole."""


def made(root: Path, rows: int) -> World:
    """Return a world with so many incidents, landed a million at a time, as years of daily runs would have."""
    root.mkdir(parents=True)
    world = World(root, TABLES).create()
    world.insert(STATIONS, [_station(number) for number in range(1, 10)])
    world.drop_areas(list(_beats()))
    map_details(world)
    world.sql(INCIDENTS, f"delete from {INCIDENTS.split('.')[1]}")
    witness_process.start()
    for first in range(0, rows, PORTION):
        _add(world, calls.rows_sql(rows, first, min(rows, first + PORTION)))
        profile = world.profile()
        (table,) = (table for table in profile.tables if table.qualified == INCIDENTS)
        land_table(table, profile, world.home, as_of=calls.AS_OF, witness=witness_process.ask)
    return world


def map_details(world: World) -> None:
    """Map the third level of all classes of ``calls.sql`` but one: pages withhold what is unmapped beyond a limit."""
    for code in ("100200", "100600", "200100", "201000", "300100", "300200", "500100"):
        for number in (1, 2, 3):
            world.map_class(f"caseType110{code}.0{number}.01", code)


def _add(world: World, query: str) -> None:
    path = world.sqlite(INCIDENTS)
    with connect(world.home.prepare(), extensions=["sqlite_scanner"]) as connection:
        connection.execute(f"attach '{path}' as source (type sqlite)")
        connection.execute(f"insert into source.{INCIDENTS.split('.')[1]} by name {query}")
    age(path)


def _station(number: int) -> Row:
    return {"DWBH": f"9999015{number}0000", "DWMC": f"第{number}派出所", "DWLB": "3", "QYRQ": "2010-01-01"}


def _beats() -> Iterator[dict[str, Any]]:
    """Yield the 54 beats of the nine stations that ``calls.sql`` names, side by side over its coordinates."""
    for number, (unit, beat) in enumerate(product(range(1, 10), range(1, 7))):
        feature = area(0)
        west, south = 120.20 + 0.03 * (number % 9), 30.0 + 0.035 * (number // 9)
        corners = [
            [west, south], [west + 0.03, south], [west + 0.03, south + 0.035], [west, south + 0.035], [west, south],
        ]  # fmt: skip
        feature["geometry"]["coordinates"] = [corners]
        feature["properties"] |= {
            "ZRQBH": f"9999015{unit}{beat:02d}00",
            "ZRQMC": f"{unit}所第{beat}责任区",
            "DWBH": f"9999015{unit}0000",
        }
        yield feature
