"""Tolerant checks, set rules and mart contracts against a small build: planted violations are found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from jingcang.contracts import RunContext, check_marts, load_entities, load_fields, load_marts
from jingcang.contracts.checks import status_of
from jingcang.contracts.entities import FieldRef
from jingcang.contracts.marts import Mart
from jingcang.contracts.quality_rules import (
    COLUMNS,
    TEMPLATES,
    QualityRule,
    load_quality_rules,
    run_quality_rules,
)
from jingcang.contracts.set_rules import run_set_rules
from jingcang.errors import JingcangError

CONTEXT = RunContext("run-1", dt.date(2026, 6, 30))
MART = Mart(
    "fct_incidents",
    "警情",
    "一起警情",
    ("incident_id",),
    tuple(FieldRef(load_fields()[name], False) for name in ("incident_id", "unit_no", "event_date")),
    ("_source_file", "_source_line"),
)


def rule(template: str, column: str, argument: str = "", threshold: str = "0") -> QualityRule:
    return QualityRule(
        f"incidents.{template}", "fct_incidents", column, template, argument, "plausibility", "warn",
        Decimal(threshold), "要求", "理由", "数据管理员", dt.date(2026, 6, 1),
    )  # fmt: skip


@pytest.fixture
def build():
    with duckdb.connect() as connection:
        connection.execute(
            "create table dim_unit as select '9901' as unit_no; "
            "create table fct_incidents as select * from (values "
            "('i1', '9901', date '2026-06-30', date '2026-06-30', 3, 'mapped', true, 'a.csv', 1),"
            "('i2', '9901', date '2026-07-01', date '2026-06-01', 24, 'unmapped', false, 'a.csv', 2),"
            "('i2', '9902', date '2026-06-01', date '2026-06-02', 5, 'absent', null, 'a.csv', 3),"
            "(null, null, null, null, null, null, null, 'a.csv', 4)"
            ") as t(incident_id, unit_no, event_date, closed_date, event_hour, class_outcome, is_located,"
            " _source_file, _source_line)"
        )
        yield connection


# template → (column, argument, rows checked, rows violated, lines that violate)
FOUND = {
    "not_null": ("incident_id", "", 4, 1, [4]),
    "unique": ("incident_id", "", 3, 2, [2, 3]),
    "between": ("event_hour", "0..23", 3, 1, [2]),
    "not_future": ("event_date", "", 3, 1, [2]),
    "not_before": ("event_date", "2026-06-15", 3, 1, [3]),
    "order": ("event_date", "closed_date", 3, 1, [2]),
    "mapped": ("class_outcome", "", 2, 1, [2]),
    "reference": ("unit_no", "dim_unit.unit_no", 3, 1, [3]),
    "is_true": ("is_located", "", 2, 1, [2]),
    "is_false": ("is_located", "", 2, 1, [1]),
    "fresh": ("event_date", "3", 2, 1, [None]),
}


def test_every_template_is_planted():
    assert set(FOUND) == set(TEMPLATES)


@pytest.mark.parametrize("template", FOUND)
def test_a_template_finds_the_planted_rows_and_names_them(template, build):
    column, argument, checked, violated, lines = FOUND[template]
    outcome = run_quality_rules(build, [rule(template, column, argument)], CONTEXT, {"fct_incidents": MART})
    row = outcome.results.row(0, named=True)
    assert (row["status"], row["rows_checked"], row["rows_violated"]) == ("fail", checked, violated)
    assert sorted(outcome.failures["source_line"], key=str) == lines
    if template == "fresh":
        assert outcome.failures["row_key"].to_list() == ["9902"]


def test_statuses_empty_data_never_passes(build):
    assert [
        status_of(*case)
        for case in ((0, 0, Decimal(50)), (9, 0, Decimal(0)), (100, 2, Decimal(2)), (100, 3, Decimal(2)))
    ] == ["not_applicable", "pass", "warn", "fail"]
    build.execute("delete from fct_incidents")
    outcome = run_quality_rules(build, [rule("not_null", "incident_id")], CONTEXT, {})
    assert outcome.results["status"].to_list() == ["not_applicable"]


def test_a_missing_column_is_an_error_and_an_error_blocks(build):
    import dataclasses

    missing = dataclasses.replace(rule("not_null", "no_such_column"), severity="block")
    outcome = run_quality_rules(build, [missing], CONTEXT, {})
    assert outcome.results["status"].to_list() == ["error"]
    assert outcome.blocking() == ["incidents.not_null"]


def test_shipped_rules_name_columns_that_exist():
    marts = load_marts()
    rules = load_quality_rules()
    assert rules
    for item in rules:
        assert item.column_name in marts[item.table_name].column_names, item.check_id
        if item.template == "order":
            assert item.argument in marts[item.table_name].column_names, item.check_id
        if item.template == "reference":
            table, column = item.argument.split(".")
            assert column in marts[table].column_names, item.check_id


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("template", "none_such"),
        ("severity", "loud"),
        ("threshold_pct", "many"),
        ("threshold_pct", "100"),
        ("decided_on", "soon"),
        ("owner", ""),
        ("note", ""),
        ("argument", "5"),
    ],
)
def test_a_wrong_cell_names_line_and_column(column, value, tmp_path: Path):
    row = dict(
        zip(
            COLUMNS,
            ("c", "fct_x", "y", "not_null", "", "plausibility", "warn", "1", "t", "n", "o", "2026-06-01"),
            strict=True,
        )
    )
    path = tmp_path / "quality_rules.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{','.join((row | {column: value}).values())}\n", encoding="utf-8")
    with pytest.raises(JingcangError, match=f"第 2 行 {column}"):
        load_quality_rules(path)


def test_mart_problems_are_named(build):
    build.execute(
        "alter table fct_incidents drop column closed_date; create table fct_extra as select 1 as a"
    )
    found = {(problem.mart, problem.column) for problem in check_marts(build, {"fct_incidents": MART})}
    assert found == {
        ("fct_extra", None),
        ("dim_unit", None),
        ("fct_incidents", "event_hour"),
        ("fct_incidents", "class_outcome"),
        ("fct_incidents", "is_located"),
        ("fct_incidents", "_source_line"),
    }
    build.execute("drop table fct_extra; drop table dim_unit")
    for column in ("event_hour", "class_outcome", "is_located"):
        build.execute(f"alter table fct_incidents drop column {column}")
    build.execute("alter table fct_incidents alter _source_line type bigint")
    words = [problem.what for problem in check_marts(build, {"fct_incidents": MART})]
    assert words == ["必填列有 1 行为空", "主键有 1 个值重复"]
    assert check_marts(build, {"fct_incidents": MART}, read={"fct_cases"}) == []
    build.execute("delete from fct_incidents where _source_line in (3, 4)")
    assert check_marts(build, {"fct_incidents": MART}) == []


def test_reference_and_volume_rules_find_dangling_rows(folder):
    folder.schema["properties"] = [{"name": "BH", "primaryKey": True}, {"name": "GL"}]
    folder.fields["related_no"] = dict(folder.fields["thing_no"])
    folder.entity["schema"][0]["properties"].append({"name": "related_no"})
    folder.mapping["entities"][0]["columns"]["related_no"] = "GL"
    folder.schema["quality"] = [
        {
            "name": name,
            "type": "custom",
            "engine": "jingcang",
            "severity": "block",
            "description": "规则",
            "implementation": implementation,
        }
        for name, implementation in {
            "related_exists": {"kind": "reference", "column": "GL", "table": "case.pj", "to": "BH"},
            "enough": {"kind": "volume", "minimum": 9},
            "own": {
                "kind": "sql",
                "query": "select thing_no = '1' as is_violated, thing_no as row_key, _source_file as source_file,"
                " _source_line as source_line from landed.things",
            },
        }.items()
    ]
    profile = folder.load()
    columns = load_entities(folder.root)["things"].duckdb_columns(lineage=True)
    with duckdb.connect() as connection:
        connection.execute("create schema landed")
        connection.execute(
            f"create table landed.things ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )
        empty = run_set_rules(connection, profile, CONTEXT)
        assert dict(zip(empty.results["rule_id"], empty.results["status"], strict=True)) == {
            "related_exists": "not_applicable",
            "enough": "fail",
            "own": "not_applicable",
        }
        rows = [("1", "2", 1), ("2", None, 2), ("3", "9", 3)]
        for number, related, line in rows:
            connection.execute(
                "insert into landed.things (thing_id, thing_no, related_no, _source_system, _source_table,"
                " _source_key, _source_file, _source_line) values (?, ?, ?, 'case', 'pj', ?, 'pj.csv', ?)",
                [number, number, related, number, line],
            )
        outcome = run_set_rules(connection, profile, CONTEXT)
    related = outcome.results.filter(pl.col("rule_id") == "related_exists").row(0, named=True)
    assert (related["status"], related["rows_checked"], related["rows_violated"]) == ("fail", 2, 1)
    failures = outcome.failures.filter(pl.col("check_id") == "case.pj.related_exists")
    assert failures.select("row_key", "source_file", "source_line").rows() == [("3", "pj.csv", 3)]
    assert outcome.blocking() == ["case.pj.related_exists", "case.pj.enough", "case.pj.own"]
