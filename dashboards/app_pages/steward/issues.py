"""问题处理: one issue a root cause; what is new, what stays, who does what until when."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.components import checks, states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import quality, steward
from dashboards.sections import issue_actions, issue_list
from dashboards.sections.issue_list import Issue

VIEWS = {
    "待办": ("new", "reopened", "acknowledged", "assigned"),
    "等待复核": ("resolved",),
    "刚消除": ("closed",),
}
_ORDER = {"reopened": 0, "new": 1, "acknowledged": 2, "assigned": 3, "resolved": 4, "closed": 5}


def main() -> None:
    context = current()
    st.header("问题处理")
    issues = issue_list.load(context)
    if not issues:
        if context.run(quality.CHECKS).is_empty():
            states.empty("还没有检查结果", "运行一次 jingcang run 后问题自动列在这里")
        else:
            states.empty("没有未关闭的质量问题", "下一次运行发现问题时自动列在这里")
        _drifting(context, issues)
        return
    _answer(context, issues)
    issue_actions.show_done()
    _look_at(context, issues)
    shown = _choose(issues)
    picked = _table(context, shown)
    if shown:
        issue_actions.show(context, [shown[index] for index in picked] or shown[:1])
    _drifting(context, issues)
    context.foot = {
        "归并": "连带出现的检查归到根源，一个根源一个问题；归并表见 quality_issue_groups",
        "期限": "未另定的按程度：阻断 1 天、超限 7 天、隔离 14 天、提示 30 天",
        **context.foot,
    }


def _answer(context: Context, issues: Sequence[Issue]) -> None:
    opened = [issue for issue in issues if issue.published.is_open]
    rows = sum(issue.row["rows_violated"] or 0 for issue in opened)
    change = {
        code: sum(issue.row["change_code"] == code for issue in issues)
        for code in ("new", "persisting", "resolved")
    }
    overdue = sum(issue.is_overdue(context.as_of) for issue in opened)
    waiting = sum(issue.state == "resolved" for issue in opened)
    answer(
        f"有 {len(opened):,} 个问题未关闭，涉及 {rows:,} 行次；与上一次运行相比新出现 {change['new']:,} 个、"
        f"持续 {change['persisting']:,} 个、消除 {change['resolved']:,} 个；"
        f"{overdue:,} 个已过期限，{waiting:,} 个等待下一次取数复核。"
    )


def _look_at(context: Context, issues: Sequence[Issue]) -> None:
    urgent = [issue for issue in issues if issue.state in VIEWS["待办"]][:5]
    if not urgent:
        return
    st.markdown("**先看这几个**")
    checks.links(
        "app_pages/steward/rows.py",
        [
            (
                f"{issue.row['issue_severity_label']}："
                f"{checks.object_title(context.generation.profile, issue.row['object_name'])}，"
                f"{checks.plain(issue.title)}，{issue.row['rows_violated'] or 0:,} 行，"
                f"影响 {len(issue.consumers.kpis)} 个指标、{len(issue.consumers.pages)} 个页面",
                {"check": issue.row["check_id"]},
            )
            for issue in urgent
        ],
    )


def _choose(issues: Sequence[Issue]) -> list[Issue]:
    left, right = st.columns([1.2, 1])
    counts = {name: sum(issue.state in codes for issue in issues) for name, codes in VIEWS.items()}
    view = (
        left.segmented_control(
            "列出",
            list(VIEWS),
            default="待办",
            key="view",
            format_func=lambda name: f"{name} {counts[name]:,}",
        )
        or "待办"
    )
    words = right.text_input("查找", key="issue_search", placeholder="表、规则、承办人").strip().lower()
    shown = [
        issue
        for issue in issues
        if issue.state in VIEWS[view]
        and (not words or words in f"{issue.title} {issue.row['check_id']} {issue.assigned_to or ''}".lower())
    ]
    return sorted(shown, key=lambda issue: (issue.row["severity_rank"], _ORDER[issue.state]))


def _table(context: Context, shown: Sequence[Issue]) -> list[int]:
    st.subheader(f"{len(shown):,} 个问题，按程度排列；勾选可批量处理")
    if not shown:
        states.empty("没有这样的问题", "换一种列法或清空查找")
        return []
    return show_table(
        [
            ("程度",),
            ("问题",),
            ("状态",),
            ("变化",),
            ("违规行数",),
            ("检查行数",),
            ("占比 %",),
            ("上一次",),
            ("单位",),
            ("指标",),
            ("页面",),
            ("承办人",),
            ("期限",),
            ("走势",),
            ("来源表",),
            ("编号",),
        ],
        [
            [
                issue.row["issue_severity_label"],
                issue.title,
                issue.state_label,
                issue.row["change_label"],
                issue.row["rows_violated"],
                issue.row["rows_checked"],
                checks.percent(issue.row["rows_violated"], issue.row["rows_checked"]),
                issue.row["previous_rows_violated"],
                issue.row["unit_count"],
                len(issue.consumers.kpis),
                len(issue.consumers.pages),
                issue.assigned_to or issue.row["owner"],
                f"{issue.due_date}（已过期）" if issue.is_overdue(context.as_of) else issue.due_date,
                issue.trend or None,
                checks.object_title(context.generation.profile, issue.row["object_name"]),
                issue.row["check_id"],
            ]
            for issue in shown
        ],
        key="issues",
        title="质量问题",
        digits={"占比 %": 2},
        is_cut=len(shown) >= steward.MOST_ISSUES,
        pick="several",
        help_texts={
            "走势": "最近 12 次运行的违规占比有显著单向变化（Mann-Kendall，5%）；空白为与偶然波动一致"
        },
    )


def _drifting(context: Context, issues: Sequence[Issue]) -> None:
    rising = issue_list.drifting(context, {issue.row["check_id"] for issue in issues})
    if not rising:
        return
    st.subheader(f"{len(rising)} 项检查仍在限内，但违规占比在缓慢上升")
    show_table(
        [("编号",), ("较早 %",), ("最近 %",)],
        [list(item) for item in rising],
        key="drifting",
        title="缓慢上升的检查",
        digits={"较早 %": 2, "最近 %": 2},
    )


main()
