"""交接与日程: the sheet and the days ahead, recounted by hand, and the states in which less can be said."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest

DAY = AS_OF - timedelta(1)
HOLIDAY = (date(2026, 7, 10), date(2026, 7, 12))


def lines(app: AppTest) -> dict[str, tuple[str, str]]:
    """Return the sheet as name → (number, words)."""
    body = next(e.proto.body for e in app.get("html") if 'class="jc-sheet"' in e.proto.body)
    rows = re.findall(r"<tr><td>(.*?)</td><td[^>]*>(.*?)</td><td>(.*?)</td></tr>", body)
    return {re.sub("<.*?>", "", name): (count, said) for name, count, said in rows}


def links(app: AppTest) -> list[str]:
    body = next(e.proto.body for e in app.get("html") if 'class="jc-sheet"' in e.proto.body)
    return re.findall(r'<a href="(.*?)"', body)


def holiday_sql(*spans: tuple[date, date], name: str = "端午节") -> str:
    return ";".join(
        f"update dim_date set is_holiday = true, holiday_label = '{name}', is_workday = false "
        f"where date_day between date '{first}' and date '{last}'"
        for first, last in spans
    )


def counted(path: Path, sql: str, *values: object) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(sql, list(values)).fetchone()
        assert found
        return int(found[0] or 0)


def test_the_sheet_holds_what_is_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("handover")
    sheet = lines(app)
    of_day = "select sum(record_count) from fct_incidents where unit_no = 'S1' and event_date = ?"
    total = counted(serving_copy, of_day, DAY)
    assert sheet["接警（有效警情）"][0] == f"{total} 起"
    usual = sum(counted(serving_copy, of_day, DAY - timedelta(7 * week)) for week in range(1, 9)) / 8
    assert f"平常 {usual:.1f} 起左右" in sheet["接警（有效警情）"][1]
    assert sheet["派警后未反馈"][0] == "3 起"
    # planted limits of S1: one due in three days, two over, one suspended, one with twenty days left
    assert sheet["案件期限 3 天内到期"] == ("1 起", "最近的 2026-07-03 到期")
    criminal = counted(
        serving_copy,
        "select count(*) from fct_case_limits where unit_no = 'S1' and limit_state_code = 'overdue' "
        "and nature_code = 'criminal'",
    )
    among = f"，其中刑事立案审查 {criminal} 起" if criminal else ""
    assert sheet["案件期限已过"] == ("2 起", f"未办结 5 起中{among}")
    # planted disputes of S1: 41 days open is over its 30, 25 days has five left
    assert sheet["纠纷调解期限 3 天内到期"] == ("0 起", "没有")
    assert sheet["纠纷调解期限已过"][0] == "1 起"
    assert sheet["在办预警"] == ("1 条", "城北派出所盗窃；1 条待处置")
    assert sheet["迟到或缺数的来源"][0] == "1 个"
    assert f"{DAY}（周一）接有效警情 {total} 起" in words(app)


def test_every_number_leads_to_the_page_of_its_rows_with_the_place(open_changed: Open) -> None:
    app = open_changed("handover", address={"area": "城北第1责任区"})
    assert {link.split("?")[0] for link in links(app)} == {
        "/response", "/cases", "/disputes", "/alerts", "/handover",
    }  # fmt: skip
    assert all("area=%E5%9F%8E%E5%8C%97" in link for link in links(app))
    app.toggle(key="handover_rows_shown").set_value(True).run()
    assert {row["责任区"] for row in table(app, "接警单编号")} <= {"S1-A1"}


def test_a_class_far_above_its_usual_day_is_named(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        f"update rpt_incident_counts set record_count = 40 where event_date = date '{DAY}' and unit_no = 'S1' "
        "and class_level1_label = '治安警情'",
    )
    assert "治安警情明显多于平常" in words(app)
    assert lines(app)["其中治安警情"][1].endswith("明显多于平常")
    assert lines(app)["其中刑事警情"][1].endswith("与偶然波动一致")


def test_a_day_that_did_not_arrive_is_not_called_quiet(open_changed: Open) -> None:
    app = open_changed("handover", f"delete from rpt_incident_counts where event_date = date '{DAY}'")
    assert f"接有效警情 0 起（{DAY} 没有任何接警记录，可能没有到）" in words(app)
    assert lines(app)["接警（有效警情）"] == ("0 起", f"{DAY} 没有任何接警记录，可能没有到")


def test_a_holiday_is_not_compared_with_ordinary_days(open_changed: Open) -> None:
    app = open_changed("handover", holiday_sql((DAY, DAY)))
    assert f"{DAY} 是端午节，不与平常日相比" in words(app)


def test_three_days_are_compared_with_the_same_three_weekdays(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("handover", address={"days": "3"})
    query = "select sum(record_count) from fct_incidents where unit_no = 'S1' and event_date >= ? and event_date < ?"
    total = counted(serving_copy, query, AS_OF - timedelta(3), AS_OF)
    weeks = [timedelta(7 * week) for week in range(1, 9)]
    usual = sum(counted(serving_copy, query, AS_OF - timedelta(3) - week, AS_OF - week) for week in weeks) / 8
    shown = lines(app)["接警（有效警情）"]
    assert shown[0] == f"{total} 起"
    assert f"平常 {usual:,.0f} 起左右" in shown[1]


def test_nothing_open_says_so(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "delete from rpt_response_bands; delete from fct_case_limits; delete from fct_dispute_risks; "
        "delete from fct_alerts; delete from rpt_freshness",
    )
    assert not app.error
    assert "没有到期、逾期和待处置的事项" in words(app)
    assert lines(app)["派警后未反馈"] == ("0 起", "没有")


def test_one_incident_in_all_is_told_and_not_compared(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "delete from rpt_incident_counts; insert into rpt_incident_counts by name select 'S1' as unit_no, "
        f"'S1-A1' as area_no, '刑事警情' as class_level1_label, '盗窃' as class_label, 'mapped' as class_outcome, "
        f"date '{DAY}' as event_date, 1 as record_count, 1 as located_count, 0 as unmapped_count, "
        "0 as unclassified_count, 0 as disagreeing_count",
    )
    assert not app.error
    count, said = lines(app)["接警（有效警情）"]
    assert count == "1 起"
    assert "不足 4 周" in said


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft"])
def test_a_source_of_incidents_alone_says_what_it_lacks(open_changed: Open, profile: str) -> None:
    app = open_changed("handover", profile=profile)
    assert not app.error
    sheet = lines(app)
    assert sheet["派警后未反馈"] == ("—", "这里的来源没有处警")
    assert sheet["案件期限 3 天内到期"] == ("—", "这里的来源没有案件")
    assert sheet["纠纷调解期限 3 天内到期"] == ("—", "这里的来源没有矛盾纠纷台账")


def test_the_holiday_ahead_stands_beside_its_earlier_years_as_counted_by_hand(
    open_changed: Open, serving_copy: Path
) -> None:
    old = ((date(2025, 7, 11), date(2025, 7, 13)), (date(2024, 7, 12), date(2024, 7, 14)))
    app = open_changed("handover", holiday_sql(HOLIDAY, *old), address={"view": "节假日"})
    shown = words(app)
    assert "未来四周有端午节（2026-07-10（周五）至2026-07-12（周日），3 天）" in shown
    query = "select sum(record_count) from fct_incidents where unit_no = 'S1' and event_date between ? and ?"
    holiday = sum(counted(serving_copy, query, *span) for span in old)
    weeks = [timedelta(7 * step) for step in (-4, -3, -2, -1, 1, 2, 3, 4)]
    ordinary = sum(counted(serving_copy, query, first + w, last + w) for first, last in old for w in weeks)
    row = table(app, "每日之比")[0]
    assert (row["大类"], row["节日·起"], row["节日·天"]) == ("合计", holiday, 6)
    assert (row["平常日·起"], row["平常日·天"]) == (ordinary, 48)
    assert row["每日之比"] == f"{(holiday / 6) / (ordinary / 48):.2f}"
    low, high = (float(limit) for limit in str(row["95% 区间"]).split("–"))
    assert (row["结论"] == "与偶然波动一致") is (low <= 1 <= high)
    assert [line["首日"] for line in table(app, "平常日同样天数")] == ["2025-07-11", "2024-07-12"]


def test_one_earlier_year_says_nothing_of_the_holiday(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        holiday_sql(HOLIDAY, (date(2025, 7, 11), date(2025, 7, 13))),
        address={"view": "节假日"},
    )
    assert "只有一年的数，分不开节日和那一年别的事" in words(app)


def test_without_earlier_years_and_without_a_holiday_the_page_says_so(open_changed: Open) -> None:
    app = open_changed("handover", address={"view": "节假日"})
    assert "没有法定节假日；已知的日历里没有下一个" in words(app)


def test_shifted_working_days_are_listed(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        holiday_sql(HOLIDAY) + "; update dim_date set is_workday = true where date_day = date '2026-07-05'",
        address={"view": "节假日"},
    )
    assert "调休上班 1 天：2026-07-05（周日）" in words(app)
    assert [row["安排"] for row in table(app, "安排")] == ["调休上班", "放假", "放假", "放假"]
    assert "没有可比的平常日" in words(app)


def test_days_without_an_arrangement_are_told_not_taken_for_ordinary(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "update dim_date set is_workday = null, is_holiday = null where date_day >= date '2026-07-15'",
        address={"view": "节假日"},
    )
    assert "2026-07-15（周三）起的放假安排暂不显示：日历里还没有" in words(app)


def test_a_deployment_outside_china_has_no_holidays_of_china(open_changed: Open) -> None:
    app = open_changed("handover", profile="st_louis", address={"view": "节假日"})
    assert "法定节假日的日历用不上" in words(app)


def test_only_leaders_open_the_page(open_page: Open) -> None:
    assert page("handover").roles == ("leader_station", "leader_bureau")
    assert "无权查看" in words(open_page("evaluator", page("handover")))
