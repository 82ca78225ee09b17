"""下周建议, the plan: what to do first, blocks by area and hour, by shift, and with equal weights beside.

Belongs here: words, chart and tables of one plan. Does not belong here: how it comes about (``plan_load``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, short_list
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.components.wording import SUPPRESSED
from dashboards.context import Context
from dashboards.sections.plan_load import Loaded, cell_words, weekly
from jingcang.planning import DutyLine
from jingcang.planning.duty import BY_HAND, BY_LOT, KINDS, LEAST_TOLD
from jingcang.planning.week import MOST_AN_AREA_HOUR
from jingcang.statistics.periods import day_label
from jingcang.statistics.planning.allocation import Blocks

MOST_FIRST = 4
MUCH_AWAY = 0.2
"""From this share of the incidents in hours without a shift on, the roster is the first thing to look at."""


def say_first(context: Context, loaded: Loaded, blocks: Blocks) -> None:
    """Say what to do first, and list the areas and hours with most need."""
    made, number = loaded.made, int(blocks.sum())
    week = weekly(blocks, made)
    order = np.argsort(-made.weighted.ravel(), kind="stable")
    places = [
        divmod(int(cell), 24) for cell in order if week.ravel()[cell] > 0 and made.weighted.ravel()[cell]
    ]
    basis = "按签批的危害权重" if loaded.is_weighted else "每起警情一样重"
    crews = len({slot.shift for slot in made.slots})
    first = "、".join(cell_words(loaded, *place) for place in places[:2])
    answer(
        f"{day_label(loaded.week)}起的一周，{crews} 个班次排 {number:,} 块（每块 15 分钟）。先排{first}；"
        f"{basis}算，全部排上能满足需求的 {100 * made.share(blocks):.0f}%。"
    )
    items: list[short_list.Item | str] = []
    for area, hour in places[:MOST_FIRST]:
        count = made.need.equal[area, hour]
        told = "、".join(
            f"{label} {times:.0f}"
            for label, times in loaded.classes.get((str(made.need.areas[area]), hour), ())[:2]
        )
        harm = f"、危害量 {made.weighted[area, hour]:,.0f}" if loaded.is_weighted else ""
        items.append(
            f"**{cell_words(loaded, area, hour)}**：一周 {week[area, hour]:.0f} 块；"
            f"近一年 {count:,.0f} 起{harm}，多为{told}"
        )
    away = made.need.equal.copy()
    away[:, sorted({slot.clock_hour for slot in made.slots})] = 0
    if away.sum() >= MUCH_AWAY * made.need.equal.sum():
        area, hour = divmod(int(away.argmax()), 24)
        items.insert(
            0,
            f"**先看排班**：没有班次的钟点有 {100 * away.sum() / made.need.equal.sum():.0f}% 的警情，"
            f"最多是 {cell_words(loaded, area, hour)}（近一年 {away[area, hour]:,.0f} 起），块排得再好也够不着",
        )
    short_list.show(items, "先排这几处")


def show_matrix(loaded: Loaded, blocks: Blocks) -> None:
    """Show the blocks of the week by area and hour of the day."""
    made = loaded.made
    week, lot = weekly(blocks, made), weekly(made.plan.random, made)
    hours, areas = made.need.hours, made.need.areas
    on_duty = {slot.clock_hour for slot in made.slots}
    texts = [
        [
            "" if hour not in on_duty else f"{week[row, hour]:.0f}" if week[row, hour] else "·"
            for hour in hours
        ]
        for row in range(len(areas))
    ]
    hovers = [
        [
            f"{cell_words(loaded, row, hour)}<br>近一年 {made.need.equal[row, hour]:,.0f} 起"
            f"<br>一周 {week[row, hour]:.0f} 块，其中抽签 {min(lot[row, hour], week[row, hour]):.0f} 块"
            if hour in on_duty
            else f"{cell_words(loaded, row, hour)}<br>近一年 {made.need.equal[row, hour]:,.0f} 起<br>没有班次"
            for hour in hours
        ]
        for row in range(len(areas))
    ]
    shown = [[week[row, hour] if hour in on_duty else None for hour in hours] for row in range(len(areas))]
    labels = [loaded.names.get(str(area), str(area)) for area in areas]
    chart = charts.figure(
        go.Heatmap(
            x=[f"{hour}" for hour in hours], y=labels, z=shown, text=texts, texttemplate="%{text}", customdata=hovers,
            zmin=0, colorscale=charts.SEQUENTIAL, xgap=1, ygap=1, hovertemplate="%{customdata}<extra></extra>",
            colorbar={"title": {"text": "一周块数", "side": "right"}, "thickness": 10},
        ),
        height=90 + 30 * len(areas),
        xaxis={"title": "钟点（时）", "side": "top", "ticks": "", "showgrid": False, "type": "category"},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False, "ticksuffix": " "},
        margin={"l": 130, "r": 8, "t": 50, "b": 8},
    )  # fmt: skip
    covered = sum(bool(week[row].any()) for row in range(len(areas)))
    away = float(made.need.equal[:, [hour for hour in hours if hour not in on_duty]].sum())
    gone = f"；没有班次的钟点有 {100 * away / made.need.equal.sum():.0f}% 的警情" if away else ""
    rows = [
        [
            labels[row], hour, round(float(made.need.equal[row, hour])), int(week[row, hour]),
            int(min(lot[row, hour], week[row, hour])),
        ]
        for row in range(len(areas))
        for hour in hours
    ]  # fmt: skip
    charts.show_chart(
        f"{day_label(loaded.week)}起一周 {int(blocks.sum()):,} 块：{covered} 个责任区排到{gone}",
        chart,
        key="plan_matrix",
        columns=[("责任区",), ("钟点",), ("近一年起数",), ("一周块数",), ("其中抽签",)],
        rows=rows,
        export_rows=[[*row[:2], SUPPRESSED if 0 < row[2] < LEAST_TOLD else row[2], *row[3:]] for row in rows],
        note=f"格内为一周七天的块数，“·”为没有排到，空白为没有班次；一个区一小时最多 {MOST_AN_AREA_HOUR} 块，"
        "一个班次只排一半时间；需求按钟点计，不分星期。",
    )


def show_shifts(loaded: Loaded, lines: Sequence[DutyLine]) -> None:
    """Show the blocks by shift and area."""
    kinds = {(line.shift, line.area_no) for line in lines}
    counted = Counter((line.shift, line.area_no, line.kind) for line in lines)
    places = {str(area): row for row, area in enumerate(loaded.made.need.areas)}
    most: dict[tuple[str, str], DutyLine] = {}
    for line in sorted(
        lines, key=lambda line: -loaded.made.weighted[places[line.area_no], line.starts_at.hour]
    ):
        if line.kind != BY_LOT:
            most.setdefault((line.shift, line.area_no), line)
    rows = []
    for shift, area in sorted(kinds, key=lambda key: (key[0], -sum(counted[*key, kind] for kind in KINDS))):
        best = most.get((shift, area))
        rows.append([
            shift, loaded.names.get(area, area), sum(counted[shift, area, kind] for kind in KINDS),
            counted[shift, area, BY_LOT], counted[shift, area, BY_HAND],
            best.reason if best else "都是抽签抽到的",
        ])  # fmt: skip
    st.subheader(f"各班次到各责任区的块数，{len({shift for shift, _ in kinds})} 种班次")
    show_table(
        [("班次",), ("责任区",), ("一周块数",), ("其中抽签",), ("其中手工",), ("需求最高的一块，理由",)],
        rows, key="plan_shifts", title=f"下周建议按班次和责任区，{loaded.week.isoformat()} 起",
    )  # fmt: skip


def show_lines(loaded: Loaded, lines: Sequence[DutyLine]) -> None:
    """Show every block with its reason, on request."""
    with st.expander(f"看每一块和它的理由（{len(lines):,} 块）"):
        if not st.toggle("显示每一块", key="plan_lines_shown"):
            return
        show_table(
            [("块号",), ("班次日期",), ("班次",), ("时间",), ("巡组",), ("责任区",), ("怎么来的",), ("理由",)],
            [
                [
                    line.block_no, line.date, line.shift, f"{line.starts_at:%m-%d %H:%M}", line.crew, line.area_name,
                    KINDS[line.kind], line.reason,
                ]
                for line in lines
            ],
            key="plan_lines", title=f"下周建议逐块，{loaded.week.isoformat()} 起",
        )  # fmt: skip


def show_weights(loaded: Loaded) -> None:
    """Say which weights the plan rests on, and show the plan with equal weights beside it."""
    table, made = loaded.weights, loaded.made
    if not loaded.is_weighted:
        told = (
            f"危害权重表 {table.version} 还没有签批，不用" if table is not None else "这里没有登记危害权重表"
        )
        st.caption(
            f"{told}；方案把每起警情看得一样重，诈骗、求助等巡逻管不到的也算在内。由所领导签批权重后写进方案配置即可。"
        )
        return
    assert table is not None  # noqa: S101 - a weighted plan has its table
    own, equal = weekly(made.plan.blocks, made), weekly(made.equal.blocks, made)
    moved = int(np.abs(made.plan.blocks - made.equal.blocks).sum() // 2)
    st.subheader(f"与等权方案比，有 {moved:,} 块排在别处")
    st.caption(
        f"危害权重表 {table.version}，{table.signed_by} 于 {table.signed_on} 签批：{table.reason}。"
        f"没有权重的类别不计；近一年有 {made.need.unweighted:,} 起这样的警情。"
    )
    rows = [
        [
            loaded.names.get(str(area), str(area)), int(own[row].sum()), int(equal[row].sum()),
            int(own[row].sum() - equal[row].sum()),
        ]
        for row, area in enumerate(made.need.areas)
    ]  # fmt: skip
    show_table(
        [("责任区",), ("一周块数", "按危害"), ("一周块数", "等权"), ("一周块数", "相差")],
        rows, key="plan_equal", title="下周建议：按危害权重与等权",
    )  # fmt: skip
