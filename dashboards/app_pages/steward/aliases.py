"""路名别名: names of roads that are none of the standard addresses, and what each probably is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks, states
from dashboards.components.decided import done, show_done
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import quality
from dashboards.sections import proposal_lists
from jingcang.access.aliases import judge_alias, propose_alias
from jingcang.access.mappings import may_map
from jingcang.addresses.likely_names import is_distinct, likely_names
from jingcang.workbench.address_aliases import AliasBook, DeclaredAlias
from jingcang.workbench.proposals import STATE_LABELS

_MOST = 500
_SUGGESTED = 200
"""Names for which likely ones are looked up; the rest one by one when picked."""
_OTHER = "另选路名"


def main() -> None:
    context = current()
    st.header("路名别名")
    roads = context.run(quality.UNMATCHED_ROADS).to_dicts()
    standard = context.run(quality.STANDARD_ROADS)["road_name"].to_list()
    declared = AliasBook(session.workbench()).declared()
    waiting = [item for item in declared if item.state_code == "proposed"]
    records = sum(row["record_count"] for row in roads)
    answer(
        (
            f"{len(roads):,} 个路名不在标准地址里，涉及 {records:,} 起警情：照常计数，但最多定位到社区；"
            if roads
            else "警情里的路名都在标准地址里；"
        )
        + (f"{len(waiting):,} 条别名等待另一人审核。" if waiting else "没有别名等待审核。")
    )
    show_done()
    kind = _kind(context)
    proposal_lists.show_waiting(context, kind, waiting)
    if not standard:
        states.empty("还没有标准地址，路名无从对照", "接入一标三实的标准地址后再来")
    elif roads:
        _unmatched(context, roads, standard, declared)
    else:
        st.subheader("没有不在标准地址里的路名")
    proposal_lists.show_decided(kind, [item for item in declared if item.state_code != "proposed"])
    context.foot = {
        "建议": "由字面和读音比较得出；数字或方位不同的路名排在最后",
        "生效": "批准后自下一次运行起重新匹配全部警情的地址；撤销后恢复原状",
        **context.foot,
    }


def _kind(context: Context) -> proposal_lists.Kind:
    def judge(item: DeclaredAlias, action: str, reason: str) -> None:
        judge_alias(
            context.door, context.identity, session.workbench(), item.alias_no, action,
            written_name=item.written_name, seen_version=item.version, reason=reason,
            generation=context.generation.name,
        )  # fmt: skip

    return proposal_lists.Kind(
        noun="别名", key="alias", columns=[("路名原文",), ("标准路名",)], number=lambda item: item.alias_no,
        line=lambda item: [item.written_name, item.standard_name], judge=judge,
        may_judge=may_map(context.identity),
    )  # fmt: skip


def _unmatched(
    context: Context,
    roads: Sequence[dict[str, Any]],
    standard: Sequence[str],
    declared: Sequence[DeclaredAlias],
) -> None:
    # Declared aliases come newest first, so the newest state of a name is what stays.
    states_of = {item.written_name: STATE_LABELS[item.state_code] for item in reversed(declared)}
    shown = roads[:_MOST]
    top, records = sum(row["record_count"] for row in roads[:5]), sum(row["record_count"] for row in roads)
    st.subheader(
        f"前 {min(5, len(roads))} 个路名占未匹配警情的 {100 * top / records:.0f}%；点一行来决定"
        if records > 0
        else "点一行来决定"
    )
    lines = []
    for place, row in enumerate(shown):
        likely = likely_names(row["road_name"], standard, most=1) if place < _SUGGESTED else []
        lines.append([
            row["road_name"], row["record_count"], row["unit_count"], likely[0][0] if likely else None,
            round(100 * likely[0][1]) if likely else None, states_of.get(row["road_name"], "未处理"),
            row["first_date"], row["last_date"],
        ])  # fmt: skip
    picked = show_table(
        [("路名原文",), ("警情数",), ("单位数",), ("最像的标准路名",), ("相似度 %",), ("处理",), ("最早",), ("最晚",)],
        lines, key="unmatched_roads", title="不在标准地址里的路名", is_cut=len(roads) > _MOST, pick="one",
    )  # fmt: skip
    _choose(context, shown[picked[0]] if picked else shown[0], standard)


def _choose(context: Context, row: dict[str, Any], standard: Sequence[str]) -> None:
    name = row["road_name"]
    st.subheader(f"“{checks.plain(name)}”是哪条路：{row['record_count']:,} 起警情")
    if not may_map(context.identity):
        st.info("路名的含义对全部单位相同，只有范围为全部单位的数据管理员可以决定别名。")
        return
    likely = dict(likely_names(name, standard))
    if not likely:
        st.caption("标准地址里没有相近的路名：可能是辖区外的路，或者标准地址缺这条路，请先核实。")
    chosen = st.radio(
        "它是标准地址里的",
        [*likely, _OTHER],
        format_func=lambda option: option if option == _OTHER else _words(name, option, likely[option]),
        key=f"road_{name}",
    )
    if chosen == _OTHER:
        chosen = st.selectbox(
            "标准路名（可输入查找）", sorted(standard), index=None, placeholder="请选择", key=f"other_{name}"
        )
    with st.form(f"propose_{name}", border=False):
        reason = st.text_input("理由（必填）", key=f"why_{name}", max_chars=500)
        if st.form_submit_button("提出，交另一人审核"):

            def write() -> str:
                number = propose_alias(
                    context.door, context.identity, session.workbench(), name, chosen,
                    standard_names=standard, reason=reason, generation=context.generation.name,
                )  # fmt: skip
                return f"第 {number} 号别名等待另一名数据管理员审核。"

            done(write)


def _words(name: str, option: str, likeness: float) -> str:
    warning = "，数字或方位不同，须核实" if is_distinct(name, option) else ""
    return f"{option}（相似度 {100 * likeness:.0f}%{warning}）"


main()
