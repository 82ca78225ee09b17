"""巡逻成效: how much of their time crews spent in the 责任区 of their own shift.

Belongs here: the shares by the shift's area, chart and table. Does not belong here: minutes by the area in which they
were spent (``patrol_places``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, states
from dashboards.context import Context
from dashboards.queries import patrol

MOST_SHOWN = 15
"""Bars of the chart; the table below has every row."""
NO_AREA = "未登记责任区"
PARTS = {"own": "本责任区", "other": "别的责任区", "outside": "边界以外"}
_COLOURS = {"own": charts.CONTEXT, "other": "#a9b6c4", "outside": charts.LIGHT}
_NOTE = (
    "按巡组当天班次登记的责任区分组，深色为在本责任区里的时间；"
    "少不等于没有巡逻：跨区增援、按方案到邻区、边界画得不准都会这样。"
)


def show(context: Context, names: Mapping[str, str]) -> None:
    """Show the shares.

    Args:
        context: the page's context.
        names: 责任区 number → name.
    """
    period = context.period
    rows = context.run(
        patrol.OWN_AREA, **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    lines = [_line(row, names) for row in rows]
    known = sorted((line for line in lines if line["own_pct"] is not None), key=lambda line: line["own_pct"])
    if not known:
        states.withheld("在本责任区的时间", "当天的班次没有登记责任区，或登记的责任区没有边界")
        return
    unknown = sum(line["seconds"] for line in lines if line["own_pct"] is None)
    without = (
        f"另有 {unknown / 60:,.0f} 分钟没有可比的责任区，不在图中：当天没有班次（夜班过零点算第二天）、"
        "班次没有登记责任区，或责任区没有边界。"
    )
    charts.show_chart(
        _finding(known),
        _bars(known),
        key="own_areas",
        columns=[("班次责任区",), ("巡逻分钟",), *((f"{words} %",) for words in PARTS.values())],
        rows=[
            [
                line["name"],
                round(line["seconds"] / 60, 1),
                *(None if line["own_pct"] is None else round(line[f"{part}_pct"], 1) for part in PARTS),
            ]
            for line in [*known, *(line for line in lines if line["own_pct"] is None)]
        ],
        note=f"{period.label()}；{_NOTE}" + (without if unknown else ""),
    )


def _line(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return name, seconds and the shares in percent; None where the own area has no boundary."""
    whole, own, outside = row["seconds"], row["own_seconds"], row["outside_seconds"]
    shares = {"own": own, "other": whole - own - outside, "outside": outside}
    return {
        "name": names.get(row["place_no"], row["place_no"] or NO_AREA),
        "seconds": whole,
        **shares,
        **{
            f"{part}_pct": 100 * told / whole if row["has_boundary"] else None
            for part, told in shares.items()
        },
    }


def _finding(known: Sequence[Mapping[str, Any]]) -> str:
    own = 100 * sum(line["own"] for line in known) / sum(line["seconds"] for line in known)
    if len(known) == 1:
        return f"{known[0]['name']}的巡组 {own:.0f}% 的时间在本责任区里"
    low, high = known[0], known[-1]
    return (
        f"巡组 {own:.0f}% 的时间在本班次的责任区里，"
        f"从 {low['own_pct']:.0f}%（{low['name']}）到 {high['own_pct']:.0f}%（{high['name']}）"
    )


def _bars(known: Sequence[Mapping[str, Any]]) -> go.Figure:
    shown = known[:MOST_SHOWN]
    cut = f"（最低的 {MOST_SHOWN} 个）" if len(known) > MOST_SHOWN else ""
    return charts.figure(
        *(
            go.Bar(
                y=[line["name"] for line in shown],
                x=[line[f"{part}_pct"] for line in shown],
                orientation="h",
                name=words,
                marker={"color": _COLOURS[part]},
                customdata=[line[part] / 60 for line in shown],
                hovertemplate="%{y}<br>" + words + " %{x:.0f}%，%{customdata:,.0f} 分钟<extra></extra>",
            )
            for part, words in PARTS.items()
        ),
        height=90 + 25 * len(shown),
        barmode="stack",
        xaxis={"title": f"占巡组巡逻分钟的 %{cut}", "range": [0, 100]},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  "},
        margin={"l": 150, "r": 20, "t": 30, "b": 44},
    )
