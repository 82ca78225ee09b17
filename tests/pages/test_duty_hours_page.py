"""警力与警情 on 交接与日程: persons on duty by kind, load by hour, and what the rosters do not tell."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from planted_operations import MONTHS
from reading import Open, table, words
from scipy import stats

VIEW = {"view": "警力与警情"}


def incidents(path: Path, hour: int | None = None) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select sum(record_count) from fct_incidents where unit_no = 'S1' and is_effective "
            "and date_trunc('month', event_date)::date = any(?) and (? is null or event_hour = ?)",
            [list(MONTHS), hour, hour],
        ).fetchone()
        assert found
        return int(found[0] or 0)


def test_hours_of_duty_and_load_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("handover", address=VIEW)
    assert not app.error
    # 3 months × 7 weekdays × (20 hours + 4 hours planned twice as much) × 4 planted hours of 民警
    police = 3 * 7 * 28 * 4
    shown = words(app)
    assert f"排班在岗 民警 {police:,}、辅警 {2 * police:,} 人时，没有志愿者" in shown
    total = incidents(serving_copy)
    assert f"有时刻的有效警情 {total:,} 起，每 100 人时 {total / (3 * police) * 100:.1f} 起" in shown
    rows = {row["时段"]: row for row in table(app, "平均在岗人数·民警")}
    evening = rows["19–20 时"]
    count, hours = incidents(serving_copy, 19), 3 * 3 * 7 * 4
    assert evening["警情"] == count
    assert evening["每 100 人时·起"] == pytest.approx(100 * count / hours)
    assert evening["每 100 人时·下限"] == pytest.approx(100 * stats.chi2.ppf(0.025, 2 * count) / 2 / hours)
    assert evening["平均在岗人数·辅警"] == pytest.approx(3 * 7 * 8 / 92)
    assert evening["判断"] == "明显高于其他时段"
    assert "–20 时每人负担的警情明显高于其他时段" in shown
    assert "排班里没有志愿者的警号，不等于没有人上岗" in shown
    assert len(table(app, "在岗人时")) == 168


def test_more_staff_where_more_happens_is_no_higher_load(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "delete from rpt_duty_hours; insert into rpt_duty_hours select unit_no, area_no, month_start, weekday_number, "
        "event_hour, 'police', '民警', 36000 * effective_count from rpt_incident_hours where unit_no = 'S1' "
        "and event_hour is not null",
        address=VIEW,
    )
    assert "各小时每人负担的警情没有明显高于其他时段的" in words(app)


def test_hours_hardly_staffed_are_named_and_not_passed_over(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "delete from rpt_duty_hours where unit_no = 'S1' and event_hour = 3; "
        "update rpt_duty_hours set duty_seconds = 100 where event_hour = 4; "
        "update rpt_incident_hours set event_hour = 3 where unit_no = 'S1' and event_hour = 19",
        address=VIEW,
    )
    assert "3–4 时有警情而没有排班" in words(app)
    assert "4–5 时排班太少，不作判断" in words(app)
    assert "个有警情而没有排班；7 个排班太少，不作判断" in words(app)


def test_months_without_roster_are_left_out_on_both_sides(open_changed: Open) -> None:
    app = open_changed("handover", address={**VIEW, "months": "12"})
    assert "12 个月里只有 3 个月（2026-03、2026-04、2026-05）有排班，警情也只取这几个月" in words(app)


def test_rosters_without_members_tell_no_load(open_changed: Open) -> None:
    app = open_changed(
        "handover", "delete from rpt_duty_hours where officer_kind_code = 'auxiliary'", address=VIEW
    )
    assert "登记了成员的只占排班时数的 75.0%" in words(app)
    assert not app.get("plotly_chart")


def test_numbers_nobody_has_stand_apart(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "update rpt_duty_hours set officer_kind_code = 'unknown', officer_kind_label = '类别不详' "
        "where officer_kind_code = 'auxiliary'",
        address=VIEW,
    )
    assert "没有辅警、志愿者" in words(app)
    assert "平均在岗人数·类别不详" in table(app, "平均在岗人数·民警")[0]


def test_an_hour_with_incidents_and_nobody_on_duty_is_told(open_changed: Open) -> None:
    app = open_changed("handover", "delete from rpt_duty_hours where event_hour in (18, 19)", address=VIEW)
    assert "18–20 时有警情而没有排班" in words(app)
    assert {row["时段"]: row["判断"] for row in table(app, "平均在岗人数·民警")}["18–19 时"] == "没有排班"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from rpt_duty_hours", "没有排班"),
        ("delete from rpt_incident_hours", "有时刻的有效警情 0 起。"),
    ],
)
def test_nothing_on_one_side_says_so(open_changed: Open, sql: str, said: str) -> None:
    app = open_changed("handover", sql, address=VIEW)
    assert not app.error
    assert said in words(app)


def test_a_deployment_without_rosters_says_so(open_changed: Open) -> None:
    assert "没有勤务排班" in words(open_changed("handover", profile="st_louis", address=VIEW))
