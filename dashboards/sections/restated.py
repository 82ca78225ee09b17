"""发布后的改动: how much a number that was published has changed since, why, and the records behind it.

Belongs here: the sentence and the rows. Does not belong here: the ledger (``jingcang.access.restatements``).
"""

from __future__ import annotations

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.restatements import MOST_ROWS, ROWS, Restatement, restatement
from jingcang.contracts import Metric
from jingcang.statistics.periods import Pair, Period, day_label

SIDES = {"before": "改前", "after": "改后"}


def show(context: Context, metric: Metric, pair: Pair) -> None:
    """Say for both periods what was published first and what it is now; nothing where nothing changed."""
    for name, period in (("本期", pair.current), ("对比期", pair.before)):
        found = restatement(
            context.door, context.identity, metric.metric_code, (period.start, period.end),
            units=context.unit_nos, area=context.area,
        )  # fmt: skip
        context.foot[f"{name}发布后改动"] = _foot(found)
        if found is not None and found.parts:
            _tell(context, metric, name, period, found)


def _foot(found: Restatement | None) -> str:
    if found is None:
        return "此前未发布过"
    if not found.parts:
        return f"无（自数据截至 {found.published_as_of.isoformat()} 的发布起）"
    return f"{found.published:,} → {found.now:,} {found.unit}"


def _tell(context: Context, metric: Metric, name: str, period: Period, found: Restatement) -> None:
    redefined = "；口径在这期间改过，发布数按现行口径重算" if found.is_redefined else ""
    with st.expander(
        f"{name}最初发布时（数据截至 {day_label(found.published_as_of)}）{found.published:,} {found.unit}，"
        f"现为 {found.now:,} {found.unit}：{found.words}{redefined}"
    ):
        if not st.toggle("显示改动的记录", key=f"restated_{name}"):
            return
        rows = context.run(
            ROWS.of(metric), start=period.start, end=period.end, publications=list(found.later),
            **context.scope_filters(),
        )  # fmt: skip
        headings = {
            "cause_label": "原因", "incident_no": "接警单编号", "side_code": "改前改后", "record_count": "计数",
            "event_date": "日期", "unit_no": "单位", "area_no": "责任区", "class_label": "类别",
            "outcome_label": "处理结果", "from_as_of": "原数据截至", "to_as_of": "改后数据截至",
            "source_table": "来源表", "source_key": "来源主键", "source_file": "来源文件", "source_line": "行号",
        }  # fmt: skip
        show_table(
            [(headings[column],) for column in rows.columns],
            [
                [SIDES.get(value, value) if isinstance(value, str) else value for value in row]
                for row in rows.rows()
            ],
            key=f"restated_rows_{name}",
            title=f"{metric.title_zh}发布后的改动，{period.label()}",
            is_cut=rows.height >= MOST_ROWS,
            is_exported=False,
        )
