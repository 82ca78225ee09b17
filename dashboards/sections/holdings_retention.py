"""馆藏与数字化: files whose retention is over or ends within a year.

Belongs here: the list to be appraised. Does not belong here: what becomes of a file, which people decide.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import holdings
from dashboards.sections.holdings_demand import Rows, total
from jingcang.statistics.periods import day_label


def show(context: Context, rows: Rows, counts: Mapping[bool, int]) -> None:
    """Show what is due for appraisal.

    Args:
        rows: holdings, for files kept for ever or of unknown retention.
        counts: is over → files.
    """
    over, soon = counts.get(True, 0), counts.get(False, 0)
    first = min((day for row in rows if (day := row["first_retention_due_date"])), default=None)
    if over or soon:
        st.subheader(f"保管期满：{over:,} 件已满，一年内还有 {soon:,} 件")
    else:
        next_day = f"，最早一件 {day_label(first)}期满" if first else ""
        st.subheader(f"保管期满：没有已满或一年内期满的{next_day}")
    st.caption(
        f"保管年数从形成次年一月一日起算；长期按 50 年、短期按 15 年，是本产品默认值，须由本单位确认。"
        f"永久保管的 {total(rows, 'permanent_file_count'):,} 件没有期限；"
        f"期限或形成日期不明的 {total(rows, 'unknown_retention_count'):,} 件没有列入。"
        "期满只是该鉴定了，是否销毁由鉴定小组决定。"
    )
    if not over and not soon:
        return
    found = context.run(holdings.RETENTION, units=list(context.unit_nos)).to_dicts()
    show_table(
        [("档号",), ("单位",), ("门类",), ("保管期限",), ("形成日期",), ("期满日期",), ("状态",), ("页数",)],
        [
            [
                row["file_no"],
                context.unit_name(row["unit_no"]),
                row["category_label"],
                row["retention_label"],
                row["made_date"],
                row["retention_due_date"],
                "已期满" if row["is_retention_over"] else "一年内期满",
                row["page_count"],
            ]
            for row in found
        ],
        key="retention",
        title="保管期满的档案",
        is_cut=len(found) == holdings.MOST_DUES,
    )
