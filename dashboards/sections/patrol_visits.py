"""巡逻成效: how the busiest cells were visited: how often, how long, how far apart.

Belongs here: the bars of visits by length and their table. Does not belong here: which cells are the busiest
(``patrol_coverage``).

Source of the lengths: Koper 1995, Justice Quarterly 12:649–672: a stay of 10 to 16 minutes deters longest after
the car has left. Found in one city's hot spots; a guide, not a rule.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, states
from dashboards.context import Context
from dashboards.queries import patrol
from dashboards.sections.patrol_coverage import Coverage

KINDS = (
    ("short_count", "3–10 分钟", charts.LIGHT),
    ("koper_count", "10–16 分钟", charts.CONTEXT),
    ("long_count", "16 分钟以上", "#a9b6c4"),
)


def show(context: Context, coverage: Coverage) -> None:
    """Show the visits to the busiest cells, or say that there were none."""
    if not coverage.cells:
        return
    period = coverage.period
    found = {
        row["cell_id"]: row
        for row in context.run(
            patrol.VISITS,
            units=list(context.unit_nos),
            cells=coverage.cells,
            start=period.start,
            end=period.end,
        ).to_dicts()
    }
    total = sum(row["visit_count"] for row in found.values())
    if not total:
        states.empty(
            f"{len(coverage.cells)} 个最忙网格在{period.label()}没有满 3 分钟的停留",
            "路过不算停留；请核对定位是否到齐",
        )
        return
    fitting = sum(row["koper_count"] for row in found.values())
    nothing = dict.fromkeys(("visit_count", "short_count", "koper_count", "long_count"), 0)
    lines: list[dict[str, Any]] = [
        {"visit_minutes": None, "median_gap_minutes": None, **nothing, **found.get(cell, {}), "cell_id": cell}
        for cell in coverage.cells
    ]
    chart = charts.figure(
        *(
            go.Bar(
                y=[coverage.label(line["cell_id"]) for line in lines],
                x=[line[name] for line in lines],
                orientation="h",
                name=words,
                marker={"color": color},
                hovertemplate=f"%{{y}}<br>{words} %{{x:,d}} 次<extra></extra>",
            )
            for name, words, color in KINDS
        ),
        height=90 + 26 * len(lines),
        barmode="stack",
        xaxis={"title": "停留次数", "tickformat": ",d", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  "},
        margin={"l": 170, "r": 20, "t": 30, "b": 44},
    )
    part = f"{fitting:,} 次" if total < 10 else f"{100 * fitting / total:.0f}%"
    charts.show_chart(
        f"最忙的 {len(lines)} 个网格共停留 {total:,} 次，{part} 停留 10 至 16 分钟",
        chart,
        key="visits",
        columns=[
            ("编号",),
            ("网格",),
            ("停留次数", "合计"),
            *(("停留次数", words) for _, words, _ in KINDS),
            ("平均停留分钟",),
            ("间隔中位分钟",),
        ],
        rows=[
            [
                number,
                line["cell_id"],
                line["visit_count"],
                *(line[name] for name, _, _ in KINDS),
                round(line["visit_minutes"] / line["visit_count"], 1) if line["visit_count"] else None,
                round(line["median_gap_minutes"], 1) if line["median_gap_minutes"] is not None else None,
            ]
            for number, line in enumerate(lines, 1)
        ],
        note="满 3 分钟才算一次停留，离开不超过 2 分钟算同一次，当地零时截断；间隔为当天上一巡组离开到这次到达。"
        "10 至 16 分钟取自 Koper（1995），一地的研究，供参考。",
    )
