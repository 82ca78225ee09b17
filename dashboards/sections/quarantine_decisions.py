"""隔离, decisions: let rows load for a while, ask for a replay, and what stands of both.

Belongs here: the forms and lists. Does not belong here: what a waiver does (``jingcang.landing``) and who may grant
one (``jingcang.workbench``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import session
from dashboards.components import checks, states
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.quarantine import waive
from jingcang.landing.decisions import waivable
from jingcang.workbench.replays import ReplayBook
from jingcang.workbench.waivers import every_waiver, revoke

WAIVED_DAYS = 30
"""Days a waiver lasts unless the steward says otherwise."""


def show_waive_form(context: Context, reason: dict[str, Any], rows: pl.DataFrame, *, is_whole: bool) -> None:
    """Offer a waiver for the rows of one reason.

    Args:
        context: the page's context.
        reason: ``source_system``, ``source_table``, ``rule_id``.
        rows: the rows to waive.
        is_whole: these are all rows of the reason.
    """
    if not waivable(reason["rule_id"]):
        states.empty("这种原因不能豁免：违反它的行不成其为一条记录", "到“退回更正”把这些行退给录入单位")
        return
    others = sum(";" in rule_ids for rule_ids in rows["rule_ids"])
    if others:
        st.caption(f"其中 {others:,} 行还违反其他规则，豁免这一条后仍会隔离。")
    with st.form("waive", border=False):
        left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
        why = left.text_input("理由（必填）", key="waive_reason", max_chars=500)
        until = middle.date_input(
            "到哪一天为止（当日起恢复隔离）",
            context.as_of + timedelta(WAIVED_DAYS),
            min_value=context.as_of + timedelta(1),
            key="waive_until",
        )
        which = "全部" if is_whole else "所列"
        if right.form_submit_button(f"豁免{which} {rows.height:,} 行"):

            def write() -> str:
                identity = context.identity
                context.door.record(
                    identity, "rows_waived", f"{reason['source_system']}.{reason['source_table']}",
                    rule=reason["rule_id"], rows=rows.height, generation=context.generation.name,
                )  # fmt: skip
                count = waive(
                    session.workbench(),
                    rows,
                    reason=why,
                    until=until,
                    as_of=context.as_of,
                    by=identity.user_id,
                )
                return f"已豁免 {count:,} 行，自下一次运行起入库，{until} 起自动恢复隔离。"

            done(write)


def show_waivers(context: Context) -> None:
    """Show the decisions to waive, and revoke one; keys of rows are not shown here."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for item in every_waiver(session.workbench()):
        state = "已撤销" if item["revoked_at"] else "已到期" if item["valid_to"] <= context.as_of else "有效"
        group = ("source_system", "source_table", "rule_id", "reason", "valid_from", "valid_to", "created_by")
        groups.setdefault((state, *(item[name] for name in group)), []).append(item)
    if not groups:
        st.caption("没有豁免。")
        return
    ordered = sorted(groups, key=lambda group: (group[0] != "有效", group[6]))
    standing = sum(len(groups[group]) for group in ordered if group[0] == "有效")
    st.subheader(f"豁免：{standing:,} 行有效")
    picked = show_table(
        [("状态",), ("来源表",), ("规则",), ("行数",), ("理由",), ("起",), ("止（不含）",), ("决定人",)],
        [
            [
                group[0],
                checks.object_title(context.generation.profile, f"{group[1]}.{group[2]}"),
                group[3],
                len(groups[group]),
                *group[4:],
            ]
            for group in ordered
        ],
        key="waivers",
        title="豁免",
        pick="one",
    )
    chosen = ordered[picked[0] if picked else 0]
    if chosen[0] == "有效" and st.button(f"撤销这 {len(groups[chosen]):,} 行豁免", key="waive_revoke"):

        def write() -> str:
            ids = [item["waiver_id"] for item in groups[chosen]]
            count = revoke(session.workbench(), ids, by=context.identity.user_id)
            return f"已撤销 {count:,} 行豁免，下一次运行起恢复隔离。"

        done(write)


def show_replay_form(context: Context, reason: dict[str, Any], title: str) -> None:
    """Ask for a replay of one source table.

    Args:
        context: the page's context.
        reason: ``source_system``, ``source_table``.
        title: the table's title.
    """
    st.caption(
        "重放：下一次运行把这张表重新读取一遍，并把已入库的原件按当前契约、映射、豁免和修正重新分流；"
        "可重复执行，内容没有变化就不会产生新版本。契约、豁免或修正有变时运行会自动重放，不必申请。"
    )
    with st.form("replay", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        why = left.text_input("理由（必填）", key="replay_reason", max_chars=500)
        if right.form_submit_button(f"申请重放{title}"):

            def write() -> str:
                identity, generation = context.identity, context.generation.name
                context.door.record(
                    identity, "replay_requested", f"{reason['source_system']}.{reason['source_table']}",
                    generation=generation,
                )  # fmt: skip
                number = ReplayBook(session.workbench()).request(
                    reason["source_system"], reason["source_table"], reason=why, by=identity.user_id,
                    generation=generation,
                )  # fmt: skip
                return f"已登记第 {number} 号重放申请，由下一次运行执行。"

            done(write)


def show_replays(context: Context) -> None:
    """Show the requests for a replay, none if nobody ever asked."""
    requests = ReplayBook(session.workbench()).requested()
    if not requests:
        return
    waiting = sum(request.carried_out_at is None for request in requests)
    st.subheader(f"重放申请：{waiting:,} 个等待下一次运行" if waiting else "重放申请：都已执行")
    show_table(
        [
            ("编号",),
            ("状态",),
            ("来源表",),
            ("理由",),
            ("申请人",),
            ("申请时间",),
            ("执行时间",),
            ("执行的运行",),
        ],
        [
            [
                request.request_no,
                "等待运行" if request.carried_out_at is None else "已执行",
                checks.object_title(context.generation.profile, request.qualified),
                request.reason,
                request.requested_by,
                f"{request.requested_at.astimezone():%Y-%m-%d %H:%M}",
                f"{request.carried_out_at.astimezone():%Y-%m-%d %H:%M}" if request.carried_out_at else None,
                request.run_id[:8] if request.run_id else None,
            ]
            for request in requests
        ],
        key="replays",
        title="重放申请",
    )
