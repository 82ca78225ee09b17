"""A build file for dbt's own tests in which each tested table is faultless, or breaks every test about it.

Belongs here: the tables. Does not belong here: the tests, which are dbt's.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from jingcang.contracts import Profile, load_entities, load_marts
from orchestration.transform.dbt import PROJECT
from tests.contracts.planted import create, filled, insert, landed, mart_kinds

SINGULAR: dict[str, dict[str, Any]] = {
    "fct_incidents": {"incident_id": "多"},
    "fct_patrol_presence": {"presence_id": "久", "presence_seconds": 3601},
    "fct_disputes": {"dispute_id": "悬空", "incident_id": "不存在"},
    "dim_area": {"area_id": "又一版", "valid_to": None},
}
"""Mart → a row that breaks a test written by hand: an uncounted incident, a longer hour, a pointer to
nothing, a second version."""

FAULTLESS: dict[str, dict[str, Any]] = {"rpt_incident_week_hours": {"incident_millionths": 1_000_000}}
"""Mart → values of its faultless row that a test compares with another table: one incident is a million millionths."""

STRIPS = {"area_id": "string", "strip": "integer", "west_x": "integer", "east_x": "integer"}
"""Columns of the derived table that a test written by hand reads: the faultless area has a boundary."""


def build(path: Path, profile: Profile, *, is_wrong: bool) -> None:
    """Write the build file: a row a table, and where ``is_wrong`` one without values and one twice."""
    with landed(profile) as source:
        listed = "select table_name from information_schema.tables where table_schema = 'landed'"
        tables = [name for (name,) in source.execute(listed).fetchall()]
        source.execute(f"attach '{path}' as build; create schema build.landed")
        for name in tables:
            source.execute(f"create table build.landed.{name} as select * from landed.{name} limit 1")
    with duckdb.connect(str(path)) as connection:
        for entity in load_entities().values():
            _rows(
                connection,
                f"landed.{entity.name}",
                {c.name: c.type for c in entity.columns},
                entity.key,
                is_wrong,
            )
        connection.execute("create schema derived")
        create(connection, "derived.area_strips", STRIPS)
        insert(connection, "derived.area_strips", filled(STRIPS))
        for mart in load_marts().values():
            kinds = mart_kinds(mart.name)
            create(connection, mart.name, kinds)
            _rows(connection, mart.name, kinds, mart.key, is_wrong)
            if is_wrong and mart.name in SINGULAR:
                insert(connection, mart.name, filled(kinds) | SINGULAR[mart.name])
        for seed in sorted((PROJECT / "seeds").rglob("*.csv")):
            with seed.open(encoding="utf-8", newline="") as file:
                kinds = dict.fromkeys(next(csv.reader(file)), "string")
            create(connection, seed.stem, kinds)
            _rows(connection, seed.stem, kinds, tuple(kinds), is_wrong)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    kinds: Mapping[str, str],
    key: tuple[str, ...],
    is_wrong: bool,
) -> None:
    connection.execute(f"delete from {table}")
    row = filled(kinds) | FAULTLESS.get(table, {})
    insert(connection, table, row)
    if is_wrong:
        insert(connection, table, row)
        insert(connection, table, dict.fromkeys(kinds))
