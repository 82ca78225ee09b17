"""考核周期: its state in words, the steps taken, and the form for the next.

Belongs here: what 周期管理 and 档案利用 say of a period's state. Does not belong here: which step may follow
(``jingcang.workbench.kpi_periods``) and who may take it (``jingcang.access.kpi_periods``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.kpi_appeals import seen_appeals
from jingcang.access.kpi_periods import may_manage, take_step
from jingcang.workbench.kpi_periods import FROZEN, NEXT, OPEN, STATE_LABELS, PeriodBook, PeriodStep

_MEANINGS = {
    "open": "退回开放：数据还要补",
    "draft": "出初稿：周期结束，先给各单位核对",
    "announced": "公示：公布给被考核人",
    "appeals": "受理申诉",
    "frozen": "冻结：记录原样保存，此后不再改动",
}


def steps_of(start: date) -> list[PeriodStep]:
    """Return the steps of a period, oldest first."""
    return PeriodBook(session.workbench()).of(start)


def state_of(steps: Sequence[PeriodStep]) -> str:
    """Return the code of the state a period is in."""
    return steps[-1].state_code if steps else OPEN


def state_words(context: Context, start: date, end: date) -> str:
    """Return the state of a period for the foot of a page."""
    steps = steps_of(start)
    state = STATE_LABELS[state_of(steps)]
    if steps:
        step = steps[-1]
        state += f"（{step.user_id}，{step.acted_at.astimezone():%Y-%m-%d %H:%M}）"
    if state_of(steps) == FROZEN:
        return f"{state}；这里是现在的数，冻结时的数和此后的变动见“周期管理”"
    return f"{state}；{'周期未结束，数字还会变' if end >= context.as_of else '周期已结束'}"


def show_steps(steps: Sequence[PeriodStep]) -> None:
    """List the steps of a period, the latest first."""
    st.subheader(f"办理记录：{len(steps)} 步" if steps else "还没有人办理过，状态为“开放”")
    if steps:
        show_table(
            [("步",), ("转为",), ("谁",), ("何时",), ("理由",), ("当时的数据版本",)],
            [
                [
                    step.version, STATE_LABELS[step.state_code], step.user_id,
                    f"{step.acted_at.astimezone():%Y-%m-%d %H:%M}", step.reason, step.generation,
                ]
                for step in reversed(steps)
            ],
            key="period_steps",
            title="考核周期办理记录",
        )  # fmt: skip


def show_form(context: Context, start: date, end: date, steps: Sequence[PeriodStep]) -> None:
    """Offer the steps that may follow, or say why none may be taken here."""
    state = state_of(steps)
    if not NEXT[state]:
        return
    if not may_manage(context.identity):
        st.caption("周期由管理全部单位的考核员办理，您可以查看。")
        return
    if end >= context.as_of:
        st.caption(f"周期到 {end} 结束（数据截至 {context.as_of}），结束并且数据到齐后才能办理下一步。")
        return
    pending = [
        item
        for item in seen_appeals(context.door, context.identity, session.workbench())
        if item.is_pending and item.period_start == start
    ]
    if pending:
        st.caption(f"还有 {len(pending)} 件申诉待裁定；冻结后裁定的不改冻结的数，只进更正说明。")
    with st.form("period_step", border=False):
        left, middle, right = st.columns([1.8, 3, 0.7], vertical_alignment="bottom")
        chosen = left.selectbox(
            "下一步", NEXT[state], key="period_next", format_func=lambda code: _MEANINGS[code]
        )
        reason = middle.text_input("理由（必填，随办理留存）", key="period_reason", max_chars=500)
        if right.form_submit_button("办理"):
            done(lambda: _take(context, start, end, chosen, reason, steps[-1].version if steps else 0))


def _take(context: Context, start: date, end: date, state: str, reason: str, version: int) -> str:
    take_step(
        context.door,
        context.identity,
        session.workbench(),
        start,
        end,
        state,
        seen_version=version,
        reason=reason,
    )
    return f"{start} 至 {end} 的考核周期已转为“{STATE_LABELS[state]}”，即刻生效。"
