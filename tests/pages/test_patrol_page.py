"""巡逻成效: figures of visits on the page against a count by hand in the serving file."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest
from plotly.colors import sample_colorscale
from reading import Open, page, table, words

from dashboards.components.line_maps import MapLine, line_map
from dashboards.sections.patrol_coverage import BANDS
from jingcang.statistics import coverage

BUSIEST = """
    with busiest as (
        select cell_id from fct_incidents
        where is_effective and unit_no = 'S1' and cell_id is not null and event_hour is not null
            and class_code is not null
            and event_date >= date '{since}' - 364 and event_date < date '{since}'
        group by cell_id order by sum(record_count) desc, cell_id limit 10
    )
    select count(*), count(*) filter (where visit_seconds between 600 and 960)
    from fct_patrol_visits
    where unit_no = 'S1' and event_date >= date '{since}' and event_date < date '{until}'
        and cell_id in (select cell_id from busiest)
"""


def test_visits_are_those_of_the_busiest_cells_of_the_year_before(
    open_page: Open,
    serving_copy: Path,
) -> None:
    shown = words(open_page("leader_station", page("patrol")))
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        # The last four complete weeks before 2026-06-30.
        found = connection.execute(BUSIEST.format(since="2026-06-01", until="2026-06-29")).fetchone()
    assert found is not None
    total, fitting = found
    assert total >= 10
    assert f"共停留 {total:,} 次，{100 * fitting / total:.0f}% 停留 10 至 16 分钟" in shown


DEMAND = """
    select cell_id, event_hour, sum(record_count) from fct_incidents
    where is_effective and unit_no = 'S1' and cell_id is not null and event_hour is not null
        and class_code is not null and report_channel_code <> 'patrol'
        and event_date >= date '2026-06-01' - 364 and event_date < date '2026-06-01'
    group by all
"""
MINUTES = """
    select cell_id, event_hour, event_date - date '2026-06-01', sum(presence_seconds) / 60 from fct_patrol_presence
    where unit_no = 'S1' and event_date >= date '2026-06-01' and event_date < date '2026-06-29'
    group by all
"""
# A row of presence in the cell ranked `place` on the first day of the period.
STAYED = """
    insert into fct_patrol_presence by name
    select * exclude (place), 'p' || event_hour as presence_id, 'S1-X1' as patrol_unit_id, 'S1' as unit_no,
        'S1-A1' as area_no, date '2026-06-01' as event_date
    from (values {rows}) as stays (place, event_hour, presence_seconds)
    inner join (
        select cell_id, row_number() over (order by sum(record_count) desc, cell_id) as place from fct_incidents
        where unit_no = 'S1' and is_effective and cell_id is not null and event_hour is not null
            and class_code is not null and report_channel_code <> 'patrol'
            and event_date >= date '2026-06-01' - 364 and event_date < date '2026-06-01'
        group by cell_id
    ) using (place);
"""
FOUND_BY_PATROLS = "update fct_incidents set report_channel_code = 'patrol' where hash(incident_id) % 3 = 0"


@pytest.mark.parametrize(
    ("sql", "covered_hours"),
    [
        (FOUND_BY_PATROLS, None),
        (
            "delete from fct_patrol_presence;"
            + STAYED.format(rows="(1, 12, 180), (1, 13, 180), (1, 14, 180), (1, 15, 60)"),
            0,
        ),
        ("delete from fct_patrol_presence;" + STAYED.format(rows="(1, 12, 600), (2, 12, 599)"), 1),
    ],
)
def test_the_share_of_demand_covered_is_that_of_places_and_clock_hours(
    open_changed: Open, tmp_path: Path, sql: str, covered_hours: int | None
) -> None:
    app = open_changed("patrol", sql)
    # A copy: the page holds the file itself with its own settings.
    changed = shutil.copy(tmp_path / "serving" / "g000001.duckdb", tmp_path)
    with duckdb.connect(str(changed), read_only=True) as connection:
        by_hour = {(cell, hour): count for cell, hour, count in connection.execute(DEMAND).fetchall()}
        stays = connection.execute(MINUTES).fetchall()
    of_cell: Counter[str] = Counter()
    for (cell, _), count in by_hour.items():
        of_cell[cell] += count
    cells = sorted(of_cell, key=lambda cell: (-of_cell[cell], cell))[:10]
    demand, minutes = np.zeros((10, 24, 28)), np.zeros((10, 24, 28))
    for (cell, hour), count in by_hour.items():
        if cell in cells:
            demand[cells.index(cell), hour] = count
    for cell, hour, day, spent in stays:
        if cell in cells:
            minutes[cells.index(cell), hour, day] = spent
    share, total = coverage(minutes, demand, threshold_minutes=10), demand.sum() / 28
    told = f"警情需求巡到 {100 * share:.1f}%（折合 {share * total:,.1f}/{total:,.0f} 起）"
    assert words(app).count(told) == 2, "in the sentence and in the title"
    rows = table(app, "其中巡到")
    assert sum(row["此前一年起数"] for row in rows) == total
    assert sum(row["其中巡到"] for row in rows) == pytest.approx(share * total, abs=0.05 * len(rows))
    if covered_hours is None:
        assert share > 0.001
    else:
        assert sum(row["巡满小时"] for row in rows) == covered_hours
        assert (share > 0) == (covered_hours > 0)


def test_discreet_classes_choose_no_place(open_changed: Open) -> None:
    app = open_changed(
        "patrol",
        "update fct_incidents set class_code = '200600' where event_hour >= 20;"
        "update fct_incidents set initial_class_code = '100900' where event_hour < 4;",
    )
    rows = table(app, "此前一年起数")
    assert {row["时段"] for row in rows} == set(BANDS[1:5]), (
        "the first and the last band have no other incidents"
    )


def test_time_that_is_no_patrol_is_told_by_reason_and_where_it_cannot_be_known(
    open_page: Open, serving_copy: Path
) -> None:
    shown = words(open_page("leader_bureau", page("patrol")))
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        hours = connection.execute(
            "select sum(on_call_seconds) / 3600, sum(at_station_seconds) / 3600, sum(off_duty_seconds) / 3600 "
            "from fct_patrol_shifts where event_date >= date '2026-06-01' and event_date < date '2026-06-29'"
        ).fetchone()
    assert hours is not None
    on_call, at_station, off_duty = hours
    assert (
        f"观测到而不算落实：出警 {on_call:,.0f} 小时、在所 {at_station:,.0f} 小时、终端报非巡逻 {off_duty:,.0f} 小时。"
        in shown
    )
    assert "城南派出所、河西派出所没有登记院落的位置和半径" in shown


def test_dispatches_without_patrol_units_and_stations_without_yards_are_said(open_changed: Open) -> None:
    app = open_changed(
        "patrol",
        "update dim_unit set yard_radius_m = null; update fct_incident_response set patrol_unit_id = null;",
    )
    shown = words(app)
    assert "单位没有登记院落的位置和半径，在所时间只按终端自报的状态扣" in shown
    assert "处警记录没有写巡组，出警时间只按处警民警当时所在的班次扣" in shown


ON_STREETS = """
    select coalesce(street_segment_no, '未落在街段上'), round(sum(presence_seconds) / 60, 1), count(distinct event_date)
    from fct_patrol_street_presence
    where unit_no = 'S1' and event_date >= date '2026-06-01' and event_date < date '2026-06-29'
    group by all
"""


def test_minutes_by_street_segment_add_up_with_those_on_none(open_page: Open, serving_copy: Path) -> None:
    app = open_page("leader_station", page("patrol"), place_kind="街段")
    shown = words(app)
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        found = connection.execute(ON_STREETS).fetchall()
        total = connection.execute(
            ON_STREETS.replace("group by all", "").replace(
                "coalesce(street_segment_no, '未落在街段上')", "'合计'"
            )
        ).fetchone()
    assert total is not None
    rows = table(app, "每百米分钟")
    assert {(row["街段"], row["巡逻分钟"]) for row in rows} == {(name, minutes) for name, minutes, _ in found}
    assert {row["街段"]: row["巡到天数"] for row in rows if row["街段"] != "未落在街段上"} == {
        name: days for name, _, days in found if name != "未落在街段上"
    }
    assert rows[-1]["街段"] == "未落在街段上"
    off = next(minutes for name, minutes, _ in found if name == "未落在街段上")
    assert f"另有 {off:,.0f} 分钟（{100 * off / total[1]:.0f}%）未落在街段上" in shown
    assert f"落在 {len(found) - 1} 个街段" in shown
    assert "来源共有 12 个街段" in shown
    assert f"{len(found) - 1} 个街段的位置和巡逻分钟" in shown


def test_segments_without_a_line_are_told_and_not_drawn(open_changed: Open) -> None:
    some = "update dim_street_segment set length_m = null, centre_line_wkt = null where street_segment_no = 'L01'"
    shown = words(open_changed("patrol", some, address={"place_kind": "街段"}))
    assert "7 个街段的位置和巡逻分钟" in shown
    assert "另有 1 个没有能画的中心线" in shown


def test_no_segment_with_a_line_leaves_the_map_out(open_changed: Open) -> None:
    every = "update dim_street_segment set length_m = null, centre_line_wkt = null"
    shown = words(open_changed("patrol", every, address={"place_kind": "街段"}))
    assert "街段的位置暂不显示" in shown


def test_lines_are_drawn_by_shade_and_in_all_their_parts() -> None:
    lines = [
        MapLine("LINESTRING (1 1, 1 2)", 120, "甲"),
        MapLine("MULTILINESTRING ((2 1, 2 2), (3 1, 3 1.5))", 0, "乙"),
    ]
    chart = line_map([], lines, height=300, legend="巡逻分钟")
    drawn = {tuple(trace.x): trace.line.color for trace in chart.data if trace.mode == "lines"}
    assert {(1, 1), (2, 2, None, 3, 3)} <= set(drawn)
    assert drawn[1, 1] != drawn[2, 2, None, 3, 3]
    marks = next(trace for trace in chart.data if trace.text is not None and len(trace.text) == 2)
    assert [*zip(marks.x, marks.y, marks.text, strict=True)] == [(1, 1.5, "甲"), (2, 1.5, "乙")]


def test_the_legend_of_lines_has_the_colours_of_the_lines() -> None:
    lines = [
        MapLine(f"LINESTRING ({minutes} 1, {minutes} 2)", minutes, f"{minutes} 分钟")
        for minutes in (0, 20, 60, 120)
    ]
    chart = line_map([], lines, height=300, legend="巡逻分钟")
    bar = next(trace.marker for trace in chart.data if trace.marker.showscale)
    told = sample_colorscale(
        [list(step) for step in bar.colorscale], [minutes / bar.cmax for minutes in (0, 20, 60, 120)]
    )
    drawn = {
        trace.x[0]: trace.line.color
        for trace in chart.data
        if trace.mode == "lines" and tuple(trace.y) == (1, 2)
    }
    assert [drawn[minutes] for minutes in (0, 20, 60, 120)] == told
    assert len(set(told)) == 4


IN_S1 = "where unit_no = 'S1' and event_date >= date '2026-06-01' and event_date < date '2026-06-29'"


def test_minutes_by_area_and_cell_are_the_same_time(open_page: Open, serving_copy: Path) -> None:
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        whole, outside = connection.execute(
            "select sum(presence_seconds) / 60, sum(presence_seconds) filter (where geometry_area_no is null) / 60 "
            f"from fct_patrol_area_presence {IN_S1}"
        ).fetchone() or (None, None)
    shown = words(open_page("leader_station", page("patrol"), place_kind="网格"))
    assert f"巡逻 {whole:,.0f} 分钟落在 18 个网格" in shown
    shown = words(open_page("leader_station", page("patrol"), place_kind="责任区"))
    assert f"巡逻 {whole - outside:,.0f} 分钟落在 3 个责任区，一半在其中" in shown
    assert f"另有 {outside:,.0f} 分钟（{100 * outside / whole:.0f}%）在责任区边界以外" in shown
    assert "没有责任区边界" not in shown


def test_time_in_the_own_area_is_told_beside_it(open_page: Open, serving_copy: Path) -> None:
    app = open_page("leader_station", page("patrol"), place_kind="责任区")
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        found = connection.execute(
            "select area_name, round(100.0 * sum(presence_seconds) filter (where geometry_area_no = shift_area_no)"
            " / sum(presence_seconds), 1), round(100.0 * sum(presence_seconds) filter (where geometry_area_no is null)"
            " / sum(presence_seconds), 1) from fct_patrol_area_presence "
            f"join (select area_no, area_name from dim_area) on area_no = shift_area_no {IN_S1} group by all"
        ).fetchall()
        whole = connection.execute(
            "select 100.0 * sum(presence_seconds) filter (where geometry_area_no = shift_area_no)"
            f" / sum(presence_seconds) from fct_patrol_area_presence {IN_S1}"
        ).fetchone()
    assert whole is not None
    rows = table(app, "本责任区 %")
    assert {(row["班次责任区"], row["本责任区 %"], row["边界以外 %"]) for row in rows} == set(found)
    assert [row["本责任区 %"] for row in rows] == sorted(row["本责任区 %"] for row in rows)
    low, high = rows[0], rows[-1]
    told = (
        f"巡组 {whole[0]:.0f}% 的时间在本班次的责任区里，从 {low['本责任区 %']:.0f}%（{low['班次责任区']}）"
        f"到 {high['本责任区 %']:.0f}%（{high['班次责任区']}）"
    )
    assert told in words(app)
    assert re.search(r"\d{4}-\d\d-\d\d（周.）；按巡组当天班次登记的责任区分组", words(app)), (
        "the chart says its period"
    )


def test_without_boundaries_the_areas_are_those_of_the_shifts_and_that_is_said(
    open_changed: Open, serving_copy: Path
) -> None:
    sql = "update dim_area set boundary_wkt = null; delete from fct_patrol_area_presence"
    app = open_changed("patrol", sql, address={"place_kind": "责任区"})
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        (minutes,) = connection.execute(
            f"select sum(presence_seconds) / 60 from fct_patrol_presence {IN_S1}"
        ).fetchone() or (None,)
    shown = words(app)
    assert f"巡逻 {minutes:,.0f} 分钟记在 3 个责任区的班次上" in shown
    assert "没有责任区边界，不能按车辆所在的位置看" in shown
    assert "边界以外" not in shown


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update fct_patrol_area_presence set geometry_area_no = null", "全部在责任区边界以外"),
        ("update fct_patrol_area_presence set shift_area_no = null", "在本责任区的时间暂不显示"),
        (
            "update dim_area set boundary_wkt = null where area_no = 'S1-A2'",
            "分钟没有可比的责任区，不在图中",
        ),
        ("delete from fct_patrol_area_presence", "没有算得出位置的巡逻分钟"),
    ],
)
def test_a_period_outside_every_boundary_and_shifts_without_an_area(
    open_changed: Open, sql: str, said: str
) -> None:
    app = open_changed("patrol", sql, address={"place_kind": "责任区"})
    assert not app.exception
    assert said in words(app)


def test_without_segments_the_choice_is_not_offered_and_says_why(open_changed: Open) -> None:
    app = open_changed("patrol", "delete from dim_street_segment", address={"place_kind": "街段"})
    assert not app.exception
    assert "没有街段数据" in words(app)
    assert "个街段" not in words(app)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "update fct_patrol_street_presence set street_segment_id = null, street_segment_no = null",
            "全部未落在街段上",
        ),
        ("delete from fct_patrol_street_presence", "没有算得出位置的巡逻分钟"),
    ],
)
def test_a_period_off_every_segment_and_one_without_any_minutes(
    open_changed: Open, sql: str, said: str
) -> None:
    assert said in words(open_changed("patrol", sql, address={"place_kind": "街段"}))


def test_points_are_told_by_what_became_of_them(open_page: Open) -> None:
    shown = open_page("leader_station", page("patrol"))
    # Four weeks of two thousand a day: the station's own and those of terminals that name no unit.
    told = "收到 56,000 个，采用 98.0%（54,908/56,000）；没有采用：缺坐标 392、精度差于 50 米 588、同一秒重复 112。"
    assert told in words(shown)
    listed = table(shown, "采用占收到 %")
    assert [(row["单位"], row["采用占收到 %"]) for row in listed] == [
        ("城北派出所", 97.0),
        ("终端没有写单位", 99.1),
    ]
    assert {row["速度超过 33 米/秒"] for row in listed} == {0}


ALL_USED = (
    "update rpt_patrol_point_counts set used_point_count = point_count, unplaced_point_count = 0, "
    "inaccurate_point_count = 0, duplicate_point_count = 0"
)
ONE_JUMP = (
    f"{ALL_USED}; update rpt_patrol_point_counts set used_point_count = 999, jump_point_count = 1 "
    "where unit_no = 'S1' and event_date = date '2026-06-10'"
)
ONE_POINT = (
    f"{ALL_USED}; delete from rpt_patrol_point_counts where unit_no is null or event_date <> date '2026-06-10'; "
    "update rpt_patrol_point_counts set used_point_count = 1, point_count = 1"
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("delete from rpt_patrol_point_counts", "没有收到定位点"),
        (ONE_POINT, "收到 1 个，采用 1/1；没有一个被去除"),
        (ALL_USED, "采用 100.0%（56,000/56,000）；没有一个被去除"),
        (ONE_JUMP, "采用 99.9%（55,999/56,000）；没有采用：速度超过 33 米/秒 1。"),
    ],
)
def test_points_that_all_count_and_none_at_all(open_changed: Open, change: str, said: str) -> None:
    assert said in words(open_changed("patrol", change))


def test_a_generation_that_counted_no_points_says_nothing_of_them(open_changed: Open) -> None:
    shown = words(open_changed("patrol", "drop table rpt_patrol_point_counts"))
    assert "落实占计划" in shown
    assert "定位点" not in shown
