"""Proposals of one kind on a page: what waits for another person, and what was decided and can be taken back.

Belongs here: the two lists and their buttons, whatever is proposed, and their parts for lists that differ. Does not
belong here: what a line says of its kind, and who may decide what (``jingcang.access``,
``jingcang.workbench.proposals``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.workbench.proposals import STATE_LABELS, Declared

SAID = {"approve": "批准，下一次运行起生效", "reject": "不批准", "withdraw": "撤回",
        "revoke": "撤销，下一次运行起恢复原状", "resume": "重新处理"}  # fmt: skip
"""Action → what is said when it was taken."""


@dataclass(frozen=True)
class Kind:
    """How one kind of proposals is shown and decided.

    Args:
        noun: what one is called.
        key: prefix of the widgets' keys.
        columns: header of what is proposed.
        number: proposal → its number.
        line: proposal → cells of ``columns``.
        judge: takes one action on one proposal, with a reason.
        may_judge: whether the identity may decide at all.
    """

    noun: str
    key: str
    columns: Sequence[tuple[str, ...]]
    number: Callable[[Any], int]
    line: Callable[[Any], list[Any]]
    judge: Callable[[Any, str, str], None]
    may_judge: bool


def show_waiting(context: Context, kind: Kind, waiting: Sequence[Declared]) -> None:
    """Show what waits for another person and what can be done with those picked; nothing if nothing waits.

    Args:
        context: the page's context.
        kind: what is proposed.
        waiting: proposals, newest first.
    """
    if not waiting:
        return
    mine = [item for item in waiting if item.proposed_by == context.identity.user_id]
    others = [item for item in waiting if item.proposed_by != context.identity.user_id]
    st.subheader(f"等待审核：{len(others):,} 条由您审核，{len(mine):,} 条是您提出的；点选几行，不选就是全部")
    ordered = [*others, *mine]
    picked = _table(kind, ordered, "waiting", f"待审核{kind.noun}", "several")
    chosen = [ordered[index] for index in picked] or ordered
    if not kind.may_judge:
        st.caption("只有范围为全部单位的数据管理员可以审核和撤回。")
        return
    reason = st.text_input("处理理由（必填）", key=f"{kind.key}_judge_reason", max_chars=500)
    to_judge = [item for item in chosen if item in others]
    to_withdraw = [item for item in chosen if item in mine]
    with st.container(horizontal=True):
        if to_judge:
            for action, label, key in (("approve", "批准", "y"), ("reject", "不批准", "n")):
                if st.button(f"{label} {len(to_judge):,} 条", key=f"{kind.key}_{action}", shortcut=key):
                    done(decision(kind, to_judge, action, reason))
        if to_withdraw and st.button(
            f"撤回自己的 {len(to_withdraw):,} 条", key=f"{kind.key}_withdraw", shortcut="w"
        ):
            done(decision(kind, to_withdraw, "withdraw", reason))


def show_decided(kind: Kind, decided: Sequence[Declared]) -> None:
    """Show what was decided, and take back the one picked.

    Args:
        kind: what was proposed.
        decided: proposals that no longer wait, newest first.
    """
    if not decided:
        st.caption(f"还没有决定过{kind.noun}。")
        return
    standing = sum(item.state_code == "approved" for item in decided)
    st.subheader(
        f"决定过的{kind.noun}：{standing:,} 条有效，共 {len(decided):,} 条"
        + ("；点一行撤销" if standing and kind.may_judge else "")
    )
    ordered = sorted(decided, key=lambda item: item.state_code != "approved")
    picked = _table(kind, ordered, "decided", f"决定过的{kind.noun}", "one")
    item = ordered[picked[0]] if picked else None
    if item is None or item.state_code != "approved" or not kind.may_judge:
        return
    st.markdown(f"**第 {kind.number(item)} 号{kind.noun}**")
    reason = st.text_input("处理理由（必填）", key=f"{kind.key}_revoke_reason", max_chars=500)
    if st.button("撤销，恢复原状", key=f"{kind.key}_revoke", shortcut="x"):
        done(decision(kind, [item], "revoke", reason))


def _table(kind: Kind, items: Sequence[Declared], name: str, title: str, pick: Any) -> list[int]:
    lines = [line(kind, item) for item in items]
    return show_table(header(kind), lines, key=f"{kind.key}_{name}", title=title, pick=pick)


def header(kind: Kind) -> list[tuple[str, ...]]:
    """Return the columns of a list: number and state, what is proposed, who and why."""
    return [("编号",), ("状态",), *kind.columns, ("提出",), ("理由",), ("最近处理",), ("处理理由",)]


def line(kind: Kind, item: Declared) -> list[Any]:
    """Return the cells of :func:`header` for one proposal."""
    return [
        kind.number(item), STATE_LABELS[item.state_code], *kind.line(item),
        who(item.proposed_by, item.proposed_at), item.proposal, who(item.decided_by, item.decided_at),
        item.reason,
    ]  # fmt: skip


def who(user_id: str | None, at: datetime | None) -> str | None:
    """Return who did something and when, None when nobody did."""
    return None if user_id is None or at is None else f"{user_id}，{at.astimezone():%Y-%m-%d %H:%M}"


def decision(kind: Kind, items: Sequence[Declared], action: str, reason: str) -> Callable[[], str]:
    """Return what takes an action on proposals and says what it did, for :func:`done`."""

    def write() -> str:
        for item in items:
            kind.judge(item, action, reason)
        numbers = "、".join(str(kind.number(item)) for item in items[:10])
        more = f"等 {len(items):,} 条" if len(items) > 10 else ""
        return f"第 {numbers} 号{kind.noun}{more}：{SAID[action]}。"

    return write
