"""档案利用, the units: told apart where 考核总览 tells them apart, and nowhere else."""

from __future__ import annotations

from reading import Open, table, words
from test_overview_page import LOW

ADDRESS = {"year": "2025-12-21 至 2026-12-21", "kpi": "及时归档率"}
HARD = f"""
    {LOW};
    update rpt_kpi_values set category_code = 'YW01' where unit_no = 'S1' and kpi_code = 'archive_in_time';
    insert into rpt_kpi_values by name
    select * replace (
        'hard' || kpi_value_id as kpi_value_id, 'YW01' as category_code, 'S2' as unit_no,
        (0.4 * denominator_total)::bigint as numerator_total,
        (0.4 * denominator_record_count)::bigint as numerator_record_count
    )
    from rpt_kpi_values where unit_no = 'S1' and kpi_code = 'archive_in_time'
"""
"""S1 has but files of a hard class, which S2 files as seldom in time."""


def test_a_planted_deviation_is_told_in_the_words_of_the_overview(open_changed: Open) -> None:
    app = open_changed("archive", LOW, role="evaluator", address=ADDRESS)
    assert not app.error
    assert "；城北派出所低于预期，其余不分先后" in words(app)
    assert "及时归档率：1 个单位超出偶然界限" in words(app)
    conclusions = {row["单位"]: row["结论"] for row in table(app, "区间·下限")}
    assert conclusions == {"城北派出所": "低于预期", "城南派出所": "正常范围", "河西派出所": "正常范围"}


def test_a_unit_with_harder_files_is_not_told_apart_here_either(open_changed: Open) -> None:
    app = open_changed("archive", HARD, role="evaluator", address=ADDRESS)
    rows = {row["单位"]: row for row in table(app, "区间·下限")}
    # Its whole interval lies below the whole, and yet it files as its class is filed.
    whole = next(row["值"] for row in table(app, "分母说明") if row["指标"] == "及时归档率")
    assert rows["城北派出所"]["区间·上限"] < whole
    assert rows["城北派出所"]["结论"] == "正常范围"
    assert "城北派出所低于预期" not in words(app)


def test_what_may_not_be_compared_says_why(open_changed: Open) -> None:
    heaped = f"{LOW}; update fct_archive_items set archived_date = due_date where unit_no = 'S2'"
    app = open_changed("archive", heaped, role="evaluator", address=ADDRESS)
    assert "；各单位不可比：城南派出所的日期" in words(app)
    assert {row["结论"] for row in table(app, "区间·下限")} == {"不可比"}


def test_one_unit_chosen_keeps_the_word_it_has_among_all(open_changed: Open) -> None:
    app = open_changed("archive", LOW, role="evaluator", address=ADDRESS | {"unit": "城北派出所"})
    assert "；城北派出所低于预期" in words(app)
    assert "其余" not in words(app)


def test_two_officers_of_one_name_are_two_rows_with_figures_of_their_own(open_changed: Open) -> None:
    namesakes = """
        update dim_officer set officer_name = '赵' where officer_no = '1002';
        update rpt_kpi_values set numerator_total = 0, numerator_record_count = 0
            where officer_no = '1002' and kpi_code = 'archive_in_time'
    """
    app = open_changed("archive", namesakes, role="evaluator", address=ADDRESS)
    rows = [row for row in table(app, "警号") if row["姓名"] == "赵"]
    assert [row["警号"] for row in rows] == ["1001", "1002"]
    assert rows[0]["分子"] != rows[1]["分子"] == 0
    assert {"1001 赵", "1002 赵"} <= {option for box in app.selectbox for option in box.options}
