"""案件办理: the planted rise, natures apart, limits with reasons, and what a late, empty or other source does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from issue_tables import AS_OF
from planted_cases import LIMITS
from reading import Open, table, words

from dashboards.sections.case_limits import reason


def test_the_planted_rise_is_found_and_nothing_else(open_changed: Open) -> None:
    shown = words(open_changed("cases"))
    assert "▲ **刑事·盗窃案·立案**" in shown
    assert shown.count("▲ **") == 1
    assert "▼ **" not in shown


def test_the_natures_stay_apart(open_changed: Open) -> None:
    shown = words(open_changed("cases", role="leader_bureau"))
    assert "刑事立案 " in shown
    assert "治安立案 " in shown
    assert "查处 " in shown


def test_limits_are_listed_the_ones_in_time_first_with_reasons(open_changed: Open) -> None:
    app = open_changed("cases")
    rows = table(app, "剩余天数")
    rows = [row for row in rows if "案件编号" in row] or table(app, "剩余天数", 1)
    assert [row["案件编号"] for row in rows] == ["L1", "L2", "L3", "L4"]
    told = {row["案件编号"]: row for row in rows}
    assert "延长 1 次，扣除鉴定、听证 5 天" in str(told["L2"]["原因"])
    assert "超过法定次数" in str(told["L3"]["原因"])
    assert "鉴定进行中" in str(told["L4"]["原因"])
    assert str(told["L1"]["应办日期"]) == (AS_OF + timedelta(3)).isoformat()
    assert {row["单位"] for row in rows} == {"城北派出所"}
    assert "一百一十八条" in str(told["L1"]["依据"])
    assert told["L1"]["来源文件"]
    shown = words(app)
    assert "已逾期 2 起、临近期限 1 起" in shown
    assert "**临近期限 1 起**：最近的 2026-07-03（周五）到期" in shown
    assert "**逾期 180 天以上 1 起**" in shown


def test_a_line_about_units_leads_to_the_one_with_most(open_changed: Open) -> None:
    app = open_changed("cases", role="leader_bureau")
    app.button(key="short_list_1").click().run()
    assert not app.error
    assert app.selectbox(key="unit").value != "全部"


def test_the_bureau_sees_the_limits_of_all(open_changed: Open) -> None:
    overdue = sum(limit[2] == "overdue" for limit in LIMITS)
    assert f"已逾期 {overdue} 起" in words(open_changed("cases", role="leader_bureau"))


def test_without_cases_the_page_says_why(open_changed: Open) -> None:
    app = open_changed(
        "cases", "delete from rpt_case_counts; delete from fct_case_limits; delete from fct_cases"
    )
    assert "都没有案件，也没有未结案件" in words(app)
    assert not app.error


def test_one_case_has_no_percentage(open_changed: Open) -> None:
    app = open_changed(
        "cases",
        "create or replace table rpt_case_counts as select * from rpt_case_counts where unit_no = 'S1' "
        f"and stage_code = 'filed' and nature_code = 'criminal' and event_date < date '{AS_OF - timedelta(3)}' "
        "order by event_date desc, area_no, class_label limit 1; update rpt_case_counts set case_count = 1; "
        "delete from fct_case_limits",
    )
    shown = words(app)
    assert "刑事立案 1 起（对比期 0" in shown
    assert "没有正在计算期限的未结案件" in shown
    assert not app.error


@pytest.mark.parametrize(("back", "name"), [(5, "本期"), (45, "对比期")])
def test_a_late_source_stops_the_comparison(open_changed: Open, back: int, name: str) -> None:
    app = open_changed(
        "cases",
        "insert into rpt_freshness by name select 'case' as source_system, 'aj_ajxx' as source_table, "
        f"date '{AS_OF - timedelta(back)}' as event_date, 0 as row_count, true as is_missing",
    )
    shown = words(app)
    assert f"{name}“案件信息”缺 1 天" in shown or f"{name}“" in shown
    assert "不与对比期比较" in shown
    assert "▲ **" not in shown


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft", "seattle_911_2015", "milwaukee_cfs_2018"])
def test_a_profile_without_cases_says_what_the_source_lacks(open_changed: Open, profile: str) -> None:
    assert "没有案件" in words(open_changed("cases", profile=profile))


def test_rows_of_a_stage_are_two_clicks_away(open_changed: Open) -> None:
    app = open_changed("cases", cases_nature="治安")
    app.selectbox(key="cases_stage").set_value("查处")
    app.toggle(key="cases_rows_shown").set_value(True).run()
    rows = table(app, "环节日期")
    assert rows
    assert all(row["处罚决定"] == row["环节日期"] for row in rows)
    assert all(row["来源文件"] and row["行号"] is not None for row in rows)


def test_reasons() -> None:
    row = {"start_date": date(2026, 5, 2), "filed_date": date(2026, 5, 2), "accepted_date": date(2026, 5, 1),
           "limit_days": 30, "limit_label": "办理", "extension_count": 0, "is_over_extended": False, "excluded_days": 0,
           "suspended_label": None}  # fmt: skip
    assert reason(row) == "办理：2026-05-02 立案起算 30 天"
    assert reason(row | {"start_date": date(2026, 5, 1)}) == "办理：2026-05-01 受案起算 30 天"
