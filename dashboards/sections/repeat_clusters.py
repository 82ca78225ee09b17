"""重复警情, 一地 and 一事多报: the clusters and, for one picked, its incidents.

Belongs here: how clusters are listed. Does not belong here: what makes one (``fct_repeat_clusters``). A place is a
building, never a household; lists of places do not leave the station, so they have no export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import repeats
from dashboards.sections.repeat_places import Spread
from jingcang.statistics.comparison import CHANCE

BEYOND = "超出偶然"
_NUMBER_HELP = "这幢楼在标准地址库中的代表编号（其中最小的一个），用来查到楼幢，不指那一户"
_EVENTS = ("地点", "楼幢编号", "报警数", "日期", "类别", "处理结果", "责任区", "单位", "警号")
_MEMBERS = (
    "接警单编号", "日期", "时", "大类", "类别", "处理结果", "警号", "计数", "来源表", "来源主键", "来源文件", "行号",
)  # fmt: skip


def place_words(row: Mapping[str, Any]) -> str:
    """Return a place as 社区、路、小区, without house, building and room."""
    parts = [row["community_name"], row["road_name"], row["compound_name"]]
    return "·".join(part for part in parts if part) or "未登记路名"


def show_places(
    context: Context,
    rows: Sequence[Mapping[str, Any]],
    spread: Spread | None,
    names: Mapping[str, str],
    *,
    head: str = "一地",
) -> None:
    """List places with two events or more in 90 days, the most frequent first; one picked shows its incidents.

    Args:
        context: of the page.
        rows: clusters in order.
        spread: places by number of events; None where the source has no addresses.
        names: 责任区 number → name.
        head: what is listed.
    """
    if spread is None:
        states.withheld("一地和一事多报", "来源没有标准地址；接入标准地址后，本页按同一幢楼归并")
        return
    if not rows:
        states.empty("90 天内没有一处地点有 2 起以上", "只有一起的地点不列")
        return
    beyond = sum(spread.is_beyond(row["repeat_90d_count"]) for row in rows)
    st.subheader(
        f"{head}：{beyond:,} 处超出偶然，排在最前" if beyond else f"{head}：{len(rows):,} 处，{CHANCE}"
    )
    st.caption(
        "同一幢楼 90 天内 2 起以上；未超出偶然的只备查，不宜当作高发地。点一行看每一起。"
        "楼大户多，起数自然也多，判断没有扣除。清单只在站内看，不导出。"
    )
    is_one_unit = len(context.unit_nos or context.units) == 1
    picked = show_table(
        [
            ("地点",), ("楼幢编号",), ("90 天",), ("28 天",), ("7 天",), ("365 天",), ("判断",),
            *([] if is_one_unit else [("单位",)]), ("责任区",), ("最近日期",), ("最近类别",), ("最近处理结果",),
            ("最近处警警号",), ("类别数",),
        ],
        [
            [
                place_words(row), row["building_address_no"], row["repeat_90d_count"], row["repeat_28d_count"],
                row["repeat_7d_count"], row["repeat_365d_count"],
                BEYOND if spread.is_beyond(row["repeat_90d_count"]) else CHANCE,
                *([] if is_one_unit else [context.unit_name(row["unit_no"])]),
                names.get(row["area_no"]) or row["area_no"], row["last_event_date"], row["last_class_label"],
                row["last_outcome_label"], row["last_officer_no"], row["class_90d_count"],
            ]
            for row in rows
        ],
        key="repeat_places_list",
        title="一地",
        help_texts={"楼幢编号": _NUMBER_HELP, "90 天": "一事多报只算一起", "类别数": "90 天内不同二级类别的个数"},
        is_exported=False,
        is_cut=len(rows) >= repeats.MOST_ROWS,
        pick="one",
    )  # fmt: skip
    if picked:
        _members(context, rows[picked[0]], "repeat_place_members")


def show_events(
    context: Context,
    rows: Sequence[Mapping[str, Any]],
    bases: Mapping[str, Any],
    names: Mapping[str, str],
) -> None:
    """List events reported more than once in 90 days."""
    again = bases["again_reported_count"]
    joined = f"来源自己登记了关联的报警 {bases['source_joined_count']:,} 起。"
    if not rows:
        st.caption(f"一事多报：90 天内没有按规则认出的。{joined}")
        return
    with st.expander(f"一事多报：90 天内 {len(rows):,} 件事被报了多次，多出 {again:,} 起报警"):
        st.caption(
            "同一幢楼、同一二级类别、与前一报警相隔不超过 30 分钟，按一件事算；规则为本产品默认值，须由本单位确认。"
            + joined
        )
        picked = show_table(
            [(name,) for name in _EVENTS],
            [
                [
                    place_words(row), row["building_address_no"], row["repeat_90d_count"], row["last_event_date"],
                    row["last_class_label"], row["last_outcome_label"], names.get(row["area_no"]) or row["area_no"],
                    context.unit_name(row["unit_no"]), row["last_officer_no"],
                ]
                for row in rows
            ],
            key="repeat_events_list",
            title="一事多报",
            help_texts={"楼幢编号": _NUMBER_HELP},
            is_exported=False,
            is_cut=len(rows) >= repeats.MOST_ROWS,
            pick="one",
        )  # fmt: skip
        if picked:
            _members(context, rows[picked[0]], "repeat_event_members")


def _members(context: Context, row: Mapping[str, Any], key: str) -> None:
    found = context.run(repeats.MEMBERS, cluster=row["repeat_cluster_id"])
    st.markdown(f"**{place_words(row)}：365 天内的每一起**")
    show_table(
        [(name,) for name in _MEMBERS],
        found.rows(),
        key=key,
        title="重复警情明细",
        help_texts={"计数": "否：与前一报警是同一件事，不另计"},
        is_exported=False,
        is_cut=found.height >= repeats.MOST_ROWS,
    )
