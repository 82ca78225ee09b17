"""字典映射, decisions: what waits for another person, and what was decided and can be taken back.

Belongs here: the lists and their buttons. Does not belong here: who may decide what (``jingcang.access.mappings``,
``jingcang.workbench.proposals``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections import mapping_samples
from dashboards.sections.mapping_choice import field_title
from dashboards.sections.mapping_samples import effect_words, found_words
from dashboards.sections.quarantine_decisions import done
from dashboards.suggestions import dictionaries
from jingcang.access.mapping_samples import published_since
from jingcang.access.mappings import judge_meaning, may_map
from jingcang.home import Home
from jingcang.workbench.code_mappings import EQUIVALENCES, OUTCOMES, DeclaredMapping
from jingcang.workbench.mapping_confirmations import Confirmation, ConfirmationBook
from jingcang.workbench.proposals import STATE_LABELS

_DONE = {"approve": "批准，下一次运行起生效", "reject": "不批准", "withdraw": "撤回",
         "revoke": "撤销，下一次运行起恢复原状", "resume": "重新处理"}  # fmt: skip
_COLUMNS = [("编号",), ("状态",), ("来源",), ("栏目",), ("来源代码",), ("含义",), ("与来源相比",), ("自哪天起",),
            ("提出",), ("理由",), ("最近处理",), ("处理理由",)]  # fmt: skip
_IN_PLACE = [("是否生效",), ("核对",)]


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


def _urgency(item: DeclaredMapping, found: Confirmation | None) -> tuple[int, int]:
    """Sort what stands first, the doubted before those nobody looked at, then what is put off."""
    state = {"approved": 0, "deferred": 1}.get(item.state_code, 2)
    return state, {"doubted": 0, "": 1, "confirmed": 2}[found.verdict if found else ""]


def _line_in_place(
    item: DeclaredMapping, effects: Mapping[int, str], found: Mapping[int, Confirmation]
) -> list[object]:
    line = _line(item)
    return [*line[:2], effects.get(item.mapping_no), found_words(found.get(item.mapping_no)), *line[2:]]


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
    """Show what was decided and whether readers have it, confirm in place the one picked, or take it back.

    Args:
        context: the page's context.
        decided: mappings that no longer wait, newest first.
    """
    if not decided:
        st.caption("还没有决定过映射。")
        return
    standing = sum(item.state_code == "approved" for item in decided)
    effects = effect_words(decided, published_since(Home.resolve(), context.generation))
    found = ConfirmationBook(session.workbench()).latest()
    doubted = sum(
        item.state_code == "approved"
        and item.mapping_no in found
        and found[item.mapping_no].verdict == "doubted"
        for item in decided
    )
    st.subheader(
        f"决定过的映射：{standing:,} 条有效，共 {len(decided):,} 条"
        + (f"，{doubted:,} 条核对时有问题" if doubted else "")
        + "；点一行抽样核对或撤销"
    )
    ordered = sorted(decided, key=lambda item: _urgency(item, found.get(item.mapping_no)))
    picked = show_table(
        [*_COLUMNS[:2], *_IN_PLACE, *_COLUMNS[2:]],
        [_line_in_place(item, effects, found) for item in ordered],
        key="decided",
        title="决定过的映射",
        pick="one",
    )
    item = ordered[picked[0] if picked else 0]
    st.markdown(
        f"**第 {item.mapping_no} 号**：{checks.plain(item.source_value)} 读作 {checks.plain(meaning_words(item))}。"
    )
    if item.mapping_no in effects and item.state_code == "approved":
        mapping_samples.show(context, item, effects[item.mapping_no], found.get(item.mapping_no))
    action = {"approved": "revoke", "deferred": "resume"}.get(item.state_code)
    if action is None or not may_map(context.identity):
        return
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
