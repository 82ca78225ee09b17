"""线索, sealed records: asking to read those of the case in hand, and judging what others ask.

Belongs here: the forms and lists. Does not belong here: who may (``jingcang.access.sealed_access``).
"""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access import policy
from jingcang.access.grounds import PURPOSES, CaseGrounds
from jingcang.access.sealed_access import ask_for_sealed, in_scope, judge_sealed, may_approve
from jingcang.workbench.proposals import STATE_LABELS
from jingcang.workbench.sealed_access import MOST_DAYS, SealedAccess, SealedAccessBook

_DAYS = 7
_DONE = {"approve": "批准", "reject": "不批准", "revoke": "撤销", "withdraw": "撤回"}


def show_own(context: Context, grounds: CaseGrounds) -> None:
    """Say how sealed records of the case in hand can be read; the same words whether there are any or not."""
    if context.identity.role not in policy.SEALED_READERS:
        st.caption("依法封存的记录和经过它的联系不在其内；数据管理员不能查阅。")
        return
    mine = [
        item
        for item in SealedAccessBook(session.workbench()).declared()
        if (item.granted_to, item.case_no) == (context.identity.user_id, grounds.case_no)
    ]
    latest = mine[0] if mine else None
    expires = latest.expires_at if latest else None
    if latest and expires and datetime.now(UTC) < expires:
        st.caption(
            f"含封存的记录：第 {latest.request_no} 号申请由 {latest.decided_by} 批准，"
            f"到 {expires.astimezone():%Y-%m-%d %H:%M} 为止；封存的情况应当保密。"
        )
        return
    if latest and latest.state_code == "proposed":
        st.caption(f"第 {latest.request_no} 号封存查阅申请等待所领导或分局领导审批。")
        return
    with st.expander("依法封存的记录不在其内；办案确需查阅的，在这里申请，由主办单位所领导或分局领导审批"):
        if latest:
            st.caption(f"上一次申请（第 {latest.request_no} 号）：{_state(latest)}。")
        with st.form("ask_sealed", border=False):
            left, right = st.columns([1, 4])
            days = left.number_input("查阅期限（天）", 1, MOST_DAYS, _DAYS, key="sealed_days")
            reason = right.text_input("办案需要的理由（必填）", key="sealed_reason", max_chars=500)
            if st.form_submit_button("申请查阅"):
                done(lambda: _ask(context, grounds, int(days), reason))


def _ask(context: Context, grounds: CaseGrounds, days: int, reason: str) -> str:
    number = ask_for_sealed(
        context.door, context.identity, session.workbench(), case_no=grounds.case_no, purpose=grounds.purpose,
        valid_days=days, reason=reason, generation=context.generation.name,
    )  # fmt: skip
    return f"第 {number} 号封存查阅申请已提出，等待审批。"


def _state(item: SealedAccess) -> str:
    return "已到期" if item.state_code == "approved" else STATE_LABELS[item.state_code]


def show_waiting(context: Context) -> None:
    """Show leaders what waits for them and what is in force, of cases in their scope."""
    if not may_approve(context.identity):
        return
    now = datetime.now(UTC)
    open_items = [
        item
        for item in SealedAccessBook(session.workbench()).declared()
        if item.state_code == "proposed" or (item.expires_at is not None and now < item.expires_at)
    ]
    cases = (
        in_scope(context.door, context.identity, [item.case_no for item in open_items])
        if open_items
        else set()
    )
    shown = [item for item in open_items if item.case_no in cases]
    waiting = [
        item
        for item in shown
        if item.state_code == "proposed" and item.granted_to != context.identity.user_id
    ]
    if not shown:
        return
    st.subheader(
        f"封存查阅：{len(waiting):,} 件等待您审批，{len(shown) - len(waiting):,} 件在途或有效；点一行处理"
    )
    picked = show_table(
        [("编号",), ("状态",), ("案件",), ("申请人",), ("目的",), ("理由",), ("天数",), ("到期",)],
        [
            [
                item.request_no, STATE_LABELS[item.state_code], item.case_no, item.granted_to,
                PURPOSES.get(item.purpose, item.purpose), item.proposal, item.valid_days,
                f"{item.expires_at.astimezone():%Y-%m-%d %H:%M}" if item.expires_at else None,
            ]
            for item in shown
        ],
        key="sealed",
        title="封存查阅申请",
        is_exported=False,
        pick="one",
    )  # fmt: skip
    item = shown[picked[0] if picked else 0]
    is_own = item.granted_to == context.identity.user_id
    reason = st.text_input(
        f"第 {item.request_no} 号的处理理由（必填）", key="judge_sealed_reason", max_chars=500
    )
    offered = (
        ["revoke"] if item.state_code == "approved" else ["withdraw"] if is_own else ["approve", "reject"]
    )
    with st.container(horizontal=True):
        for action in offered:
            if st.button(f"{_DONE[action]}第 {item.request_no} 号", key=f"sealed_{action}"):
                done(lambda action=action: _judge(context, item, action, reason))  # type: ignore[misc]


def _judge(context: Context, item: SealedAccess, action: str, reason: str) -> str:
    judge_sealed(
        context.door, context.identity, session.workbench(), item, action, reason=reason,
        generation=context.generation.name,
    )  # fmt: skip
    return f"已{_DONE[action]}第 {item.request_no} 号封存查阅申请。"
