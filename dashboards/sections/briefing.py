"""态势: one click makes the week's 研判简报.

Belongs here: the button, the progress, the two files. Does not belong here: what a briefing says and its register
(``jingcang.reports.briefing``).
"""

from __future__ import annotations

import streamlit as st

from dashboards import session
from dashboards.context import Context
from dashboards.deployment import deployment
from jingcang.errors import JingcangError
from jingcang.reports.briefing.request import MAKERS
from jingcang.reports.briefing.service import Made, make_weekly

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(context: Context) -> None:
    """Show the button, or the files that were made for the same units and generation in this session."""
    if context.identity.role not in MAKERS:
        return
    key = f"briefing_{context.generation.name}_{'_'.join(context.unit_nos)}"
    made: Made | None = st.session_state.get(key)
    if made is None:
        help_text = "最近一个完整周，Word 和 Excel 各一份；编号、口径和版本写在文件里，生成记入审计日志"
        if not st.button("生成研判简报", key="make_briefing", help=help_text, icon=":material/description:"):
            return
        made = _make(context)
        if made is None:
            return
        st.session_state[key] = made
    number = made.register.report_id
    st.success(
        f"研判简报 {number} 已生成，{len(made.register.figures):,} 个数字都在锁定的控件里，文字可以改。"
    )
    with st.container(horizontal=True):
        st.download_button(
            "下载 Word", made.docx, f"研判简报_{number}.docx", _DOCX, key="briefing_docx", on_click="ignore"
        )
        st.download_button(
            "下载 Excel", made.xlsx, f"研判简报_{number}.xlsx", _XLSX, key="briefing_xlsx", on_click="ignore"
        )
    st.caption(f"改完请核对：jingcang report verify 研判简报_{number}.docx --by {context.identity.user_id}")


def _make(context: Context) -> Made | None:
    bar = st.progress(0.0, text="准备生成")
    try:
        made = make_weekly(
            context.door, session.workbench(), context.identity, as_of=context.as_of, units=context.unit_nos,
            deployment=deployment(context.generation.profile),
            progress=lambda share, words: bar.progress(share, text=words),
        )  # fmt: skip
    except JingcangError as error:
        st.error(f"研判简报没有生成：{error}")
        return None
    finally:
        bar.empty()
    return made
