"""The shapes that charts of several pages share: the matrix of cells, dots with intervals.

Belongs here: how they are drawn. Does not belong here: colours and the frame of a chart (``charts``), what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts


def matrix(
    columns: Sequence[str],
    lines: Sequence[str],
    values: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    *,
    hover: str,
    told: Sequence[Sequence[str]] | None = None,
    colours: Sequence[Sequence[Any]] = charts.SEQUENTIAL,
    highest: float | None = None,
    left: int = 110,
    line_height: int = 28,
) -> go.Figure:
    """Return lines × columns as coloured cells with a text each, column names on top.

    Args:
        columns, lines: names, from the left and from the top.
        values: what colours a cell, from 0 on.
        texts: what stands in it.
        hover: Plotly's template of what is told of a cell.
        told: ``customdata`` of the template.
        colours: colour scale.
        highest: value at the scale's end; the largest there is when None.
        left: margin for the names of lines, pixels.
        line_height: pixels.
    """
    return charts.figure(
        go.Heatmap(
            x=list(columns),
            y=list(lines),
            z=values,
            zmin=0,
            zmax=highest,
            showscale=False,
            xgap=2,
            ygap=2,
            colorscale=colours,
            text=texts,
            texttemplate="%{text}",
            customdata=told,
            hovertemplate=f"{hover}<extra></extra>",
        ),
        height=64 + line_height * len(lines),
        xaxis={"side": "top", "ticks": "", "showgrid": False, "type": "category"},
        yaxis={
            "autorange": "reversed",
            "ticks": "",
            "showgrid": False,
            "type": "category",
            "ticksuffix": " ",
        },
        margin={"l": left, "r": 8, "t": 28, "b": 6},
    )


def dots(
    names: Sequence[str],
    values: Sequence[float],
    limits: Sequence[tuple[float, float]],
    *,
    told: Sequence[str],
    colour: str | Sequence[str],
    interval_colour: str = charts.GREY,
    symbol: str = "circle",
    name: str = "",
) -> go.Scatter:
    """Return one dot a name with its interval, along the horizontal axis.

    Args:
        names: of the lines.
        values: where the dots stand.
        limits: (low, high) of each interval; an upper limit that is not known is not drawn.
        told: of each dot, on hover.
        colour: of the dots, or of each.
        interval_colour: of the intervals.
        symbol: Plotly's.
        name: in the legend, which does not show a series without one.
    """
    return go.Scatter(
        x=list(values),
        y=list(names),
        mode="markers",
        orientation="h",  # groups of a chart that sets dots apart (scattermode) stand below each other
        name=name,
        showlegend=bool(name),
        marker={"color": colour, "size": 9, "symbol": symbol},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [
                0.0 if math.isinf(high) else high - value
                for value, (_, high) in zip(values, limits, strict=True)
            ],
            "arrayminus": [value - low for value, (low, _) in zip(values, limits, strict=True)],
            "color": interval_colour,
            "thickness": 1.2,
            "width": 3,
        },
        customdata=list(told),
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
    )
