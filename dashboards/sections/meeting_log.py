"""会议决定: what was decided on which figure, what is due for review with the same figure then and now, and the forms.

Belongs here: the lists and the forms. Does not belong here: figures and comparison (``decision_figures``), who may
decide (``jingcang.access.meetings``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import states
from dashboards.components.checks import plain_line
from dashboards.components.decided import done, show_done
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import handover
from dashboards.sections import decision_figures as figures
from dashboards.sections.operation_form import class_names
from dashboards.sections.trend_choices import SOURCES, lacking_sources
from jingcang.access.meetings import log_decision, logged_decisions, review_decision
from jingcang.access.metrics import metric_of
from jingcang.contracts import load_metrics
from jingcang.statistics.periods import PERIODS, Period, day_label, latest
from jingcang.workbench.meeting_decisions import (
    OPEN,
    REVIEW_AFTER,
    STATE_LABELS,
    VERDICT_LABELS,
    Figure,
    MeetingDecision,
)

KINDS = ("week", "four_weeks", "month", "thirteen_weeks")


@dataclass(frozen=True)
class Logged:
    """A decision as a page sees it.

    Args:
        item: its latest version.
        is_published: this version is in the published data.
        is_held: the workbench holds it; without it nothing can be decided about it.
    """

    item: MeetingDecision
    is_published: bool
    is_held: bool = True

    def is_due(self, as_of: date) -> bool:
        return self.item.is_open and self.item.review_date <= as_of


def load(context: Context) -> list[Logged]:
    """Return the decisions of the reader's units, the earliest review date first, those no run has landed included."""
    rows = (
        context.run(handover.DECISIONS).to_dicts() if context.door.has_table("fct_meeting_decisions") else []
    )
    published = {row["decision_no"]: row for row in rows}
    held = logged_decisions(context.door, context.identity, session.workbench())
    versions = {number: row["decision_version"] for number, row in published.items()}
    found = [Logged(item, versions.get(item.decision_no) == item.version) for item in held]
    known = {item.decision_no for item in held}
    found += [
        Logged(_published(row), True, is_held=False)
        for number, row in published.items()
        if number not in known
    ]
    return sorted(found, key=lambda one: (one.item.review_date, one.item.decision_no))


def _published(row: Mapping[str, Any]) -> MeetingDecision:
    """Return a decision as it was published, for a workbench that does not hold it any more."""
    return MeetingDecision(
        row["decision_version"], row["unit_no"], row["state_code"], row["reason"], row["decided_by"], "",
        row["decided_generation"], row["decided_at"], 0, row["decision_no"], row["decision_text"],
        row["decision_owner"], row["review_date"], row["review_verdict_code"], row["metric_code"],
        row["class_code"] or "", row["figure_unit_nos"] or "", row["area_no"] or "", row["figure_period_kind"],
        row["figure_start_date"], row["figure_end_date"], row["decided_count"], row["decided_base"],
        row["review_start_date"], row["review_end_date"], row["review_count"], row["review_base"],
    )  # fmt: skip


def show(context: Context) -> None:
    """Show decisions that are due first, then those that run, those reviewed, and the form for another."""
    logged = load(context)
    due = [one for one in logged if one.is_due(context.as_of)]
    waiting = [one for one in logged if one.item.is_open and one not in due]
    reviewed = [one for one in logged if one.item.state_code != OPEN]
    answer(
        f"到复核日期的决定 {len(due)} 条，执行中 {len(waiting)} 条，已复核 {len(reviewed)} 条"
        + (f"；下一次复核 {day_label(waiting[0].item.review_date)}。" if waiting else "。")
    )
    show_done()
    context.foot |= {
        "当时": "决定依据的时期，按今天的数据重新计",
        "现在": "之后最近一个同样长的完整时期",
        "判断": "两期之率的比值及 95% 区间，区间含 1 的为与偶然波动一致；逐条看，不作多重比较校正",
    }
    names = class_names(context)
    areas = context.area_names(everywhere=True)
    for one in due:
        _due(context, one, names, areas)
    if due:
        st.caption(
            "选中时偏高的数，不采取措施多半也会回落；下降不等于决定有效，与偶然波动一致也不等于没有效果。"
            "“当时”按今天的数据重新计，晚到和改类的已计入。"
        )
    _form(context, names, areas)
    if waiting:
        _list(context, waiting, "执行中的决定", "decisions_open", names, areas)
    if reviewed:
        _list(context, reviewed[::-1], "复核过的决定", "decisions_reviewed", names, areas)
    if not logged:
        states.empty("还没有记录过会议决定", "在上面选好依据的数，写明决定和负责人，到期自动排到最前")


def subject(context: Context, figure: Figure, names: Mapping[str, str], areas: Mapping[str, str]) -> str:
    """Return what a figure counts and where, in words."""
    metric = metric_of(figure.metric_code)
    units = [context.unit_name(unit) for unit in figure.unit_nos.split(",") if unit]
    where = (
        areas.get(figure.area_no, figure.area_no) if figure.area_no else "、".join(units) or "范围内全部单位"
    )
    what = f"·{names.get(figure.class_code, figure.class_code)}" if figure.class_code else ""
    return f"{where}{metric.title_zh}{what}"


def _due(context: Context, one: Logged, names: Mapping[str, str], areas: Mapping[str, str]) -> None:
    item = one.item
    found = figures.then_and_now(context, item.figure)
    st.subheader(f"到期复核：第 {item.decision_no} 号，{plain_line(item.decision_text)}")
    moved = (
        "" if found.then.figure_count == item.figure_count else f"（决定时显示 {figures.told(item.figure)}）"
    )
    before = Period(found.then.period_start, found.then.period_end).label()
    now = (
        f"现在（{Period(found.now.period_start, found.now.period_end).label()}）**{figures.told(found.now)}**"
        if found.now
        else "现在还没有"
    )
    st.markdown(
        f"{subject(context, item.figure, names, areas)}：当时（{before}）**{figures.told(found.then)}**{moved}，{now}。"
        f"{found.interval}{'，' if found.interval else ''}**{found.words}**。"
    )
    st.caption(
        f"负责人 {plain_line(item.owner)}；{plain_line(item.user_id)} 于 {item.acted_at.astimezone():%Y-%m-%d} 记录，"
        f"复核日期 {day_label(item.review_date)}；理由：{plain_line(item.reason)}"
    )
    if not one.is_held:
        st.caption("业务库里已没有这条决定，只能看已发布的内容。")
        return
    with st.form(f"review_{item.decision_no}_{item.version}", border=False):
        columns = st.columns([1.3, 2.6, 1.2, 0.8], vertical_alignment="bottom")
        verdict = columns[0].selectbox(
            "复核结论", list(VERDICT_LABELS), format_func=lambda code: VERDICT_LABELS[code],
            key=f"review_verdict_{item.decision_no}",
        )  # fmt: skip
        reason = columns[1].text_input("依据（必填）", max_chars=500, key=f"review_reason_{item.decision_no}")
        again = columns[2].date_input(
            "再看的日期（说不清时）", context.as_of + REVIEW_AFTER, key=f"review_again_{item.decision_no}"
        )
        if columns[3].form_submit_button("保存复核"):

            def write() -> str:
                review_decision(
                    context.door, context.identity, session.workbench(), item.decision_no, verdict, now=found.now,
                    next_date=again, as_of=context.as_of, seen_version=item.version, reason=reason,
                    generation=context.generation.name,
                )  # fmt: skip
                return f"第 {item.decision_no} 号决定已复核：{VERDICT_LABELS[verdict]}，下一次运行后进入发布的数据。"

            done(write)


def _form(context: Context, names: Mapping[str, str], areas: Mapping[str, str]) -> None:
    """Show the form: the figure first, as it stands now, then what was decided on it."""
    with st.expander("记一条会议决定"):
        lacking = lacking_sources(context)
        codes = [
            code for code, metric in load_metrics().items()
            if not metric.is_stock and SOURCES[metric.mart][0] not in lacking
        ]  # fmt: skip
        codes.sort(
            key=lambda code: (code != "incidents_effective", list(SOURCES).index(metric_of(code).mart), code)
        )
        if not codes:
            states.empty("没有可以依据的度量", "接入警情后再记")
            return
        columns = st.columns([1.5, 1.5, 1.2])
        code = columns[0].selectbox(
            "依据的度量", codes, format_func=lambda code: metric_of(code).title_zh, key="decision_metric"
        )
        is_incidents = metric_of(code).mart == "rpt_incident_counts"
        class_code = columns[1].selectbox(
            "类别", ["", *names] if is_incidents else [""], format_func=lambda one: names.get(one, "全部类别"),
            key=f"decision_class_{is_incidents}",
        )  # fmt: skip
        kind = columns[2].selectbox(
            "时期", KINDS, index=1, format_func=lambda one: PERIODS[one], key="decision_period"
        )
        period = latest(kind, context.as_of, context.week_start)
        asked = Figure(
            code,
            class_code or "",
            ",".join(context.unit_nos),
            context.area,
            kind,
            period.start,
            period.end,
            0,
            None,
        )
        figure = figures.read(context, asked)
        if isinstance(figure, str):
            states.withheld(metric_of(code).title_zh, figure)
            return
        st.markdown(
            f"依据：{subject(context, figure, names, areas)}，{period.label()} **{figures.told(figure)}**"
            f"（版本 {context.generation.name}；换单位或责任区用页面上方的选择）"
        )
        with st.form("decision", border=False):
            text = st.text_input("决定了什么（必填）", max_chars=500, key="decision_text")
            left, middle, right = st.columns([1.3, 1, 2])
            owner = left.selectbox(
                "谁负责（必填，可另写岗位）", _officers(context), index=None, accept_new_options=True,
                placeholder="选警号或写岗位", key="decision_owner",
            )  # fmt: skip
            due = middle.date_input("复核日期", context.as_of + REVIEW_AFTER, key="decision_review")
            reason = right.text_input("为什么（必填，随决定留存）", max_chars=500, key="decision_reason")
            if st.form_submit_button("记录决定"):

                def write() -> str:
                    number = log_decision(
                        context.door, context.identity, session.workbench(), text, figure, owner=owner or "",
                        review_date=due, as_of=context.as_of, reason=reason, generation=context.generation.name,
                    )  # fmt: skip
                    return f"第 {number} 号决定已记录，{day_label(due)}到期复核，下一次运行后进入发布的数据。"

                done(write)


def _officers(context: Context) -> list[str]:
    if not context.door.has_table("dim_officer"):
        return []
    rows = context.run(handover.OFFICERS, units=list(context.unit_nos)).to_dicts()
    return [f"{row['officer_no']} {row['officer_name'] or ''}".strip() for row in rows]


def _list(
    context: Context, logged: Sequence[Logged], title: str, key: str, names: Mapping[str, str],
    areas: Mapping[str, str],
) -> None:  # fmt: skip
    st.subheader(f"{title} {len(logged)} 条")
    rows = []
    for one in logged:
        item = one.item
        now = (
            None if item.now_start is None or item.now_end is None else Figure(
                item.metric_code, item.class_code, item.unit_nos, item.area_no, item.period_kind, item.now_start,
                item.now_end, item.now_count or 0, item.now_base,
            )
        )  # fmt: skip
        rows.append([
            item.decision_no, item.decision_text, item.owner, item.review_date, STATE_LABELS[item.state_code],
            VERDICT_LABELS[item.verdict] if item.verdict else None, subject(context, item.figure, names, areas),
            Period(item.period_start, item.period_end).label(), figures.told(item.figure),
            figures.told(now) if now else None, item.reason, f"{item.user_id}，第 {item.version} 版",
            "已进入本次发布" if one.is_published else "下一次运行后进入发布",
        ])  # fmt: skip
    show_table(
        [(name,) for name in _COLUMNS], rows, key=key, title=title, is_exported=not context.area,
    )  # fmt: skip


_COLUMNS = (
    "编号", "决定", "负责人", "复核日期", "状态", "复核结论", "依据", "时期", "决定时", "复核时", "理由", "登记",
    "发布",
)  # fmt: skip
