"""字典映射, measures: how much of each field has a meaning, and how classes at the call and in the feedback disagree.

Belongs here: two tables over the last complete weeks. Does not belong here: single codes (``mapping_choice``).
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components import checks
from dashboards.components.tables import show_table
from dashboards.components.wording import share
from dashboards.context import Context
from dashboards.queries import quality
from dashboards.sections.mapping_choice import field_title
from jingcang.labelling.dictionaries import dictionary_title

WEEKS = 13
_PAIRS = 50


def show(context: Context) -> None:
    """Show both tables."""
    until = context.as_of - timedelta(context.as_of.weekday())
    since = until - timedelta(weeks=WEEKS)
    period = {"since": since, "until": until}
    said = f"{since} 至 {until - timedelta(1)}，{WEEKS} 个整周"
    _shares(context, period, said)
    _disagreements(context, period, said)


def _shares(context: Context, period: dict[str, object], said: str) -> None:
    rows = context.run(quality.MAPPING_SHARES, **period).to_dicts()
    total = sum(row["record_count"] for row in rows)
    if not total:
        st.subheader(f"{said}没有带代码的记录")
        return
    unmapped = sum(row["unmapped_count"] for row in rows)
    st.subheader(f"未映射占全部带代码记录的 {share(unmapped, total)}，{said}")
    show_table(
        [("来源",), ("栏目",), ("字典",), ("值次",), ("映射 %",), ("不计 %",), ("未映射 %",),
         ("最近一周代码数",), ("其中未映射",), ("字段",)],
        [
            [
                checks.SYSTEMS.get(row["source_system"], row["source_system"]), field_title(row["field_name"]),
                dictionary_title(row["dictionary"]), row["record_count"], *[
                    100 * row[name] / row["record_count"] if row["record_count"] else None
                    for name in ("mapped_count", "ignored_count", "unmapped_count")
                ],
                row["value_count"], row["unmapped_value_count"], row["field_name"],
            ]
            for row in rows
        ],
        key="shares",
        title="映射占比",
        digits={"映射 %": 2, "不计 %": 2, "未映射 %": 2},
    )  # fmt: skip


def _disagreements(context: Context, period: dict[str, object], said: str) -> None:
    rows = context.run(quality.CLASS_DISAGREEMENTS, **period).to_dicts()
    known = [row for row in rows if row["is_class_changed"] is not None]
    total = sum(row["record_count"] for row in known)
    changed = [row for row in known if row["is_class_changed"]]
    count = sum(row["record_count"] for row in changed)
    if not total:
        st.subheader(f"{said}没有两处都有类别的警情")
        return
    st.subheader(f"接警与反馈类别不一致 {share(count, total)}，{said}")
    show_table(
        [("接警类别",), ("反馈类别",), ("起数",), ("占全部 %",)],
        [
            [row["initial_class_label"], row["final_class_label"], row["record_count"],
             100 * row["record_count"] / total]
            for row in changed[:_PAIRS]
        ],
        key="disagreements",
        title="接警与反馈类别不一致",
        is_cut=len(changed) > _PAIRS,
        digits={"占全部 %": 2},
    )  # fmt: skip
