"""What an incremental build leaves alone, and what it must not leave alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from jingcang.contracts.lineage import Lineage, load_lineage
from orchestration.transform.selection import READ_OF_MAPPINGS, input_versions, nodes_to_build


def node(
    name: str,
    kind: str = "model",
    materialized: str = "table",
    meta: list[str] | None = None,
    **extra: object,
) -> dict:
    return {
        "name": name, "resource_type": kind, "tags": [], "depends_on": {"nodes": []},
        "config": {"materialized": materialized, "meta": {"only_after": meta or []}}, **extra,
    }  # fmt: skip


MANIFEST = {
    "sources": {
        "source.p.landed.incidents": {"source_name": "landed", "name": "incidents"},
        "source.p.landed.units": {"source_name": "landed", "name": "units"},
        "source.p.control.run": {"source_name": "control", "name": "run"},
        "source.p.landed.code_mappings": {"source_name": "landed", "name": "code_mappings"},
    },
    "nodes": {
        "seed.p.codes": node("codes", "seed"),
        "model.p.stg_incidents": node("stg_incidents", materialized="view"),
        "model.p.fct_incidents": node("fct_incidents", materialized="incremental"),
        "model.p.fct_response": node("fct_response", meta=["fct_incidents"]),
        "model.p.fct_links": node("fct_links"),
        "model.p.stg_code_mappings": node("stg_code_mappings", materialized="view"),
        "model.p.int_code_mappings": node("int_code_mappings"),
        "model.p.int_raw_values": node("int_raw_values"),
        "model.p.dim_unit": node("dim_unit"),
        "model.p.dim_date": node("dim_date"),
        "model.p.fct_quality": node("fct_quality", tags=["history"]),
        "test.p.key": node("key", "test", "test", depends_on={"nodes": ["model.p.fct_incidents"]}),
        "test.p.unit": node("unit", "test", "test", depends_on={"nodes": ["model.p.dim_unit"]}),
        "test.p.codes": node("codes_unique", "test", "test", depends_on={"nodes": ["seed.p.codes"]}),
        "test.p.mappings": node("mappings", "test", "test", depends_on={"nodes": ["model.p.int_code_mappings"]}),
        "test.p.later": node(
            "later", "test", "test", depends_on={"nodes": ["model.p.fct_quality", "model.p.dim_unit"]}
        ),
    },
    "child_map": {
        "source.p.landed.incidents": ["model.p.stg_incidents"],
        "model.p.stg_incidents": ["model.p.fct_incidents"],
        "model.p.fct_incidents": ["test.p.key", "model.p.fct_quality", "model.p.fct_response", "model.p.fct_links"],
        "source.p.landed.units": ["model.p.dim_unit"],
        "model.p.dim_unit": ["test.p.unit", "test.p.later"],
        "model.p.fct_quality": ["test.p.later"],
        "source.p.control.run": ["model.p.dim_date"],
        "source.p.landed.code_mappings": ["model.p.stg_code_mappings"],
        "model.p.stg_code_mappings": ["model.p.int_code_mappings"],
        "model.p.int_code_mappings": [
            "model.p.fct_incidents", "model.p.dim_unit", "model.p.int_raw_values", "test.p.mappings",
        ],
    },
}  # fmt: skip
CLASS, KIND = "landed.code_mappings:incidents.class_raw", "landed.code_mappings:units.kind_raw"
BEFORE = {
    "landed.incidents": "1", "landed.units": "1", "control.run": "1", "landed.code_mappings": "1", CLASS: "1", KIND: "1"
}  # fmt: skip
TESTED = ["test.p.key", "test.p.unit", "test.p.codes", "test.p.mappings"]
LINEAGE = Lineage(
    columns={
        "int_code_mappings": {"code": frozenset()},
        "fct_incidents": {"class_code": frozenset({("int_code_mappings", "code")}), "key": frozenset()},
        "fct_links": {"key": frozenset({("fct_incidents", "key")})},
        "dim_unit": {"kind_code": frozenset({("int_code_mappings", "code")})},
        "int_raw_values": {"code": frozenset({("int_code_mappings", "code")})},
    },
    rows={}, inputs={}, pages={}, kpis={},
    mapped_fields={"fct_incidents": frozenset({"incidents.class_raw"}), "dim_unit": frozenset({"units.kind_raw"})},
)  # fmt: skip
"""Nothing says which fields ``int_raw_values`` reads, and ``fct_links`` draws no column that rests on a mapping."""
LANDED = {"landed.code_mappings": "2"}


@pytest.mark.parametrize(
    ("changed", "tested", "built"),
    [
        ({}, TESTED, []),
        ({"landed.incidents": "2"}, TESTED, ["fct_incidents", "fct_links", "key"]),
        ({"landed.units": "2"}, TESTED, ["dim_unit", "unit"]),
        ({"control.run": "2"}, TESTED, ["dim_date"]),
        ({"landed.new": "1"}, TESTED, []),
        # A decision on one field leaves the models of other fields alone; one that cannot be told is built.
        (
            {**LANDED, CLASS: "2"},
            TESTED,
            ["fct_incidents", "int_code_mappings", "int_raw_values", "key", "mappings"],
        ),
        (
            {**LANDED, KIND: "2"},
            TESTED,
            ["dim_unit", "int_code_mappings", "int_raw_values", "mappings", "unit"],
        ),
        (
            {**LANDED, KIND: None, "landed.incidents": "2"},
            TESTED,
            [
                "dim_unit",
                "fct_incidents",
                "fct_links",
                "int_code_mappings",
                "int_raw_values",
                "key",
                "mappings",
                "unit",
            ],
        ),
        ({"landed.units": "2"}, [], ["codes_unique", "dim_unit", "key", "mappings", "unit"]),
    ],
)
def test_only_what_rests_on_a_change_is_built(changed: dict, tested: list[str], built: list[str]) -> None:
    now = {name: version for name, version in {**BEFORE, **changed}.items() if version is not None}
    assert nodes_to_build(MANIFEST, BEFORE, now, tested, LINEAGE) == set(built)


def test_an_input_that_was_not_known_counts_as_changed() -> None:
    before = {name: version for name, version in BEFORE.items() if name != "landed.units"}
    assert nodes_to_build(MANIFEST, before, BEFORE, TESTED, LINEAGE) == {"dim_unit", "unit"}


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for number in (1, 2):
        connection.execute(f"copy (select {number} as key) to '{tmp_path}/{number}.parquet'")
    connection.execute("create schema landed")
    connection.execute("create schema derived")
    connection.execute("create schema control")
    connection.execute(
        "create table control.run as select 'r1' as run_id, date '2026-06-30' as as_of, 1 as generation_no"
    )
    connection.execute(f"create view landed.cases as from read_parquet('{tmp_path}/1.parquet')")
    connection.execute(f"create view landed.units as from read_parquet('{tmp_path}/1.parquet')")
    connection.execute("create view derived.labels as select key from landed.cases where key > 0")
    connection.execute("create table landed.books (batch varchar, rows integer)")
    connection.execute(
        "create table landed.code_mappings"
        f" ({', '.join(f'{name} varchar' for name in READ_OF_MAPPINGS)}, reviewed_by varchar)"
    )
    connection.execute(
        "insert into landed.code_mappings (field_name, source_value, code, reviewed_by) values"
        " ('incidents.class_raw', '77', '200000', 'wang'), ('units.kind_raw', '1', 'station', 'wang')"
    )
    return connection


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("select 1", set()),
        ("update control.run set run_id = 'r2', generation_no = 2", set()),
        ("update control.run set as_of = date '2026-07-01'", {"control.run"}),
        ("insert into landed.books values ('b1', 3)", {"landed.books"}),
        (
            "create or replace view landed.cases as from read_parquet('{folder}/2.parquet')",
            {"landed.cases", "derived.labels"},
        ),
        (
            "update landed.code_mappings set code = '300000' where source_value = '77'",
            {"landed.code_mappings", CLASS},
        ),
        ("delete from landed.code_mappings where source_value = '1'", {"landed.code_mappings", KIND}),
        ("update landed.code_mappings set reviewed_by = 'zhao'", {"landed.code_mappings"}),
        ("drop view landed.units; create table landed.units (key integer)", {"landed.units"}),
    ],
)
def test_a_version_changes_with_what_a_relation_holds(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, statement: str, changed: set[str]
) -> None:
    before = input_versions(connection)
    connection.execute(statement.format(folder=tmp_path))
    now = input_versions(connection)
    assert {name for name in before.keys() | now.keys() if now.get(name) != before.get(name)} == changed


def test_two_rows_that_trade_a_value_are_a_change(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into landed.books values ('b1', 3), ('b2', 4)")
    before = input_versions(connection)
    connection.execute("update landed.books set rows = 7 - rows")
    assert input_versions(connection)["landed.books"] != before["landed.books"]


def test_all_that_the_mappings_in_force_are_made_of_is_compared() -> None:
    made = load_lineage()
    used = {column for columns in made.columns["int_code_mappings"].values() for column in columns}
    read = {
        column
        for relation, column in used | made.rows["int_code_mappings"]
        if relation == "stg_code_mappings"
    }
    assert read - {""} <= set(READ_OF_MAPPINGS)
    assert [name for name, inputs in made.inputs.items() if "stg_code_mappings" in inputs] == [
        "int_code_mappings"
    ]
