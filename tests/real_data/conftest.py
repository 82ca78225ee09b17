"""Real profiles landed once a session, read through the same views as the warehouse.

A whole test run does two drawn cities of them; ``make slow``, and a run that names files, all.

Belongs here: landing a shipped profile into a scratch home and opening it. Does not belong here: figures.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jingcang.contracts import load_entities, load_profile
from jingcang.home import Home
from jingcang.landing import create_landed_views, current_cut, land_mapping_seeds, land_table

CITIES = ("carrollton", "chicago", "milwaukee", "seattle", "st_louis", "taipei")
CITIES_A_RUN = 2
PROFILES = Path(__file__).resolve().parents[2] / "data_contracts" / "profiles"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of each city: two drawn ones are done."""
    drawn = random.Random(os.environ["JINGCANG_TEST_SEED"]).sample(CITIES, CITIES_A_RUN)
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
            cities = [city for city in CITIES if city in (*item.fixturenames, *map(str, parameters))]
            if cities:
                item.add_marker(pytest.mark.drawn(float(any(city in drawn for city in cities))))


@dataclass(frozen=True)
class Landed:
    """A landed profile: the profile, results by table, and a connection that sees ``landed.*``."""

    profile: Any
    results: dict[str, Any]
    connection: duckdb.DuckDBPyConnection
    home: Home

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query over ``landed.*``."""
        return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        (row,) = self.rows(sql)
        return row


def land(directory: Path, home: Home, data: Path | None = None) -> Landed:
    """Land every table and mapping seed of a profile and open the result."""
    profile = load_profile(directory, data=data)
    assert profile.as_of is not None
    as_of: dt.date = profile.as_of
    home.prepare()
    results = {table.qualified: land_table(table, profile, home, as_of=as_of) for table in profile.tables}
    land_mapping_seeds(profile, home, as_of=as_of)
    connection = duckdb.connect()
    create_landed_views(connection, home, current_cut(home), load_entities())
    return Landed(profile, results, connection, home)


@pytest.fixture(scope="session")
def landed(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Landed]]:
    """Return a function (profile, folder below incidents) → landed profile, landed once a session."""
    opened: list[Landed] = []

    @cache
    def once(name: str, folder: str) -> Landed:
        home = Home(tmp_path_factory.mktemp(name))
        opened.append(land(PROFILES / name, home, real_data / "incidents" / folder))
        return opened[-1]

    yield once
    for item in opened:
        item.connection.close()
