"""社区工作: work against size, what is due, and what is said of officers, on planted work and faults."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from issue_tables import AS_OF
from planted_community import DUE, HOTELS, LATE, MISSED, NEVER, OVERDUE, WEEKS_BACK
from reading import Open, cells, page, table, words

SINCE = WEEKS_BACK - timedelta(28)
IN_PERIOD = f"event_date >= date '{SINCE}' and event_date < date '{WEEKS_BACK}'"


def test_what_is_overdue_comes_first_and_where_it_is_clearly_more(open_changed: Open) -> None:
    app = open_changed("community")
    assert not app.error
    shown = words(app)
    overdue, known = sum(OVERDUE.values()) + 1, 3 * HOTELS + 1
    assert (
        f"重点场所 {known} 处，逾期或没有检查记录 {100 * overdue / known:.0f}%（{overdue}/{known}）" in shown
    )
    assert (
        f"1. **城北第2责任区**：重点场所逾期或没有检查记录 90.0%（{OVERDUE['S1-A2']}/{HOTELS}），明显高于其余"
        in shown
    )
    assert "**城北第1责任区**：重点场所" not in shown, "one in ten is no more than elsewhere"
    assert "**1 处重点场所没有检查记录**" in shown
    assert f"**逾期未走访 {MISSED} 次**" in shown
    assert "**城北第3责任区**：有人住，这段时间没有登记任何社区工作" in shown


def test_places_that_differ_by_chance_alone_are_not_named(open_changed: Open) -> None:
    shown = words(
        open_changed(
            "community",
            "update rpt_place_check_dues set check_due_code = 'in_time' where area_no = 'S1-A2' "
            "and place_no not in ('CSS1-A20', 'CSS1-A21')",
        )
    )
    assert "：重点场所逾期或没有检查记录" not in shown


def test_numbers_shown_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("community", address={"area": "城北第1责任区"})
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        days, visits, base = connection.execute(
            "select count(*), sum(home_visit_count), sum(base_check_count) from rpt_community_work "
            f"where area_no = 'S1-A1' and {IN_PERIOD}"
        ).fetchall()[0]
        people, floating = connection.execute(
            "select sum(resident_count), sum(resident_count) filter (where residence_type_code = 'floating') "
            "from fct_population_monthly where area_no = 'S1-A1' and event_date = "
            f"(select max(event_date) from fct_population_monthly where event_date < date '{WEEKS_BACK}')"
        ).fetchall()[0]
        incidents = connection.execute(
            f"select sum(record_count) from fct_incidents where is_effective and area_no = 'S1-A1' and {IN_PERIOD}"
        ).fetchall()[0][0]
    (row, total) = table(app, "每千名实有人口·人天")
    assert row["责任区"] == "城北第1责任区"
    assert (row["登记人天"], row["登记·走访"], row["登记·基础信息核查"]) == (days, visits, base)
    assert (row["辖区·实有人口"], row["辖区·有效警情"]) == (people, incidents)
    assert row["辖区·流动占比"] == f"{100 * int(floating) / int(people):.1f}%（{floating:,}/{people:,}）"
    assert float(str(row["每千名实有人口·人天"])) == pytest.approx(1000 * days / people, abs=0.05)
    assert {name: total[name] for name in row if name != "责任区"} == {
        name: row[name] for name in row if name != "责任区"
    }


def test_visits_count_by_the_day_they_are_due(open_changed: Open) -> None:
    app = open_changed("community")
    rows = {row["类别"]: row for row in table(app, "逾期未走访")}
    assert sum(int(str(row["到期"])) for row in rows.values()) == 2 * DUE, (
        "the one due after the period is left out"
    )
    assert sum(int(str(row["逾期完成"])) for row in rows.values()) == LATE
    assert sum(int(str(row["逾期未走访"])) for row in rows.values()) == MISSED
    assert (rows["独居老人"]["间隔天数"], rows["刑满释放人员"]["间隔天数"]) == ("15", "30")
    assert rows["刑满释放人员"]["按期占比"] == "85%（17/20）"
    assert rows["刑满释放人员"]["95% 区间"] == "64%–95%"


def test_overdue_places_are_listed_with_those_never_checked_first(open_changed: Open) -> None:
    rows = table(open_changed("community"), "逾期天数")
    assert len(rows) == sum(OVERDUE.values()) + 1
    assert (rows[0]["场所"], rows[0]["状态"]) == (NEVER, "没有检查记录")
    days = [int(float(str(row["逾期天数"]))) for row in rows[1:]]
    assert days == sorted(days, reverse=True)


def test_officers_stand_in_the_order_of_their_numbers_without_ranks(open_changed: Open) -> None:
    app = open_changed(
        "community", "update rpt_community_work set officer_no = '0999' where officer_no = '1004'"
    )
    app.toggle(key="community_officers_shown").set_value(True).run()
    rows = table(app, "工作天数")
    numbers = [str(row["警号"]) for row in rows]
    assert numbers == sorted(numbers)
    assert (numbers[0], rows[0]["所管责任区·名称"]) == ("0999", "没有责任区")
    assert "赵" not in cells(app), "numbers, no names"
    own = next(row for row in rows if row["警号"] == "1001")
    assert (own["工作天数"], own["登记·走访"]) == (20, 40)
    assert own["所管责任区·名称"] == "城北第1责任区"


def test_the_station_leader_sees_the_own_station_and_nobody_visited(open_changed: Open) -> None:
    app = open_changed("community")
    shown = words(app) + cells(app)
    assert "S2-A" not in shown
    assert "对象姓名" in words(app)


def test_hours_are_those_registered_and_none_is_not_nought(open_changed: Open) -> None:
    app = open_changed("community")
    assert "下社区 90 小时，非警务活动 30 小时，占登记工时 25%" in words(app)
    rows = {row["责任区"]: row for row in table(app, "工时·下社区")}
    assert (rows["城北第1责任区"]["工时·下社区"], rows["城北第1责任区"]["工时·非警务活动"]) == (90, 30)
    assert pd.isna(rows["城北第2责任区"]["工时·下社区"]), "worked, but nobody registered hours"


def test_without_hours_the_page_says_so(open_changed: Open) -> None:
    without = open_changed(
        "community", "update rpt_community_work set community_hours = null, non_police_hours = null"
    )
    assert "小时，非警务活动" not in words(without)
    assert "下社区工时、非警务活动工时来源没有登记" in words(without)


def test_a_day_of_hours_alone_is_no_day_of_registered_work(open_changed: Open) -> None:
    app = open_changed(
        "community",
        "update rpt_community_work set home_visit_count = 0, place_check_count = 0, base_check_count = 0 "
        "where officer_no = '1001'",
    )
    rows = {row["责任区"]: row for row in table(app, "工时·下社区")}
    assert (rows["城北第1责任区"]["登记人天"], rows["城北第1责任区"]["工时·下社区"]) == (0, 90)


def test_another_base_is_kept_in_the_address(open_changed: Open) -> None:
    rows = table(open_changed("community", address={"base": "places"}), "每十处重点场所·人天")
    first = next(row for row in rows if row["责任区"] == "城北第1责任区")
    assert float(str(first["每十处重点场所·人天"])) == pytest.approx(10 * 20 / (HOTELS + 1), abs=0.05)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("delete from fct_home_visits", "这段时间没有到期的走访"),
        ("delete from rpt_place_check_dues", "没有在册的重点场所"),
        ("delete from fct_publicity_events", "没有登记宣传活动"),
        ("delete from fct_population_monthly", "没有一个责任区有足够的基数"),
        ("update rpt_place_check_dues set check_due_code = 'unknown', overdue_days = null", "逾期或没有检查记录 —"),
        (
            "delete from fct_home_visits; delete from rpt_place_check_dues; delete from rpt_community_work",
            "没有登记社区工作，也没有重点场所",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(open_changed: Open, fault: str, said: str) -> None:
    app = open_changed("community", fault)
    assert not app.exception
    assert not app.error
    assert said in words(app)


def test_a_source_of_incidents_alone_says_what_it_lacks(open_changed: Open) -> None:
    assert "没有走访、场所检查" in words(open_changed("community", profile="st_louis"))


def test_the_bureau_sees_units(open_page: Open) -> None:
    rows = table(open_page("leader_bureau", page("community")), "每千名实有人口·人天")
    assert [row["单位"] for row in rows][-1] == "合计"
    assert {str(row["单位"])[:2] for row in rows[:-1]} >= {"城北", "城南"}
    assert AS_OF > WEEKS_BACK


NEEDS = (
    "create or replace table rpt_area_needs as from (values "
    "('2E10', '2E10', 'S1', 'on_map', '在图上', 6::bigint, 90.0, true), "
    "('2C04', '2C04', null, 'on_map', '在图上', 4::bigint, 30.0, false), "
    "('9X', null, null, 'not_on_map', '责任区不在图上', 2::bigint, 5.0, false), "
    "(null, null, null, 'no_code', '没有登记责任区', 3::bigint, null, false)) "
    "as t(area_no, area_name, unit_no, need_place_code, need_place_label, need_count, workload_minutes, "
    "has_patrol_unit); "
    "alter table rpt_area_needs add column count_from_date date default date '2016-03-12'; "
    "alter table rpt_area_needs add column count_to_date date default date '2017-08-29'; "
    "alter table rpt_area_needs add column patrol_minutes decimal(9, 2)"
)


def test_totals_by_area_add_up_and_what_is_on_no_map_stands_apart(open_changed: Open) -> None:
    app = open_changed("community", NEEDS, role="leader_bureau", profile="carrollton")
    assert not app.error
    shown = words(app)
    assert (
        "登记 15 起：2 个责任区 10 起（0 个没有起数），不在图上 5 起；责任区里有负责单位的占 60.0%（6/10）"
        in shown
    )
    assert "巡逻小时和 10 分钟覆盖说不出，不是 0" in shown
    units = table(app, "没有起数的责任区")
    assert [(row["负责单位"], row["起数"]) for row in units] == [("城北派出所", 6), ("没有负责单位", 4)]
    assert {row["代码"]: row["起数"] for row in table(app, "代码个数")} == {"9X": 2, "—": 3}
