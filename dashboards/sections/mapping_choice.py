"""字典映射, choosing: the suggestions for a value with their reasons, what rests on it, and the proposal.

Belongs here: the forms. Does not belong here: rights and audit (``jingcang.access.mappings``) and the life of a
decision (``jingcang.workbench``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.consumers import Consumers, titled
from dashboards.context import Context
from dashboards.suggestions import METHODS, Suggestions, suggestions
from jingcang.access.mappings import Meaning, decide_meaning, may_map
from jingcang.contracts import load_fields
from jingcang.contracts.lineage import entity_column
from jingcang.labelling.dictionaries import dictionary_title
from jingcang.workbench.code_mappings import EQUIVALENCES

_OTHER, _IGNORED, _DEFERRED = "另选代码", "不计", "暂缓"
_SAID = {
    "approved": "已生效，下一次运行起计入",
    "proposed": "等待另一名数据管理员审核",
    "deferred": "已暂缓",
}


def field_title(field_name: str) -> str:
    """Return the Chinese name of a field such as ``incidents.initial_class_raw``."""
    column = field_name.rpartition(".")[2]
    fields = load_fields()
    return fields[column].name_zh if column in fields else field_name


def show_one(context: Context, row: dict[str, Any]) -> None:
    """Offer the meanings of one value.

    Args:
        context: the page's context.
        row: of the list of unmapped values.
    """
    known = suggestions(context)
    found = known.suggest(row["dictionary"], row["source_value"])
    st.subheader(
        f"{field_title(row['field_name'])}“{checks.plain(row['source_value'])}”：{row['record_count']:,} 条记录"
    )
    rests = titled([entity_column(row["field_name"])])
    st.caption(_impact(row, rests))
    if not may_map(context.identity):
        st.info("代码的含义对全部单位相同，只有范围为全部单位的数据管理员可以决定映射。")
        return
    candidates = {item.code.code: item for item in found.candidates} if found else {}
    labels = {
        code: f"{known.words(item.code)}（{METHODS.get(item.method, item.method)}）"
        for code, item in candidates.items()
    }
    key = f"{row['source_system']}|{row['field_name']}|{row['source_value']}"
    chosen = st.radio(
        "它的含义是",
        [*labels, _OTHER, _IGNORED, _DEFERRED],
        format_func=lambda option: labels.get(option, option),
        key=f"meaning_{key}",
    )
    if not candidates:
        st.caption("字典里没有相近的名称：请选代码、不计或暂缓。")
    elif found and found.reason:
        st.caption(f"首个建议须人看过：{found.reason}。")
    code, equivalence = _code_and_equivalence(row["dictionary"], known, chosen, candidates, key)
    with st.form(f"propose_{key}", border=False):
        left, right = st.columns([1, 3])
        since = left.date_input("从哪天起生效（空为全部日期）", None, key=f"since_{key}")
        reason = right.text_input("理由（必填）", key=f"why_{key}", max_chars=500)
        if st.form_submit_button("提出，交另一人审核" if rests.kpis else "确定"):
            outcome = {_IGNORED: "ignored", _DEFERRED: "deferred"}.get(chosen, "mapped")
            meaning = _meaning(row, outcome, code, equivalence, since if isinstance(since, date) else None)
            _decide(context, [meaning], reason)


def _code_and_equivalence(
    dictionary: str, known: Suggestions, chosen: str, candidates: dict[str, Any], key: str
) -> tuple[str | None, str | None]:
    if chosen in (_IGNORED, _DEFERRED):
        return None, None
    code: str | None = chosen
    if chosen == _OTHER:
        codes = known.codes(dictionary)
        code = st.selectbox(
            f"在字典“{dictionary_title(dictionary)}”里选（可输入名称或代码查找）",
            list(codes),
            index=None,
            placeholder="请选择",
            format_func=lambda name: known.words(codes[name]),
            key=f"other_{key}",
        )
    likely = candidates[chosen].equivalence if chosen in candidates else "exact"
    names = list(EQUIVALENCES)
    equivalence = st.radio(
        "与来源代码相比", names, index=names.index(likely), format_func=EQUIVALENCES.__getitem__,
        horizontal=True, key=f"equivalence_{key}_{chosen}",
    )  # fmt: skip
    return code, equivalence


def _impact(row: dict[str, Any], rests: Consumers) -> str:
    days = f"（{row['first_date']} 至 {row['last_date']}）" if row["first_date"] else "（无日期）"
    return f"影响：{row['record_count']:,} 条记录{days}；{rests.words()}。" + (
        "有指标用到它，须另一人审核。" if rests.kpis else "没有指标用到它，确定后即生效。"
    )


def _meaning(
    row: dict[str, Any], outcome: str, code: str | None, equivalence: str | None, since: date | None
) -> Meaning:
    return Meaning(
        row["source_system"], row["field_name"], row["source_value"], row["dictionary"], outcome, code,
        equivalence, since,
    )  # fmt: skip


def show_several(context: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Offer to take the first suggestion of several values at once.

    Args:
        context: the page's context.
        rows: of the list of unmapped values, at least two.
    """
    known = suggestions(context)
    found = [(row, known.suggest(row["dictionary"], row["source_value"])) for row in rows]
    taken = [(row, item.candidates[0]) for row, item in found if item and item.candidates]
    st.subheader(
        f"按首个建议一起决定：{len(taken):,} 个代码，{sum(r['record_count'] for r, _ in taken):,} 条记录"
    )
    if not may_map(context.identity):
        st.info("代码的含义对全部单位相同，只有范围为全部单位的数据管理员可以决定映射。")
        return
    if not taken:
        st.caption("所选代码都没有建议，请逐个决定。")
        return
    sure = sum(item.decision == "auto" for _, item in found if item)
    st.caption(f"其中 {sure:,} 个的建议有充分依据，其余 {len(taken) - sure:,} 个请对照理由看过再一起提出。")
    show_table(
        [("来源代码",), ("含义",), ("依据",), ("与来源相比",), ("记录数",)],
        [
            [
                row["source_value"], known.words(first.code),
                METHODS.get(first.method, first.method), EQUIVALENCES[first.equivalence], row["record_count"],
            ]
            for row, first in taken
        ],
        key="taken",
        title="按首个建议",
    )  # fmt: skip
    with st.form("propose_several", border=False):
        reason = st.text_input("理由（必填）", key="why_several", max_chars=500)
        if st.form_submit_button(f"一起提出 {len(taken):,} 个"):
            meanings = [
                _meaning(row, "mapped", first.code.code, first.equivalence, None) for row, first in taken
            ]
            _decide(context, meanings, reason)


def _decide(context: Context, meanings: Sequence[Meaning], reason: str) -> None:
    def write() -> str:
        said: dict[str, list[int]] = {}
        for meaning in meanings:
            number, state = decide_meaning(
                context.door, context.identity, session.workbench(), meaning, reason=reason,
                generation=context.generation.name,
            )  # fmt: skip
            said.setdefault(state, []).append(number)
        return "；".join(
            f"第 {'、'.join(map(str, numbers))} 号映射{_SAID[state]}" for state, numbers in said.items()
        ) + "。"  # fmt: skip

    done(write)
