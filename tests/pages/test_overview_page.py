"""考核总览: a planted deviation is told with its link, chance is not, and what may not be compared is not compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from reading import Open, page, table, words

from dashboards.queries import overview
from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.door import Forbidden
from jingcang.home import Home
from jingcang.statistics import wilson_interval

ADDRESS = {"year": "2025-12-21 至 2026-12-21"}
LEVEL = """
    update rpt_kpi_values set
        numerator_total = round(0.8 * denominator_total)::bigint,
        numerator_record_count = round(0.8 * denominator_record_count)::bigint
"""
"""Every officer of every unit at four fifths."""
LOW = f"""
    {LEVEL};
    update rpt_kpi_values set
        numerator_total = round(0.4 * denominator_total)::bigint,
        numerator_record_count = round(0.4 * denominator_record_count)::bigint
        where unit_no = 'S1' and kpi_code = 'archive_in_time'
"""


def row_of(rows: list[dict[str, object]], kpi: str, unit: str) -> dict[str, object]:
    (found,) = [row for row in rows if row["指标"] == kpi and row["单位"] == unit]
    return found


def test_a_planted_deviation_is_told_first_and_leads_to_its_records(open_changed: Open) -> None:
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    assert not app.error, [str(one.value) for one in app.error]
    said = words(app)
    assert "7 项指标中 7 项可以在单位之间比较：1 格差于预期，20 格在正常范围；周期未结束。" in said
    assert "1. 城北派出所的及时归档率低于预期：" in said
    (link,) = [link for link in app.get("page_link") if link.proto.label.startswith("1. ")]
    assert "kpi=" in link.proto.query_string
    assert "unit=" in link.proto.query_string
    rows = table(app, "同类组")
    assert len(rows) == 21
    low = row_of(rows, "及时归档率", "城北派出所")
    assert low["结论·未校正"] == "低于预期"
    hits, n = int(str(low["分子"])), int(str(low["分母"]))
    interval = wilson_interval(hits, n)
    assert low["95% 区间"] == f"{100 * interval.ci_low:.1f}–{100 * interval.ci_high:.1f}"
    # The two other units have four fifths; the middle of the three is one of them.
    assert float(str(low["应有·未校正"])) == pytest.approx(0.8 * n, abs=1.5)


def test_units_that_differ_by_chance_are_not_told_apart(open_changed: Open) -> None:
    app = open_changed("overview", LEVEL, role="evaluator", address=ADDRESS)
    assert "没有单位超出偶然界限，21 格在正常范围" in words(app)
    assert {row["结论·未校正"] for row in table(app, "同类组")} == {"正常范围"}


def test_dates_heaped_at_the_deadline_stop_the_comparison(open_changed: Open) -> None:
    heaped = f"{LOW}; update fct_archive_items set archived_date = due_date where unit_no = 'S2'"
    app = open_changed("overview", heaped, role="evaluator", address=ADDRESS)
    said = words(app)
    assert "及时归档率不可比：" in said or "应归档率、及时归档率不可比：" in said
    assert "2 项不可比" in said
    assert "差于预期" not in said
    assert {row["结论·未校正"] for row in table(app, "同类组") if row["指标"] == "及时归档率"} == {"不可比"}


def test_uses_entered_without_numbers_in_one_unit_stop_the_comparison_of_outcomes(open_changed: Open) -> None:
    habit = f"{LEVEL}; update fct_archive_uses set linked_no = null where unit_no = 'S3' and use_no > 'Y2'"
    app = open_changed("overview", habit, role="evaluator", address=ADDRESS)
    assert "利用成效不可比：各单位登记做法不同：没有关联编号的占比从" in words(app)


def test_measures_that_count_no_records_are_shown_without_a_word(open_changed: Open) -> None:
    pages = (
        "update rpt_kpi_values set denominator_total = 40 * denominator_total where kpi_code = 'archive_used'"
    )
    app = open_changed("overview", pages, role="integrity_reviewer", address=ADDRESS)
    used = [row for row in table(app, "同类组") if row["指标"] == "利用率"]
    assert {row["结论·未校正"] for row in used} == {"不可比"}
    assert "利用率不可比：逐条记录不是 0 或 1" in words(app)


def test_few_records_get_no_word(open_changed: Open) -> None:
    few = f"{LEVEL}; delete from rpt_kpi_values where kpi_code = 'archive_in_time' and officer_no <> '1001'"
    app = open_changed(
        "overview",
        f"{few}; update rpt_kpi_values set denominator_total = 10, denominator_record_count = 10, numerator_total = 8, "
        "numerator_record_count = 8 where kpi_code = 'archive_in_time'",
        role="evaluator",
        address=ADDRESS,
    )
    rows = [row for row in table(app, "同类组") if row["指标"] == "及时归档率"]
    assert {row["结论·未校正"] for row in rows} <= {"样本不足", "不适用", "不可比"}


def test_a_value_of_few_records_stands_as_counts_in_the_matrix(open_changed: Open) -> None:
    few = f"""
        {LEVEL};
        delete from rpt_kpi_values where kpi_code = 'archive_in_time' and kpi_value_id not in (
            select min(kpi_value_id) from rpt_kpi_values where kpi_code = 'archive_in_time' group by unit_no
        );
        update rpt_kpi_values set denominator_total = 12, denominator_record_count = 12, numerator_total = 9,
            numerator_record_count = 9 where kpi_code = 'archive_in_time'
    """
    app = open_changed("overview", few, role="evaluator", address=ADDRESS)
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    texts = [text for spec in specs for line in spec["data"][0]["text"] for text in line]
    assert texts.count("9/12 样本不足") == 3


def test_one_unit_alone_is_compared_with_nobody(open_changed: Open) -> None:
    app = open_changed(
        "overview",
        f"{LEVEL}; delete from rpt_kpi_values where unit_no <> 'S1'",
        role="evaluator",
        address=ADDRESS,
    )
    assert {row["结论·未校正"] for row in table(app, "同类组")} == {"不可比"}
    assert "同组没有别的单位有记录" in str(table(app, "同类组"))


def test_a_definition_that_ended_before_the_period_is_said_and_not_shown(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_used", valid_to=date(2025, 12, 21))
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    said = words(app)
    assert "本周期不再考核的指标：利用率的定义 2025-12-21 起停用" in said
    assert "6 项指标中 6 项可以在单位之间比较" in said
    assert not [row for row in table(app, "同类组") if row["指标"] == "利用率"]
    assert "利用率 第" not in said


def test_a_definition_that_ends_within_the_period_stops_the_comparison(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_used", valid_to=date(2026, 4, 1))
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    assert "利用率不可比：定义在本周期内停用（2026-04-01 起），前后的记录不能合计" in words(app)
    assert {row["结论·未校正"] for row in table(app, "同类组") if row["指标"] == "利用率"} == {"不可比"}


def test_a_definition_that_ends_with_the_period_is_shown_as_ever(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_used", valid_to=date(2026, 12, 22))
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    assert "7 项指标中 7 项可以在单位之间比较" in words(app)
    assert "停用" not in words(app)


def test_a_cell_with_too_many_unmapped_records_tells_counts_and_no_value(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_in_time", unmapped_limit_permille=50)
    unmapped = (
        "update rpt_kpi_values set unmapped_count = 60, excluded_record_count = 60 where unit_no = 'S1' "
    )
    app = open_changed(
        "overview", f"{LOW}; {unmapped} and kpi_code = 'archive_in_time'", role="evaluator", address=ADDRESS
    )
    said = words(app)
    assert "20 格在正常范围，1 格未映射的太多，不显示值" in said
    low = row_of(table(app, "同类组"), "及时归档率", "城北派出所")
    assert (low["结论·未校正"], low["95% 区间"]) == ("未映射过多", "—")
    assert pd.isna(low["值"])
    assert str(low["理由"]).startswith("未映射的占 ")
    assert "1. 城北派出所的及时归档率低于预期" not in said


def test_a_cell_under_the_least_n_tells_counts_and_no_value(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_in_time", minimum_n=10_000)
    app = open_changed("overview", LEVEL, role="evaluator", address=ADDRESS)
    rows = [row for row in table(app, "同类组") if row["指标"] == "及时归档率"]
    assert len(rows) == 3
    for row in rows:
        assert pd.isna(row["值"])
        assert row["95% 区间"] == "—"
        assert int(str(row["分母"])) > 0
        assert row["结论·未校正"] == "样本不足"
        assert "分母不足 10,000 条" in str(row["理由"])


@pytest.mark.parametrize("role", ["leader_bureau", "steward", "administrator"])
def test_the_door_refuses_everybody_else(synthetic_home: Home, role: str) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    with pytest.raises(Forbidden):
        door.run(overview.VALUES, Identity("x", "x", role, (ALL_UNITS,)), period_start=None)


def test_the_page_is_in_the_navigation_of_evaluators(open_page: Open) -> None:
    assert "考核总览" in words(open_page("evaluator", page("overview"), **ADDRESS))


def test_points_stand_beside_their_components_and_no_rank_stands_alone(open_changed: Open) -> None:
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    rows = table(app, "名次范围")
    assert [row["单位"] for row in rows] == ["城北派出所", "城南派出所", "河西派出所"]
    for row in rows:
        parts = [
            float(str(value)) for name, value in row.items() if name.startswith("得分·") and "目标" in name
        ]
        assert len(parts) == 3
        assert sum(parts) == pytest.approx(float(str(row["得分·合计"])), abs=0.2)
        assert "–" in str(row["名次范围"])
    # 40% against a target of 90% at a point each: nothing left of 40.
    assert float(str(rows[0]["得分·及时归档率（40 分，目标 90%）"])) == 0
    needed = [
        row
        for row in table(app, "还需连续达到")
        if row["单位"] == "城北派出所" and row["指标"] == "及时归档率"
    ]
    hits, n, more = (int(str(needed[0][name])) for name in ("分子", "分母", "还需连续达到"))
    assert (hits + more) / (n + more) >= 0.9 > (hits + more - 1) / (n + more - 1)


def test_a_table_fixed_too_late_scores_nothing(open_changed: Open) -> None:
    earlier = "update rpt_kpi_values set period_start = date '2024-12-21', period_end = date '2025-12-20'"
    app = open_changed("overview", f"{LEVEL}; {earlier}", role="evaluator")
    assert "赋分表最早从 2025-12-21 起用，晚于本考核周期开始" in words(app)
    assert not [frame for frame in app.dataframe if "名次范围" in frame.value.columns]
