"""利用成效: what counts and what does not and why, cases that opened no relevant file, and honest words."""

from __future__ import annotations

from reading import Open, page, table, words

from jingcang.statistics import wilson_interval

ADDRESS = {"year": "2025-12-21 至 2026-12-21"}


def test_every_use_has_one_verdict_and_they_add_up(open_page: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS)
    assert not app.error
    low, high = wilson_interval(90, 360)
    assert f"360 次利用中计入成效 25.0%（90/360），95% 区间 {100 * low:.1f}%–{100 * high:.1f}%" in words(app)
    assert "不计入的原因最多的是“无关联编号”（180 次）" in words(app)
    verdicts = {row["判定"]: row["次数"] for row in table(app, "判定")}
    assert verdicts == {"计入成效": 90, "无关联编号": 180, "未登记成效": 90}
    groups = table(app, "分组")
    for heading in ("单位", "关联类型"):
        assert sum(row["利用"] for row in groups if row["分组"] == heading) == 360
        assert sum(row["计入成效"] for row in groups if row["分组"] == heading) == 90
        assert sum(row["有有效编号"] for row in groups if row["分组"] == heading) == 180


def test_cases_that_opened_no_relevant_file_are_counted_and_listed(open_page: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS)
    assert "60 起办结案件有相关案卷可查，其中 40 起一卷也没有查阅" in words(app)
    assert "在办的 30 起案件有相关案卷可查，20 起还没有查阅" in words(app)
    assert "在办 20 起，本时段办结 40 起" in words(app)
    listed = table(app, "相关案卷")
    assert len(listed) == 20
    assert all(row["来源主键"] for row in listed)
    app.selectbox(key="cases").set_value("本时段办结").run()
    assert len(table(app, "相关案卷")) == 40


def test_the_comparison_says_what_it_can_and_what_it_cannot(open_page: Open, open_changed: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS)
    (row,) = table(app, "查阅过·案件")
    assert (row["查阅过·案件"], row["没有查阅·案件"]) == (20, 40)
    assert (row["查阅过·破案或查处"], row["没有查阅·破案或查处"]) == (10, 10)
    assert row["结论"] == "区间重叠，不能说有差别"
    assert "不能说明查阅带来了结果" in words(app)
    apart = open_changed(
        "outcomes",
        "update rpt_case_relevant_files set is_resolved = opened_file_count > 0 where work_finished_date is not null",
        role="evaluator",
        address=ADDRESS,
    )
    assert table(apart, "查阅过·案件")[0]["结论"] == "查阅过的占比较高"


def test_few_cases_are_not_compared(open_changed: Open) -> None:
    few = open_changed(
        "outcomes",
        "delete from rpt_case_relevant_files where opened_file_count > 0 and case_no not in ('R0', 'R3')",
        role="evaluator",
        address=ADDRESS,
    )
    assert table(few, "查阅过·案件")[0]["结论"].startswith("样本不足")


def test_uses_of_a_verdict_are_listed_with_their_source(open_page: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS, verdict="未登记成效")
    app.toggle(key="uses_shown").set_value(True).run()
    rows = table(app, "登记号")
    assert len(rows) == 90
    assert {row["判定"] for row in rows} == {"未登记成效"}
