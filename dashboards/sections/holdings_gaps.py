"""馆藏与数字化: numbers between two files of a series that no file has.

Belongs here: the runs of missing numbers and what could not be read. Does not belong here: how a 档号 is taken apart
(``archive_file_no_patterns``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import holdings
from dashboards.sections.holdings_demand import Rows, total


def show(context: Context, rows: Rows, counts: Mapping[bool, Mapping[str, Any]]) -> None:
    """Show missing numbers by series.

    Args:
        rows: holdings, for how many 档号 do not read.
        counts: is a jump → runs and numbers.
    """
    found, jumps = counts.get(False), counts.get(True)
    files, unread = total(rows, "archive_file_count"), total(rows, "unread_file_no_count")
    st.subheader(
        f"断号：{found['gap_count']:,} 处共 {found['missing_number_count']:,} 个号没有档案"
        if found
        else "断号：编号之间没有断开的"
    )
    st.caption(
        "按档号的约定格式，同一全宗、类别、年度内案卷号应当连续，已销毁和已移交的也算在内；最后一卷之后有没有缺，无从知道。"
        "隔离中的目录行没有入库，也会显成断号，请先核对隔离。"
        f"在馆 {files:,} 件里有 {unread:,} 件的档号不合格式，没有核对。"
        + (f"另有 {jumps['gap_count']:,} 处跳号，相差太大，可能是重新编号。" if jumps else "")
        + "格式和跳号的界线是本产品默认值，须由本单位确认。"
    )
    if not found and not jumps:
        return
    gaps = context.run(holdings.GAPS, units=list(context.unit_nos)).to_dicts()
    show_table(
        [
            ("全宗号",), ("类别号",), ("年度",), ("门类",), ("单位",), ("没有档案的号",), ("个数",), ("判断",),
            ("前一卷",), ("后一卷",),
        ],
        [
            [
                row["fonds_no"], row["file_class_no"], str(row["file_year"]), row["category_label"],
                context.unit_name(row["unit_no"]), _numbers(row), row["missing_number_count"],
                "跳号" if row["is_number_jump"] else "断号", row["previous_file_no"], row["next_file_no"],
            ]
            for row in gaps
        ],
        key="gaps",
        title="断号：按编号序列",
        is_cut=len(gaps) == holdings.MOST_GAPS,
    )  # fmt: skip


def _numbers(row: Mapping[str, Any]) -> str:
    first, last = row["first_missing_serial"], row["last_missing_serial"]
    return f"{first}" if first == last else f"{first}–{last}"
