"""逐行核查, one row: the rule in words, the row as received, the row in the warehouse, and what happened to it.

Belongs here: how one row is shown. Does not belong here: finding and masking it (``jingcang.access.source_rows``).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.deployment import profile_of
from dashboards.queries import steward
from dashboards.sections.quarantine_fixes import fix_words
from jingcang.access.source_rows import NOT_SHOWN, SourceRow
from jingcang.contracts import load_fields, load_marts
from jingcang.contracts.lineage import load_lineage
from jingcang.errors import JingcangError
from jingcang.workbench.fixes import FixBook

_OUTCOMES = {
    "accepted": "入库",
    "quarantined": "隔离",
    "raised": "版本更新，内容未变",
    "deleted": "来源已删除",
}


def show_rule(context: Context, check: dict[str, Any], found: SourceRow) -> None:
    """Say the rule in plain Chinese, what follows from it, and who is responsible."""
    consequence = {
        "quarantine": "违反的行被隔离，不进入任何统计",
        "flag": "违反的行照常入库，列出供核对",
        "warn": "违反的行照常入库，超过限度时提醒",
        "block": "违反即停止发布",
    }.get(check["severity"], "")
    limit = "" if check["threshold_pct"] is None else f"；限 {float(check['threshold_pct']):g}%"
    st.markdown(
        f"**规则**　{checks.plain(checks.title(check))}（`{checks.code(check['check_id'])}`）。{consequence}{limit}。"
        f"　**维度**　{checks.DIMENSIONS.get(check['dimension'], check['dimension'] or '—')}"
        f"　**责任**　{check['owner'] or '数据管理员'}"
    )


def show_fix(row: dict[str, Any]) -> None:
    """Say by which fix a row loaded although it breaks the rule as received."""
    if row["fix_no"] is None:
        return
    declared = next(
        (fix for fix in FixBook(session.workbench()).declared() if fix.fix_no == row["fix_no"]), None
    )
    if declared is None:
        return
    st.markdown(
        f"**修正**　这一行按第 {declared.fix_no} 号修正规则改读列 {declared.column_name} 后入库"
        f"（{checks.plain(fix_words(declared))}）：{declared.proposed_by} 提出，{declared.decided_by or '—'} 批准；"
        "下面的原值没有改动。"
    )


def show_received(context: Context, found: SourceRow, quarantined: dict[str, Any] | None) -> None:
    """Show where the row landed and its values as received, failing columns first."""
    row = found.row
    received = found.received[0] if found.received else None
    place = {
        "来源系统": checks.SYSTEMS.get(row["source_system"], row["source_system"]),
        "来源表": checks.object_title(
            context.generation.profile, f"{row['source_system']}.{row['source_table']}"
        )
        if row["source_table"]
        else None,
        "来源主键": row["source_key"],
        "落地文件": received.path if received else row["source_file"],
        "文件内": f"{received.file} 第 {received.line:,} 行" if received else None,
        "批次": row["batch_id"],
    }
    st.markdown("**来源和落地位置**")
    shown = [[name, value] for name, value in place.items() if value]
    if not shown:
        st.caption("这一行由多行汇总而成，没有单一的来源行。")
        return
    show_table([("项目",), ("内容",)], shown, key="place", title="落地位置", is_exported=False)
    values = received.values if received else (quarantined or {}).get("values", {})
    if not values:
        st.caption("落地的原始文件里找不到这一行；文件可能已损坏或按保留期清理，请系统管理员检查。")
        return
    failing = set(((quarantined or {}).get("failing_columns") or "").split(";")) - {""}
    if not failing and found.table is not None:
        prefix = f"{found.table.qualified}."
        failing = {
            column
            for rule in found.table.rules
            if row["check_id"] == f"{prefix}{rule.rule_id}"
            for column in rule.columns
        } | {
            rule.parameters["column"]
            for rule in found.table.set_rules
            if row["check_id"] == f"{prefix}{rule.rule_id}" and "column" in rule.parameters
        }
    titles = {column.name: column.title_zh for column in found.table.columns} if found.table else {}
    ordered = sorted(values.items(), key=lambda item: item[0] not in failing)
    st.markdown("**原值**")
    show_table(
        [("栏目",), ("原值",), ("名称",), ("违反规则",)],
        [
            [name, "（空）" if value is None else value, titles.get(name), "是" if name in failing else None]
            for name, value in ordered
        ],
        key="values",
        title="原值",
        is_exported=False,
    )
    st.caption(
        f"个人信息只显示样式（9 为数字，A 为字母，某为汉字），敏感文字{NOT_SHOWN}；查看已记入审计日志。"
        + (
            f"同一主键在该批次有 {len(found.received)} 行（含较早的版本），只列一行。"
            if len(found.received) > 1
            else ""
        )
    )


def show_warehouse(context: Context, row: dict[str, Any]) -> None:
    """Show the row in the warehouse, or say why it is not there."""
    st.markdown("**仓库里的行**")
    if row["row_state"] == "quarantined":
        st.caption("这一行在隔离中，没有进入仓库。来源改正后，下一次运行自动进入。")
        return
    found = _warehouse_row(context, row)
    if found is None:
        st.caption("没有一张可看的表直接由这一行得出。")
        return
    mart, values = found
    fields = load_fields()
    show_table(
        [("字段",), ("值",), ("名称",)],
        [
            [name, _plain(value), fields[name].name_zh if name in fields else "出处"]
            for name, value in values.items()
        ],
        key="warehouse",
        title="仓库里的行",
        is_exported=False,
    )
    st.caption(f"表 {mart}（{load_marts()[mart].title_zh}）。")


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    return None if value is None else str(value)


def _warehouse_row(context: Context, row: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    mart = row["object_name"]
    if mart in load_marts():
        dated = row["event_date"] is not None and "event_date" in load_marts()[mart].column_names
        query = steward.warehouse_row(mart, dated=dated)
        if query is None or not context.door.may(context.identity, query.tables):
            return None
        day = {"day": row["event_date"]} if dated else {}
        rows = context.run(query, key=row["row_key"], **day).to_dicts()
        return (mart, rows[0]) if rows else None
    profile, graph = profile_of(context.generation.profile), load_lineage()
    entities = {relation.removeprefix("landed.") for relation, _ in graph.columns_of(profile, mart)}
    for name in load_marts():
        query = steward.warehouse_row_of_source(name)
        reads = set(graph.inputs.get(name, ())) & {f"stg_{entity}" for entity in entities}
        if query is None or not reads or not context.door.may(context.identity, query.tables):
            continue
        try:
            rows = context.run(
                query, key=row["source_key"], system=row["source_system"], table=row["source_table"]
            ).to_dicts()
        except JingcangError:  # a deployment without this table
            continue
        if rows:
            return name, rows[0]
    return None


def show_history(context: Context, found: SourceRow) -> None:
    """Show what each batch and each run said about the row."""
    row = found.row
    st.markdown("**这一行的经过**")
    lines: list[list[Any]] = [
        [
            event.as_of,
            _OUTCOMES.get(event.outcome, event.outcome),
            f"来源版本 {event.version.split('|')[0]}" if event.version.split("|")[0] else None,
            "有效" if event.is_in_force else "已被后来的批次取代",
            event.batch_id,
        ]
        for event in found.events
    ]
    if row["source_key"] and row["source_table"]:
        checked = context.run(
            steward.ROW_CHECKS,
            system=row["source_system"],
            table=row["source_table"],
            key=row["source_key"],
        )
        lines += [
            [
                item["as_of_date"].isoformat(),
                "违反检查",
                checks.title({"check_id": item["check_id"], "note": item["note"]}),
                item["check_id"],
                f"第 {item['run_no']} 号运行",
            ]
            for item in checked.to_dicts()
        ]
    if not lines:
        st.caption("来源没有主键，或行由汇总得出，没有逐批的记录。")
        return
    show_table(
        [("日期",), ("发生了什么",), ("内容",), ("状态",), ("批次或运行",)],
        sorted(lines, key=lambda line: str(line[0])),
        key="history",
        title="这一行的经过",
        is_exported=False,
    )
