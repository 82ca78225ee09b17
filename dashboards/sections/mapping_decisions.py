"""字典映射, decisions: what waits for another person, and what was decided and can be taken back.

Belongs here: what a line says, and the list of decisions with its buttons. Does not belong here: what is like for every
kind of proposals (``proposal_lists``), who may decide what (``jingcang.access.mappings``,
``jingcang.workbench.proposals``).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections import mapping_samples, proposal_lists
from dashboards.sections.mapping_choice import field_title
from dashboards.sections.mapping_samples import effect_words, found_words
from dashboards.suggestions import Suggestions, suggestions
from jingcang.access.mapping_samples import published_since
from jingcang.access.mappings import judge_meaning, may_map
from jingcang.home import Home
from jingcang.workbench.code_mappings import EQUIVALENCES, OUTCOMES, DeclaredMapping
from jingcang.workbench.mapping_confirmations import Confirmation, ConfirmationBook

_COLUMNS = [("来源",), ("栏目",), ("来源代码",), ("含义",), ("与来源相比",), ("自哪天起",)]
_IN_PLACE = [("是否生效",), ("核对",)]


def meaning_words(item: DeclaredMapping, known: Suggestions) -> str:
    """Return what a decision says: the code with its name in the dictionaries known, 不计 or 暂缓."""
    if item.outcome != "mapped" or item.code is None:
        return OUTCOMES[item.outcome]
    code = known.codes(item.dictionary).get(item.code)
    return known.words(code) if code else item.code


def _line(item: DeclaredMapping, known: Suggestions) -> list[object]:
    return [
        checks.SYSTEMS.get(item.source_system, item.source_system), field_title(item.field_name),
        item.source_value, meaning_words(item, known), EQUIVALENCES.get(item.equivalence or ""),
        item.valid_from or "全部日期",
    ]  # fmt: skip


def _urgency(item: DeclaredMapping, found: Confirmation | None) -> tuple[int, int]:
    """Sort what stands first, the doubted before those nobody looked at, then what is put off."""
    state = {"approved": 0, "deferred": 1}.get(item.state_code, 2)
    return state, {"doubted": 0, "": 1, "confirmed": 2}[found.verdict if found else ""]


def mappings_as_proposals(context: Context) -> proposal_lists.Kind:
    """Return how mappings are shown and decided."""
    known = suggestions(context)

    def judge(item: DeclaredMapping, action: str, reason: str) -> None:
        judge_meaning(
            context.door, context.identity, session.workbench(), item.mapping_no, action,
            field_name=item.field_name, seen_version=item.version, reason=reason,
            generation=context.generation.name,
        )  # fmt: skip

    return proposal_lists.Kind(
        noun="映射", key="mapping", columns=_COLUMNS, number=lambda item: item.mapping_no,
        line=lambda item: _line(item, known), judge=judge,
        may_judge=may_map(context.identity),
    )  # fmt: skip


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
    kind = mappings_as_proposals(context)
    columns = proposal_lists.header(kind)
    lines = []
    for item in ordered:
        line, number = proposal_lists.line(kind, item), item.mapping_no
        lines.append([*line[:2], effects.get(number), found_words(found.get(number)), *line[2:]])
    picked = show_table(
        [*columns[:2], *_IN_PLACE, *columns[2:]],
        lines,
        key="mapping_decided",
        title="决定过的映射",
        pick="one",
    )
    item = ordered[picked[0] if picked else 0]
    means = checks.plain(meaning_words(item, suggestions(context)))
    st.markdown(f"**第 {item.mapping_no} 号**：{checks.plain(item.source_value)} 读作 {means}。")
    if item.mapping_no in effects and item.state_code == "approved":
        mapping_samples.show(context, item, effects[item.mapping_no], found.get(item.mapping_no))
    action = {"approved": "revoke", "deferred": "resume"}.get(item.state_code)
    if action is None or not kind.may_judge:
        return
    reason = st.text_input("处理理由（必填）", key=f"{kind.key}_revoke_reason", max_chars=500)
    label = "撤销，恢复原状" if action == "revoke" else "重新处理"
    if st.button(label, key=f"mapping_{action}", shortcut="x"):
        done(proposal_lists.decision(kind, [item], action, reason))
