"""Offline maps: boundaries as plain drawn polygons, north up, with a scale bar and names.

Belongs here: WKT to screen, colours by value, the scale bar. A drawn polygon needs neither tiles, nor
glyph files, nor WebGL; it prints, and it can carry names, which an offline tile map cannot.
Coordinates are longitude and latitude; the vertical axis is stretched by 1/cos(latitude) so that
distances look equal both ways. Nothing but areas is drawn. Does not belong here: cells of the grid (``cell_maps``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from shapely import wkt
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from dashboards.components.charts import GREY, INK, SEQUENTIAL, figure

KM_PER_DEGREE = 111.32
"""Length of one degree of latitude in km (mean meridian)."""
LABEL_SIZE = 11
WIDTH = 400
"""Pixels a map is at least wide on the smallest supported screen; decides which names fit."""
WIDEST = 700
"""Pixels a map is about wide on the largest; decides how high a flat one is."""


@dataclass(frozen=True)
class MapArea:
    """One area to draw.

    Args:
        name: shown on the map.
        boundary_wkt: POLYGON or MULTIPOLYGON in degrees.
        value: the quantity, None when there is none (hatched grey, not zero).
        hover: text on hover.
    """

    name: str
    boundary_wkt: str
    value: float | None
    hover: str


def choropleth(areas: Sequence[MapArea], *, legend: str, height: int) -> go.Figure:
    """Return the map.

    Args:
        areas: what to draw.
        legend: the quantity with its unit.
        height: pixels.
    """
    shapes = [(area, wkt.loads(area.boundary_wkt)) for area in areas]
    frame = frame_of([shape for _, shape in shapes])
    top = max((area.value for area in areas if area.value is not None), default=1) or 1
    traces: list[Any] = []
    for area, shape in shapes:
        colour = "#ffffff" if area.value is None else sample_colorscale(SEQUENTIAL, [area.value / top])[0]
        xs, ys = outline(shape)
        traces.append(
            go.Scatter(
                x=xs,
                y=ys,
                mode="lines",
                fill="toself",
                fillcolor=colour,
                line={"color": "#6b7785", "width": 1},
                hoveron="fills",
                text=area.hover,
                hoverinfo="text",
                name=area.name,
                showlegend=False,
                fillpattern={"shape": "/", "fgcolor": GREY, "size": 6} if area.value is None else None,
            )
        )
    traces.append(colour_bar(legend, top))
    return drawn([*traces, frame.bar], [*_labels(shapes, height), *frame.annotations], frame, height)


@dataclass(frozen=True)
class Frame:
    """What every map carries.

    Args:
        stretch: of the vertical axis.
        aspect: height over width as drawn.
        bar: the scale bar.
        annotations: its length, and north.
    """

    stretch: float
    aspect: float
    bar: go.Scatter
    annotations: list[dict[str, Any]]


def frame_of(shapes: Sequence[BaseGeometry]) -> Frame:
    """Return the frame around shapes in degrees."""
    west, south, east, north = _bounds(shapes)
    latitude = math.radians((south + north) / 2)
    bar_km = _round_length((east - west) * KM_PER_DEGREE * math.cos(latitude) / 4)
    bar = bar_km / (KM_PER_DEGREE * math.cos(latitude))
    base = south - (north - south) * 0.06
    trace = go.Scatter(
        x=[west, west + bar],
        y=[base, base],
        mode="lines",
        line={"color": INK, "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
    scale = {"x": west + bar, "y": base, "text": f" {bar_km:g} 千米", "showarrow": False, "xanchor": "left"}
    up = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "yanchor": "bottom"}
    aspect = (north - south) / ((east - west) * math.cos(latitude) or 1)
    return Frame(1 / math.cos(latitude), aspect, trace, [scale, {**up, "text": "北 ↑", "showarrow": False}])


def drawn(
    traces: Sequence[Any], annotations: Sequence[dict[str, Any]], frame: Frame, height: int
) -> go.Figure:
    """Return what is drawn in its frame, lower than ``height`` where a flat shape leaves room above and below."""
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    return figure(
        *traces,
        height=min(height, round(WIDEST * frame.aspect) + 60),
        xaxis=axis,
        yaxis={**axis, "scaleanchor": "x", "scaleratio": frame.stretch},
        annotations=list(annotations),
        margin={"l": 4, "r": 4, "t": 24, "b": 4},
    )


def union(boundaries: Sequence[str]) -> str:
    """Return the WKT of several areas drawn as one."""
    return str(unary_union([wkt.loads(boundary) for boundary in boundaries]).wkt)


def _bounds(shapes: Sequence[BaseGeometry]) -> tuple[float, float, float, float]:
    boxes = [shape.bounds for shape in shapes]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def outline(shape: BaseGeometry) -> tuple[list[float | None], list[float | None]]:
    """Return the outer sides of a shape as one broken line."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for polygon in getattr(shape, "geoms", [shape]):
        if xs:
            xs.append(None)
            ys.append(None)
        for x, y in polygon.exterior.coords:
            xs.append(round(x, 5))
            ys.append(round(y, 5))
    return xs, ys


def _labels(shapes: Sequence[tuple[MapArea, BaseGeometry]], height: int) -> list[dict[str, Any]]:
    """Return the names that fit: whole, else without what all names share, else none (hover has it).

    Args:
        shapes: areas with their geometry.
        height: pixels of the map; the scale is that of a map drawn ``WIDTH`` pixels wide.
    """
    west, south, east, north = _bounds([shape for _, shape in shapes])
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    scale = min((height - 30) / ((north - south) * stretch or 1), WIDTH / (east - west or 1))
    shared = _shared_start([area.name for area, _ in shapes])
    labels = []
    for area, shape in shapes:
        point = shape.representative_point()
        room = (shape.bounds[2] - shape.bounds[0]) * scale
        tall = (shape.bounds[3] - shape.bounds[1]) * scale * stretch
        candidates = [area.name, area.name.removeprefix(shared)]
        text = next((text for text in candidates if text and _text_width(text) <= room and tall >= 16), "")
        if text:
            labels.append(
                {
                    "x": point.x,
                    "y": point.y,
                    "text": text,
                    "showarrow": False,
                    "font": {"size": LABEL_SIZE, "color": INK},
                    "bgcolor": "rgba(255,255,255,0.82)",
                    "borderpad": 1,
                }
            )
    return labels


def _shared_start(names: Sequence[str]) -> str:
    """Return what all names begin with, "" for a single name; 第 stays with its number."""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length].removesuffix("第") if len(names) > 1 else ""


def _text_width(text: str) -> float:
    return sum(LABEL_SIZE if ord(character) > 255 else 0.6 * LABEL_SIZE for character in text) + 4


def colour_bar(legend: str, top: float, scale: Sequence[Sequence[Any]] = SEQUENTIAL) -> go.Scatter:
    """Return the legend from zero to the highest value, in the colours of ``scale``."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        showlegend=False,
        hoverinfo="skip",
        marker={
            "colorscale": scale,
            "cmin": 0,
            "cmax": top,
            "color": [0],
            "showscale": True,
            "colorbar": {
                "title": {"text": legend, "side": "right"},
                "thickness": 12,
                "len": 0.6,
                "outlinewidth": 0,
                "tickformat": ",d",
                **({"dtick": 1} if top <= 5 else {}),
            },
        },
    )


def _round_length(km: float) -> float:
    power = 10 ** math.floor(math.log10(km)) if km > 0 else 1
    return max(step * power for step in (1, 2, 5) if step * power <= max(km, power))
