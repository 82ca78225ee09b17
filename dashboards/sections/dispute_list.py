"""矛盾风险, the ledger: open disputes with stage, limit and the rules that put them on the escalation list.

Belongs here: the order and the words. Does not belong here: the rules (seed ``dispute_rules``). Disputes are listed,
never persons, and without any address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.label_quality import show_quality
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import disputes

_COLUMNS = (
    "纠纷编号", "升级原因", "剩余天数", "期限", "种类", "来源登记的风险", "环节", "调解次数", "登记日期",
    "责任区", "单位", "经办警号", "来源表", "来源主键", "来源文件", "行号",
)  # fmt: skip
LABELS = ("MO10", "OB17", "TL05", "TL06", "TL17", "TL18")
"""Labels of the seed ``dispute_escalation_labels``, whose quality is told beside the list."""


def reasons(row: Mapping[str, Any]) -> list[str]:
    """Return why a dispute is on the escalation list, the gravest first; empty when it is not."""
    found = []
    if row["escalation_label"]:
        found.append(f"案件有“{row['escalation_label']}”标签")
    if row["earlier_dispute_count"]:
        found.append(f"90 天内第 {row['earlier_dispute_count'] + 1} 起")
    if row["limit_state_code"] == "overdue":
        found.append(f"逾期 {-row['days_left']} 天")
    return found


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return disputes by the number of reasons, weapon or threat before others, then by days left."""
    return sorted(
        rows,
        key=lambda row: (
            -len(reasons(row)),
            row["escalation_label"] is None,
            row["days_left"] if row["days_left"] is not None else 9_999,
            row["dispute_no"] or "",
        ),
    )


def show(context: Context, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """List the open disputes, those to escalate first."""
    if not rows:
        states.empty("没有未办结的纠纷", "已办结的结果见下方")
        return
    escalated = sum(row["is_escalated"] for row in rows)
    soon = sum(row["limit_state_code"] == "risky" for row in rows)
    st.subheader(f"未办结的纠纷：按规则须升级 {escalated:,} 起，7 天内到期 {soon:,} 起")
    st.caption(
        f"期限：登记起 30 天内调解结束（{rows[0]['legal_reference']}，条文须由法制部门核对）。"
        "来源没有每次调解的日期，治安调解“再次调解应在第一次后七个工作日内完成”（办理行政案件程序规定第一百八十三条）看不出。"
        "“90 天内第几起”：连同此前同一幢楼或同一电话的纠纷警情；同楼可能是别户，同一电话未必同一人。"
        "“标签”：由这起警情立的案件的简要案情里有凶器或威胁。清单按规则列纠纷，不给人打分。"
    )
    show_table(
        [(name,) for name in _COLUMNS],
        [
            [
                row["dispute_no"], "；".join(reasons(row)) or None, row["days_left"], row["limit_state_label"],
                row["dispute_kind_label"], row["risk_level_label"], row["dispute_stage_label"],
                row["mediation_count"], row["registered_date"], names.get(row["area_no"]) or row["area_no"],
                context.unit_name(row["unit_no"]), row["officer_no"],
                *(row[name] for name in ("_source_table", "_source_key", "_source_file", "_source_line")),
            ]
            for row in ordered(rows)
        ],
        key="disputes_open",
        title="未办结的纠纷",
        is_cut=len(rows) >= disputes.MOST_ROWS,
        is_exported=False,
    )  # fmt: skip
    if any(row["escalation_label"] for row in rows):
        show_quality(context, list(LABELS))
