"""档案利用, the year beside its quarters: counts added first, by the calendar, whatever period is assessed."""

from __future__ import annotations

from pathlib import Path

import duckdb
from reading import Open, page, table, words

ADDRESS = {"year": "2025-12-21 至 2026-12-21", "kpi": "及时归档率"}
BY_HAND = """
    select cast(sum(in_numerator) as bigint), cast(sum(in_denominator) as bigint)
    from fct_kpi_records where kpi_code = 'archive_in_time' and {0}
"""
QUARTERS = {
    "全年": "true", "一季": "event_date < date '2026-03-21'",
    "二季": "event_date between date '2026-03-21' and date '2026-06-20'",
    "三季": "event_date > date '2026-06-20'",
}  # fmt: skip


def test_quarters_add_up_to_the_year_of_12_21(open_page: Open, serving_copy: Path) -> None:
    app = open_page("evaluator", page("archive"), **ADDRESS)
    assert not app.error
    assert "2025-12-21（周日）至2026-12-20（周日）的及时归档率" in words(app)
    rows = {row["单位"]: row for row in table(app, "全年·件")}
    assert len(rows) == 4
    whole = rows["全部"]
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        for name, condition in QUARTERS.items():
            above, below = connection.execute(BY_HAND.format(condition)).fetchall()[0]
            assert below > 10, name
            assert whole[f"{name}·件"] == f"{above}/{below}"
            assert whole[f"{name}·值"] == round(100 * above / below, 1)
    assert (whole["四季·件"], whole["四季·值"]) == ("尚未开始", None)
    mean = sum(whole[f"{name}·值"] for name in list(QUARTERS)[1:]) / 3
    assert abs(whole["全年·值"] - mean) > 0.1, "the year is no mean of its quarters"


def test_the_year_of_an_assessed_quarter_is_shown_whole(open_changed: Open) -> None:
    quarter = "period_start = date '2026-03-21', period_end = date '2026-06-20'"
    app = open_changed(
        "archive",
        f"update fct_kpi_records set {quarter}; update rpt_kpi_values set {quarter}",
        role="evaluator",
        address={"year": "2026-03-21 至 2026-06-20", "kpi": "及时归档率"},
    )
    assert "2025-12-21（周日）至2026-12-20（周日）的及时归档率" in words(app)
    assert table(app, "全年·件")[0]["一季·件"] != "没有记录"


def test_what_is_counted_once_a_period_has_no_quarters(open_page: Open) -> None:
    app = open_page("evaluator", page("archive"), **{**ADDRESS, "kpi": "利用率"})
    assert "各季不能相加成全年" in words(app)
    assert not [frame for frame in app.dataframe if "全年·件" in frame.value.columns]
