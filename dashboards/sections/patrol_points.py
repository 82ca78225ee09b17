"""巡逻成效: what became of the GPS points that patrol time is reckoned from.

Belongs here: the sentence and the table of points received, left out by reason, and used. Does not belong here: which
points are left out (``int_patrol_gaps``, ``jingcang.statistics.presence``).

Source of the limits: METHODS section 4: accuracy worse than 50 m, one point a second, 33 m/s.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import patrol

REASONS = {
    "unplaced_point_count": "缺坐标",
    "inaccurate_point_count": "精度差于 50 米",
    "duplicate_point_count": "同一秒重复",
    "jump_point_count": "速度超过 33 米/秒",
}


def show(context: Context) -> None:
    """Show how many points came and were left out, or say that none did; nothing where no run has counted them."""
    if not context.door.has_table("rpt_patrol_point_counts"):
        return
    period = context.period
    rows = context.run(
        patrol.POINTS, units=list(context.unit_nos), start=period.start, end=period.end
    ).to_dicts()
    total = sum(row["point_count"] for row in rows)
    if not total:
        states.empty(
            f"{period.label()}没有收到定位点", "观测和落实都从定位点算起；请核对定位系统的数据是否到齐"
        )
        return
    used = sum(row["used_point_count"] for row in rows)
    left_out = {words: sum(row[name] for row in rows) for name, words in REASONS.items()}
    told = "、".join(f"{words} {count:,}" for words, count in left_out.items() if count)
    st.caption(
        f"定位点：{period.label()}收到 {total:,} 个，采用 {wording.share(used, total)}；"
        + (f"没有采用：{told}。" if told else "没有一个被去除。")
    )
    with st.expander("看定位点：各单位收到、去除、采用多少"):
        show_table(
            [
                ("单位",),
                ("定位系统",),
                ("收到",),
                *((words,) for words in REASONS.values()),
                ("采用",),
                ("采用占收到 %",),
            ],
            [
                (
                    context.unit_name(row["unit_no"]) if row["unit_no"] else "终端没有写单位",
                    row["source_system"],
                    row["point_count"],
                    *(row[name] for name in REASONS),
                    row["used_point_count"],
                    _used_pct(row),
                )
                for row in rows
            ],
            key="patrol_points",
            help_texts={REASONS["jump_point_count"]: "到前一点和到后一点都要这么快，是跳点"},
            title=f"定位点去留，{period.label()}，按单位（定位点不分责任区）",
        )


def _used_pct(row: dict[str, Any]) -> float | None:
    if row["point_count"] < wording.SMALLEST_BASE:
        return None
    return round(100 * row["used_point_count"] / row["point_count"], 2)
