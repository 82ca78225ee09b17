"""馆藏与数字化: 应归未归 by unit, and the lists by officer as files.

Belongs here: counts on the page and the two exports. Does not belong here: what is due
(``jingcang.access.filing_dues``) and how the files look (``jingcang.reports.filing_dues``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.components.tables import recorded_mark, show_table
from dashboards.context import Context
from jingcang.access.filing_dues import UnitDues, record_export
from jingcang.reports.filing_dues import task_file, to_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(context: Context, dues: Sequence[UnitDues]) -> None:
    """Show what is due by unit and offer the lists."""
    if not dues:
        st.subheader(f"应归未归：截至 {context.as_of.isoformat()} 没有")
        return
    volumes, overdue = sum(len(unit.volumes) for unit in dues), sum(unit.overdue for unit in dues)
    st.subheader(f"应归未归：截至 {context.as_of.isoformat()} 共 {volumes:,} 卷，其中逾期 {overdue:,} 卷")
    st.caption(
        "应归的卷由案件和纠纷的办结得出，不由档案目录得出。单位按编号排列；按民警的清单在导出的文件里，导出会记入审计。"
    )
    show_table(
        [("单位",), ("应归未归",), ("其中逾期",), ("最早应归",), ("涉及民警",)],
        [
            [
                unit.unit_name,
                len(unit.volumes),
                unit.overdue,
                min(volume.due_date for volume in unit.volumes),
                len({volume.officer_no for volume in unit.volumes}),
            ]
            for unit in dues
        ],
        key="filing_units",
        title="应归未归：按单位",
    )
    day = context.as_of.isoformat()
    names = {unit.unit_name: unit for unit in dues}
    chosen = names[st.selectbox("任务文件给哪个单位", list(names), key="filing_unit", width=320)]
    with st.container(horizontal=True):
        st.download_button(
            "导出 Excel 清单",
            _book(context, dues),
            f"应归未归_{day}.xlsx",
            _XLSX,
            key="filing_xlsx",
            on_click="ignore",
        )
        st.download_button(
            "导出任务文件（JSON）",
            _task(context, chosen),
            f"归档任务_{chosen.unit_no or '未登记单位'}_{day}.json",
            "application/json",
            key="filing_json",
            on_click="ignore",
        )


def _book(context: Context, dues: Sequence[UnitDues]) -> Callable[[], bytes]:
    def content() -> bytes:
        rows = sum(len(unit.volumes) for unit in dues)
        mark = recorded_mark(context, "filing_dues", kind="xlsx", rows=rows, title="应归未归")
        source = f"数据截至 {context.as_of.isoformat()}；版本 {context.generation.name}"
        return to_xlsx(dues, as_of=context.as_of, source=source, watermark=mark)

    return content


def _task(context: Context, unit: UnitDues) -> Callable[[], bytes]:
    def content() -> bytes:
        record_export(context.door, context.identity, "json", [unit])
        return task_file(
            unit,
            as_of=context.as_of,
            generation=context.generation.name,
            exported_by=context.identity.user_id,
        )

    return content
