"""趋势: bands, alerts with outcome, changed definitions, missing and running periods, recounted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from issue_tables import AS_OF
from planted_alerts import LAST
from reading import Open, table, words
from streamlit.testing.v1 import AppTest

from dashboards.components import charts, tables
from dashboards.sections import trend_alerts, trend_choices
from jingcang.access import metrics as access_metrics
from jingcang.contracts import load_metrics
from jingcang.statistics import chance_band
from jingcang.statistics.series import Series, bands, by_period

WEEK = timedelta(7)


def open_trends(
    open_changed: Open,
    sql: str = "select 1",
    role: str = "leader_station",
    profile: str = "demo",
    **address: str,
) -> AppTest:
    """Open an address of the page on a copy of the serving file changed by SQL."""
    return open_changed("trends", sql, role=role, profile=profile, address=address)


def counted(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql, list(values)).fetchall()


def test_weeks_and_bands_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed, metric="incidents_theft")
    rows = table(app, "周起始日")
    by_week = dict(
        counted(
            serving_copy,
            "select date_trunc('week', event_date)::date, sum(record_count) from fct_incidents "
            "where unit_no = 'S1' and class_code = '100100' group by 1",
        )
    )
    assert len(rows) == 52
    assert [row["起数"] for row in rows] == [
        by_week.get(date.fromisoformat(str(row["周起始日"])), 0) for row in rows
    ]
    last = rows[-1]
    assert last["周起始日"] == LAST.isoformat()
    before = [by_week.get(LAST - number * WEEK, 0) for number in range(1, 14)]
    plain = chance_band(before)  # the series is overdispersed by its planted rise, so its band is no narrower
    assert last["波动带·下限"] <= plain.ci_low
    assert last["波动带·上限"] >= plain.ci_high
    low, high = last["波动带·下限"], last["波动带·上限"]
    assert f"最近一个完整周 {last['起数']} 起" in words(app)
    assert f"（{low}–{high} 起）" in words(app)
    outside = [not row["波动带·下限"] <= row["起数"] <= row["波动带·上限"] for row in rows]
    assert f"52 个完整周里有 {sum(outside)} 周在带外；水平不变时也会有约 3 周" in words(app)
    assert f"但最近 4 周就占 {sum(outside[-4:])} 周，不像偶然" in words(app)


def test_years_of_which_only_strays_arrived_enter_neither_weeks_nor_bands(open_changed: Open) -> None:
    stretch = LAST + WEEK - 73 * WEEK
    app = open_trends(
        open_changed,
        f"delete from rpt_incident_counts where event_date < date '{stretch}' and extract('day' from event_date) <> 5",
        role="leader_bureau",
        span="3",
    )
    starts = [
        date.fromisoformat(str(row["周起始日"])) for row in table(app, "周起始日") if row["起数"] is not None
    ]
    assert min(starts) == stretch + 13 * WEEK  # the first thirteen are what the first band rests on
    assert not app.error


def test_two_years_are_compared_as_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    shown = words(open_trends(open_changed, metric="incidents_theft"))
    end = LAST + WEEK
    sums = [
        counted(
            serving_copy,
            "select sum(record_count)::int from fct_incidents where unit_no = 'S1' and class_code = '100100' "
            "and event_date >= ? and event_date < ?",
            end - weeks * WEEK,
            end - (weeks - 52) * WEEK,
        )[0][0]
        for weeks in (104, 52)
    ]
    assert f"近 52 周比此前 52 周 {sums[0]} → {sums[1]} 起" in shown


def test_months_and_a_class_of_an_area(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed, by="month", span="3", **{"class": "100600"})
    app.selectbox(key="area").set_value("城北第2责任区").run()
    rows = table(app, "月起始日")
    by_month = dict(
        counted(
            serving_copy,
            "select date_trunc('month', event_date)::date, sum(record_count) from fct_incidents "
            "where area_no = 'S1-A2' and class_code = '100600' group by 1",
        )
    )
    assert rows[-1]["月起始日"] == "2026-05-01"
    assert [row["起数"] for row in rows] == [
        by_month.get(date.fromisoformat(str(row["月起始日"])), 0) for row in rows
    ]
    assert "趋势：城北第2责任区有效警情（减骚扰）·刑事警情 / 电信网络诈骗" in words(app)


def test_the_period_that_runs_is_told_and_not_drawn(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed)
    monday = AS_OF - timedelta(AS_OF.weekday())
    (count,) = counted(
        serving_copy,
        "select coalesce(sum(record_count), 0)::int from fct_incidents where unit_no = 'S1' and event_date >= ?",
        monday,
    )[0]
    assert f"本周（{monday} 起）未完：{(AS_OF - monday).days} 天 {count} 起" in words(app)
    assert table(app, "周起始日")[-1]["周起始日"] == (monday - WEEK).isoformat()


def test_days_of_the_running_period_without_any_record_are_told(open_changed: Open) -> None:
    monday = AS_OF - timedelta(AS_OF.weekday())
    app = open_trends(open_changed, f"delete from rpt_incident_counts where event_date >= date '{monday}'")
    days = (AS_OF - monday).days
    assert f"未完：{days} 天 0 起（{days} 天没有任何记录，可能没有到）" in words(app)


def test_alerts_stand_with_their_outcome(open_changed: Open) -> None:
    app = open_trends(open_changed, metric="incidents_theft")
    shown = words(app)
    assert "这个范围里的预警 1 条：待处置 1" in shown
    assert "**预警·盗窃·城北派出所**：待处置" in shown
    assert "预警：盗窃·城北派出所（待处置）" in str(table(app, "周起始日")[-1]["情况"])
    rows = table(app, "最近一次报警时")
    assert [(row["类别"], row["地点"], row["状态"]) for row in rows] == [("盗窃", "城北派出所", "待处置")]
    # 殴打他人 alarmed too, and is no theft; an alert of the bureau is not S1's
    assert "殴打他人" not in shown


def test_an_alert_judged_false_looks_different(open_changed: Open) -> None:
    app = open_trends(
        open_changed,
        "update fct_alerts set disposition_code = 'false', decision_version = 1, reason = '录入重复', "
        "decided_week_start = last_week_start, decided_by = 'x', decided_at = '2026-06-29T00:00:00+00:00'",
        metric="incidents_theft",
    )
    shown = words(app)
    assert "这个范围里的预警 1 条：误报 1" in shown
    assert "误报：盗窃·城北派出所（误报）" in str(table(app, "周起始日")[-1]["情况"])
    assert table(app, "最近一次报警时")[0]["理由"] == "录入重复"
    assert "**预警·" not in shown


def test_weeks_before_any_was_judged_are_not_called_quiet(open_changed: Open) -> None:
    shown = words(open_trends(open_changed, "delete from fct_alert_signals; delete from fct_alerts"))
    assert "这个范围里没有报过警；自 " in shown
    assert "此前没有标记不等于没有异常" in shown


def test_before_any_week_was_judged_the_page_says_so(open_changed: Open) -> None:
    nothing = "delete from fct_alert_signals; delete from fct_alerts; delete from rpt_alert_weeks"
    assert "还没有检验过任何一周" in words(open_trends(open_changed, nothing))


def test_missing_days_are_shaded_and_nothing_is_learnt_from_them(open_changed: Open) -> None:
    gone = LAST - 2 * WEEK
    where = f"where event_date >= date '{gone}' and event_date < date '{gone + WEEK}'"
    app = open_trends(
        open_changed, f"delete from rpt_incident_counts {where}; delete from fct_incidents {where}"
    )
    row = next(row for row in table(app, "周起始日") if row["周起始日"] == gone.isoformat())
    assert row["情况"] == "缺数"
    assert row["起数"] != row["起数"] or row["起数"] is None
    assert "橙底为缺数的 1 周" in words(app)
    assert "近 104 周缺 7 天的数，不作年度比较" in words(app)


def test_a_late_source_of_cases_is_left_out_too(open_changed: Open) -> None:
    late = LAST + timedelta(2)
    app = open_trends(
        open_changed,
        "insert into rpt_freshness by name select 'case' as source_system, 'aj_ajxx' as source_table, "
        f"date '{late}' as event_date, 0 as row_count, true as is_missing",
        metric="cases_criminal_filed",
    )
    assert table(app, "周起始日")[-1]["情况"] == "缺数"
    assert "最近一个不缺数的周" in words(app)


def test_a_metric_over_its_limit_is_withheld_with_the_reason(open_changed: Open) -> None:
    app = open_trends(
        open_changed,
        "update rpt_incident_counts set class_code = null, class_level1_code = null, class_level2_code = null, "
        "unmapped_count = record_count where hash(event_date) % 10 < 3",
        metric="incidents_theft",
    )
    shown = words(app)
    assert "盗窃警情暂不显示：类别未映射或未登记的占" in shown
    assert not app.dataframe


def test_new_codes_of_the_last_weeks_withhold_though_the_year_is_mapped(open_changed: Open) -> None:
    app = open_trends(
        open_changed,
        "update rpt_incident_counts set class_code = null, class_level1_code = null, class_level2_code = null, "
        f"unmapped_count = record_count where event_date >= date '{LAST}' and class_code <> '100100'",
        metric="incidents_theft",
    )
    assert "盗窃警情暂不显示：最近四周类别未映射或未登记的占" in words(app)


def test_a_changed_definition_is_marked_and_breaks_the_band(
    open_changed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = LAST - 5 * WEEK
    known = load_metrics()["incidents_theft"]
    first = known.versions[0].model_copy(update={"valid_to": changed})
    second = known.versions[0].model_copy(update={"version": "2", "valid_from": changed})
    metric = known.model_copy(update={"versions": (first, second)})
    for module in (access_metrics, trend_choices):
        monkeypatch.setattr(module, "load_metrics", lambda: {**load_metrics(), "incidents_theft": metric})
    app = open_trends(open_changed, metric="incidents_theft")
    shown = words(app)
    assert "**口径改为第 2 版**" in shown
    assert "近 104 周口径改过，不作年度比较" in shown
    rows = {row["周起始日"]: row for row in table(app, "周起始日")}
    assert "口径改为第 2 版" in str(rows[changed.isoformat()]["情况"])
    assert rows[LAST.isoformat()]["波动带·上限"] != rows[LAST.isoformat()]["波动带·上限"]  # not 13 weeks yet


def test_metrics_that_are_no_counts_have_no_band(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed, metric="patrol_minutes")
    (minutes,) = counted(
        serving_copy,
        "select round(sum(presence_seconds) / 60.0)::int from fct_patrol_presence where unit_no = 'S1' "
        "and event_date >= ? and event_date < ?",
        LAST,
        LAST + WEEK,
    )[0]
    assert table(app, "周起始日")[-1]["巡防分钟"] == minutes
    assert "不推算偶然波动带" in words(app)


def test_a_stock_is_told_by_month(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed, metric="residents", by="week")
    (people,) = counted(
        serving_copy,
        "select sum(resident_count)::int from fct_population_monthly where unit_no = 'S1' "
        "and event_date = date '2026-05-01'",
    )[0]
    assert f"最近一个完整月 {people:,} 人；十二个月前" in words(app)


def test_without_records(open_changed: Open) -> None:
    nothing = words(open_trends(open_changed, "delete from rpt_incident_counts where class_code = '100100'",
                               metric="incidents_theft"))  # fmt: skip
    assert "没有计入城北派出所盗窃警情的记录" in nothing


def test_with_one_record(open_changed: Open) -> None:
    app = open_trends(
        open_changed,
        "delete from rpt_incident_counts where class_code = '100100'; "
        "insert into rpt_incident_counts by name select 'S1' as unit_no, 'S1-A1' as area_no, '100100' as class_code, "
        f"'盗窃' as class_label, date '{LAST}' as event_date, 1::bigint as record_count, 0::bigint as unmapped_count, "
        "0::bigint as unclassified_count, 'mapped' as class_outcome",
        metric="incidents_theft",
    )
    shown = words(app)
    assert not app.error
    assert "最近一个完整周 1 起" in shown
    assert "至少要有 15 个" in shown
    assert "%）" not in shown.split("数据截至")[0]


def test_counts_of_an_area_leave_the_page_without_small_ones(
    open_changed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: dict[str, Any] = {}

    def spy(*given: Any, key: str, export_rows: Any = None, **rest: Any) -> list[int]:
        exported[key] = export_rows
        return tables.show_table(*given, key=key, export_rows=export_rows, **rest)

    monkeypatch.setattr(charts, "show_table", spy)
    app = open_trends(open_changed, metric="incidents_theft")
    assert exported["trend"] is None
    app.selectbox(key="area").set_value("城北第1责任区").run()
    shown = table(app, "周起始日")
    small = [1 <= row["起数"] <= 4 for row in shown]  # type: ignore[operator]
    assert any(small)
    for row, is_small in zip(exported["trend"], small, strict=True):
        assert (row[1] == "<5") >= is_small
        assert (row[1] == "<5") == (row[2] == "<5") == (row[3] == "<5")


def test_rows_are_two_clicks_away(open_changed: Open, serving_copy: Path) -> None:
    app = open_trends(open_changed, metric="incidents_theft")
    app.toggle(key="trend_rows_shown").set_value(True).run()
    (count,) = counted(
        serving_copy,
        "select count(*) from fct_incidents where unit_no = 'S1' and class_code = '100100' "
        "and event_date >= ? and event_date < ?",
        LAST,
        LAST + WEEK,
    )[0]
    rows = table(app, "接警单编号")
    assert len(rows) == count
    assert all(row["来源文件"] and row["行号"] is not None for row in rows)


def test_rows_of_cases_are_two_clicks_away(open_changed: Open) -> None:
    app = open_trends(open_changed, metric="cases_criminal_filed")
    app.toggle(key="trend_rows_shown").set_value(True).run()
    assert all(str(row["环节日期"]) >= LAST.isoformat() for row in table(app, "环节日期"))


def test_the_forecast_says_whether_it_has_earned_to_be_shown(open_changed: Open) -> None:
    app = open_trends(open_changed)
    assert "滚动检验" in words(app)
    app.toggle(key="forecast").set_value(True).run()
    shown = words(app)
    assert "80% 区间" in shown
    assert "模型（" in shown or "仅显示基准" in shown


@pytest.mark.parametrize(
    "profile", ["st_louis", "taipei_theft", "seattle_911_2015", "chicago_aggravated_assaults"]
)
def test_a_profile_says_what_its_source_lacks(open_changed: Open, profile: str) -> None:
    app = open_trends(open_changed, profile=profile)
    assert "这里的来源没有案件、处警、回访、巡防定位、实有人口" in words(app)
    assert table(app, "周起始日")


def test_a_metric_without_a_source_says_so(open_changed: Open) -> None:
    app = open_trends(
        open_changed, "delete from rpt_case_counts", profile="st_louis", metric="cases_criminal_filed"
    )
    assert "刑事立案数暂不显示：没有接入这项数据的来源" in words(app)


def test_a_ratio_is_divided_last_and_only_from_ten_on(open_changed: Open, serving_copy: Path) -> None:
    small = LAST - WEEK
    app = open_trends(
        open_changed,
        f"delete from rpt_arrival_counts where unit_no = 'S1' and event_date >= date '{small}' "
        f"and event_date < date '{LAST}'; insert into rpt_arrival_counts by name select 'S1' as unit_no, "
        f"date '{small}' as event_date, 9 as arrival_count, 8 as arrival_in_time_count",
        metric="arrivals_in_time",
    )
    rows = {row["周起始日"]: row for row in table(app, "周起始日")}
    ((hits, n),) = counted(
        serving_copy,
        "select sum(arrival_in_time_count)::int, sum(arrival_count)::int from rpt_arrival_counts "
        "where unit_no = 'S1' and event_date >= ? and event_date < ?",
        LAST,
        LAST + WEEK,
    )
    last = rows[LAST.isoformat()]
    assert (last["基数"], last["15 分钟内到场占比"]) == (n, round(100 * hits / n, 1))  # type: ignore[operator]
    assert f"最近一个完整周 {round(100 * hits / n, 1)}%" in words(app)  # type: ignore[operator]
    thin = rows[small.isoformat()]
    assert thin["情况"] == "基数太小"
    assert thin["15 分钟内到场占比"] != thin["15 分钟内到场占比"]
    assert "近 52 周 " in words(app)


def test_every_metric_offered_has_a_source() -> None:
    assert {metric.mart for metric in load_metrics().values()} == set(trend_choices.SOURCES)


def test_a_metric_takes_the_alerts_of_the_classes_it_counts() -> None:
    theft, effective = (load_metrics()[code] for code in ("incidents_theft", "incidents_effective"))
    assert trend_alerts.counts_class(theft, "100100")
    assert not trend_alerts.counts_class(theft, "100000")
    assert trend_alerts.counts_class(effective, "100000")
    assert not trend_alerts.counts_class(effective, "J10000")


def test_a_band_of_months_knows_their_lengths_and_no_other_definition() -> None:
    starts = [date(2026, month, 1) for month in range(1, 6)]
    series = Series(starts, [310, 280, 310, 300, 310], date(2026, 6, 1), "month")
    limits = bands(series, 1.0)
    assert list(limits) == [3, 4]
    exact = chance_band(280 + 310 + 300, periods=(28 + 31 + 30) / 31)
    assert limits[4] == (exact.ci_low, exact.ci_high)
    assert list(bands(series, 1.0, [date(2026, 2, 10)])) == []
    assert list(bands(series, 1.0, [date(2026, 2, 1)])) == [4]


def test_a_period_of_which_a_day_did_not_arrive_is_none() -> None:
    counts = {date(2026, 1, 1) + timedelta(day): 1 for day in range(90)}
    series = by_period("month", counts, [date(2026, 2, 3)], date(2026, 1, 1), date(2026, 4, 1))
    assert (series.counts, series.days) == ([31, None, 31], [31, 28, 31])


def test_months_of_long_ago_do_not_widen_the_band() -> None:
    starts = [date(2016 + number // 12, number % 12 + 1, 1) for number in range(120)]
    steady = [100 + number % 2 for number in range(36)]
    fallen = [900 if number < 40 else 300 for number in range(84)]
    long = Series(starts, [*fallen, *steady], date(2026, 1, 1), "month")
    short = Series(starts[-36:], steady, date(2026, 1, 1), "month")
    assert long.dispersion == short.dispersion
    assert Series(starts[:23], [100] * 23, date(2017, 12, 1), "month").dispersion == 1
