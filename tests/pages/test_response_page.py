"""接处警时效: what is told of slow steps, whose times are not compared, and what a late or empty source does."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from issue_tables import AS_OF
from planted_response import OPEN
from reading import Open, table, words

from dashboards.sections.response_guard import implausible
from dashboards.sections.response_steps import SMALLEST, Side, duration
from jingcang.home import Home
from jingcang.statistics.periods import Period, whole


def test_the_planted_slower_way_is_found_in_its_station(open_changed: Open) -> None:
    shown = words(open_changed("response", role="leader_station"))
    assert "明显上升" in shown
    assert "城北" in shown
    assert "城南" not in shown


def test_the_station_that_writes_round_minutes_is_not_compared(open_changed: Open) -> None:
    app = open_changed("response", role="leader_bureau")
    shown = words(app)
    assert "城南派出所时间不可比" in shown
    assert "时长多为整数" in shown
    assert "河西派出所时间不可比" not in shown
    rows = [row for row in table(app, "判断·结论") if row["地区"] == "城南派出所"]
    assert {row["判断·结论"] for row in rows} == {"不可比"}
    assert "1 个单位时间登记不可信，未计入" in shown


def test_a_station_not_to_be_compared_compares_none_of_its_areas(open_changed: Open) -> None:
    shown = words(
        open_changed(
            "response",
            "update rpt_response_durations set unit_no = case unit_no when 'S1' then 'S2' else 'S1' end",
        )
    )
    assert "时间登记不可信，不作比较" in shown
    assert "明显上升（" not in shown


def test_a_step_that_did_not_occur_is_no_zero(
    open_changed: Open, synthetic_home: Home, tmp_path: Path
) -> None:
    app = open_changed("response", role="leader_bureau", period="最近一个完整月")
    steps = {row["环节"]: row for row in table(app, "不适用")}
    copy = tmp_path / "copy.duckdb"  # the pages hold the file itself open
    shutil.copy(synthetic_home.serving / "g000001.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        phone, arrived, signed = connection.execute(
            "select count(*) filter (where not is_arrival_applicable), "
            "count(*) filter (where arrive_seconds is not null), count(sign_seconds) "
            "from fct_incident_response where event_date >= date '2026-05-01' and event_date < date '2026-06-01' "
            "and unit_no <> 'S2'"
        ).fetchall()[0]
    assert steps["派警→到场"]["不适用"] == phone
    assert steps["派警→到场"]["有时间"] == arrived
    assert steps["派警→签收"]["不适用"] == 0
    assert steps["派警→签收"]["有时间"] == signed


def test_open_dispatches_are_listed_the_oldest_first(open_changed: Open) -> None:
    app = open_changed("response")
    assert f"未反馈的处警 {OPEN} 起" in words(app)
    days = [row["已过天数"] for row in table(app, "已过天数")]
    assert days == sorted(days, reverse=True)
    assert len(days) == OPEN


def test_without_dispatches_the_page_says_why(open_changed: Open) -> None:
    app = open_changed(
        "response", "; ".join(f"delete from rpt_response_{name}" for name in ("bands", "hours", "durations"))
    )
    assert "都没有处警记录" in words(app)
    assert not app.error


def test_one_dispatch_is_told_without_a_quantile(open_changed: Open) -> None:
    app = open_changed(
        "response",
        "create or replace table rpt_response_bands as select * from rpt_response_bands "
        "where unit_no = 'S1' and step_code = 'on_scene' and step_state_code = 'done' "
        "and dispatch_count = 1 and week_start = (select max(week_start) from rpt_response_bands "
        f"where week_start < date '{AS_OF - timedelta(AS_OF.weekday())}') limit 1; "
        "delete from rpt_response_durations; delete from rpt_response_hours",
    )
    shown = words(app)
    assert not app.error
    assert "到场有时间的只有 1 次，不给分位数" in shown
    assert "%（" not in shown.split("数据截至")[0].split("先看这几处")[0]


def test_a_late_source_stops_the_comparison(open_changed: Open) -> None:
    late = AS_OF - timedelta(5)
    app = open_changed(
        "response",
        "insert into rpt_freshness by name select 'case' as source_system, 'pj_cjdb' as source_table, "
        f"date '{late}' as event_date, 0 as row_count, true as is_missing",
        period="最近四个完整周",
    )
    shown = words(app)
    assert "本期“处警反馈单”缺 1 天" in shown
    assert "明显上升（" not in shown


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft", "seattle_911_2015", "milwaukee_cfs_2018"])
def test_a_profile_without_dispatches_says_what_the_source_lacks(open_changed: Open, profile: str) -> None:
    assert "没有处警环节" in words(open_changed("response", profile=profile))


def test_the_guard_tells_heaping_from_a_coarse_clock() -> None:
    source = np.random.default_rng(5)

    def rows(unit: str, seconds: np.ndarray) -> list[dict[str, object]]:
        values, counts = np.unique(seconds, return_counts=True)
        return [
            {"unit_no": unit, "is_current": True, "step_code": "arrive", "step_state_code": "done",
             "step_seconds": int(value), "dispatch_count": int(count)}
            for value, count in zip(values, counts, strict=True)
        ]  # fmt: skip

    honest = np.round(source.lognormal(5.9, 0.5, 300))
    assert implausible(rows("A", honest)) == {}
    coarse = np.maximum(np.round(source.lognormal(6.5, 0.6, 300) / 60), 1) * 60
    assert implausible(rows("A", coarse)) == {}
    same = np.where(source.random(300) < 0.4, 287, honest)
    assert "雷同" in implausible(rows("A", honest) + rows("B", same))["B"]
    wrong = rows("A", honest)
    wrong.append(wrong[0] | {"step_state_code": "implausible", "step_seconds": -5, "dispatch_count": 10})
    assert "先后颠倒" in implausible(wrong)["A"]


def test_small_parts() -> None:
    assert [duration(value) for value in (40, 440, 480, 7800, None)] == [
        "40 秒", "7 分 20 秒", "8 分", "2 小时 10 分", "—",
    ]  # fmt: skip
    side = Side()
    side.add({"upto_seconds": 60, "is_slow": False}, SMALLEST - 1)
    assert side.quantile(0.5) is None
    monday = AS_OF - timedelta(AS_OF.weekday())
    moved = whole(Period(monday - timedelta(33), monday - timedelta(5)), "four_weeks", monday)
    assert moved == Period(monday - timedelta(35), monday - timedelta(7))
    assert whole(
        Period(AS_OF.replace(year=2025, month=5, day=2), AS_OF.replace(year=2025, month=6, day=1)),
        "month",
        monday,
    ) == Period(AS_OF.replace(year=2025, month=5, day=1), AS_OF.replace(year=2025, month=6, day=1))
