"""人口与基础信息: stands, rates and freshness counted by hand, what is too small, and what a source does not have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reading import Open, table, words

from dashboards.components import charts, tables
from dashboards.sections.population_figures import SMALL, Place, change
from dashboards.sections.population_freshness import ONLY_COUNTS, may_show
from jingcang.statistics.intervals import poisson_interval

MONTH, YEAR_AGO = date(2026, 5, 1), date(2025, 5, 1)
"""The last complete month before 2026-06-30, and the one twelve months before."""


def counted(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql, list(values)).fetchall()


def test_residents_and_their_change_are_those_counted_by_hand(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("population")
    stands = {
        (month, kind): count
        for month, kind, count in counted(
            serving_copy,
            "select month_start, residence_type_code, sum(resident_count)::int from fct_population_monthly "
            "where unit_no = 'S1' and month_start in (?, ?) group by 1, 2",
            MONTH,
            YEAR_AGO,
        )
    }
    now, before = (sum(n for (month, _), n in stands.items() if month == day) for day in (MONTH, YEAR_AGO))
    shown = words(app)
    assert (
        f"2026-05 月末实有人口 {now:,} 人（户籍 {stands[MONTH, 'registered']:,}、流动 {stands[MONTH, 'floating']:,}、"
        f"其他 0），比一年前 {change(now, before)}"
    ) in shown
    assert now - before == 12 * 6  # one a cell and month: three bands, two sexes
    total = table(app, "实有人口·现")[-1]
    assert (total["实有人口·现"], total["流动·一年前"]) == (now, stands[YEAR_AGO, "floating"])
    assert "**城北第1责任区流动人口**一年 +72 人" in shown


def test_ages_and_sexes_add_up(open_changed: Open, serving_copy: Path) -> None:
    rows = table(open_changed("population"), "男性·户籍")
    by_hand = dict(
        counted(
            serving_copy,
            "select age_band_label, sum(resident_count)::int from fct_population_monthly where unit_no = 'S1' "
            "and month_start = ? and gender_label = '女性' and residence_type_code = 'floating' group by 1",
            MONTH,
        )
    )
    assert {row["年龄"]: row["女性·流动"] for row in rows} == by_hand


def test_rates_are_incidents_of_twelve_months_by_the_mean_of_the_month_ends(
    open_changed: Open, serving_copy: Path
) -> None:
    rows = {row["责任区"]: row for row in table(open_changed("population"), "平均在册")}
    ((incidents,),) = counted(
        serving_copy,
        "select sum(record_count)::int from fct_incidents where area_no = 'S1-A1' and is_effective "
        "and event_date >= date '2025-06-01' and event_date < date '2026-06-01'",
    )
    ((mean,),) = counted(
        serving_copy,
        "select sum(resident_count) / 12.0 from fct_population_monthly where area_no = 'S1-A1' "
        "and month_start > ? and month_start <= ?",
        YEAR_AGO,
        MONTH,
    )
    row = rows["城北第1责任区"]
    assert (row["起数"], row["平均在册"]) == (incidents, round(mean))
    estimate, _, interval = str(row["每千人·在册"]).partition("（")
    assert estimate == f"{1000 * incidents / float(mean):,.1f}"
    low, high = (float(limit.replace(",", "")) for limit in interval.rstrip("）").split("–"))
    plain = poisson_interval(incidents, exposure=float(mean) / 1000)
    assert low <= float(plain.ci_low) + 0.06  # no narrower than Poisson
    assert high >= float(plain.ci_high) - 0.06


def test_the_rate_without_stale_residents_divides_by_fewer(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("population")
    rows = {row["责任区"]: row for row in table(app, "平均在册")}
    ((stale, now),) = counted(
        serving_copy,
        "select sum(base_record_count) filter (where is_stale)::int, sum(base_record_count)::int "
        "from rpt_base_record_freshness where area_no = 'S1-A2' and record_kind_code = 'resident'",
    )
    row = rows["城北第2责任区"]
    assert row["久未核实"] == stale

    def estimate(column: str) -> float:
        return float(str(row[column]).partition("（")[0].replace(",", ""))

    assert estimate("每千人·去掉久未核实") == pytest.approx(
        estimate("每千人·在册") / (1 - stale / now), rel=1e-3
    )
    assert "，去掉久未核实的人为" in words(app)
    assert "没有登记的人有多少，来源里没有" in words(app)


def test_places_too_small_have_no_rate() -> None:
    few = Place("小", person_months=12 * 19, incidents=50)
    assert few.rate(1.0) is None
    assert Place("少", person_months=12 * 500, incidents=4).rate(1.0) is None
    rate = Place("够", person_months=12 * 20, incidents=5).rate(1.0)
    assert rate is not None
    assert rate.estimate == pytest.approx(250)
    emptied = Place("空", person_months=12 * 100, incidents=50, bands={1: 10, 4: 90}, stale=90)
    assert emptied.rate(1.0, emptied.without_stale()) is None


def test_a_small_place_says_so_on_the_page(open_changed: Open) -> None:
    app = open_changed(
        "population",
        "update fct_population_monthly set resident_count = 1 where area_no = 'S1-A3'",
    )
    rows = {row["责任区"]: row for row in table(app, "平均在册")}
    assert rows["城北第3责任区"]["每千人·在册"] == SMALL


def test_the_stale_place_and_the_ones_not_found_are_named_first(open_changed: Open) -> None:
    shown = words(open_changed("population"))
    assert "1. **查无此人仍在册 3 人**" in shown
    assert "2. **城北第2责任区久未核实**" in shown
    assert "第3责任区久未核实" not in shown


def test_officers_stand_by_number_and_have_a_share_only_above_the_floors(open_changed: Open) -> None:
    rows = table(open_changed("population"), "登记人警号")
    assert [row["登记人警号"] for row in rows] == sorted(str(row["登记人警号"]) for row in rows)
    shares = {row["登记人警号"]: row["久未核实占比"] for row in rows}
    assert shares["1003"] == ONLY_COUNTS
    assert "区间" in str(shares["1002"])
    assert may_show({"a": 2, "b": 30}, {"a": 3, "b": 400}) == set()  # expected below 5, or all alike
    assert may_show({"a": 90, "b": 10}, {"a": 100, "b": 100}) == {"a", "b"}
    assert may_show({"a": 90}, {"a": 100}) == set()


def test_counts_of_areas_leave_the_page_without_small_ones(
    open_changed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: dict[str, Any] = {}

    def spy(*given: Any, key: str, export_rows: Any = None, **rest: Any) -> list[int]:
        exported[key] = export_rows
        return tables.show_table(*given, key=key, export_rows=export_rows, **rest)

    monkeypatch.setattr(charts, "show_table", spy)
    open_changed(
        "population", "update fct_population_monthly set resident_count = 1 where age_band = '07_13'"
    )
    cells = [cell for row in exported["population_places"][:-1] for cell in row[1:] if isinstance(cell, int)]
    assert cells
    assert not [cell for cell in cells if 1 <= cell <= 4]
    ages = exported["population_ages"]
    assert "<5" in {cell for row in ages for cell in row}
    assert not [cell for row in ages for cell in row[1:] if cell in (1, 2, 3, 4)]


def test_the_bureau_sees_units(open_changed: Open) -> None:
    app = open_changed("population", role="leader_bureau")
    assert {row["单位"] for row in table(app, "平均在册")} == {
        "城北派出所", "城南派出所", "河西派出所", "合计",
    }  # fmt: skip


def test_another_metric_from_the_address(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("population", address={"metric": "incidents_theft"})
    ((thefts,),) = counted(
        serving_copy,
        "select sum(record_count)::int from fct_incidents where unit_no = 'S1' and class_code = '100100' "
        "and event_date >= date '2025-06-01' and event_date < date '2026-06-01'",
    )
    assert table(app, "平均在册")[-1]["起数"] == thefts
    assert "盗窃警情每千人" in words(app)


def test_missing_days_withhold_the_rates_and_nothing_else(open_changed: Open) -> None:
    gone = "where event_date >= date '2026-03-02' and event_date < date '2026-03-12'"
    app = open_changed("population", f"delete from rpt_incident_counts {gone}")
    shown = words(app)
    assert "每千人的率暂不显示：十二个月里缺 10 天的数" in shown
    assert table(app, "登记人警号")
    assert not any("平均在册" in frame.value.columns for frame in app.dataframe)


def test_unmapped_incidents_withhold_the_rates(open_changed: Open) -> None:
    app = open_changed(
        "population",
        "update rpt_incident_counts set unmapped_count = record_count where hash(event_date) % 10 < 3",
        address={"metric": "incidents_theft"},
    )
    assert "盗窃警情每千人的率暂不显示：类别未映射或未登记的占" in words(app)


def test_without_residents_the_page_says_why(open_changed: Open) -> None:
    app = open_changed(
        "population", "delete from fct_population_monthly; delete from rpt_base_record_freshness"
    )
    assert "没有在册的实有人口" in words(app)
    assert not app.error


def test_without_checks_the_people_still_stand(open_changed: Open) -> None:
    app = open_changed("population", "delete from rpt_base_record_freshness")
    shown = words(app)
    assert "没有基础信息的核实日期和核查记录" in shown
    assert "月末实有人口" in shown
    assert "一年内没有核实" not in shown


def test_one_resident(open_changed: Open) -> None:
    app = open_changed(
        "population",
        "create or replace table fct_population_monthly as select * replace (1::bigint as resident_count) "
        f"from fct_population_monthly where month_start = date '{MONTH}' and unit_no = 'S1' limit 1; "
        "delete from rpt_base_record_freshness",
    )
    shown = words(app)
    assert not app.error
    assert "月末实有人口 1 人" in shown
    assert "%（" not in shown
    assert "%）" not in shown.split("口径")[0]


def test_a_late_source_is_named(open_changed: Open) -> None:
    app = open_changed(
        "population",
        "insert into rpt_freshness by name select 'population' as source_system, 'rk_syrk' as source_table, "
        "date '2026-06-20' as event_date, 10 as row_count, false as is_missing",
    )
    assert "数据不完整：“" in words(app)


@pytest.mark.parametrize(
    "profile", ["st_louis", "taipei_theft", "seattle_911_2015", "chicago_aggravated_assaults"]
)
def test_a_profile_without_residents_says_what_the_source_lacks(open_changed: Open, profile: str) -> None:
    shown = words(open_changed("population", profile=profile))
    assert "没有实有人口、房屋、地址的登记和核查" in shown


def test_changes_in_words() -> None:
    assert change(120, 100) == "+20 人（+20.0%）"
    assert change(90, 100) == "−10 人（−10.0%）"
    assert change(9, 3) == "+6 人"
    assert change(3, 3) == "没有变化"
