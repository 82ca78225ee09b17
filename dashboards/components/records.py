"""KPI figures and the records behind them, as evaluators and officers both see them.

Belongs here: the two tables that 档案利用 and 我的 share. Does not belong here: which rows, which the
pages' queries and the door decide.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.components.kpis import Measured
from dashboards.components.tables import show_table

DIRECTIONS = {"higher": "越高越好", "lower": "越低越好", "none": "不分好坏"}
MOST_RECORDS = 5000
"""Limit of the query of records; reaching it is said, never hidden."""
_HEADINGS = {
    "record_no": "编号",
    "unit_no": "单位",
    "officer_no": "警号",
    "event_date": "日期",
    "verdict": "结论",
    "exclusion_reason": "剔除理由",
    "evidence": "依据",
    "denominator_value": "分母",
    "numerator_value": "分子",
    "_source_table": "来源表",
    "_source_key": "来源主键",
    "_source_file": "来源文件",
    "_source_line": "行号",
}
_HELP = {
    "95% 区间": "威尔逊区间；按页、按分钟或按评分计的指标不给区间",
    "剔除": "写明理由、不进分母的记录",
}


def show_measures(measured: Sequence[Measured], *, key: str, title: str, is_own: bool = False) -> None:
    """Show KPIs with numerator, denominator, interval and what is counted.

    Args:
        measured: KPIs in order.
        key: unique key on the page.
        title: title of the exported sheet.
        is_own: the reader's own figures: what the numerator counts stands in place of the direction.
    """
    columns = (
        "指标",
        "值",
        "单位",
        "分子",
        "分母",
        "95% 区间",
        "剔除",
        "分子说明" if is_own else "方向",
        "分母说明",
    )
    rows = [
        [
            m.kpi.name_zh,
            None if m.value is None else round(m.value, 1),
            m.kpi.unit,
            m.numerator,
            m.denominator,
            m.interval(),
            m.excluded,
            m.kpi.numerator_zh if is_own else DIRECTIONS[m.kpi.direction],
            m.kpi.denominator_zh,
        ]
        for m in measured
    ]
    show_table([(name,) for name in columns], rows, key=key, title=title, help_texts=_HELP)


def show_records(records: pl.DataFrame, title: str) -> None:
    """Show records with verdict, reason, evidence and source line.

    Args:
        records: rows of the query of records; columns may be left out, others are not shown.
        title: title of the exported sheet.
    """
    names = [name for name in records.columns if name in _HEADINGS]
    show_table(
        [(_HEADINGS[name],) for name in names],
        records.select(names).rows(),
        key="records",
        title=title,
        is_cut=records.height >= MOST_RECORDS,
    )
