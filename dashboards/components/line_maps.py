"""Maps of street segments: centre lines coloured by a count, on boundaries in grey.

Belongs here: drawing lines. Does not belong here: cells (``cell_maps``), areas coloured by a count and what every map
carries (``maps``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import shapely
from plotly.colors import sample_colorscale

from dashboards.components.charts import SEQUENTIAL
from dashboards.components.maps import colour_bar, drawn, frame_of, outline

SHADES = 12
"""Shades of the sequential scale: one drawn path each, however many lines there are."""
SCALE = [[(place - SEQUENTIAL[1][0]) / (1 - SEQUENTIAL[1][0]), colour] for place, colour in SEQUENTIAL[1:]]
"""The sequential scale without its lightest quarter, in which a thin line cannot be seen."""


@dataclass(frozen=True)
class MapLine:
    """One street segment to draw.

    Args:
        line_wkt: LINESTRING or MULTILINESTRING in degrees.
        value: the quantity that colours it.
        hover: text on hover.
    """

    line_wkt: str
    value: float
    hover: str


def line_map(boundaries: Sequence[str], lines: Sequence[MapLine], *, height: int, legend: str) -> go.Figure:
    """Return the map.

    Args:
        boundaries: WKT of the areas, context only; may be empty.
        lines: what to draw, at least one.
        height: pixels.
        legend: the quantity with its unit.
    """
    areas = [shapely.from_wkt(boundary) for boundary in boundaries]
    shapes = [shapely.from_wkt(line.line_wkt) for line in lines]
    top = max(line.value for line in lines) or 1
    frame = frame_of([*areas, *shapes])
    looks: dict[float, list[Any]] = defaultdict(list)
    for line, shape in zip(lines, shapes, strict=True):
        looks[round(SHADES * line.value / top) / SHADES].append(shape)
    traces: list[Any] = [_path(*outline(area), "#9aa5b1", 1) for area in areas]
    traces += [
        _path(*_strokes(found), sample_colorscale(SCALE, [shade])[0], 4)
        for shade, found in sorted(looks.items())
    ]
    middles = shapely.line_interpolate_point([_longest(shape) for shape in shapes], 0.5, normalized=True)
    hovers = go.Scatter(
        x=shapely.get_x(middles),
        y=shapely.get_y(middles),
        mode="markers",
        marker={"size": 12, "opacity": 0},
        text=[line.hover for line in lines],
        hoverinfo="text",
        showlegend=False,
    )
    return drawn(
        [*traces, colour_bar(legend, top, SCALE), hovers, frame.bar], frame.annotations, frame, height
    )


def _path(xs: Sequence[float | None], ys: Sequence[float | None], colour: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip", showlegend=False
    )


def _strokes(shapes: Sequence[Any]) -> tuple[list[float | None], list[float | None]]:
    """Return lines as one broken line."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for shape in shapes:
        for part in getattr(shape, "geoms", [shape]):
            xs += [*(round(x, 5) for x, _ in part.coords), None]
            ys += [*(round(y, 5) for _, y in part.coords), None]
    return xs[:-1], ys[:-1]


def _longest(shape: Any) -> Any:
    return max(getattr(shape, "geoms", [shape]), key=lambda part: part.length)
