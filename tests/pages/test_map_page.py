"""一张图: layers by cell and area, what no map may show, and what a late, empty or other source does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from planted_map import WEEK
from reading import Open, table, words
from streamlit.testing.v1 import AppTest

from dashboards.queries import map_layers
from dashboards.sections.hour_matrix import whole_numbers
from jingcang.access.policy import PERSON_DATA_TABLES
from jingcang.access.query import Query

PAGE = "map"
START, END, BEFORE = WEEK - timedelta(weeks=4), WEEK, WEEK - timedelta(weeks=56)
LATE = (
    "delete from rpt_incident_counts where event_date in ({days}); "
    "delete from fct_incidents where event_date in ({days}); "
    "insert into rpt_incident_counts by name select one.* replace (day.date_day as event_date, 40 as record_count, "
    "40 as located_count, 0 as unmapped_count) from (from rpt_incident_counts where unit_no = 'S1' limit 1) as one "
    "cross join dim_date as day where day.date_day between date '2024-01-01' and date '2026-06-29' "
    "and day.date_day not in ({days}); delete from rpt_incident_week_hours where weekday_number = 1"
)
FEW_LOCATED = "update rpt_incident_counts set located_count = 0 where class_code = '509900'"


def drawn(app: AppTest) -> str:
    """Return everything the charts carry, hover texts included."""
    return "\n".join(element.proto.spec for element in app.get("plotly_chart"))


def counted(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_answer_tells_the_located_share_and_how_the_hot_cells_did(open_changed: Open) -> None:
    shown = words(open_changed(PAGE))
    assert "2026-06-01（周一）至2026-06-28（周日）有效警情" in shown
    assert "有坐标的 9" in shown
    assert "按此前 52 周起数选出的" in shown
    assert "是平均摊开的" in shown
    assert "90 天有效警情 130 起中，解析到一处的 60.8%（79/130）" in shown


def test_cells_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    """Every cell of the layer by hand-written SQL, now, in the year before, and its patrol minutes."""
    found = counted(
        serving_copy,
        "select cell_id, "
        f"coalesce(sum(incident_count) filter (week_start >= date '{START}'), 0)::int, "
        f"coalesce(sum(incident_count) filter (week_start < date '{START}'), 0)::int, "
        f"round(coalesce(sum(presence_seconds) filter (week_start >= date '{START}'), 0) / 60)::int "
        f"from rpt_cell_weeks where unit_no = 'S1' and cell_id is not null and week_start >= date '{BEFORE}' "
        f"and week_start < date '{END}' group by 1",
    )
    now = {cell: (count, before, minutes) for cell, count, before, minutes in found if count}
    rows = {row["网格"]: row for row in table(open_changed(PAGE, address={"layer": "cells"}), "网格")}
    assert {
        cell: (r["本期起数"], r["此前起数"], r["巡逻分钟"]) for cell, r in rows.items() if r["本期起数"]
    } == now
    assert len(now) >= 10


def test_areas_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    found = dict(
        counted(
            serving_copy,
            "select area_name, count(*)::int from fct_incidents join dim_area using (area_no) where is_effective "
            f"and fct_incidents.unit_no = 'S1' and event_date >= date '{START}' and event_date < date '{END}' "
            "group by 1",
        )
    )
    assert {row["责任区"]: row["起数"] for row in table(open_changed(PAGE), "每万人起数")} == found


def test_the_block_is_hot_and_lone_cells_are_not(open_changed: Open) -> None:
    app = open_changed(PAGE, address={"layer": "hot"})
    rows = table(app, "网格")
    hot = [row for row in rows if row["热点编号"] == row["热点编号"] and row["热点编号"]]
    assert hot
    assert all(row["成片偏多"] == "是" for row in hot)
    assert any(row["成片偏多"] != "是" for row in rows)
    shown = words(app)
    assert "与邻格成片偏多" in shown
    assert "以起数为准" in shown or "宜看橙框" in shown
    assert "1. **" in shown


def test_the_short_list_shows_the_numbers_it_names(open_changed: Open) -> None:
    app = open_changed(PAGE)
    assert not table(app, "责任区")[0].get("热点编号")
    app.button(key="short_list_1").click().run()
    assert any(row["热点编号"] == 1 for row in table(app, "热点编号"))
    app.toggle(key="key_places").set_value(True).run()
    assert table(app, "热点编号"), "the layer stays chosen"


def test_a_level_grid_is_not_sold_as_clustered(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "update rpt_cell_weeks set incident_count = 1 where count_kind_code = 'placed'",
        address={"layer": "hot", "unit": "城南派出所"},
        role="leader_bureau",
    )
    assert "其中 0 个与邻格成片偏多" in words(app)
    assert not [row for row in table(app, "网格") if row["成片偏多"] == "是"]


@pytest.mark.parametrize("layer", ["cells", "hot"])
def test_places_of_discreet_classes_are_nowhere(open_changed: Open, serving_copy: Path, layer: str) -> None:
    """The cell of a discreet incident is in no mart; what has no cell is told as a number."""
    assert counted(
        serving_copy,
        "select count(*) from rpt_cell_weeks where count_kind_code = 'discreet' and cell_id is not null",
    ) == [(0,)]
    app = open_changed(PAGE, address={"layer": layer})
    shown = words(app)
    assert "不列地点的类别 8 起、没有坐标的 4 起" in shown
    assert "不列地点（性侵、未成年人、家庭、轻生和类别未明）" in shown
    assert "性侵" not in drawn(app)
    assert "中山路" not in drawn(app)


def test_no_question_reads_a_person_a_point_or_a_fact() -> None:
    for query in vars(map_layers).values():
        if isinstance(query, Query):
            assert not query.tables & PERSON_DATA_TABLES
            assert not any(word in query.sql for word in ("longitude", "latitude", "place_name", "fct_"))


@pytest.mark.parametrize("layer", ["areas", "cells", "hot"])
def test_too_few_located_hide_the_maps_of_incidents(open_changed: Open, layer: str) -> None:
    app = open_changed(PAGE, FEW_LOCATED, address={"layer": layer})
    shown = words(app)
    assert "暂不显示：本期有坐标的警情" in shown
    assert "低于画图要求的 85%" in shown
    assert "先看这几处" not in shown
    assert "起数最多的" in shown
    assert len(app.get("plotly_chart")) == 1  # the hours


def test_too_few_located_leave_the_map_of_patrol(open_changed: Open) -> None:
    app = open_changed(PAGE, FEW_LOCATED, address={"layer": "patrol"})
    assert "巡逻 " in words(app)
    assert "暂不显示" not in words(app)


def test_choices_stand_in_the_address(open_changed: Open, serving_copy: Path) -> None:
    first, last = WEEK - timedelta(weeks=10), WEEK - timedelta(weeks=8)
    app = open_changed(
        PAGE,
        address={
            "layer": "cells", "group": "刑事警情", "from": first.isoformat(), "to": last.isoformat(),
            "area": "城北第1责任区",
        },
    )  # fmt: skip
    shown = words(app)
    assert f"{first.isoformat()}（周一）至{(last + timedelta(6)).isoformat()}（周日）刑事警情" in shown
    assert "一张图：城北第1责任区" in shown
    ((total,),) = counted(
        serving_copy,
        "select count(*) from fct_incidents where area_no = 'S1-A1' and class_level1_label = '刑事警情' and "
        f"event_date >= date '{first}' and event_date < date '{last + timedelta(7)}'",
    )
    assert f"刑事警情 {total} 起" in shown


def test_an_address_that_names_no_week_falls_back(open_changed: Open) -> None:
    app = open_changed(PAGE, address={"from": "2026-06-22", "to": "2026-06-01"})
    assert "2026-06-01（周一）至2026-06-28（周日）" in words(app)
    assert not app.error


def test_hours_are_spread_and_tell_of_what(open_changed: Open, serving_copy: Path) -> None:
    ((spread, known),) = counted(
        serving_copy,
        "select round(sum(incident_millionths) filter (time_state_code = 'spread') / 1e6)::int, "
        "round(sum(incident_millionths) filter (time_state_code = 'known') / 1e6)::int from rpt_incident_week_hours "
        f"where unit_no = 'S1' and week_start >= date '{START}' and week_start < date '{END}'",
    )
    app = open_changed(PAGE)
    assert f"有起止时间的 {spread} 起按时长分摊到各小时，其余 {known} 起按报警时刻" in words(app)
    rows = table(app, "23 时")
    assert sum(row[f"{hour} 时"] for row in rows for hour in range(24)) == pytest.approx(
        spread + known, abs=0.1
    )
    ((friday,),) = counted(
        serving_copy,
        "select sum(incident_millionths) / 1e6 from rpt_incident_week_hours where unit_no = 'S1' "
        f"and weekday_number = 5 and event_hour = 20 and week_start >= date '{START}' and week_start < date '{END}'",
    )
    assert rows[4]["20 时"] == pytest.approx(friday)


@pytest.mark.parametrize("path", ["map", "situation"])
def test_days_that_did_not_arrive_are_no_zeros(open_changed: Open, path: str) -> None:
    """All Mondays of the period and one Tuesday are missing: Monday stays empty, Tuesday says so."""
    late = [START + timedelta(7 * week) for week in range(4)] + [START + timedelta(1)]
    days = ", ".join(f"date '{day}'" for day in late)
    app = open_changed(
        path,
        LATE.format(days=days),
    )
    names = [row["星期"] for row in table(app, "23 时")]
    assert names[:3] == ["周一（缺数）", "周二（缺 1/4 天）", "周三"]
    monday = table(app, "23 时")[0]
    assert monday["0 时"] != 0
    assert monday["0 时"] != monday["0 时"] or monday["0 时"] is None  # empty
    assert f"缺数 5 天（{START.isoformat()}（周一）起）" in words(app)
    if path == "map":
        assert "28 天中有 5 天缺数" in words(app)


def test_key_places_are_counted_by_kind_and_marked_by_cell(open_changed: Open) -> None:
    app = open_changed(PAGE, address={"layer": "cells", "key_places": "true"})
    assert "重点场所 3 处，有坐标的 2/3，图上以菱形标在所在网格" in words(app)
    assert "\\u91cd\\u70b9\\u573a\\u6240" in drawn(app) or "重点场所：旅馆 2" in drawn(app)
    (row,) = table(app, "网吧")
    assert (row["旅馆"], row["网吧"], row["合计"]) == (2, 1, 3)
    assert "S1旅馆" not in drawn(app)


def test_key_places_without_coordinates_are_counted_alone(open_changed: Open) -> None:
    app = open_changed(
        PAGE, "update dim_place set cell_id = null", address={"layer": "cells", "key_places": "true"}
    )
    assert "来源没有给坐标，图上不画，只按责任区计数" in words(app)
    assert table(app, "网吧")


def test_disputes_by_area_follow_the_slider(open_changed: Open, serving_copy: Path) -> None:
    ((total,),) = counted(
        serving_copy,
        f"select count(*) from fct_dispute_risks where unit_no = 'S1' and registered_date >= date '{START}' "
        f"and registered_date < date '{END}'",
    )
    app = open_changed(PAGE, address={"layer": "disputes"})
    assert f"本期登记的纠纷 {total} 起" in words(app)
    assert sum(row["本期登记纠纷"] for row in table(app, "本期登记纠纷")) == total


def test_the_bureau_sees_units(open_changed: Open) -> None:
    app = open_changed(PAGE, role="leader_bureau")
    assert {row["单位"] for row in table(app, "每万人起数")} == {"城北派出所", "城南派出所", "河西派出所"}


def test_one_incident_draws_no_conclusion(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "delete from rpt_incident_counts where unit_no <> 'S1' or event_date <> date '2026-06-10'; "
        "delete from rpt_incident_counts where rowid > (select min(rowid) from rpt_incident_counts); "
        "update rpt_incident_counts set record_count = 1, located_count = 1, unmapped_count = 0; "
        "delete from rpt_cell_weeks; delete from rpt_incident_week_hours; delete from rpt_repeat_places; "
        "delete from fct_repeat_clusters; delete from rpt_repeat_bases",
        address={"layer": "hot"},
    )
    shown = words(app)
    assert "有效警情 1 起，有坐标的 1/1" in shown
    assert "热点网格暂不显示：此前一年没有落在网格里的警情" in shown
    assert not app.error


def test_without_incidents_the_page_says_so(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        f"delete from rpt_incident_counts where event_date >= date '{START}'; delete from rpt_cell_weeks; "
        "delete from rpt_incident_week_hours; delete from fct_incidents",
        address={"layer": "cells"},
    )
    shown = words(app)
    assert "没有有效警情" in shown
    assert "本期没有落在网格里的警情" in shown
    assert "星期 × 小时暂不显示：本期没有有效警情" in shown
    assert not app.error


@pytest.mark.parametrize(
    ("layer", "told"), [("cells", "格有警情"), ("hot", "不知道哪些网格在辖区内"), ("areas", "没有责任区边界")]
)
def test_without_boundaries_only_cells_are_drawn(open_changed: Open, layer: str, told: str) -> None:
    app = open_changed(PAGE, "update dim_area set boundary_wkt = null", address={"layer": layer})
    assert told in words(app)
    assert not app.error


def test_small_counts_of_cells_stay_inside(open_changed: Open) -> None:
    """What the export hides is held by the shared rule; the page must hand it the columns of counts."""
    from dashboards.components import small_counts

    rows = [[1, "a", "区", 3, 40, 9, ""], [2, "b", "区", 8, 50, 9, ""], [3, "c", "区", 9, 60, 9, ""]]
    assert small_counts.hidden(rows, (3, 4))[0][3] == "<5"
    app = open_changed(PAGE, address={"layer": "cells"})
    assert {"csv_map", "xlsx_map"} <= {
        key.rsplit("-", 1)[-1] for key in (button.proto.id for button in app.get("download_button"))
    }


@pytest.mark.parametrize(
    ("layer", "told"), [("disputes", "没有矛盾纠纷台账"), ("patrol", "没有接入定位轨迹的来源")]
)
def test_a_profile_without_disputes_and_patrol_says_so(open_changed: Open, layer: str, told: str) -> None:
    app = open_changed(
        PAGE,
        "delete from rpt_cell_weeks where count_kind_code = 'patrol'; delete from dim_place",
        profile="st_louis",
        address={"layer": layer, "key_places": "true"},
    )
    assert told in words(app)
    assert "来源没有重点场所" in words(app)
    assert not app.error


def test_parts_of_incidents_are_rounded_to_their_sum() -> None:
    assert whole_numbers([0.5, 0.5, 1.2]) in ([1, 0, 1], [0, 1, 1])
    assert sum(whole_numbers([0.34] * 24)) == 8
    assert whole_numbers([2.0, 3.0]) == [2, 3]
