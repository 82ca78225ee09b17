"""Area boundaries cut into strips of latitude: what SQL needs to tell which area holds a point.

Belongs here: boundary → stretches of the middle lines of strips. Does not belong here: which area is given where
boundaries overlap, and on which day one is valid (``fct_patrol_area_presence``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from jingcang.errors import JingcangError

STRIP_HEIGHT = 224
"""Height of a strip in millionths of a degree of latitude, 25 m (the dbt macro ``area_strip`` has the same)."""

STRIP_SCHEMA: dict[str, pl.DataType] = {
    "area_id": pl.String(), "strip": pl.Int64(), "west_x": pl.Int64(), "east_x": pl.Int64(),
}  # fmt: skip

STRIPS_VERSION = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]

_SHIFT = 180_000_000
_POLYGON = 3
_SLACK = 1e-3
"""Millionths of a degree (0.1 mm) by which rounding may move a crossing, so that neighbours leave no gap."""


def strips_of_areas(areas: pl.DataFrame) -> pl.DataFrame:
    """Cut boundaries along the middle line of every strip of latitude.

    A point is taken to lie in an area when its longitude lies in one of the area's stretches of the point's strip;
    that differs from the boundary only within 12.5 m (half a strip) of it.

    Args:
        areas: columns ``area_id`` (text) and ``boundary_wkt`` (CGCS2000, polygon or multipolygon, degrees); others
            are ignored, rows without a boundary give nothing.

    Returns:
        ``derived.area_strips``: one row a stretch, columns of :data:`STRIP_SCHEMA`, ordered by area, strip and
        stretch. ``strip`` numbers strips of :data:`STRIP_HEIGHT` northwards, 0 beginning 180° below the equator, so
        that none is negative; ``west_x`` and ``east_x`` are the first and the last whole millionth of a degree of
        longitude inside. Holes interrupt a stretch; a boundary that crosses itself is made valid before.

    Raises:
        JingcangError: a boundary cannot be read.

    Source:
        Scan-line filling by the even-odd rule: of the crossings of a line with all rings of a valid polygon, sorted,
        the stretches between first and second, third and fourth … are inside.
    """
    given = areas.filter(pl.col("boundary_wkt").is_not_null()).sort("area_id")
    try:
        shapes = shapely.make_valid(shapely.from_wkt(given["boundary_wkt"].to_numpy()))
    except shapely.errors.GEOSException as error:
        raise JingcangError(
            "区域边界无法读取，不能按边界计算巡逻分钟",
            where="areas.boundary_wkt",
            remedy="请检查边界文件中的多边形是否完整",
        ) from error
    parts, area = _polygons(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    started, ended = points[follows] * 1e6, points[follows + 1] * 1e6
    edge, strip = _crossed(started[:, 1], ended[:, 1])
    way = ended[edge] - started[edge]
    x = started[edge, 0] + way[:, 0] * (_middle(strip) - started[edge, 1]) / way[:, 1]
    owner = area[part[ring[follows[edge]]]]
    order = np.lexsort((x, strip, owner))
    owner, strip, x = owner[order], strip[order], x[order]
    west, east = np.ceil(x[::2] - _SLACK), np.floor(x[1::2] + _SLACK)
    kept = west <= east
    return pl.DataFrame(
        {
            "area_id": given["area_id"].gather(owner[::2][kept]),
            "strip": strip[::2][kept],
            "west_x": west[kept].astype(np.int64),
            "east_x": east[kept].astype(np.int64),
        },
        schema=STRIP_SCHEMA,
    )


def _polygons(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the single polygons of shapes and the shape each is of; a collection may hold multipolygons and lines."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)
    is_polygon = shapely.get_type_id(parts) == _POLYGON
    return parts[is_polygon], shape[part[is_polygon]]


def _crossed(started_y: np.ndarray, ended_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of edge and strip whose middle line the edge crosses; of its ends the lower one counts."""
    first = _first_middle_from(np.minimum(started_y, ended_y))
    count = _first_middle_from(np.maximum(started_y, ended_y)) - first
    edge = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    return edge, first[edge] + place


def _first_middle_from(y: np.ndarray) -> np.ndarray:
    return np.ceil((y - _middle(np.zeros_like(y))) / STRIP_HEIGHT).astype(np.int64)


def _middle(strip: np.ndarray) -> np.ndarray:
    """Return middle latitudes of strips in millionths of a degree: no coordinate of six decimals lies on one."""
    return strip * STRIP_HEIGHT - _SHIFT + (STRIP_HEIGHT - 1) / 2
