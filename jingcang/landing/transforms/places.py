"""Transforms of places: coordinates and shapes, brought to CGCS2000.

Belongs here: longitude, latitude, boundaries. Does not belong here: the conversions (``coordinates``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import shapely
from shapely.geometry import shape

from jingcang.landing.coordinates import to_cgcs2000
from jingcang.landing.transforms.registry import Context, register

#: Of degrees kept: 11 cm.
_DECIMALS = 6
_POINT = pl.Struct({"longitude": pl.Float64, "latitude": pl.Float64})


def _point(context: Context) -> pl.Expr:
    """Convert both coordinates once; the two transforms each take their half."""
    if len(context.from_) != 2:
        raise context.mistake("坐标应当来自两个来源字段：[横（经）, 纵（纬）]")
    x, y = context.from_
    crs, unit = context.option("crs", context.table.crs), str(context.option("unit", ""))
    missing = [(float(a), float(b)) for a, b in context.option("missing", [])]

    def convert(pair: pl.Series) -> pl.Series:
        fields = pair.struct.unnest()
        first, second = (_degrees(fields[name]) for name in fields.columns)
        for a, b in missing:
            absent = (first == a) & (second == b)
            first, second = np.where(absent, np.nan, first), np.where(absent, np.nan, second)
        longitude, latitude = to_cgcs2000(first, second, crs, unit=unit)
        rounded = pl.DataFrame({"longitude": np.round(longitude, 6), "latitude": np.round(latitude, 6)})
        return rounded.fill_nan(None).to_struct(pair.name)

    pair = pl.struct(pl.col(x).alias("x"), pl.col(y).alias("y"))
    name = f"_point|{x}|{y}|{crs}|{unit}|{missing}"
    return context.share(name, pair.map_batches(convert, return_dtype=_POINT))


def _degrees(values: pl.Series) -> np.ndarray:
    if values.dtype == pl.String:
        values = values.str.strip_chars().cast(pl.Float64, strict=False)
    return values.to_numpy().astype(np.float64)


@register("longitude")
def longitude(context: Context) -> pl.Expr:
    """CGCS2000 longitude, six decimals, from [x, y] in the table's ``crs``.

    Options: ``missing`` (pairs that mean no coordinates, e.g. [[0, 0]]), ``unit: us_foot``, ``crs``.
    """
    return _point(context).struct.field("longitude")


@register("latitude")
def latitude(context: Context) -> pl.Expr:
    """CGCS2000 latitude, six decimals; options as for ``longitude``."""
    return _point(context).struct.field("latitude")


@register("wkt_from_geojson")
def wkt_from_geojson(context: Context) -> pl.Expr:
    """A GeoJSON geometry (text) as WKT in CGCS2000, six decimals; absent if it is not a geometry."""
    return _boundary(context, lambda value: shape(json.loads(value)))


@register("wkt")
def wkt(context: Context) -> pl.Expr:
    """A WKT geometry as WKT in CGCS2000, six decimals; absent if it is not a geometry."""
    return _boundary(context, shapely.from_wkt)


def _boundary(context: Context, parse: Callable[[str], Any]) -> pl.Expr:
    crs, unit = context.option("crs", context.table.crs), str(context.option("unit", ""))

    def project(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_cgcs2000(points[:, 0], points[:, 1], crs, unit=unit))

    def parsed(value: str | None) -> Any:
        try:
            return None if value is None else parse(value)
        except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
            return None

    def convert(values: pl.Series) -> pl.Series:
        geometries = np.array([parsed(value) for value in values], dtype=object)
        # All at once: a transformer of PROJ does not outlive the pieces of a column Polars hands to its threads.
        projected = shapely.transform(geometries, project)
        written = shapely.to_wkt(projected, rounding_precision=_DECIMALS, trim=True)
        crossed = shapely.is_valid(geometries) & ~shapely.is_valid(shapely.from_wkt(written))
        # Rounding let narrow parts of the ring cross each other.
        narrow = shapely.set_precision(projected[crossed], 10.0**-_DECIMALS)
        written[crossed] = shapely.to_wkt(narrow, rounding_precision=_DECIMALS, trim=True)
        return pl.Series(values.name, written, dtype=pl.String)

    return context.only().map_batches(convert, return_dtype=pl.String)
