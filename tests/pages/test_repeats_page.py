"""重复警情: beyond chance or not, discreet places and persons never, near repeats, and what a source does not have."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from reading import Open, table, words
from scipy import stats
from streamlit.testing.v1 import AppTest

from dashboards.queries import repeats
from dashboards.sections.repeat_persons import banded
from dashboards.sections.repeat_places import Spread
from dashboards.sections.repeat_places import words as curve_words
from jingcang.access.policy import PERSON_DATA_TABLES
from jingcang.access.query import Query

PAGE = "repeats"


def listed(app: AppTest) -> list[dict[str, object]]:
    """Return the rows of the list of places."""
    return next(
        list(frame.value.to_dict("records"))
        for frame in app.dataframe
        if {"楼幢编号", "90 天"} <= set(frame.value)
    )


def test_the_answer_sets_what_is_seen_beside_what_chance_gives(open_changed: Open) -> None:
    # 363 places, 73 events: P(X ≥ 2) at mean 73/363
    expected = 363 * stats.poisson.sf(1, 73 / 363)
    shown = words(open_changed(PAGE))
    assert f"2 起以上的地点 3 处，全凭偶然也会有约 {expected:,.0f} 处" in shown
    assert "1 处（9 起及以上）超出偶然" in shown
    assert "入室盗窃发案后一周内附近容易再发" in shown
    assert "一地：1 处超出偶然，排在最前" in shown


def test_only_places_beyond_chance_are_told_to_look_at(open_changed: Open) -> None:
    app = open_changed(PAGE)
    shown = words(app)
    assert "**文教社区·中山路·梧桐苑**：90 天 9 起、7 天 2 起" in shown
    assert shown.count("责任区跟进") == 1
    rows = listed(app)
    assert [(row["楼幢编号"], row["90 天"], row["判断"]) for row in rows] == [
        ("DZ1", 9, "超出偶然"), ("DZ2", 2, "与偶然波动一致"), ("DZ3", 2, "与偶然波动一致"),
    ]  # fmt: skip


def test_counts_are_those_of_the_rows(open_changed: Open, serving_copy: Path) -> None:
    """Twelve numbers by hand-written SQL: later reports of one event do not count at the place."""
    with duckdb.connect(str(serving_copy)) as connection:
        counted = connection.execute(
            "select replace(repeat_cluster_id, 'place', ''), "
            + ", ".join(
                f"count(*) filter (where event_date >= date '{AS_OF}' - {days})::int"
                for days in (90, 28, 7, 365)
            )
            + " from fct_repeat_incidents where starts_with(repeat_cluster_id, 'place') and is_counted "
            "and unit_no = 'S1' group by 1 order by 1"
        ).fetchall()
    rows = listed(open_changed(PAGE))
    shown = sorted((row["楼幢编号"], row["90 天"], row["28 天"], row["7 天"], row["365 天"]) for row in rows)
    assert shown == counted
    assert len(shown) == 3


def test_a_station_sees_its_own(open_changed: Open) -> None:
    rows = listed(open_changed(PAGE))
    assert {row["责任区"] for row in rows} == {"城北第1责任区"}
    assert "单位" not in rows[0], "one unit needs no column that says so in every line"


def test_the_bureau_sees_every_station(open_changed: Open) -> None:
    bureau = listed(open_changed(PAGE, role="leader_bureau"))
    assert {row["单位"] for row in bureau} == {"城北派出所", "城南派出所"}


def test_an_event_told_twice_is_one(open_changed: Open) -> None:
    labels = [expander.label for expander in open_changed(PAGE).expander]
    assert "一事多报：90 天内 1 件事被报了多次，多出 1 起报警" in labels


def test_lists_of_places_do_not_leave_the_station(open_changed: Open) -> None:
    app = open_changed(PAGE)
    keys = {button.proto.id for button in app.get("download_button")}
    assert keys
    assert not any("repeat_places_list" in key or "repeat_events_list" in key for key in keys)


def test_persons_are_counted_and_no_question_reads_person_data(open_changed: Open) -> None:
    for query in vars(repeats).values():
        if isinstance(query, Query):
            assert not query.tables & PERSON_DATA_TABLES
            assert "caller" not in query.sql
            assert "person_id" not in query.sql
    app = open_changed(PAGE)
    shown = {row["出现方式"]: row for row in table(app, "出现方式")}
    assert shown["其他报警的电话"]["2 次"] == 31
    assert shown["其他报警的电话"]["10 次以上"] == 1
    assert shown["性侵、未成年人、家庭类报警的电话"]["2 次"] == 6
    assert "反复出现的电话和受害人 41 个，只计数" in words(app)


def test_bands_keep_their_edges() -> None:
    rows = [
        {"appearance_label": "x", "repeat_90d_count": times, "person_count": 1}
        for times in (1, 2, 3, 4, 5, 9, 10, 30)
    ]
    assert banded(rows) == {"x": [1, 2, 2, 2]}


def test_near_repeats_keep_the_located_rule_and_small_bases(open_changed: Open) -> None:
    app = open_changed(PAGE)
    rows = {row["类别"]: row for row in table(app, "一年起数")}
    assert rows.keys() == {"入室盗窃", "故意毁坏公私财物"}
    assert rows["入室盗窃"]["倍数"] == pytest.approx(1.9)
    assert "近重复成立" in str(rows["入室盗窃"]["判断"])
    assert (
        rows["故意毁坏公私财物"]["倍数"] is None
        or rows["故意毁坏公私财物"]["倍数"] != rows["故意毁坏公私财物"]["倍数"]
    )
    assert "与偶然波动一致" in str(rows["故意毁坏公私财物"]["判断"])
    assert "盗窃车内财物的近重复暂不显示：有坐标的只有 60.0%（60/100），低于要求的 85%" in words(app)
    assert "**盗窃车内财物" not in words(app)


def test_a_curve_within_chance_is_not_called_concentration() -> None:
    even = Spread({int(size): round(10_000 * stats.poisson.pmf(size, 0.5)) for size in range(6)})
    assert curve_words(even).endswith("与偶然波动一致")
    assert even.chance.beyond_from is None
    hot = Spread({0: 9_000, 1: 900, 20: 100})
    assert curve_words(hot).endswith("比偶然集中")


def test_without_beyond_chance_nothing_is_pointed_at(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "update fct_repeat_clusters set repeat_90d_count = 2; delete from rpt_repeat_places where event_count > 2; "
        "update rpt_near_repeats set is_near_repeat = false",
    )
    shown = words(app)
    assert "没有一处多于偶然能到的起数" in shown
    assert "检验的 2 类都没有近重复" in shown
    assert "先看这几处" not in shown
    assert not app.error


def test_without_incidents_the_page_says_so(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "".join(
            f"delete from {name};"
            for name in (
                "fct_repeat_clusters", "fct_repeat_incidents", "rpt_repeat_places", "rpt_repeat_persons",
                "rpt_repeat_bases", "rpt_near_repeats",
            )
        )
    )  # fmt: skip
    assert "90 天没有警情" in words(app)
    assert not app.error


def test_one_place_and_few_events_draw_no_curve(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "delete from fct_repeat_clusters where building_address_no <> 'DZ2'; "
        "update rpt_repeat_places set place_count = 1; delete from rpt_repeat_places where event_count > 2",
    )
    assert "集中度曲线暂不显示：一年内解析到一处的只有 3 起" in words(app)
    assert not app.error
    assert len(listed(app)) == 1


def test_a_source_without_addresses_phones_and_points_says_what_it_lacks(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "delete from rpt_repeat_places; delete from fct_repeat_clusters; delete from rpt_repeat_persons; "
        "delete from rpt_near_repeats",
        profile="st_louis",
    )
    shown = words(app)
    assert "来源没有标准地址" in shown
    assert "没有报警电话" in shown
    assert "近重复暂不显示" in shown
    assert not app.error


def test_an_area_without_places_keeps_the_rest(open_changed: Open) -> None:
    app = open_changed(PAGE)
    app.selectbox(key="area").set_value("城北第2责任区").run()
    assert not app.error
    assert "不分责任区" in words(app)
