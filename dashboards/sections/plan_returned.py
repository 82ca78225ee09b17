"""下周建议, what came back: what the duty system took and did of the plans of this week and the next.

Belongs here: the upload and the counts by shift. Does not belong here: how a return is read and held against its plan
(``jingcang.planning.task_file``). A plan is carried out in the week after it was saved, so both weeks are shown.
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.patrol_plans import saved_plan, take_return
from jingcang.planning.task_file import MOST_BYTES, STATES, state_counts
from jingcang.statistics.periods import day_label
from jingcang.workbench.patrol_plans import PlanBook, SavedPlan

_UPLOAD = f"""
<style>
[data-testid="stFileUploaderDropzone"] button p,[data-testid="stFileUploaderDropzoneInstructions"] span{{font-size:0}}
[data-testid="stFileUploaderDropzone"] button p::after{{content:"选文件";font-size:.95rem}}
[data-testid="stFileUploaderDropzoneInstructions"] span::after{{
 content:"或拖到这里；JSON，不超过 {MOST_BYTES // 1_000_000} MB";font-size:.85rem}}
</style>
"""
"""Streamlit has no Chinese words for its upload."""


def show(context: Context, unit_no: str) -> None:
    """Show what came back about the saved plans of this week and the next; nothing where none was saved."""
    weeks = (context.week_start, context.week_start + timedelta(weeks=1))
    workbench = session.workbench()
    plans = [
        plan
        for week in weeks
        if (plan := saved_plan(context.door, context.identity, workbench, unit_no, week)) is not None
    ]
    if not plans:
        return
    for plan in plans:
        _show(PlanBook(workbench), plan)
    st.html(_UPLOAD)
    with st.form("plan_return", border=False, clear_on_submit=True):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        file = left.file_uploader(
            "交勤务系统的回执（JSON）",
            "json",
            key="plan_return_file",
            max_upload_size=MOST_BYTES // 1_000_000,
        )
        if right.form_submit_button("收回执") and file is not None:
            raw = file.getvalue()
            done(lambda: _take(context, raw))


def _show(book: PlanBook, plan: SavedPlan) -> None:
    states, blocks = book.states(plan), plan.blocks()
    name = f"{day_label(plan.week_start)}起一周的第 {plan.plan_no} 号方案第 {plan.version} 版"
    if not states:
        st.subheader(f"{name}还没有勤务系统的回执")
        return
    counts = state_counts(states, [block["block_no"] for block in blocks])
    told = "、".join(f"{words} {counts[state]:,} 块" for state, words in STATES.items() if state in counts)
    unknown = f"，{counts['']:,} 块没有消息" if counts.get("") else ""
    last = book.returns(plan)[-1].reported_at.astimezone()
    st.subheader(f"{name} {len(blocks):,} 块中{told}{unknown}")
    st.caption(f"勤务系统 {last:%Y-%m-%d %H:%M} 的回执；是不是真到了，看“巡逻成效”的定位。")
    by_shift: dict[tuple[str, str], dict[str, int]] = {}
    for block in blocks:
        row = by_shift.setdefault((block["date"], block["shift"]), dict.fromkeys([*STATES, ""], 0))
        row[states.get(block["block_no"], "")] += 1
    show_table(
        [("班次日期",), ("班次",), *((words,) for words in STATES.values()), ("没有消息",)],
        [[*key, *row.values()] for key, row in by_shift.items()],
        key=f"plan_returned_{plan.plan_no}", title=f"{name}的回执",
    )  # fmt: skip


def _take(context: Context, raw: bytes) -> str:
    made = take_return(context.door, context.identity, session.workbench(), raw)
    return f"第 {made.plan_no} 号方案第 {made.version} 版的回执已收下，共 {len(made.states):,} 块。"
