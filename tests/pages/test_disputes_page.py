"""矛盾风险: escalation by rule, outcomes with their base, and what a late, empty or other source does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from reading import Open, table, words

from dashboards.components.shares import with_interval
from dashboards.queries import disputes
from dashboards.sections.dispute_list import LABELS, ordered, reasons
from jingcang.access.policy import PERSON_DATA_TABLES
from jingcang.access.query import Query
from orchestration import PROJECT_ROOT

PAGE = "disputes"


def test_disputes_are_escalated_by_rule_with_reasons(open_changed: Open) -> None:
    app = open_changed(PAGE)
    shown = words(app)
    assert "未办结的纠纷 5 起，其中超过调解期限 1 起；按规则须升级处理 3 起" in shown
    rows = {str(row["纠纷编号"]): row for row in table(app, "升级原因")}
    assert list(rows) == ["D1", "D2", "D3", "D4", "D5"]
    assert rows["D1"]["升级原因"] == ("案件有“刀具”标签；90 天内第 4 起")
    assert rows["D2"]["升级原因"] == "逾期 11 天"
    assert not isinstance(rows["D5"]["升级原因"], str)
    assert all(row["来源文件"] for row in rows.values())
    assert "1. **D1（邻里纠纷）**" in shown
    again = [link.proto.page for link in app.get("page_link") if "90 天内第" in link.proto.label]
    assert set(again) == {"repeats"}, "what came again leads to where that is looked into"
    assert "4. **" not in shown


def test_outcomes_have_an_interval_and_small_bases_only_counts(open_changed: Open) -> None:
    app = open_changed(PAGE)
    # 7 of 26: Wilson 13.7%–46.1%
    assert "再发 26.9%（7/26），95% 区间 13.7%–46.1%" in words(app)
    assert "观察满 180 天的 16 起中，后来有刑事案件的 1 起" in words(app)
    rows = {row["种类"]: row for row in table(app, "90 天内再发")}
    assert str(rows["邻里纠纷"]["90 天内再发"]).startswith("25.0%（5/20），95% 区间")
    assert rows["债务纠纷"]["90 天内再发"] == "2/6"
    assert rows["邻里纠纷"]["民转刑"] == 1


def test_figures_are_those_counted_by_hand(open_changed: Open, serving_copy: object) -> None:
    """Ten numbers over the ledger, not over the counts, for the whole bureau."""
    with duckdb.connect(str(serving_copy)) as connection:
        (opened, overdue, escalated, recurred, followed, turned, turn_followed) = (
            connection.execute(
                "select count(*) filter (is_open), count(*) filter (due_date < ?), "
                "count(*) filter (is_open and (earlier_dispute_count > 0 or escalation_label <> '' or days_left < 0)), "
                "count(*) filter (has_recurred), count(*) filter (is_recurrence_followed), "
                "count(*) filter (has_turned_criminal), count(*) filter (is_turn_followed) from fct_dispute_risks",
                [AS_OF],
            ).fetchone()
            or (None,) * 7
        )
        recent = connection.execute(
            "select dispute_kind_label, count(*) from fct_dispute_risks where registered_date >= ? group by 1",
            [AS_OF - timedelta(90)],
        ).fetchall()
        complaints = connection.execute(
            "select sum(feedback_count) from rpt_feedback_counts where feedback_kind_code = 'complaint'"
        ).fetchone()
    app = open_changed(PAGE, role="leader_bureau")
    shown = words(app)
    assert (
        f"未办结的纠纷 {opened} 起，其中超过调解期限 {overdue} 起；按规则须升级处理 {escalated} 起" in shown
    )
    assert f"（{recurred}/{followed}）" in shown
    assert f"观察满 180 天的 {turn_followed} 起中，后来有刑事案件的 {turned} 起" in shown
    assert {(row["种类"], row["合计"]) for row in table(app, "合计")} == set(recent)
    assert complaints is not None
    assert f"90 天内投诉 {complaints[0]} 件" in shown


def test_satisfaction_needs_ten_scores(open_changed: Open) -> None:
    app = open_changed(PAGE)
    rows = {str(row["责任区"]): row for row in table(app, "评分件数")}
    assert rows["城北第1责任区"]["满意度 分"] == pytest.approx(4.3)
    assert rows["城北第2责任区"]["满意度 分"] != rows["城北第2责任区"]["满意度 分"]  # empty
    assert "回访满意度 4.14 分（28 件评分）" in words(app)


def test_no_question_reads_person_data_or_an_address(open_changed: Open) -> None:
    for query in vars(disputes).values():
        if isinstance(query, Query):
            assert not query.tables & PERSON_DATA_TABLES
            assert "building" not in query.sql
    assert "中山路" not in words(open_changed(PAGE))


def test_labels_told_of_are_those_of_the_seed() -> None:
    seed = PROJECT_ROOT / "dbt_project/seeds/dispute_escalation_labels.csv"
    lines = seed.read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == list(LABELS)


def test_order_is_by_reasons_then_by_days() -> None:
    plain = {
        "escalation_label": None,
        "earlier_dispute_count": 0,
        "limit_state_code": "overdue",
        "dispute_no": "x",
    }
    late = plain | {"days_left": -3}
    later = plain | {"days_left": -9}
    weapon = plain | {"days_left": 5, "limit_state_code": "running", "escalation_label": "刀具"}
    both = late | {"earlier_dispute_count": 1}
    assert ordered([late, weapon, later, both]) == [both, weapon, later, late]
    assert reasons(plain | {"limit_state_code": "risky"}) == []


def test_a_share_of_nine_has_no_percentage() -> None:
    assert with_interval(3, 9, 1) == "3/9"
    assert with_interval(3, 10, 1).startswith("30.0%（3/10），95% 区间 10.8%–60.3%")


def test_without_disputes_the_page_says_why(open_changed: Open) -> None:
    app = open_changed(
        PAGE, "delete from fct_dispute_risks; delete from rpt_dispute_counts; delete from rpt_feedback_counts"
    )
    assert "没有登记的纠纷，也没有未办结的" in words(app)
    assert not app.error


def test_one_dispute_shows_counts_alone(open_changed: Open) -> None:
    app = open_changed(
        PAGE,
        "delete from fct_dispute_risks where dispute_no <> 'D2'; delete from rpt_feedback_counts; "
        "delete from rpt_dispute_counts where not (unit_no = 'S1' and dispute_kind_label = '债务纠纷' "
        "and open_count > 0)",
    )
    shown = words(app)
    assert "未办结的纠纷 1 起" in shown
    assert "再发情况不明" in shown
    assert "再发和民转刑暂不显示" in shown
    assert "%" not in "".join(line for line in shown.splitlines() if "再发" in line and "可看" not in line)
    assert not app.error


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft"])
def test_a_profile_without_disputes_says_what_the_source_lacks(open_changed: Open, profile: str) -> None:
    assert "没有矛盾纠纷台账" in words(open_changed(PAGE, profile=profile))


@pytest.mark.parametrize(
    ("mapped", "column"), [("dispute_count", "90 天内登记纠纷"), ("open_count", "未办结纠纷")]
)
def test_the_map_counts_disputes_by_area(
    open_changed: Open, serving_copy: Path, mapped: str, column: str
) -> None:
    condition = (
        f"registered_date >= date '{AS_OF - timedelta(90)}'" if mapped == "dispute_count" else "is_open"
    )
    with duckdb.connect(str(serving_copy)) as connection:
        found = dict(
            connection.execute(
                "select area_name, count(*) from fct_dispute_risks join dim_area using (area_no) "
                f"where fct_dispute_risks.unit_no = 'S1' and {condition} group by 1"
            ).fetchall()
        )
    app = open_changed(PAGE, address={"mapped": mapped})
    shown = {row["责任区"]: row[column] for row in table(app, column)}
    assert {area: count for area, count in shown.items() if count} == found
    assert len(shown) == 3


def test_disputes_without_an_area_are_told_and_too_many_withhold_the_map(open_changed: Open) -> None:
    app = open_changed(
        PAGE, "update rpt_dispute_counts set area_no = null where dispute_kind_label <> '邻里纠纷'"
    )
    shown = words(app)
    assert "纠纷地图暂不显示：登记了责任区的纠纷" in shown
    assert "低于画图要求的 85%" in shown
    assert not app.error
