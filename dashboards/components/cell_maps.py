"""Maps of the 500 m grid: cells coloured by a count or numbered, on boundaries in grey.

Belongs here: drawing cells and the mark of places in one. Does not belong here: the grid itself
(``jingcang.addresses.cells``), areas coloured by a count and what every map carries (``maps``). A map of cells shows no
address and no point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import shapely
from plotly.colors import sample_colorscale

from dashboards.components.charts import ATTENTION, GREY, INK, SEQUENTIAL
from dashboards.components.maps import colour_bar, drawn, frame_of, outline
from jingcang.addresses.cells import cell_bounds

SHADES = 12
"""Shades of the sequential scale: one drawn path each, however many cells there are."""
DARK = 0.6
"""Share of the highest value from which a number in the cell is white."""
PLAIN, MARKED = "#dfe5ec", "#fbdccb"


@dataclass(frozen=True)
class MapCell:
    """One cell to draw.

    Args:
        cell_id: of the grid.
        value: the quantity that colours it, None for a cell that has no colour of its own.
        text: printed in it, "" for nothing.
        hover: text on hover, "" for nothing.
        is_marked: drawn in the colour of attention: outlined when it has a value, else filled.
    """

    cell_id: str
    value: float | None = None
    text: str = ""
    hover: str = ""
    is_marked: bool = False


def cell_map(
    boundaries: Sequence[str],
    cells: Sequence[MapCell],
    *,
    height: int,
    legend: str = "",
    places: Sequence[tuple[str, str]] = (),
) -> go.Figure:
    """Return the map.

    Args:
        boundaries: WKT of the areas, context only; may be empty.
        cells: what to draw.
        height: pixels.
        legend: the quantity with its unit, "" where cells have no value.
        places: (cell_id, hover) of cells marked as holding places; the mark stands in the cell's corner.
    """
    areas = [shapely.from_wkt(boundary) for boundary in boundaries]
    seen = [cell.cell_id for cell in cells] + [cell_id for cell_id, _ in places]
    frame = frame_of(areas or [shapely.box(*cell_bounds(cell_id)) for cell_id in seen])
    top = max((cell.value for cell in cells if cell.value is not None), default=0) or 1
    traces: list[Any] = [_area(shape) for shape in areas]
    traces += _squares(cells, top)
    if legend:
        traces.append(colour_bar(legend, top))
    told = [(cell.cell_id, cell.hover) for cell in cells if cell.hover]
    if told:
        traces.append(_marks(told, (0.5, 0.5), {"size": 12, "opacity": 0}))
    if places:
        look = {"size": 8, "symbol": "diamond", "color": "white", "line": {"color": INK, "width": 1.5}}
        traces.append(_marks(places, (0.82, 0.2), look))
    numbers = [
        {
            "x": x,
            "y": y,
            "text": f"<b>{cell.text}</b>",
            "showarrow": False,
            "font": {"size": 12, "color": "white" if (cell.value or 0) > DARK * top else INK},
        }
        for cell in cells
        if cell.text
        for x, y in [_inside(cell.cell_id, (0.5, 0.5))]
    ]
    return drawn([*traces, frame.bar], [*frame.annotations, *numbers], frame, height)


def _area(shape: Any) -> go.Scatter:
    xs, ys = outline(shape)
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        fill="toself",
        fillcolor="#f3f5f8",
        line={"color": "#9aa5b1", "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )


def _squares(cells: Sequence[MapCell], top: float) -> list[go.Scatter]:
    """Return one path a look, marked cells last so that their outline lies on top."""
    looks: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for cell in cells:
        if cell.value is None:
            fill = MARKED if cell.is_marked else PLAIN
        else:
            shade = round(SHADES * max(cell.value, 0) / top) / SHADES
            fill = sample_colorscale(SEQUENTIAL, [shade])[0]
        looks[cell.is_marked, fill].append(cell.cell_id)
    made = []
    for (is_marked, fill), ids in sorted(looks.items()):
        xs: list[float | None] = []
        ys: list[float | None] = []
        for west, south, east, north in map(cell_bounds, ids):
            xs += [west, east, east, west, west, None]
            ys += [south, south, north, north, south, None]
        line = {"color": ATTENTION if is_marked else GREY, "width": 2 if is_marked else 0.6}
        made.append(
            go.Scatter(
                x=xs[:-1],
                y=ys[:-1],
                mode="lines",
                fill="toself",
                fillcolor=fill,
                line=line,
                hoverinfo="skip",
                showlegend=False,
            )
        )
    return made


def _marks(cells: Sequence[tuple[str, str]], at: tuple[float, float], look: dict[str, Any]) -> go.Scatter:
    points = [_inside(cell_id, at) for cell_id, _ in cells]
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="markers",
        marker=look,
        text=[hover for _, hover in cells],
        hoverinfo="text",
        showlegend=False,
    )


def _inside(cell_id: str, at: tuple[float, float]) -> tuple[float, float]:
    """Return the place in a cell at shares of its width and height."""
    west, south, east, north = cell_bounds(cell_id)
    return round(west + at[0] * (east - west), 6), round(south + at[1] * (north - south), 6)
