"""问题处理, the work on picked issues: one key a decision, a preview before, undo after.

Belongs here: the form and its keys. Does not belong here: what a decision means (``jingcang.workbench.issues``).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import steward
from dashboards.sections import check_history
from dashboards.sections.issue_list import Issue
from jingcang.errors import JingcangError
from jingcang.workbench import Actor, IssueBoard
from jingcang.workbench.issues import STATE_LABELS

_DONE = "issue_done"
_ACTIONS = {
    "acknowledge": ("知悉", "k"),
    "assign": ("指派", "a"),
    "resolve": ("处理完", "f"),
    "undo": ("撤销上一步", "u"),
}
_NAMES = {action: label for action, (label, _) in _ACTIONS.items()}


def show_done() -> None:
    """Say once what the last action did."""
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(done)


def show(context: Context, picked: Sequence[Issue]) -> None:
    """Show the picked issues and what can be done with them.

    Args:
        context: the page's context.
        picked: at least one issue; several are treated alike.
    """
    first = picked[0]
    if len(picked) == 1:
        st.subheader(f"当前问题：{checks.plain(first.title)}")
        _facts(context, first)
    else:
        rows = sum(issue.row["rows_violated"] or 0 for issue in picked)
        st.subheader(f"批量处理 {len(picked)} 个问题，共 {rows:,} 行次")
        st.markdown(
            "\n".join(f"- {checks.name(issue.row)}：现为{issue.state_label}" for issue in picked[:8])
            + (f"\n- 另有 {len(picked) - 8} 个" if len(picked) > 8 else "")
        )
    columns = st.columns([2, 1.2, 1])
    reason = columns[0].text_input("理由或说明（处理完、撤销必填）", key="issue_reason", max_chars=500)
    assigned = columns[1].text_input("承办人（指派必填）", key="issue_assignee", max_chars=64)
    due = columns[2].date_input("期限", value=first.due_date, key=f"issue_due_{first.row['issue_id'][:8]}")
    with st.container(horizontal=True):
        for action, (label, key) in _ACTIONS.items():
            if st.button(f"{label}", key=f"issue_{action}", shortcut=key):
                _act(context, picked, action, reason, assigned, due if action == "assign" else None)
    st.caption(
        "处理立即记入工作台并留痕，下一次运行随数据发布。没有“关闭”：检查在下一次取数通过后自动关闭，"
        "标为处理完而仍不通过的自动重新打开。"
    )
    if len(picked) == 1:
        _log(first)
        with st.expander("历次结果"):
            check_history.show(context, first.row)


def _facts(context: Context, issue: Issue) -> None:
    row = issue.row
    before = "" if row["previous_rows_violated"] is None else f"，上一次 {row['previous_rows_violated']:,} 行"
    rows = (
        f"违规 {row['rows_violated']:,} 行（共检查 {row['rows_checked']:,} 行）{before}"
        if row["rows_checked"]
        else "执行错误，没有可数的行"
        if row["status"] == "error"
        else f"违规 {row['rows_violated'] or 0:,} 处{before}"
    )
    version = f"第 {issue.version} 版，{issue.decision.changed_by}" if issue.decision else "还没有人处理"
    st.markdown(
        f"{checks.plain(checks.object_title(context.generation.profile, row['object_name']))}"
        f"　**{issue.state_label}**（{version}）　{row['change_label']}，{row['opened_date']} 出现"
        + (f"，第 {row['spell_no']} 次" if row["spell_no"] > 1 else "")
        + f"　{rows}，涉及 {row['unit_count']} 个单位　**影响**：{issue.consumers.words()}"
    )
    for folded in context.run(steward.FOLDED, check=row["check_id"]).to_dicts():
        st.caption(
            f"连带：{folded['check_id']}，{folded['status_label']}，{folded['rows_violated'] or 0:,} 行。"
        )
    st.page_link(
        "app_pages/steward/rows.py", label="看违规行和来龙去脉", query_params={"check": row["check_id"]}
    )


def _act(
    context: Context, picked: Sequence[Issue], action: str, reason: str, assigned: str, due: object
) -> None:
    identity = context.identity
    try:
        for issue in picked:
            context.door.record(
                identity, "quality_issue", issue.row["check_id"], decision=action, version=issue.version + 1,
                generation=context.generation.name,
            )  # fmt: skip
        IssueBoard(session.workbench()).act(
            [(issue.published, issue.version) for issue in picked],
            action,
            Actor(identity.user_id, identity.role),
            reason=reason,
            assigned_to=assigned,
            due_date=due,  # type: ignore[arg-type]
        )
    except JingcangError as error:
        st.error(f"{error.what}。{error.remedy}。")
        return
    st.session_state[_DONE] = f"已对 {len(picked)} 个问题作“{_NAMES[action]}”处理；按 u 可撤销。"
    st.rerun()


def _log(issue: Issue) -> None:
    actions = IssueBoard(session.workbench()).actions(issue.row["issue_id"])
    if not actions:
        return
    show_table(
        [
            ("版本",),
            ("时间",),
            ("处理人",),
            ("动作",),
            ("由",),
            ("到",),
            ("承办人",),
            ("期限",),
            ("理由",),
            ("数据版本",),
        ],
        [
            [
                item["version"],
                f"{item['acted_at'].astimezone():%Y-%m-%d %H:%M}",
                item["user_id"],
                _NAMES[item["action"]],
                STATE_LABELS[item["from_state"]],
                STATE_LABELS[item["to_state"]],
                item["assigned_to"],
                item["due_date"],
                item["reason"],
                item["generation"],
            ]
            for item in reversed(actions)
        ],
        key="issue_log",
        title="处理记录",
    )
