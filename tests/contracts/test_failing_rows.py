"""Failing keys are found again in marts and entities, and the same checks are counted by unit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pytest

from jingcang.contracts import RunContext, load_marts
from jingcang.contracts.checks import status_of
from jingcang.contracts.failing_rows import locate
from jingcang.contracts.quality_rules import QualityRule, run_quality_rules
from jingcang.contracts.unit_counts import count_row_rules_by_unit, count_rules_by_unit

CONTEXT = RunContext("run-1", dt.date(2026, 6, 30))


def rule(template: str, column: str, argument: str = "") -> QualityRule:
    return QualityRule(
        f"incidents.{template}", "fct_incidents", column, template, argument, "plausibility", "warn",
        Decimal(0), "要求", "理由", "数据管理员", dt.date(2026, 6, 1),
    )  # fmt: skip


RULES = [
    rule("not_null", "area_no"),
    rule("unique", "incident_no"),
    rule("between", "event_hour", "0..23"),
    rule("fresh", "event_date", "3"),
]


def table(**changes: object) -> SimpleNamespace:
    """A source table as far as the counting reads it."""
    mapping = SimpleNamespace(entity="incidents", columns={"unit_no": None})
    facts = {
        "system": "case", "table": "pj_jjdb", "qualified": "case.pj_jjdb", "mappings": (mapping,),
        "rules": (SimpleNamespace(rule_id="BJSJ.format"), SimpleNamespace(rule_id="never")),
    }  # fmt: skip
    return SimpleNamespace(**{**facts, **changes})


PROFILE = SimpleNamespace(tables=(table(),))


@pytest.fixture
def build():
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_incidents as select * from (values "
            "('i1', 'J1', 'S1', 'A1', 3, date '2026-06-30', 'case', 'pj_jjdb', 'J1', 'b1'),"
            "('i2', 'J2', 'S1', null, 30, date '2026-06-29', 'case', 'pj_jjdb', 'J2', 'b1'),"
            "('i3', 'J2', 'S2', 'A2', 5, date '2026-06-28', 'case', 'pj_jjdb', 'J3', 'b2'),"
            "('i4', null, null, 'A2', null, date '2026-06-28', 'case', 'pj_jjdb', 'J4', 'b2')"
            ") as t(incident_id, incident_no, unit_no, area_no, event_hour, event_date, _source_system,"
            " _source_table, _source_key, _source_batch_id);"
            "create schema landed;"
            "create table landed.incidents as select unit_no, event_date, _source_system, _source_table,"
            " _source_key, _source_batch_id from fct_incidents;"
            "create table landed.quarantined_rows as select * from (values ('case', 'pj_jjdb', 'S1', 'J9'),"
            " ('patrol', 'qw_pbxx', 'S1', 'P1')) as t(source_system, source_table, unit_no, source_key);"
            "create table landed.quarantined_rules as select * from (values "
            "('case', 'pj_jjdb', 'BJSJ.format', 'S1'), ('case', 'pj_jjdb', 'incidents.event_date.mapped', 'S1'))"
            " as t(source_system, source_table, rule_id, unit_no);"
            "create table landed.quality_flags as select * from (values ('case', 'pj_jjdb', 'order', 'S2'))"
            " as t(source_system, source_table, rule_id, unit_no)"
        )
        yield connection


def test_keys_are_found_in_marts_and_entities_in_their_order(build) -> None:
    failures = [
        {"check_id": "a", "object_name": "fct_incidents", "row_key": "i3"},
        {"check_id": "b", "object_name": "case.pj_jjdb", "row_key": "J1"},
        {"check_id": "a", "object_name": "fct_incidents", "row_key": "no such key"},
        {"check_id": "c", "object_name": "no_such_mart", "row_key": "i1"},
        {"check_id": "d", "object_name": "fct_incidents", "row_key": None},
    ]
    found = locate(build, failures, PROFILE, load_marts())
    assert [row["check_id"] for row in found] == ["a", "b", "a", "c", "d"]
    assert found[0]["source_key"] == "J3"
    assert (found[0]["batch_id"], found[0]["unit_no"], found[0]["event_date"]) == (
        "b2",
        "S2",
        dt.date(2026, 6, 28),
    )
    assert (found[1]["source_key"], found[1]["unit_no"]) == ("J1", "S1")
    assert all(row["source_key"] is None for row in found[2:])


def test_counts_by_unit_add_up_to_the_check(build) -> None:
    whole = {
        row["check_id"]: row
        for row in run_quality_rules(build, RULES, CONTEXT, load_marts()).results.to_dicts()
    }
    parts = count_rules_by_unit(build, RULES, CONTEXT, load_marts())
    assert set(parts["check_id"]) == {"incidents.not_null", "incidents.unique", "incidents.between"}
    for check_id in set(parts["check_id"]):
        mine = parts.filter(check_id=check_id)
        assert mine["rows_checked"].sum() == whole[check_id]["rows_checked"], check_id
        assert mine["rows_violated"].sum() == whole[check_id]["rows_violated"], check_id
    hours = {row["unit_no"]: row for row in parts.filter(check_id="incidents.between").to_dicts()}
    assert (hours["S1"]["rows_violated"], hours["S1"]["rows_checked"]) == (1, 2)
    assert None not in hours
    assert status_of(4, 1, Decimal(0)) == whole["incidents.not_null"]["status"]


def test_row_rules_count_rows_in_force_and_quarantined_ones(build) -> None:
    rows = {(r["check_id"], r["unit_no"]): r for r in count_row_rules_by_unit(build, PROFILE).to_dicts()}
    broken = rows["case.pj_jjdb.BJSJ.format", "S1"]
    assert (broken["rows_checked"], broken["rows_violated"]) == (3, 1)
    assert rows["case.pj_jjdb.order", "S2"]["rows_violated"] == 1
    assert rows["case.pj_jjdb.incidents.event_date.mapped", "S1"]["rows_violated"] == 1
    assert rows["case.pj_jjdb.never", "S2"]["rows_violated"] == 0
    assert ("case.pj_jjdb.never", None) in rows


def test_a_table_without_a_unit_is_left_out(build) -> None:
    plain = table(mappings=(SimpleNamespace(entity="incidents", columns={}),))
    assert count_row_rules_by_unit(build, SimpleNamespace(tables=(plain,))).is_empty()
