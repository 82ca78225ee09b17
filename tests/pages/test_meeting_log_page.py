"""会议决定 on 交接与日程: logged on a figure, due first with the figure then and now, recounted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from issue_tables import AS_OF
from reading import Open, table, words

from dashboards.sections import decision_figures
from jingcang.access import Door
from jingcang.access.accounts import list_accounts
from jingcang.access.door import Forbidden
from jingcang.access.meetings import review_decision
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.meeting_decisions import DecisionBook, Figure

VIEW = {"view": "会议决定"}
THEN, NOW = date(2026, 5, 4), date(2026, 6, 1)
"""First days of the four weeks before the decision and of the last four complete weeks."""


def thefts(then: int, now: int) -> str:
    """Return the statements that leave so many thefts of S1 in the two periods."""
    rows = [(THEN + timedelta(number % 28)) for number in range(then)]
    rows += [(NOW + timedelta(number % 28)) for number in range(now)]
    gone = (
        "delete from rpt_incident_counts where class_code = '100100' and unit_no = 'S1' "
        f"and event_date >= date '{THEN}'"
    )
    if not rows:
        return gone
    values = ", ".join(f"(date '{day}')" for day in rows)
    return (
        f"{gone}; insert into rpt_incident_counts by name select 'S1' as unit_no, 'S1-A1' as area_no, "
        "'100000' as class_level1_code, '刑事警情' as class_level1_label, '100100' as class_level2_code, "
        "'盗窃' as class_level2_label, '100100' as class_code, '盗窃' as class_label, 'mapped' as class_outcome, "
        "event_date, 1 as record_count, 1 as located_count, 0 as unmapped_count, 0 as unclassified_count, "
        f"0 as disagreeing_count from (values {values}) as t(event_date)"
    )


def leader(home: Home, role: str = "leader_station") -> str:
    accounts = list_accounts(Workbench.open(home))
    return next(a.identity.user_id for a in accounts if a.identity.role == role and a.is_demo)


def log(home: Home, count: int = 40, **changed: Any) -> int:
    figure = Figure("incidents_theft", "", "S1", "", "four_weeks", THEN, NOW, count, None)
    stated: dict[str, Any] = {
        "owner": "1001 赵", "review_date": date(2026, 6, 29), "as_of": NOW, "unit_no": "S1", "reason": "周例会",
        "by": leader(home), "generation": "g000001",
    }  # fmt: skip
    return DecisionBook(Workbench.open(home)).log("市场<b>夜间</b>增派一组", figure, **stated | changed)


@pytest.mark.parametrize(
    ("then", "now", "ratio", "said"),
    [
        # 20 of 60 by Clopper-Pearson: 0.2169–0.4669, as odds 0.28–0.88
        (40, 20, "0.50（95% 区间 0.28–0.88）", "明显下降"),
        (40, 36, "0.90（95% 区间 0.56–1.45）", "与偶然波动一致"),
    ],
)
def test_a_due_decision_stands_first_with_its_figure_then_and_now(
    open_changed: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    then: int,
    now: int,
    ratio: str,
    said: str,
) -> None:
    monkeypatch.setattr(decision_figures, "weekly_dispersion", lambda *_: 1.0)
    app = open_changed("handover", thefts(then, now), address=VIEW)
    log(Home(tmp_path))
    shown = words(app.run())
    assert not app.error
    assert "到复核日期的决定 1 条" in shown
    assert f"**{then} 起**" in shown
    assert f"（2026-06-01（周一）至2026-06-28（周日））**{now} 起**" in shown
    assert f"现在÷当时 {ratio}，**{said}**" in shown
    assert "市场\\<b\\>夜间" in shown, "what people wrote is no markup"
    assert "下降不等于决定有效" in shown


def test_a_figure_that_moved_since_is_told_as_it_was_shown(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("handover", thefts(43, 20), address=VIEW)
    log(Home(tmp_path), count=41)
    assert "**43 起**（决定时显示 41 起）" in words(app.run())


def test_the_review_is_kept_with_what_it_saw_and_leaves_the_list(open_changed: Open, tmp_path: Path) -> None:
    app, home = open_changed("handover", thefts(40, 20), address=VIEW), Home(tmp_path)
    number = log(home)
    app.run()
    app.selectbox(key=f"review_verdict_{number}").set_value("worked")
    next(button for button in app.button if button.label == "保存复核").click().run()
    assert "请写明理由" in words(app)
    app.text_input(key=f"review_reason_{number}").set_value("盗窃降了一半")
    next(button for button in app.button if button.label == "保存复核").click().run()
    assert "第 1 号决定已复核：有效，保持" in words(app)
    assert "到复核日期的决定 0 条，执行中 0 条，已复核 1 条" in words(app)
    kept = DecisionBook(Workbench.open(home)).latest()[number]
    assert (kept.now_start, kept.now_end, kept.now_count) == (NOW, date(2026, 6, 29), 20)
    (row,) = table(app, "复核结论")
    assert (row["决定时"], row["复核时"], row["复核结论"]) == ("40 起", "20 起", "有效，保持")


def test_the_handover_names_a_decision_that_is_due(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("handover")
    log(Home(tmp_path))
    assert "到复核日期的会议决定 1 条" in words(app.run())


def test_a_period_that_overlaps_the_one_before_says_nothing_yet(open_changed: Open, tmp_path: Path) -> None:
    app, home = open_changed("handover", thefts(40, 20), address=VIEW), Home(tmp_path)
    figure = Figure(
        "incidents_theft", "", "S1", "", "four_weeks", date(2026, 5, 18), date(2026, 6, 15), 30, None
    )
    DecisionBook(Workbench.open(home)).log(
        "看守", figure, owner="内勤", review_date=date(2026, 6, 30), as_of=date(2026, 6, 15), unit_no="S1", reason="会",
        by=leader(home), generation="g000001",
    )  # fmt: skip
    shown = words(app.run())
    assert "还没有一个完整的对比期，数据到 2026-07-13 才有" in shown


def test_days_that_did_not_arrive_leave_no_verdict(open_changed: Open, tmp_path: Path) -> None:
    late = f"; delete from rpt_incident_counts where event_date >= date '2026-06-08' and event_date < date '{AS_OF}'"
    app = open_changed("handover", thefts(40, 20) + late, address=VIEW)
    log(Home(tmp_path))
    assert "不作比较：现在的时期缺" in words(app.run())


def test_a_decision_is_logged_on_the_figure_shown_and_due_four_weeks_on(
    open_changed: Open, tmp_path: Path
) -> None:
    app = open_changed("handover", thefts(40, 20), address={**VIEW, "area": "城北第1责任区"})
    app.selectbox(key="decision_metric").set_value("incidents_theft").run()
    assert "依据：城北第1责任区盗窃警情，2026-06-01（周一）至2026-06-28（周日） **20 起**" in words(app)
    app.text_input(key="decision_text").set_value("市场夜间增派一组")
    app.selectbox(key="decision_owner").set_value("1001 赵")
    app.text_input(key="decision_reason").set_value("连续失窃")
    next(button for button in app.button if button.label == "记录决定").click().run()
    assert not app.error, words(app)
    assert "第 1 号决定已记录，2026-07-28（周二）到期复核" in words(app)
    kept = DecisionBook(Workbench.open(Home(tmp_path))).latest()[1]
    assert (kept.metric_code, kept.area_no, kept.figure_count, kept.owner) == (
        "incidents_theft", "S1-A1", 20, "1001 赵",
    )  # fmt: skip
    assert kept.review_date == AS_OF + timedelta(28)
    (row,) = table(app, "复核日期")
    assert (row["状态"], row["发布"]) == ("执行中", "下一次运行后进入发布")


def test_another_station_neither_reads_nor_reviews_it(open_changed: Open, tmp_path: Path) -> None:
    app, home = open_changed("handover", address=VIEW), Home(tmp_path)
    number = log(home, unit_no="S2", by=leader(home, "leader_bureau"))
    assert "到复核日期的决定 0 条，执行中 0 条，已复核 0 条" in words(app.run())
    workbench = Workbench.open(home)
    identity = next(a.identity for a in list_accounts(workbench) if a.identity.user_id == leader(home))
    with pytest.raises(Forbidden, match="或者它不在您的范围内"):
        review_decision(
            Door(home, workbench=workbench), identity, workbench, number, "worked", now=None, next_date=AS_OF,
            as_of=AS_OF, seen_version=1, reason="x", generation="g000001",
        )  # fmt: skip


def test_what_was_published_stays_readable_without_the_workbench(open_changed: Open) -> None:
    app = open_changed(
        "handover",
        "insert into fct_meeting_decisions select 7, 1, 'S1', 'open', '增派', '1001', date '2026-06-29', null, "
        "'incidents_theft', null, 'S1', null, 'four_weeks', date '2026-05-04', date '2026-06-01', 40, null, null, "
        "null, null, null, 'g000000', '例会', 'zhang', timestamptz '2026-06-01 00:00:00+00'",
        address=VIEW,
    )
    shown = words(app)
    assert not app.error
    assert "到期复核：第 7 号，增派" in shown
    assert "业务库里已没有这条决定" in shown
    assert not [button for button in app.button if button.label == "保存复核"]


def test_one_decision_and_none(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("handover", address=VIEW)
    assert "还没有记录过会议决定" in words(app)
    log(Home(tmp_path), review_date=date(2026, 7, 28), as_of=AS_OF)
    assert "执行中 1 条，已复核 0 条；下一次复核 2026-07-28（周二）" in words(app.run())
