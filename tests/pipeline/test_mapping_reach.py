"""What the mappings of a field change in the warehouse is what a build selects for them, measured model by model.

The selection is read from the models' SQL (``Lineage.read_of_mappings``); here every model is computed again without
the mappings of a field, and what then holds something else must have been selected.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jingcang.contracts.lineage import load_lineage
from jingcang.home import Home
from orchestration.publish.parts import contents
from orchestration.transform.dbt import compiled_manifest, history_models

OF_EVERY_KIND = ("incidents.initial_class_raw", "units.unit_kind_raw", "archive_items.category_raw")
"""An incremental fact, a dimension that most facts read, and one that figures rest on."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the models that are tables, upstream ones first, run history left out."""
    manifest = compiled_manifest(Home(tmp_path_factory.mktemp("compiled")).prepare())
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    order = TopologicalSorter(
        {key: node["depends_on"]["nodes"] for key, node in nodes.items()}
    ).static_order()
    later = history_models(manifest)
    made = [nodes[key] for key in order if key in nodes and nodes[key]["name"] not in later]
    return [node for node in made if node["config"]["materialized"] != "view"]


@pytest.fixture
def warehouse(demo_home: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    shutil.copy(demo_home / "build" / "build.duckdb", tmp_path / "build.duckdb")
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create table kept_mappings as from landed.code_mappings")
        yield connection


def changed_without(
    connection: duckdb.DuckDBPyConnection, models: list[dict[str, Any]], field: str
) -> set[str]:
    """Return the models that hold something else when a field has no mappings."""
    names = [node["name"] for node in models]
    before = {name: contents(connection, name) for name in names}
    connection.execute("begin")
    connection.execute("drop view landed.code_mappings")
    connection.execute(
        f"create view landed.code_mappings as from kept_mappings where field_name <> '{field}'"
    )
    for node in models:
        connection.execute(f"create or replace table {node['name']} as {node['compiled_code']}")
    changed = {name for name in names if contents(connection, name) != before[name]}
    connection.execute("rollback")
    return changed


def check(connection: duckdb.DuckDBPyConnection, models: list[dict[str, Any]], field: str) -> None:
    changed = changed_without(connection, models, field) - {"int_code_mappings"}
    selected = load_lineage().read_of_mappings([field])
    assert changed
    assert changed <= selected, f"{field}: a build would leave these as they are"


def test_nothing_is_left_as_it_is_that_a_mapping_changes(
    warehouse: duckdb.DuckDBPyConnection, models: list[dict[str, Any]]
) -> None:
    assert changed_without(warehouse, models, "no.such_field") == set()
    for field in OF_EVERY_KIND:
        check(warehouse, models, field)


@pytest.mark.slow
def test_of_no_field(warehouse: duckdb.DuckDBPyConnection, models: list[dict[str, Any]]) -> None:
    mapped = warehouse.execute("select distinct field_name from kept_mappings order by 1").fetchall()
    for (field,) in mapped:
        check(warehouse, models, field)


def test_the_selection_is_smaller_than_all_that_reads_a_mapping() -> None:
    lineage = load_lineage()
    selected = lineage.read_of_mappings(["incidents.initial_class_raw"])
    assert "fct_incidents" in selected
    assert not selected & {
        "dim_unit",
        "fct_cases",
        "fct_patrol_presence",
        "fct_population_monthly",
        "fct_kpi_records",
    }
    assert "dim_unit" in lineage.read_of_mappings(["units.unit_kind_raw"])
