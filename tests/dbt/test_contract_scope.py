"""Tests of contracts after an incremental build: what it wrote is held to them, what it left is not read again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from make_landed import make_landed
from test_warehouse import ROWS
from warehouse import dbt

MART, ENTITY = "fct_incidents", "incidents"
Plant = Callable[[duckdb.DuckDBPyConnection, str, str, str], None]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Path:
    """A build file that holds the mart and what it is made of."""
    database = tmp_path_factory.mktemp("built") / "build.duckdb"
    make_landed(database, ROWS)
    left_out = ["--exclude-resource-types", "unit_test", "test"]
    assert dbt(database, target, "build", "--select", f"+{MART}", *left_out) == []
    return database


def _days(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[str, str]:
    """Return two days that have rows."""
    found = connection.execute(
        f"select cast(event_date as varchar) from {relation} group by event_date order by event_date limit 2"
    ).fetchall()
    return found[0][0], found[1][0]


def _twice(connection: duckdb.DuckDBPyConnection, relation: str, day: str, other: str | None = None) -> None:
    """Write a row of a day a second time, under another day if one is given."""
    moved = "" if other is None else f" replace (date '{other}' as event_date)"
    connection.execute(
        f"insert into {relation} select *{moved} from {relation} where event_date = date '{day}' limit 1"
    )


def _without_key(connection: duckdb.DuckDBPyConnection, relation: str, day: str) -> None:
    connection.execute(
        f"insert into {relation} select * replace (null as incident_id) from {relation} "
        f"where event_date = date '{day}' limit 1"
    )


@pytest.mark.parametrize(
    ("relation", "name", "test"),
    [
        (MART, MART, f"{MART}_keeps_its_contract"),
        (f"landed.{ENTITY}", ENTITY, f"landed_{ENTITY}_keeps_its_contract"),
    ],
)
@pytest.mark.parametrize(
    "plant",
    [
        lambda connection, relation, one, two: _twice(connection, relation, one),
        lambda connection, relation, one, two: _twice(connection, relation, two, one),
        lambda connection, relation, one, two: _twice(connection, relation, one, two),
        lambda connection, relation, one, two: _without_key(connection, relation, one),
    ],
    ids=["key twice on the day", "key of another day", "key on another day", "no key"],
)
def test_a_breach_on_a_written_day_is_found(
    built: Path, target: Path, relation: str, name: str, test: str, plant: Plant
) -> None:  # fmt: skip
    working = target / "build.duckdb"
    shutil.copy(built, working)
    with duckdb.connect(str(working)) as connection:
        one, two = _days(connection, relation)
        plant(connection, relation, one, two)
    broken = target / "broken.duckdb"
    shutil.copy(working, broken)

    def is_found(written: dict[str, str]) -> bool:
        shutil.copy(broken, working)
        with duckdb.connect(str(working)) as connection:
            connection.execute("delete from control.affected_partitions")
            for what, day in written.items():
                connection.execute("insert into control.affected_partitions values (?, ?)", [what, day])
        shutil.copy(working, target / "asked.duckdb")
        return dbt(target / "asked.duckdb", target, "test", "--select", test) != []

    assert is_found({name: one})
    # What stood there passed when it was written.
    assert not is_found({name: "1990-01-01"})
    # Nothing of this table is written down, as in a full build: every row is read.
    assert is_found({"other": one})


def test_nothing_planted_is_nothing_found(built: Path, target: Path) -> None:
    tests = [f"{MART}_keeps_its_contract", f"landed_{ENTITY}_keeps_its_contract"]
    assert dbt(built, target, "test", "--select", *tests) == []
