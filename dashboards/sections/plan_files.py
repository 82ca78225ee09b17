"""下周建议, files: duty sheets as Excel and Word, and the task file for the duty system.

Belongs here: the buttons. Does not belong here: how files look (``jingcang.reports``, ``jingcang.planning``) and what
comes back (``plan_returned``). Every export is written to the audit trail and carries a watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboards.components.tables import recorded_mark
from dashboards.context import Context
from dashboards.sections.plan_load import Loaded
from jingcang.access.patrol_plans import export_task
from jingcang.planning import DutyLine, from_content, to_content
from jingcang.reports.duty_sheets import DutySheet, duty_sheets, to_docx, to_xlsx
from jingcang.workbench.patrol_plans import SavedPlan

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALL = "全周每个班次"


def show(context: Context, loaded: Loaded, saved: SavedPlan | None, lines: Sequence[DutyLine]) -> None:
    """Show the exports of the plan on the page, or of the saved one where they differ."""
    st.subheader("勤务单和任务文件")
    is_saved = saved is not None and saved.content == to_content(lines)
    if saved is not None and not is_saved:
        wanted = f"已保存的第 {saved.version} 版"
        which = st.radio("导出哪一份", [wanted, "页面上的草案（未保存）"], horizontal=True, key="plan_which")
        is_saved = which == wanted
        lines = from_content(saved.content) if is_saved else lines
    sheets = {sheet.title: sheet for sheet in duty_sheets(context.unit_name(loaded.unit_no), lines)}
    if not sheets:
        st.caption("一块也没有排，没有勤务单。")
        return
    chosen = st.selectbox("哪个班次", [ALL, *sheets], key="plan_sheet", width=480)
    wanted_sheets = list(sheets.values()) if chosen == ALL else [sheets[chosen]]
    number = (
        f"第 {saved.plan_no} 号方案第 {saved.version} 版"
        if saved is not None and is_saved
        else "草案（未保存）"
    )
    source = (
        f"{number}；版本 {saved.generation if saved is not None and is_saved else context.generation.name}；"
        f"权重 {(saved.weights_version if saved is not None and is_saved else loaded.weights_version) or '等权'}；"
        f"抽签种子 {saved.seed if saved is not None and is_saved else loaded.made.seed}"
    )
    name = f"勤务单_{loaded.unit_no}_{wanted_sheets[0].lines[0].date.isoformat()}"
    with st.container(horizontal=True):
        st.download_button(
            "导出 Excel 勤务单", _built(context, wanted_sheets, source, "xlsx"), f"{name}.xlsx", _XLSX,
            key="duty_xlsx", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "导出 Word 勤务单", _built(context, wanted_sheets, source, "docx"), f"{name}.docx", _DOCX,
            key="duty_docx", on_click="ignore",
        )  # fmt: skip
        if saved is not None:
            st.download_button(
                "导出任务文件（JSON）",
                lambda: export_task(context.door, context.identity, saved),
                f"任务文件_{saved.plan_no}_{saved.version}.json",
                "application/json",
                key="task_json",
                on_click="ignore",
            )
    if saved is None:
        st.caption("任务文件只给已保存的方案：保存以后，勤务系统的回执才对得上是哪一版。")


def _built(context: Context, sheets: Sequence[DutySheet], source: str, kind: str) -> Callable[[], bytes]:
    def content() -> bytes:
        rows = sum(len(sheet.lines) for sheet in sheets)
        mark = recorded_mark(context, "duty_sheet", kind=kind, rows=rows, title=sheets[0].title)
        if kind == "xlsx":
            return to_xlsx(sheets, source=source, watermark=mark)
        return to_docx(sheets, source=source, watermark=mark, made_at=datetime.now(UTC))

    return content
