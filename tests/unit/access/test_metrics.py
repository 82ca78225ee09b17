"""Numbers of metrics through the door: scope, break-down, unmapped share, ratios, stocks, several versions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from jingcang.access import Door, Identity, metrics
from jingcang.access.door import Forbidden
from jingcang.access.metrics import MetricQuery, MetricValue, metric_values
from jingcang.contracts import load_metrics
from jingcang.contracts.metrics import Metric
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench

JUNE = (date(2026, 6, 1), date(2026, 7, 1))

INCIDENTS = """
    ('S1', 'A1', '100100', 'mapped', null, date '2026-06-01', 5, 0),
    ('S1', 'A1', '100100.04', 'mapped', 'not_handled', date '2026-06-08', 2, 0),
    ('S1', 'A2', 'J10100', 'mapped', null, date '2026-06-01', 4, 0),
    ('S1', 'A2', 'J20100', 'mapped', null, date '2026-06-30', 3, 0),
    ('S1', 'A2', 'J20100', 'mapped', null, date '2026-07-01', 50, 0),
    ('S2', 'B1', '100600', 'mapped', null, date '2026-06-02', 6, 0),
    ('S2', 'B1', null, 'unmapped', null, date '2026-06-02', 4, 4),
    ('S2', null, null, 'ignored', null, date '2026-06-02', 1, 0)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(
            "create table dim_unit as from (values ('S1', 'B'), ('S2', 'B')) as t(unit_no, parent_unit_no)"
        )
        connection.execute(
            "create table rpt_incident_counts as select unit_no, area_no, class_code, class_outcome, outcome_code, "
            "event_date, cast(n as bigint) as record_count, cast(u as bigint) as unmapped_count, "
            "cast(0 as bigint) as unclassified_count "
            f"from (values {INCIDENTS}) "
            "as t(unit_no, area_no, class_code, class_outcome, outcome_code, event_date, n, u)"
        )
        connection.execute(
            "create table fct_patrol_presence as from (values ('S1', 'A1', date '2026-06-01', 90::bigint), "
            "('S1', 'A1', date '2026-06-02', 45::bigint)) as t(unit_no, area_no, event_date, presence_seconds)"
        )
        connection.execute(
            "create table fct_population_monthly as from (values ('S1', 'A1', date '2026-04-01', 900::bigint), "
            "('S1', 'A1', date '2026-05-01', 1000::bigint), ('S1', 'A2', date '2026-05-01', 10::bigint)) "
            "as t(unit_no, area_no, event_date, resident_count)"
        )
        connection.execute(
            "create table dim_date as select d::date as date_day, date_trunc('week', d)::date as iso_week_start, "
            "date_trunc('month', d)::date as month_start "
            "from range(date '2026-01-01', date '2027-01-01', interval 1 day) as t(d)"
        )
    (home.serving / "g000001.json").write_text('{"as_of": "2026-07-02", "profile": "demo"}', encoding="utf-8")
    home.current_link.symlink_to("g000001.duckdb")
    yield home
    Workbench.open(home, {}).close()


Ask = Callable[..., list[MetricValue]]


@pytest.fixture
def door(home: Home) -> Door:
    return Door(home, workbench=Workbench.open(home, {}), is_current=lambda identity: True)


@pytest.fixture
def ask(door: Door) -> Ask:
    def asked(
        *codes: str, role: str = "leader_bureau", scope: tuple[str, ...] = ("S1", "S2"), **more: object
    ):
        identity = Identity("u", "李四", role, scope)
        return metric_values(door, identity, codes, more.pop("period", JUNE), **more)  # type: ignore[arg-type]

    return asked


def test_a_metric_counts_by_its_definition_within_the_period(ask: Ask) -> None:
    all_, effective, handled, police = ask(
        "incidents_all", "incidents_effective", "incidents_effective_handled", "incidents_effective_police"
    )
    assert (all_.value, effective.value, handled.value) == (25, 20, 18)
    assert (effective.unmapped_count, effective.unmapped_of) == (4, 25)
    assert (effective.n, effective.version, effective.generation) == (20, "1", "g000001")
    assert effective.definition_zh == "全部警情减骚扰警情"
    assert police.value is None
    assert police.withheld == "类别未映射或未登记的占 16.0%（4/25），超过 10% 的限度"
    assert police.numerator is None


def test_the_unmapped_share_of_a_unit_decides_over_that_unit_alone(ask: Ask) -> None:
    values = {v.of("unit_no"): v for v in ask("incidents_criminal", by=("unit_no",))}
    assert (values["S1"].value, values["S1"].withheld) == (7, "")
    assert values["S2"].value is None
    assert "36.4%（4/11）" in values["S2"].withheld
    (whole,) = ask("incidents_criminal")
    assert "16.0%（4/25）" in whole.withheld


def test_scope_units_area_and_weeks(ask: Ask) -> None:
    assert [v.value for v in ask("incidents_effective", scope=("S1",))] == [10]
    assert [v.value for v in ask("incidents_effective", units=("S1",))] == [10]
    assert [v.value for v in ask("incidents_effective", units=("S1",), area="A2")] == [3]
    weeks = ask("incidents_effective", units=("S1",), by=("week",))
    assert [(v.of("week"), v.value) for v in weeks] == [
        (date(2026, 6, 1), 5), (date(2026, 6, 8), 2), (date(2026, 6, 29), 3)
    ]  # fmt: skip
    assert [(v.of("month"), v.value) for v in ask("incidents_theft", units=("S1",), by=("month",))] == [
        (date(2026, 6, 1), 7)
    ]


def test_seconds_are_summed_before_they_become_minutes(ask: Ask) -> None:
    (value,) = ask("patrol_minutes")
    assert (value.value, value.n, value.unmapped_share) == (2.25, 2, None)


def test_a_stock_is_the_last_stand_before_the_end(ask: Ask) -> None:
    (value,) = ask("residents", period=(date(2026, 6, 20), date(2026, 6, 27)))
    assert (value.value, value.start, value.end) == (1010, date(2026, 5, 1), date(2026, 6, 1))
    months = ask("residents", by=("month",), period=(date(2026, 4, 1), date(2026, 6, 1)))
    assert [(v.of("month"), v.value) for v in months] == [(date(2026, 4, 1), 900), (date(2026, 5, 1), 1010)]


def test_nothing_in_the_period_is_zero_and_no_source_is_withheld(ask: Ask, home: Home) -> None:
    empty = (date(2026, 1, 1), date(2026, 2, 1))
    (value,) = ask("incidents_effective", period=empty)
    assert (value.value, value.withheld) == (0, "")
    shutil.copy(home.serving / "g000001.duckdb", home.serving / "g000002.duckdb")
    with duckdb.connect(str(home.serving / "g000002.duckdb")) as connection:
        connection.execute("delete from fct_patrol_presence")
    home.current_link.unlink()
    home.current_link.symlink_to("g000002.duckdb")
    (value,) = ask("patrol_minutes")
    assert (value.value, value.withheld) == (None, "没有接入这项数据的来源")


def test_a_ratio_sums_first_and_divides_last(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = load_metrics()["incidents_effective_handled"]
    by_outcome = {"column": "outcome_code", "dictionary": "incident_outcome", "in": ["not_handled"]}
    ratio = Metric.model_validate(
        declared.model_dump(by_alias=True)
        | {"metric_code": "r", "denominator_column": "record_count", "scale": 100, "unit": "%", "unmapped": None,
           "versions": [
               declared.version.model_dump(by_alias=True) | {"filters": (), "numerator_filters": (by_outcome,)}
           ]}
    )  # fmt: skip
    monkeypatch.setattr(metrics, "load_metrics", lambda: {"r": ratio})
    (value,) = ask("r")
    assert (value.value, value.numerator, value.denominator, value.n) == (100 * 2 / 25, 2, 25, 25)
    units = ask("r", by=("unit_no",))
    assert [v.value for v in units] == [100 * 2 / 14, 0]
    (none,) = ask("r", period=(date(2026, 1, 1), date(2026, 2, 1)))
    assert (none.value, none.withheld) == (None, "期内没有可计算的记录")


def test_a_role_without_the_mart_and_a_break_down_without_the_column_are_refused(ask: Ask) -> None:
    with pytest.raises(Forbidden):
        ask("incidents_effective", role="evaluator")
    with pytest.raises(JingcangError, match="不能按 officer_no 分"):
        ask("incidents_effective", by=("officer_no",))
    with pytest.raises(JingcangError, match="没有这个度量"):
        ask("incidents_none")


def test_a_question_of_a_page_counts_what_the_chosen_metric_counts(door: Door) -> None:
    asked = MetricQuery(
        "测试",
        "select cast(sum(record_count) as bigint) as n from {rpt_incident_counts} where @counted and unit_no = $unit",
        {"unit": str},
    )
    identity = Identity("u", "李四", "leader_bureau", ("S1", "S2"))
    found = {
        code: door.run(asked.of(load_metrics()[code]), identity, unit="S1")["n"][0]
        for code in ("incidents_all", "incidents_theft")
    }
    assert found == {"incidents_all": 64, "incidents_theft": 7}
