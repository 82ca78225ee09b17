"""字典映射: source codes without a meaning, what each probably means, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import quality
from dashboards.sections import mapping_choice, mapping_decisions, mapping_shares, proposal_lists
from dashboards.suggestions import Suggestions, suggestions
from jingcang.labelling.dictionaries import dictionary_title
from jingcang.workbench.code_mappings import DeclaredMapping, MappingBook
from jingcang.workbench.proposals import STATE_LABELS

_MOST = 500
_Value = tuple[str, str, str]


def main() -> None:
    context = current()
    st.header("字典映射")
    unmapped = context.run(quality.UNMAPPED).to_dicts()
    declared = MappingBook(session.workbench()).declared()
    waiting = [item for item in declared if item.state_code == "proposed"]
    _answer(unmapped, waiting)
    show_done()
    proposal_lists.show_waiting(context, mapping_decisions.mappings_as_proposals(context), waiting)
    _unmapped(context, unmapped, declared)
    mapping_decisions.show_decided(context, [item for item in declared if item.state_code != "proposed"])
    mapping_shares.show(context)
    context.foot = {
        "建议": "由名称、别名、改号历史、上下级、读音和字面比较得出，不看任何人的处理结果",
        "生效": "批准后自下一次运行起，只重算含这个代码的日期；撤销后恢复原状",
        **context.foot,
    }


def _answer(unmapped: Sequence[dict[str, Any]], waiting: Sequence[DeclaredMapping]) -> None:
    records = sum(row["record_count"] for row in unmapped)
    answer(
        (
            f"{len(unmapped):,} 个来源代码还没有含义，涉及 {records:,} 条记录，这些记录照常入库和计数；"
            if unmapped
            else "所有来源代码都有含义；"
        )
        + (f"{len(waiting):,} 条映射等待另一人审核。" if waiting else "没有映射等待审核。")
    )


def _unmapped(
    context: Context, unmapped: Sequence[dict[str, Any]], declared: Sequence[DeclaredMapping]
) -> None:
    if not unmapped:
        st.subheader("没有未映射的代码")
        return
    # Declared mappings come newest first, so the newest state of a value is what stays.
    states = {_value(vars(item)): item for item in reversed(declared)}
    records = sum(row["record_count"] for row in unmapped)
    top = sum(row["record_count"] for row in unmapped[:5])
    st.subheader(
        f"补上前 {min(5, len(unmapped))} 个代码，可覆盖未映射记录的 {100 * top / records:.0f}%；点一行或几行来决定"
    )
    shown = unmapped[:_MOST]
    picked = show_table(
        [("来源",), ("栏目",), ("来源代码",), ("字典",), ("记录数",), ("累计占比 %",), ("首个建议",), ("把握 %",),
         ("处理",), ("最早",), ("最晚",), ("字段",)],
        _lines(shown, records, states, suggestions(context)),
        key="unmapped",
        title="未映射代码",
        is_cut=len(unmapped) > _MOST,
        pick="several",
    )  # fmt: skip
    rows = [shown[index] for index in picked] or [shown[0]]
    if len(rows) == 1:
        mapping_choice.show_one(context, rows[0])
    else:
        mapping_choice.show_several(context, rows)


def _value(row: Mapping[str, Any]) -> _Value:
    return row["source_system"], row["field_name"], row["source_value"]


def _lines(
    rows: Sequence[dict[str, Any]],
    records: int,
    states: Mapping[_Value, DeclaredMapping],
    known: Suggestions,
) -> list[list[Any]]:
    covered, lines = 0, []
    for row in rows:
        covered += row["record_count"]
        found = known.suggest(row["dictionary"], row["source_value"])
        first = found.candidates[0] if found and found.candidates else None
        decided = states.get(_value(row))
        lines.append(
            [
                checks.SYSTEMS.get(row["source_system"], row["source_system"]),
                mapping_choice.field_title(row["field_name"]),
                row["source_value"],
                dictionary_title(row["dictionary"]),
                row["record_count"],
                round(100 * covered / records, 1),
                known.words(first.code) if first else None,
                round(100 * found.score) if found and first else None,
                STATE_LABELS[decided.state_code] if decided else "未处理",
                row["first_date"],
                row["last_date"],
                row["field_name"],
            ]
        )
    return lines


main()
