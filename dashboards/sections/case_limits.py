"""案件办理, second half: open cases by what is left of their legal limits, and the list of the overdue and the risky.

Belongs here: how limits are grouped and told, and why a case is listed. Does not belong here: due days, which the
warehouse reckons (``fct_case_limits``), stages (``case_stages``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboards.components import charts, shapes, states
from dashboards.components.short_list import Item, place_choices
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import cases
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import day_label

LEFT_BANDS = {
    -181: "逾期 180 天以上",
    -31: "逾期 31–180 天",
    -1: "逾期 1–30 天",
    7: "剩 0–7 天",
    30: "剩 8–30 天",
    31: "剩 30 天以上",
}
"""Upper edge of a band of days left, as the query groups them, in the order shown; negative is overdue."""
AGES = {30: "30 天以内", 90: "31–90 天", 180: "91–180 天", 181: "180 天以上"}
ORDER = ("risky", "overdue", "suspended", "running")
"""States in the order in which something can still be done about them."""


def counted(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return state → open limits."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row["limit_state_code"]] += row["case_count"]
    return found


def words(counts: Mapping[str, int]) -> str:
    """Return the counts as a part of a sentence."""
    if not counts:
        return "没有正在计算期限的未结案件"
    return f"正在计算期限的未结案件中，已逾期 {counts.get('overdue', 0):,} 起、临近期限 {counts.get('risky', 0):,} 起"


def items(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Item]:
    """Return what to look at: what is about to run out, what has just, and what stands open for long."""
    found: list[Item] = []
    risky = [row for row in rows if row["limit_state_code"] == "risky"]
    if risky:
        first = min(row["first_due_date"] for row in risky)
        head = f"**临近期限 {_total(risky):,} 起**：最近的 {day_label(first)}到期"
        found.append(_item(context, head, "，", risky))
    overdue = [row for row in rows if row["limit_state_code"] == "overdue"]
    late = [row for row in overdue if row["left_band"] == -1]
    if late:
        found.append(_item(context, f"**近 30 天内逾期 {_total(late):,} 起**", "：", late))
    old = [row for row in overdue if row["left_band"] == -181]
    if old:
        said = _item(context, f"**逾期 180 天以上 {_total(old):,} 起**", "：", old)
        found.append(replace(said, words=f"{said.words}；先核对是否已办结而没有录入"))
    return found


def _item(context: Context, head: str, joint: str, rows: Sequence[Mapping[str, Any]]) -> Item:
    """Return a line with the units that have most, leading to the first; one unit alone is not named again."""
    if len(context.unit_nos or context.units) <= 1:
        return Item(f"{head}{joint}逐起见下方清单")
    ranked = _by_unit(rows)
    told = "、".join(f"{context.unit_name(unit)} {count} 起" for unit, count in ranked[:3])
    more = f"，另有 {len(ranked) - 3} 个单位" if len(ranked) > 3 else ""
    choices = place_choices(context, ranked[0][0])
    return Item(f"{head}{joint}{told}{more}", choices=choices)


def _total(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(row["case_count"] for row in rows)


def _by_unit(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return unit number and cases, most cases first."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["unit_no"] or ""] += row["case_count"]
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """Show open limits by days left, a line a limit."""
    if not rows:
        st.subheader("没有正在计算法定期限的未结案件")
        return
    labels = sorted({row["limit_label"] for row in rows})
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        sums[row["limit_label"], row["left_band"]] += row["case_count"]
    counts = counted(rows)
    chart = shapes.matrix(
        list(LEFT_BANDS.values()),
        labels,
        [[_look(band, sums[label, band]) for band in LEFT_BANDS] for label in labels],
        [[f"{sums[label, band]:,}" for band in LEFT_BANDS] for label in labels],
        hover="%{y}<br>%{x}：%{text} 起",
        colours=_SHADES,
        highest=2,
        left=130,
        line_height=34,
    )
    charts.show_chart(
        f"未结案件按剩余天数：{counts.get('overdue', 0):,} 起已逾期，{counts.get('risky', 0):,} 起临近期限",
        chart,
        key="case_limits",
        columns=[("期限",), ("剩余天数",), ("起",)],
        rows=[[label, LEFT_BANDS[band], sums[label, band]] for label in labels for band in LEFT_BANDS],
        note="格内为起数；橙底为已逾期，浅黄底为 7 天内到期。剩余天数已扣除鉴定、听证，"
        f"其中 {counts.get('suspended', 0):,} 起鉴定或听证还没有结束，期限暂停。",
    )


_SHADES = [
    [0, "#f3f5f8"],
    [0.33, "#f3f5f8"],
    [0.34, "#fbf1d3"],
    [0.66, "#fbf1d3"],
    [0.67, "#fbdccb"],
    [1, "#fbdccb"],
]
"""Nothing pressing, soon due, overdue; blue is kept for what fell."""


def _look(band: int, count: int) -> int:
    if not count:
        return 0
    return 2 if band < 0 else 1 if band == 7 else 0


def missing_words(context: Context) -> str:
    """Return what the sources of this deployment lack to reckon the limits, in words."""
    lacking = ["刑事侦查没有统一的办案期限，拘留、逮捕等强制措施的期限来源没有提供，这里只列时长"]
    if not deployment(context.generation.profile).has_source("case_time_changes"):
        lacking.append("来源没有延长审批和鉴定、听证时间，治安期限一律按未延长、未扣除计，逾期可能偏多")
    else:
        lacking.append("延长以来源登记的批准为准，视为按时批准；超过法定次数的延长不计")
    return "；".join(lacking) + "。"


def show_list(context: Context) -> None:
    """List the overdue, the risky and the suspended, with reasons and the responsible unit."""
    rows = context.run(cases.LIMITS, **context.scope_filters()).to_dicts()
    listed = sorted(
        (row for row in rows if row["limit_state_code"] != "running"),
        key=lambda row: (ORDER.index(row["limit_state_code"]), abs(row["days_left"])),
    )
    st.subheader(f"逾期和有风险的案件 {len(listed):,} 起，先列还来得及的")
    st.caption(missing_words(context))
    if not listed:
        states.empty("没有逾期或临近期限的未结案件", "期限内的案件见下方明细")
        return
    rows_shown = [
        [
            row["case_no"],
            row["limit_state_label"],
            row["days_left"],
            row["due_date"],
            context.unit_name(row["unit_no"]),
            row["nature_label"],
            row["class_label"],
            reason(row),
            row["lead_officer_no"],
            row["legal_reference"],
            *(row[name] for name in ("_source_table", "_source_key", "_source_file", "_source_line")),
        ]
        for row in listed
    ]
    show_table(
        [(name,) for name in _LISTED],
        rows_shown,
        key="case_limit_rows",
        title="逾期和有风险的案件",
        is_cut=len(rows) >= cases.MOST_ROWS,
    )


_LISTED = (
    "案件编号",
    "状态",
    "剩余天数",
    "应办日期",
    "单位",
    "性质",
    "类别",
    "原因",
    "主办警号",
    "依据",
    "来源表",
    "来源主键",
    "来源文件",
    "行号",
)


def reason(row: Mapping[str, Any]) -> str:
    """Return why a case is listed: from which day, how many days, what lengthened it."""
    start = "立案" if row["start_date"] == row["filed_date"] else "受案"
    parts = [f"{row['limit_label']}：{row['start_date']} {start}起算 {row['limit_days']} 天"]
    if row["extension_count"]:
        over = "，超过法定次数" if row["is_over_extended"] else ""
        parts.append(f"延长 {row['extension_count']} 次{over}")
    if row["excluded_days"]:
        parts.append(f"扣除鉴定、听证 {row['excluded_days']} 天")
    if row["suspended_label"]:
        parts.append(f"{row['suspended_label']}进行中")
    return "，".join(parts)


def show_criminal_ages(context: Context) -> None:
    """Show how long filed criminal cases are open; no limit is claimed for them."""
    rows = context.run(cases.CRIMINAL_AGES, **context.scope_filters(), as_of=context.as_of).to_dicts()
    if not rows:
        return
    total = sum(row["case_count"] for row in rows)
    old = sum(row["case_count"] for row in rows if row["age_band"] > 180)
    with st.expander(f"刑事在侦 {total:,} 起，其中立案 180 天以上 {old:,} 起（没有统一期限，只列时长）"):
        show_table(
            [("立案至今",), ("未结",), ("其中未破",)],
            [[AGES[row["age_band"]], row["case_count"], row["unsolved_count"]] for row in rows],
            key="criminal_ages",
            title="刑事在侦案件立案至今的时长",
        )
