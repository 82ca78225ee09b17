"""下周建议, files: duty sheets as Excel and Word, the task file for the duty system, and what it sends back.

Belongs here: the buttons, the upload and what was taken. Does not belong here: how files look (``jingcang.reports``)
and are read (``jingcang.planning.task_file``). Every export is written to the audit trail and carries a watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import recorded_mark, show_table
from dashboards.context import Context
from dashboards.sections.plan_load import Loaded
from jingcang.access.patrol_plans import export_task, take_return
from jingcang.planning import DutyLine, from_content, to_content
from jingcang.planning.task_file import MOST_BYTES, STATES, state_counts
from jingcang.reports.duty_sheets import DutySheet, duty_sheets, to_docx, to_xlsx
from jingcang.workbench.patrol_plans import PlanBook, SavedPlan

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


def show_returned(context: Context, saved: SavedPlan | None) -> None:
    """Show what the duty system took and did, and take in what it sends back."""
    if saved is None:
        return
    book = PlanBook(session.workbench())
    states = book.states(saved)
    blocks = saved.blocks()
    counts = state_counts(states, [block["block_no"] for block in blocks])
    if not states:
        st.subheader(f"第 {saved.version} 版还没有勤务系统的回执")
    else:
        told = "、".join(
            f"{words} {counts[state]:,} 块" for state, words in STATES.items() if state in counts
        )
        unknown = f"，{counts['']:,} 块没有消息" if counts.get("") else ""
        last = book.returns(saved)[-1].reported_at.astimezone()
        st.subheader(
            f"第 {saved.version} 版 {len(blocks):,} 块中{told}{unknown}（{last:%Y-%m-%d %H:%M} 回执）"
        )
        by_shift: dict[tuple[str, str], dict[str, int]] = {}
        for block in blocks:
            row = by_shift.setdefault((block["date"], block["shift"]), dict.fromkeys([*STATES, ""], 0))
            row[states.get(block["block_no"], "")] += 1
        show_table(
            [("班次日期",), ("班次",), *((words,) for words in STATES.values()), ("没有消息",)],
            [[*key, *row.values()] for key, row in by_shift.items()],
            key="plan_returned", title=f"第 {saved.plan_no} 号方案第 {saved.version} 版的回执",
        )  # fmt: skip
    with st.form("plan_return", border=False, clear_on_submit=True):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        file = left.file_uploader(
            "交勤务系统的回执（JSON）",
            "json",
            key="plan_return_file",
            max_upload_size=max(MOST_BYTES // 1_000_000, 1),
        )
        if right.form_submit_button("收回执") and file is not None:
            done(lambda: _take(context, file.getvalue()))


def _take(context: Context, raw: bytes) -> str:
    made = take_return(context.door, context.identity, session.workbench(), raw)
    return f"第 {made.plan_no} 号方案第 {made.version} 版的回执已收下，共 {len(made.states):,} 块。"
