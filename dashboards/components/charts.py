"""The product's one Plotly template and the way a chart is shown.

Belongs here: colours and their meaning, fonts, hover, and the rule that every chart stands under a
sentence and above its own data. Does not belong here: particular charts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from dashboards.components.tables import show_table

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
GREY, LIGHT, INK = "#8a96a3", "#d9dfe6", "#1b2430"
CONTEXT = "#3b4a5a"
ATTENTION = "#c2410c"
IMPROVEMENT = "#1f6f8b"
BAND = "rgba(138,150,163,0.22)"
SEQUENTIAL = [[0.0, "#f4f6f9"], [0.25, "#c9d8e8"], [0.5, "#8fb2d3"], [0.75, "#4f86b8"], [1.0, "#17456f"]]
THREE_VERDICTS = [
    [0, "#cfe4ec"],
    [0.33, "#cfe4ec"],
    [0.34, "#f3f5f8"],
    [0.66, "#f3f5f8"],
    [0.67, "#fbdccb"],
    [1, "#fbdccb"],
]
"""Fallen, not told from chance, risen."""

_NUMBERS = {"exponentformat": "none", "separatethousands": True}
"""Of axes: 12,000 and neither 12k nor 1.2e4."""

_TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "colorway": [CONTEXT, ATTENTION, IMPROVEMENT, GREY],
        "margin": {"l": 64, "r": 16, "t": 12, "b": 48},
        "hoverlabel": {"font": {"family": FONT, "size": 13}, "bgcolor": "white", "bordercolor": GREY},
        "xaxis": {"gridcolor": "#eef1f4", "linecolor": GREY, "ticks": "outside", "automargin": True}
        | _NUMBERS,
        "yaxis": {"gridcolor": "#e6eaef", "linecolor": GREY, "zerolinecolor": GREY, "automargin": True}
        | _NUMBERS,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "title": {"text": ""},
            "traceorder": "normal",
        },
        "separators": ".,",
        "dragmode": False,
    }
)
pio.templates["jingcang"] = _TEMPLATE

CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "locale": "zh-CN",
    "scrollZoom": False,
    "responsive": True,
}


def figure(*traces: Any, height: int, **layout: Any) -> go.Figure:
    """Return a figure in the product's template."""
    result = go.Figure(list(traces))
    result.update_layout(template="jingcang", height=height, **layout)
    return result


def show_chart(
    finding: str,
    chart: go.Figure,
    *,
    key: str,
    columns: Sequence[tuple[str, ...]],
    rows: Sequence[Sequence[Any]],
    note: str = "",
    export_rows: Sequence[Sequence[Any]] | None = None,
) -> None:
    """Show a chart under its finding and above its own data.

    Args:
        finding: title, a sentence with the finding or with what is shown.
        chart: the figure.
        key: unique key on the page.
        columns: header paths of the data table.
        rows: the data the chart was drawn from.
        note: one line on how to read it.
        export_rows: rows for the export when they differ, e.g. with small counts suppressed.
    """
    st.subheader(finding)
    if note:
        st.caption(note)
    st.plotly_chart(chart, theme=None, config=CONFIG, key=f"chart_{key}", alt=finding)
    with st.expander("看数据"):
        show_table(columns, rows, key=key, title=finding, export_rows=export_rows)
