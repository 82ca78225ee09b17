"""隔离与未映射: which source rows stay out of the figures and why; which codes have no meaning yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import checks, states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from dashboards.queries import quality

_HEADINGS = {
    "source_table": "来源表",
    "rule_ids": "规则",
    "failing_columns": "栏目",
    "source_key": "来源主键",
    "source_file": "来源文件",
    "source_line": "行号",
    "event_date": "日期",
    "unit_no": "单位",
    "first_seen_date": "首次发现",
    "raw_values_masked": "原值（已遮盖）",
}


def main() -> None:
    context = current()
    st.header("隔离与未映射")
    quarantined = context.run(quality.QUARANTINED).to_dicts()
    unmapped = context.run(quality.UNMAPPED).to_dicts()
    rows = sum(row["row_count"] for row in quarantined)
    records = sum(row["record_count"] for row in unmapped)
    answer(
        f"{rows:,} 行来源记录在隔离中，不进入任何统计；"
        f"{len(unmapped):,} 个代码未映射，涉及 {records:,} 条记录，这些记录照常入库。"
    )
    _by_reason(context, quarantined)
    _rows(context, quarantined)
    _unmapped(unmapped)


def _rules(context: Context) -> dict[tuple[str, str], str]:
    """Return (table, rule) → the rule in plain Chinese; the table qualified and bare."""
    profile = profile_of(context.generation.profile)
    return {
        (name, rule.rule_id): checks.title({"check_id": rule.check_id, "note": rule.title_zh})
        for table in (profile.tables if profile else ())
        for rule in table.rules
        for name in (table.qualified, table.table)
    }


def _titles(context: Context) -> dict[str, str]:
    profile = profile_of(context.generation.profile)
    return {
        name: table.title_zh
        for table in (profile.tables if profile else ())
        for name in (table.qualified, table.table)
    }


def _by_reason(context: Context, quarantined: Sequence[dict[str, Any]]) -> None:
    if not quarantined:
        states.empty("没有隔离的来源记录", "所有读到的行都进入了统计")
        return
    words, titles = _rules(context), _titles(context)
    total = sum(row["row_count"] for row in quarantined)
    first = quarantined[0]
    reason = words.get((first["source_table"], first["rule_id"]), first["rule_id"])
    st.subheader(
        f"最多的原因：{titles.get(first['source_table'], first['source_table'])}{checks.plain(reason)}，"
        f"{first['row_count']:,} 行；共 {len(quarantined):,} 种原因"
    )
    show_table(
        [("来源表",), ("规则",), ("怎样算错",), ("行数",), ("占隔离 %",), ("最早",), ("最晚",)],
        [
            [
                titles.get(row["source_table"], row["source_table"]),
                row["rule_id"],
                words.get((row["source_table"], row["rule_id"])),
                row["row_count"],
                100 * row["row_count"] / total,
                row["first_date"],
                row["last_date"],
            ]
            for row in quarantined
        ],
        key="reasons",
        title="隔离原因",
    )


def _rows(context: Context, quarantined: Sequence[dict[str, Any]]) -> None:
    if not quarantined:
        return
    options = {"全部": ("", "")} | {
        f"{row['source_table']} · {row['rule_id']}（{row['row_count']:,} 行）": (
            row["source_table"],
            row["rule_id"],
        )
        for row in quarantined
    }
    st.subheader("隔离的行")
    chosen = st.selectbox("来源表和规则", list(options), key="quarantine", bind="query-params")
    table, rule = options[chosen]
    rows = context.run(quality.QUARANTINED_ROWS, source_table=table, rule_id=rule)
    st.caption("按文件和行号可在来源系统或原件中找到该行；个人和敏感栏目已遮盖。")
    show_table(
        [(_HEADINGS[name],) for name in rows.columns],
        rows.rows(),
        key="quarantined_rows",
        title="隔离的来源记录",
        is_cut=rows.height >= quality.MOST_ROWS,
    )


def _unmapped(unmapped: Sequence[dict[str, Any]]) -> None:
    if not unmapped:
        st.subheader("没有未映射的代码")
        return
    records = sum(row["record_count"] for row in unmapped)
    top = sum(row["record_count"] for row in unmapped[:5])
    st.subheader(f"补上前 {min(5, len(unmapped))} 个代码，可覆盖未映射记录的 {100 * top / records:.0f}%")
    covered = 0
    lines = []
    for row in unmapped[:500]:
        covered += row["record_count"]
        lines.append(
            [
                row["source_system"],
                row["field_name"],
                row["source_value"],
                row["dictionary"],
                row["record_count"],
                round(100 * covered / records, 1),
                row["first_date"],
                row["last_date"],
            ]
        )
    show_table(
        [("来源",), ("栏目",), ("来源代码",), ("字典",), ("记录数",), ("累计占比 %",), ("最早",), ("最晚",)],
        lines,
        key="unmapped",
        title="未映射代码",
    )


main()
