"""隔离: which source rows stay out of the figures, why, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards import session
from dashboards.components import checks, decided, states
from dashboards.components.choices import choose
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from dashboards.queries import quality
from dashboards.sections import quarantine_decisions, quarantine_fixes
from jingcang.contracts.model import SourceTable
from jingcang.workbench.fixes import DeclaredFix, FixBook

_HEADINGS = {
    "rule_ids": "违反的规则",
    "failing_columns": "栏目",
    "source_key": "来源主键",
    "source_file": "来源文件",
    "source_line": "行号",
    "event_date": "日期",
    "unit_no": "单位",
    "first_seen_date": "首次发现",
    "raw_values_masked": "原值（已遮盖）",
}
_DOINGS = ("看行", "提出修正", "豁免", "重放")


def main() -> None:
    context = current()
    st.header("隔离")
    quarantined = context.run(quality.QUARANTINED).to_dicts()
    declared = FixBook(session.workbench()).declared()
    _answer(quarantined, declared)
    decided.show_done()
    tables = _tables(context)
    is_waiting = any(fix.state_code == "proposed" for fix in declared)
    if is_waiting:
        quarantine_fixes.show_declared(context, tables, declared)
    if quarantined:
        _by_reason(context, tables, quarantined)
        _chosen(context, tables, quarantined)
    else:
        states.empty("没有隔离的来源记录", "所有读到的行都进入了统计")
    if not is_waiting:
        quarantine_fixes.show_declared(context, tables, declared)
    quarantine_decisions.show_waivers(context)
    quarantine_decisions.show_replays(context)
    context.foot = {
        "修正": "只改读法，不改原件；两人确认，自下一次运行起生效，撤销后下一次运行恢复隔离",
        "豁免": "行按原值入库并列入违规清单，到期自动恢复隔离，来源内容一变即失效",
        **context.foot,
    }


def _answer(quarantined: Sequence[dict[str, Any]], declared: Sequence[DeclaredFix]) -> None:
    rows = sum(row["row_count"] for row in quarantined)
    waiting = sum(fix.state_code == "proposed" for fix in declared)
    answer(
        (f"{rows:,} 行来源记录在隔离中，不进入任何统计；" if rows else "没有来源记录在隔离中；")
        + (f"{waiting:,} 条修正规则等待另一人审核。" if waiting else "没有修正规则等待审核。")
    )


def _tables(context: Context) -> dict[str, SourceTable]:
    profile = profile_of(context.generation.profile)
    return {table.qualified: table for table in (profile.tables if profile else ())}


def _reason_words(tables: dict[str, SourceTable], row: dict[str, Any]) -> str:
    """Return the rule of one reason in plain Chinese, its id where the contract does not know it."""
    table = tables.get(f"{row['source_system']}.{row['source_table']}")
    rule_id = row["rule_id"]
    for rule in table.rules if table else ():
        if rule.rule_id == rule_id:
            return checks.title({"check_id": rule.check_id, "note": rule.title_zh})
    if rule_id.endswith(".mapped"):
        return "来源值转换不成仓库必填的字段"
    return rule_id


def _by_reason(
    context: Context, tables: dict[str, SourceTable], quarantined: Sequence[dict[str, Any]]
) -> None:
    total = sum(row["row_count"] for row in quarantined)
    first = quarantined[0]
    st.subheader(
        f"最多的原因：{_title(context, first)}“{checks.plain(_reason_words(tables, first))}”，"
        f"{first['row_count']:,} 行；共 {len(quarantined):,} 种原因"
    )
    show_table(
        [("来源表",), ("规则说明",), ("行数",), ("占隔离 %",), ("最早",), ("最晚",), ("规则编号",)],
        [
            [
                _title(context, row),
                _reason_words(tables, row),
                row["row_count"],
                100 * row["row_count"] / total,
                row["first_date"],
                row["last_date"],
                row["rule_id"],
            ]
            for row in quarantined
        ],
        key="reasons",
        title="隔离原因",
    )


def _title(context: Context, row: dict[str, Any]) -> str:
    return checks.object_title(context.generation.profile, f"{row['source_system']}.{row['source_table']}")


def _chosen(context: Context, tables: dict[str, SourceTable], quarantined: Sequence[dict[str, Any]]) -> None:
    by_id = {f"{row['source_system']}.{row['source_table']}:{row['rule_id']}": row for row in quarantined}
    st.subheader("处理一种原因")
    left, right = st.columns([2.2, 1], vertical_alignment="bottom")
    with left:
        chosen = choose(
            "来源表和原因",
            list(by_id),
            param="reason",
            words=lambda name: (
                f"{_title(context, by_id[name])} · {_reason_words(tables, by_id[name])} · "
                f"{by_id[name]['row_count']:,} 行"
            ),
        )
    with right:
        doing = st.segmented_control("做什么", _DOINGS, default=_DOINGS[0], key="doing") or _DOINGS[0]
    reason = by_id[chosen]
    rows = context.run(
        quality.QUARANTINED_ROWS,
        system=reason["source_system"],
        source_table=reason["source_table"],
        rule_id=reason["rule_id"],
    )
    table = tables.get(f"{reason['source_system']}.{reason['source_table']}")
    if doing == "提出修正":
        quarantine_fixes.show_proposal(context, table, reason["rule_id"], rows)
    elif doing == "重放":
        quarantine_decisions.show_replay_form(context, reason, _title(context, reason))
    elif doing == "豁免":
        picked = _rows(context, rows, is_picked=True)
        quarantine_decisions.show_waive_form(
            context, reason, picked, is_whole=picked.height == rows.height < quality.MOST_ROWS
        )
    else:
        _rows(context, rows, is_picked=False)


def _rows(context: Context, rows: pl.DataFrame, *, is_picked: bool) -> pl.DataFrame:
    """Show the rows of a reason and return those picked, all of them when none is."""
    st.caption(
        "按文件和行号可在来源系统或原件中找到该行；个人和敏感栏目已遮盖。"
        + ("点选要豁免的行；不选就是全部。" if is_picked else "")
    )
    shown = rows.select(list(_HEADINGS))
    picked = show_table(
        [(_HEADINGS[name],) for name in shown.columns],
        [
            [context.unit_name(value) if name == "unit_no" else value for name, value in row.items()]
            for row in shown.to_dicts()
        ],
        key="quarantined_rows",
        title="隔离的来源记录",
        is_cut=rows.height >= quality.MOST_ROWS,
        pick="several" if is_picked else None,
    )
    return rows[picked] if picked else rows


main()
