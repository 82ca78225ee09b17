"""字典映射, decisions: what waits for another person, and what was decided and can be taken back.

Belongs here: the lists and their buttons. Does not belong here: who may decide what (``jingcang.access.mappings``,
``jingcang.workbench.proposals``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections.mapping_choice import field_title
from dashboards.sections.quarantine_decisions import done
from dashboards.suggestions import dictionaries
from jingcang.access.mappings import judge_meaning, may_map
from jingcang.workbench.code_mappings import EQUIVALENCES, OUTCOMES, DeclaredMapping
from jingcang.workbench.proposals import STATE_LABELS

_DONE = {"approve": "批准，下一次运行起生效", "reject": "不批准", "withdraw": "撤回",
         "revoke": "撤销，下一次运行起恢复原状", "resume": "重新处理"}  # fmt: skip
_COLUMNS = [("编号",), ("状态",), ("来源",), ("栏目",), ("来源代码",), ("含义",), ("与来源相比",), ("自哪天起",),
            ("提出",), ("理由",), ("最近处理",), ("处理理由",)]  # fmt: skip


def meaning_words(item: DeclaredMapping) -> str:
    """Return what a decision says: the code with its name, 不计 or 暂缓."""
    if item.outcome != "mapped" or item.code is None:
        return OUTCOMES[item.outcome]
    known = dictionaries().get(item.dictionary)
    code = known.codes.get(item.code) if known else None
    return f"{item.code} {code.name_zh}" if code else item.code


def _line(item: DeclaredMapping) -> list[object]:
    return [
        item.mapping_no, STATE_LABELS[item.state_code],
        checks.SYSTEMS.get(item.source_system, item.source_system), field_title(item.field_name),
        item.source_value, meaning_words(item), EQUIVALENCES.get(item.equivalence or ""),
        item.valid_from or "全部日期", _who(item.proposed_by, item.proposed_at), item.proposal,
        _who(item.decided_by, item.decided_at), item.reason,
    ]  # fmt: skip


def _who(user_id: str | None, at: datetime | None) -> str | None:
    return None if user_id is None or at is None else f"{user_id}，{at.astimezone():%Y-%m-%d %H:%M}"


def show_waiting(context: Context, waiting: Sequence[DeclaredMapping]) -> None:
    """Show what waits for another person and what can be done with those picked.

    Args:
        context: the page's context.
        waiting: proposed mappings, newest first.
    """
    mine = [item for item in waiting if item.proposed_by == context.identity.user_id]
    others = [item for item in waiting if item.proposed_by != context.identity.user_id]
    st.subheader(f"等待审核：{len(others):,} 条由您审核，{len(mine):,} 条是您提出的；点选几行，不选就是全部")
    ordered = [*others, *mine]
    picked = show_table(
        _COLUMNS, [_line(item) for item in ordered], key="waiting", title="待审核映射", pick="several"
    )
    chosen = [ordered[index] for index in picked] or ordered
    if not may_map(context.identity):
        st.caption("只有范围为全部单位的数据管理员可以审核和撤回。")
        return
    reason = st.text_input("处理理由（必填）", key="judge_mapping_reason", max_chars=500)
    to_judge = [item for item in chosen if item in others]
    to_withdraw = [item for item in chosen if item in mine]
    with st.container(horizontal=True):
        if to_judge:
            for action, label, key in (("approve", "批准", "y"), ("reject", "不批准", "n")):
                if st.button(f"{label} {len(to_judge):,} 条", key=f"mapping_{action}", shortcut=key):
                    done(_decision(context, to_judge, action, reason))
        if to_withdraw and st.button(
            f"撤回自己的 {len(to_withdraw):,} 条", key="mapping_withdraw", shortcut="w"
        ):
            done(_decision(context, to_withdraw, "withdraw", reason))


def show_decided(context: Context, decided: Sequence[DeclaredMapping]) -> None:
    """Show what was decided, and take back the one picked.

    Args:
        context: the page's context.
        decided: mappings that no longer wait, newest first.
    """
    if not decided:
        st.caption("还没有决定过映射。")
        return
    standing = sum(item.state_code == "approved" for item in decided)
    st.subheader(f"决定过的映射：{standing:,} 条有效，共 {len(decided):,} 条；点一行撤销")
    ordered = sorted(decided, key=lambda item: item.state_code not in ("approved", "deferred"))
    picked = show_table(
        _COLUMNS, [_line(item) for item in ordered], key="decided", title="决定过的映射", pick="one"
    )
    item = ordered[picked[0]] if picked else None
    action = {"approved": "revoke", "deferred": "resume"}.get(item.state_code) if item else None
    if item is None or action is None or not may_map(context.identity):
        return
    st.markdown(
        f"**第 {item.mapping_no} 号**：{checks.plain(item.source_value)} 读作 {checks.plain(meaning_words(item))}。"
    )
    reason = st.text_input("处理理由（必填）", key="revoke_mapping_reason", max_chars=500)
    label = "撤销，恢复原状" if action == "revoke" else "重新处理"
    if st.button(label, key=f"mapping_{action}", shortcut="x"):
        done(_decision(context, [item], action, reason))


def _decision(
    context: Context, items: Sequence[DeclaredMapping], action: str, reason: str
) -> Callable[[], str]:
    def write() -> str:
        for item in items:
            judge_meaning(
                context.door, context.identity, session.workbench(), item.mapping_no, action,
                field_name=item.field_name, seen_version=item.version, reason=reason,
                generation=context.generation.name,
            )  # fmt: skip
        numbers = "、".join(str(item.mapping_no) for item in items[:10])
        more = f"等 {len(items):,} 条" if len(items) > 10 else ""
        return f"第 {numbers} 号映射{more}：{_DONE[action]}。"

    return write
