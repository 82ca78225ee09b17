"""退回更正: hand a unit its failing keys as a workbook, and see the next extract close the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks, states
from dashboards.components.choices import choose
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import quality, steward
from jingcang.contracts.checks import MAX_FAILURES
from jingcang.errors import JingcangError
from jingcang.workbench import Actor
from jingcang.workbench.tickets import Ticket, TicketBook, TicketRow, progress

DUE_DAYS = 14
_DONE = "ticket_done"


def main() -> None:
    context = current()
    st.header("退回更正")
    units = context.run(steward.UNITS_WITH_ROWS).to_dicts()
    tickets = [
        ticket
        for ticket in TicketBook(session.workbench()).tickets()
        if not context.units
        or ticket.unit_no in context.units
        or ticket.unit_no in {u["unit_no"] for u in units}
    ]
    rated = _rate(context, tickets)
    _answer(units, rated)
    if done := st.session_state.pop(_DONE, ""):
        st.success(done)
    _tickets(context, rated)
    if not units:
        states.empty("没有能落到单位的来源违规行", "没有单位的违规行在“逐行核查”里看")
        return
    _new(context, units)
    context.foot = {
        "关闭": "退回单不由人关闭：之后的运行里这些主键都不再违规，即自动关闭；"
        "检查没有运行（执行错误、不适用、已取消）或违规行多得列不全的，无法复核，不关闭",
        **context.foot,
    }


def _rate(context: Context, tickets: Sequence[Ticket]) -> list[tuple[Ticket, str, int]]:
    """Return tickets with their state and the rows still failing in the latest run."""
    if not tickets:
        return []
    wanted = {row for ticket in tickets for row in ticket.rows}
    listed = sorted({row.check_id for row in wanted})
    failing = context.run(
        steward.KEYS_STILL_FAILING, checks=listed, keys=sorted({row.row_key for row in wanted})
    )
    looked_at = set(context.run(steward.CHECKS_LOOKED_AT, checks=listed, most=MAX_FAILURES)["check_id"])
    still = {(check_id, key) for check_id, key in failing.rows()}
    run_no = context.run(steward.RUN)["run_no"][0] or 0
    return [(ticket, *progress(ticket, still, looked_at, run_no)) for ticket in tickets]


def _answer(units: Sequence[dict[str, Any]], rated: Sequence[tuple[Ticket, str, int]]) -> None:
    rows = sum(unit["row_count"] for unit in units)
    closed = sum(state == "已关闭" for _, state, _ in rated)
    answer(
        f"{len(units):,} 个单位有 {rows:,} 行次来源数据要更正；已退回 {len(rated):,} 单，"
        f"其中 {closed:,} 单经下一次取数复核已关闭。"
    )


def _tickets(context: Context, rated: Sequence[tuple[Ticket, str, int]]) -> None:
    if not rated:
        st.subheader("还没有退回单")
        return
    st.subheader(f"退回单：{sum(state != '已关闭' for _, state, _ in rated):,} 单未关闭")
    show_table(
        [
            ("单号",),
            ("单位",),
            ("状态",),
            ("还违规",),
            ("共",),
            ("承办人",),
            ("期限",),
            ("退回人",),
            ("退回时间",),
            ("数据版本",),
        ],
        [
            [
                ticket.ticket_id,
                context.unit_name(ticket.unit_no),
                state,
                left,
                len(ticket.rows),
                ticket.assigned_to,
                ticket.due_date,
                ticket.created_by,
                f"{ticket.created_at.astimezone():%Y-%m-%d %H:%M}",
                ticket.generation,
            ]
            for ticket, state, left in rated
        ],
        key="tickets",
        title="退回单",
    )


def _new(context: Context, units: Sequence[dict[str, Any]]) -> None:
    counts = {unit["unit_no"]: unit for unit in units}
    unit = choose(
        "退回给哪个单位",
        sorted(counts, key=lambda number: number not in context.units),
        param="unit_no",
        words=lambda number: f"{context.unit_name(number)}（{counts[number]['row_count']:,} 行次）",
    )
    rows = context.run(steward.UNIT_ROWS, unit=unit).to_dicts()
    titles = {item["check_id"]: item for item in context.run(quality.CHECKS).to_dicts()}
    st.subheader(f"{context.unit_name(unit)}要更正的 {len(rows):,} 行次")
    st.caption("导出 Excel 发给录入人，在来源系统里按主键找到并改正；“更正后的值”留给录入人回填。")
    show_table(
        [
            ("来源表",),
            ("来源主键",),
            ("日期",),
            ("规则说明",),
            ("来源文件",),
            ("行号",),
            ("更正后的值",),
            ("编号",),
        ],
        [
            [
                checks.object_title(context.generation.profile, row["object_name"]),
                row["source_key"],
                row["event_date"],
                checks.title(titles.get(row["check_id"], {"check_id": row["check_id"], "note": None})),
                row["source_file"],
                row["source_line"],
                None,
                row["check_id"],
            ]
            for row in rows
        ],
        key="corrections",
        title=f"{context.unit_name(unit)}要更正的来源数据",
        is_cut=len(rows) >= steward.MOST_ROWS,
    )
    with st.form("ticket", border=False):
        left, middle, right = st.columns([1.4, 1, 1], vertical_alignment="bottom")
        assigned = left.text_input("承办人", key="ticket_assignee", max_chars=64)
        due = middle.date_input("期限", context.as_of + timedelta(DUE_DAYS), key="ticket_due")
        if right.form_submit_button(f"登记退回 {len(rows):,} 行次"):
            _create(context, unit, rows, assigned, due)


def _create(context: Context, unit: str, rows: Sequence[dict[str, Any]], assigned: str, due: Any) -> None:
    identity = context.identity
    listed = [TicketRow(row["check_id"], row["object_name"], row["row_key"]) for row in rows]
    try:
        context.door.record(
            identity, "correction_ticket", unit, rows=len(rows), generation=context.generation.name
        )
        number = TicketBook(session.workbench()).create(
            listed,
            Actor(identity.user_id, identity.role),
            unit_no=unit,
            assigned_to=assigned,
            due_date=due,
            run_no=context.run(steward.RUN)["run_no"][0] or 0,
            generation=context.generation.name,
        )
    except JingcangError as error:
        st.error(f"{error.what}。{error.remedy}。")
        return
    st.session_state[_DONE] = f"已登记第 {number} 号退回单，{len(rows):,} 行次；下一次取数后自动复核。"
    st.rerun()


main()
