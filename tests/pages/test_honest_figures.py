"""What the pages refuse to say: comparisons without data, maps without places, percentages without a base."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from planted_tables import tables
from reading import Open, words

from dashboards.components import verdict_matrix, wording
from dashboards.components.maps import MapArea, choropleth
from dashboards.deployment import deployment
from dashboards.sections import area_map, dispute_outcomes
from dashboards.sections.hour_matrix import peak_words
from dashboards.sections.series_marks import holidays
from jingcang.statistics.series import WEEK, bands, first_week, weekly
from jingcang.statistics.verdicts import MAYBE, judge

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(("first", "last", "name"), [(12, 5, "本期"), (50, 40, "对比期")])
def test_a_period_with_days_that_did_not_arrive_is_not_compared(
    open_changed: Open, first: int, last: int, name: str
) -> None:
    since, until = AS_OF - timedelta(first), AS_OF - timedelta(last)
    where = f"where event_date between date '{since}' and date '{until}'"
    shown = words(
        open_changed(
            "situation", f"delete from rpt_incident_counts {where}; delete from fct_incidents {where}"
        )
    )
    assert f"{name} 28 天中有" in shown
    assert "本期不与对比期比较" in shown
    assert "明显上升（" not in shown
    assert "先看这几处" not in shown


def test_with_all_days_the_same_page_compares(open_changed: Open) -> None:
    shown = words(open_changed("situation"))
    assert "不与对比期比较" not in shown
    assert "明显上升" in shown


def test_a_map_of_badly_located_incidents_is_replaced_by_the_reason(open_changed: Open) -> None:
    shown = words(
        open_changed(
            "situation", "update rpt_incident_counts set located_count = 0 where hash(event_date) % 10 < 3"
        )
    )
    assert "责任区地图暂不显示" in shown
    assert "低于画图要求的 85%" in shown


HARASSED = """
    update rpt_incident_counts set class_code = 'J10100', class_label = '骚扰' where class_label = '求助';
    update rpt_incident_counts set outcome_code = 'not_handled' where class_label = '邻里纠纷'
"""


@pytest.mark.parametrize(
    ("code", "said", "left_out"),
    [
        ("", "有效警情＝全部警情减骚扰警情，第 1 版", {"求助"}),
        ("no_such_metric", "有效警情＝全部警情减骚扰警情，第 1 版", {"求助"}),
        (
            "incidents_effective_handled",
            "有效警情＝全部警情减骚扰，再减处理结果为不予处理的，第 1 版",
            {"求助", "邻里纠纷"},
        ),
        ("incidents_all", "全部警情＝全部警情，含骚扰", set()),
    ],
)
def test_the_definition_comes_from_the_address_and_its_words_stand_beside_the_number(
    open_changed: Open, code: str, said: str, left_out: set[str]
) -> None:
    shown = words(open_changed("situation", HARASSED, address={"metric": code}))
    counted = [
        row for row in tables()["fct_incidents"]
        if row["unit_no"] == "S1" and row["class_label"] not in left_out
        and "2026-06-01" <= str(row["event_date"]) < "2026-06-29"
    ]  # fmt: skip
    assert f"口径：{said}" in shown
    assert f"n：{len(counted):,} 起" in shown


def test_what_changed_since_it_was_published_is_said_with_its_causes(open_changed: Open) -> None:
    app = open_changed("situation")
    counted = [
        row for row in tables()["fct_incidents"]
        if row["unit_no"] == "S1" and "2026-06-01" <= str(row["event_date"]) < "2026-06-29"
    ]  # fmt: skip
    (told,) = [box.label for box in app.expander if "最初发布时" in box.label]
    assert told.startswith("本期最初发布时（数据截至 2026-06-30（周二））")
    assert f"{len(counted) - 2:,} 起，现为 {len(counted):,} 起：补报 +2 起，另有 1 条有改动而不增减" in told
    assert "对比期发布后改动：无" in words(app)
    app.toggle(key="restated_本期").set_value(True).run()
    shown = next(table.value for table in app.dataframe if "改前改后" in table.value.columns)
    assert sorted(zip(shown["原因"], shown["改前改后"], shown["计数"], strict=True)) == [
        ("改类", "改前", -1), ("改类", "改后", 1), ("补报", "改后", 1), ("补报", "改后", 1),
    ]  # fmt: skip
    assert set(shown["来源文件"]) == {"raw/case__pj_jjdb/b2.parquet"}


def test_a_generation_without_a_ledger_says_so(open_changed: Open) -> None:
    shown = words(open_changed("situation", "drop table fct_restated_incidents"))
    assert "本期发布后改动：此前未发布过" in shown
    assert "明显上升" in shown


def test_a_number_with_too_much_unmapped_is_withheld_with_the_reason(open_changed: Open) -> None:
    unmapped = "update rpt_incident_counts set unmapped_count = record_count where hash(event_date) % 10 < 4"
    shown = words(open_changed("situation", unmapped))
    assert "有效警情（减骚扰）暂不显示：类别未映射或未登记的占" in shown
    assert "超过 20% 的限度" in shown
    assert "明显上升" not in shown
    assert "未映射：" in shown


def test_no_percentage_stands_on_fewer_than_ten() -> None:
    assert wording.share(3, 9) == "3/9"
    assert wording.share(3, 10) == "30.0%（3/10）"
    assert wording.share(3, 0) == "—"
    assert wording.share(5999, 6000) == "99.9%（5,999/6,000）"
    assert wording.share(999, 1000, 0) == "99%（999/1,000）"
    assert wording.share(6000, 6000) == "100.0%（6,000/6,000）"


def test_titles_count_what_is_only_possible_and_do_not_hint_at_it() -> None:
    cells = judge([(60, 20), (30, 30), (40, 42)], 28, 28)
    assert verdict_matrix.finding("类别", cells) == "类别：1 格明显上升，其余与偶然波动一致"
    assert verdict_matrix.finding("类别", cells[1:]) == "类别：各格都与偶然波动一致"
    (maybe,) = judge([(7, 1)], 28, 28)
    possible = [replace(maybe, words=MAYBE[0]), *cells]
    assert verdict_matrix.finding("类别", possible).startswith("类别：1 格明显上升，1 格只是可能有变")


def test_no_place_or_kind_is_called_the_most_where_several_are() -> None:
    assert area_map._finding("单位", [("甲", 3), ("乙", 1)], "纠纷") == "纠纷最多的是甲，3 起"
    assert (
        area_map._finding("单位", [("甲", 3), ("乙", 3), ("丙", 0)], "纠纷") == "纠纷最多的是甲、乙，各 3 起"
    )
    assert area_map._finding("单位", [("甲", 3)], "纠纷") == "甲：纠纷 3 起"
    assert area_map._finding("单位", [("甲", 0)], "纠纷") == "各单位都没有纠纷"
    assert (
        dispute_outcomes._most_words(["邻里", "婚恋"], [[2], [2]], 4)
        == "，没有哪一类独占最多（最多的各 2 起）"
    )
    assert dispute_outcomes._most_words(["邻里", "婚恋"], [[8], [2]], 10) == "，邻里最多：80%（8/10）"


def test_an_hour_is_called_busy_only_beyond_chance() -> None:
    assert "看不出集中" in peak_words([0] * 22 + [2, 1])
    assert "看不出集中" in peak_words([5] * 24)
    assert peak_words([2] * 20 + [20] * 4) == "20 时起的四小时最集中：67%（80/120）"


def test_a_week_that_did_not_arrive_is_neither_drawn_nor_learnt_from() -> None:
    end = date(2026, 6, 29)
    counts = {first_week(end) + timedelta(number): 10 for number in range(73 * 7)}
    lost = [end - 3 * WEEK + timedelta(number) for number in range(7)]
    weeks = weekly({day: 0 if day in lost else count for day, count in counts.items()}, lost, end)
    assert weeks.counts[-3:] == [None, 70, 70]
    limits = bands(weeks, weeks.dispersion)
    assert len(weeks.counts) - 3 not in limits
    assert limits[len(weeks.counts) - 1] == bands(weekly(counts, [], end), 1.0)[len(weeks.counts) - 1]


def test_holidays_that_touch_are_named_together() -> None:
    days = [date(2025, 10, 5), date(2025, 10, 6), date(2026, 1, 1), date(2026, 2, 17)]
    labels = ["国庆节", "中秋", "元旦", None]
    calendar = [
        {
            "date_day": day,
            "is_holiday": label is not None,
            "holiday_label": label,
            "spring_festival_offset_days": 0 if label is None else None,
        }
        for day, label in zip(days, labels, strict=True)
    ]
    assert holidays(calendar) == [
        (days[0], days[1], "国庆节·中秋"),
        (days[2], days[2], "元旦"),
        (days[3], days[3], "春节"),
    ]


def test_names_that_do_not_fit_their_area_are_left_to_the_hover() -> None:
    def square(x: float, width: float) -> str:
        return f"POLYGON(({x} 30, {x + width} 30, {x + width} 30.1, {x} 30.1, {x} 30))"

    areas = [
        MapArea("城东第一责任区", square(120.0, 0.1), 3, ""),
        MapArea("城东第二责任区", square(120.1, 0.025), 2, ""),
        MapArea("城东第三责任区", square(120.125, 0.004), 1, ""),
    ]
    figure = choropleth(areas, legend="起", height=330)
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert "城东第一责任区" in texts
    assert "第二责任区" in texts
    assert not any("三责任区" in text for text in texts)


def test_a_deployment_without_a_source_is_told_from_one_without_rows() -> None:
    assert deployment("demo").has_source("patrol_shifts")
    assert not deployment("taipei_theft").has_source("patrol_shifts", "archive_items")
    assert deployment("no_such_profile").has_source("patrol_shifts")
    assert deployment("taipei_theft").has_festival
    assert not deployment("st_louis").has_festival


def test_the_banner_names_only_sources_the_page_rests_on() -> None:
    demo = deployment("demo")
    assert demo.feeds("gps", "qw_gpsd", ("patrol_points",))
    assert not demo.feeds("gps", "gps.qw_gpsd", ("incidents",))
    assert demo.feeds("unheard", "of", ("incidents",))
    assert demo.title("gps", "qw_gpsd") != "gps.qw_gpsd"
