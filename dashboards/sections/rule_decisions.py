"""规则试验, decisions: what waits for another person, and what was decided and can be taken back.

Belongs here: the lists and their buttons. Does not belong here: who may decide what (``jingcang.access.label_rules``,
``jingcang.workbench.proposals``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections import rule_trial
from dashboards.sections.proposal_lists import SAID, who
from jingcang.access.label_rules import judge_rule, may_change_rules
from jingcang.labelling.rule_checks import FIELDS, STATUSES
from jingcang.labelling.rule_table import Row, shipped_rows
from jingcang.workbench.label_rules import WRITTEN, DeclaredRule
from jingcang.workbench.proposals import STATE_LABELS

_COLUMNS = [("编号",), ("审核",), ("规则",), ("版本",), ("状态",), ("改动",), ("提出",), ("理由",), ("最近处理",),
            ("处理理由",)]  # fmt: skip
_MOST_WORDS = 8


def changes(item: DeclaredRule, base: Row | None) -> str:
    """Return what a version changes against another, column by column, words added and taken away.

    Args:
        item: the version.
        base: the rule it is held against, None for a new one.
    """
    if base is None:
        return f"新规则，触发词{_listed(item.terms.split('|'))}"
    told = []
    for name in WRITTEN:
        old, new = base[name], getattr(item, name)
        if old == new:
            continue
        title = FIELDS.get(name, name)
        if name in ("terms", "context", "exclusions"):
            before, after = old.split("|"), new.split("|")
            added = [word for word in after if word and word not in before]
            gone = [word for word in before if word and word not in after]
            parts = [f"加{_listed(added)}" if added else "", f"去{_listed(gone)}" if gone else ""]
            told.append(f"{title}{'、'.join(part for part in parts if part) or '次序'}")
        elif name == "status":
            told.append(STATUSES.get(new, new))
        elif name != "label_group":
            told.append(f"{title} {old} 改为 {new}")
    return "；".join(told) or "与现行相同"


def _listed(words: Sequence[str]) -> str:
    more = f" 等 {len(words)} 个" if len(words) > _MOST_WORDS else ""
    return "“" + "”“".join(words[:_MOST_WORDS]) + f"”{more}"


def _base(item: DeclaredRule, rows: Sequence[Row], *, is_waiting: bool) -> Row | None:
    """Return what a version is held against: the rule in force while it waits, else the one the product came with."""
    among = rows if is_waiting else shipped_rows()
    return next((row for row in among if row["rule_id"] == item.rule_id), None)


def _line(item: DeclaredRule, rows: Sequence[Row], *, is_waiting: bool) -> list[object]:
    return [
        item.rule_no, STATE_LABELS[item.state_code], item.rule_id, item.rule_version,
        STATUSES.get(item.status, item.status), changes(item, _base(item, rows, is_waiting=is_waiting)),
        who(item.proposed_by, item.proposed_at), item.proposal, who(item.decided_by, item.decided_at),
        item.reason,
    ]  # fmt: skip


def show_waiting(
    context: Context, waiting: Sequence[DeclaredRule], rows: Sequence[Row],
    labels: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    """Show what waits for another person and what can be done with the one picked.

    Args:
        context: the page's context.
        waiting: proposed rules, newest first.
        rows: the rules of the next run.
        labels: label code → row of ``dim_label``.
    """
    mine = [item for item in waiting if item.proposed_by == context.identity.user_id]
    others = [item for item in waiting if item not in mine]
    st.subheader(
        f"等待审核：{len(others):,} 条由您审核，{len(mine):,} 条是您提出的；点选一行，不选就是第一行"
    )
    ordered = [*others, *mine]
    lines = [_line(item, rows, is_waiting=True)[:-2] for item in ordered]
    picked = show_table(_COLUMNS[:-2], lines, key="rules_waiting", title="待审核规则", pick="one")
    item = ordered[picked[0]] if picked else ordered[0]
    base = _base(item, rows, is_waiting=True)
    st.markdown(f"**第 {item.rule_no} 号**：规则 {item.rule_id}，{checks.plain_line(changes(item, base))}。")
    if st.toggle("看它在真实案件上的增减", key=f"seen_{item.rule_no}"):
        rule_trial.show_result(context, item.row, rows, labels, key=f"waiting_{item.rule_no}")
    if not may_change_rules(context.identity):
        st.caption("只有范围为全部单位的数据管理员可以审核和撤回。")
        return
    reason = st.text_input("处理理由（必填）", key="judge_rule_reason", max_chars=500)
    with st.container(horizontal=True):
        if item in others:
            for action, label, key in (("approve", "批准", "y"), ("reject", "不批准", "n")):
                if st.button(f"{label}第 {item.rule_no} 号", key=f"rule_{action}", shortcut=key):
                    done(_decision(context, item, action, reason))
        elif st.button(f"撤回第 {item.rule_no} 号", key="rule_withdraw", shortcut="w"):
            done(_decision(context, item, "withdraw", reason))


def show_decided(context: Context, decided: Sequence[DeclaredRule], rows: Sequence[Row]) -> None:
    """Show what was decided, and take back the one picked.

    Args:
        context: the page's context.
        decided: rules that no longer wait, newest first.
        rows: the rules of the next run.
    """
    if not decided:
        st.caption("还没有决定过规则改动。")
        return
    standing = sum(item.state_code == "approved" for item in decided)
    st.subheader(f"决定过的改动：{standing:,} 条有效，共 {len(decided):,} 条；点一行撤销")
    ordered = sorted(decided, key=lambda item: item.state_code != "approved")
    lines = [_line(item, rows, is_waiting=False) for item in ordered]
    picked = show_table(_COLUMNS, lines, key="rules_decided", title="决定过的规则改动", pick="one")
    item = ordered[picked[0]] if picked else ordered[0]
    if item.state_code != "approved" or not may_change_rules(context.identity):
        return
    reason = st.text_input("撤销理由（必填）", key="revoke_rule_reason", max_chars=500)
    if st.button(f"撤销第 {item.rule_no} 号，恢复原状", key="rule_revoke", shortcut="x"):
        done(_decision(context, item, "revoke", reason))


def _decision(context: Context, item: DeclaredRule, action: str, reason: str) -> Callable[[], str]:
    def write() -> str:
        judge_rule(
            context.door, context.identity, session.workbench(), item.rule_no, action, rule_id=item.rule_id,
            seen_version=item.version, reason=reason, generation=context.generation.name,
        )  # fmt: skip
        return f"第 {item.rule_no} 号规则改动：{SAID[action]}。"

    return write
