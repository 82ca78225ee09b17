"""社区工作 where sources deliver totals by area only: need, workload and which areas somebody is responsible for.

Belongs here: figures, tables and words of ``rpt_area_needs``. Does not belong here: planning (``statistics.planning``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.frame import answer
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import community

Rows = Sequence[Mapping[str, Any]]
ON_MAP = "on_map"
NO_UNIT = "没有负责单位"


def show(context: Context) -> None:
    """Show need, workload and coverage by responsible unit and by area; what is on no map stands apart."""
    rows = context.run(community.NEEDS, **context.scope_filters()).to_dicts()
    if not rows:
        states.empty("来源没有交来各责任区的合计", "请核对合计是否到齐，或换一个单位、责任区")
        return
    placed = [row for row in rows if row["need_place_code"] == ON_MAP]
    everything, on_map = (sum(row["need_count"] for row in part) for part in (rows, placed))
    covered = sum(row["need_count"] for row in placed if row["has_patrol_unit"])
    days = f"{rows[0]['count_from_date']} 至 {rows[0]['count_to_date']}"
    idle = sum(not row["need_count"] for row in placed)
    context.foot = {
        "时期": f"{days}，来源交来的整段合计，不能按周、按类别分",
        "n": f"{everything:,} 起，{len(placed):,} 个责任区在图上",
        **context.foot,
    }
    answer(
        f"{days} 登记 {everything:,} 起：{len(placed):,} 个责任区 {on_map:,} 起（{idle} 个没有起数），"
        f"不在图上 {everything - on_map:,} 起；责任区里有负责单位的占 {wording.share(covered, on_map)}。"
    )
    _show_units(context, placed, days)
    _show_off_map(rows)
    with st.expander(f"逐个责任区：{len(placed):,} 个"):
        table = [
            [row["area_name"] or row["area_no"], _unit(context, row["unit_no"]), *_figures([row])]
            for row in placed
        ]
        show_table(
            [("责任区",), ("负责单位",), *_COLUMNS],
            table,
            key="community_need_areas",
            title=f"责任区需求，{days}",
            export_rows=hidden(table, [2], told_with=[3, 4]),
        )


_COLUMNS: list[tuple[str, ...]] = [("起数",), ("处警用时（小时）",), ("每起分钟",), ("巡逻小时",)]


def _show_units(context: Context, placed: Rows, days: str) -> None:
    units: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in placed:
        units[row["unit_no"] or ""].append(row)
    patrolled = any(row["patrol_minutes"] is not None for row in placed)
    st.subheader(f"需求和处警用时，按负责单位，{days}")
    st.caption(
        "没有负责单位的责任区在最后。"
        + ("" if patrolled else "来源没有交来巡逻定位，巡逻小时和 10 分钟覆盖说不出，不是 0。")
    )
    order = sorted(units, key=lambda unit: (not unit, len(unit), unit))
    show_table(
        [("负责单位",), ("责任区",), ("没有起数的责任区",), *_COLUMNS],
        [
            [
                _unit(context, unit),
                len(units[unit]),
                sum(not row["need_count"] for row in units[unit]),
                *_figures(units[unit]),
            ]
            for unit in order
        ],
        key="community_need_units",
        title=f"需求和处警用时，按负责单位，{days}",
    )


def _unit(context: Context, unit_no: str | None) -> str:
    return context.unit_name(unit_no) if unit_no else NO_UNIT


def _show_off_map(rows: Rows) -> None:
    apart: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["need_place_code"] != ON_MAP:
            apart[row["need_place_label"]].append(row)
    if not apart:
        return
    st.subheader(f"不在图上的 {sum(row['need_count'] for part in apart.values() for row in part):,} 起")
    st.caption("没有丢掉，也没有算进任何责任区：请向来源核对这些代码。")
    show_table(
        [("原因",), ("代码个数",), ("起数",), ("代码",)],
        [
            [
                reason,
                len(part),
                sum(row["need_count"] for row in part),
                "、".join(sorted(row["area_no"] for row in part if row["area_no"])) or wording.MISSING,
            ]
            for reason, part in sorted(apart.items())
        ],
        key="community_need_off_map",
        title="不在图上的起数",
    )


def _figures(rows: Rows) -> list[Any]:
    """Return calls, hours on calls, minutes a call and hours of patrol; — where nothing is known."""
    count = sum(row["need_count"] for row in rows)
    minutes = [float(row["workload_minutes"]) for row in rows if row["workload_minutes"] is not None]
    patrol = [float(row["patrol_minutes"]) for row in rows if row["patrol_minutes"] is not None]
    return [
        count,
        round(sum(minutes) / 60, 1) if minutes else None,
        round(sum(minutes) / count, 1) if count and minutes else None,
        round(sum(patrol) / 60, 1) if patrol else None,
    ]
