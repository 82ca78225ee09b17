"""Which area holds a point on a date.

Belongs here: point in polygon, validity. Does not belong here: the area a source recorded (kept beside it
in the facts; a disagreement is listed, never corrected).
"""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import shapely

from jingcang.errors import JingcangError

_FAR = datetime.date(9999, 12, 31)


class AreaIndex:
    """Polygons with a validity, searchable by point and date.

    Args:
        areas: columns ``area_no``, ``boundary_wkt`` (CGCS2000, polygon or multipolygon, degrees),
            ``valid_from``, ``valid_to`` (dates, half-open; null is open). Rows without a boundary are left
            out. All areas are of one level.

    Raises:
        JingcangError: a boundary cannot be read.
    """

    def __init__(self, areas: pl.DataFrame) -> None:
        # Sorted by number: where polygons overlap, the lowest number is given, whatever the input order.
        areas = areas.filter(pl.col("boundary_wkt").is_not_null()).sort("area_no", "valid_from")
        try:
            polygons = shapely.make_valid(shapely.from_wkt(areas["boundary_wkt"].to_numpy()))
        except shapely.errors.GEOSException as error:
            raise JingcangError(
                "区域边界无法读取，不能判定责任区",
                where="areas.boundary_wkt",
                remedy="请检查边界文件中的多边形是否完整",
            ) from error
        self._tree = shapely.STRtree(polygons)
        self._numbers = areas["area_no"].to_numpy()
        self._from = _days(areas["valid_from"], datetime.date(1, 1, 1))
        self._to = _days(areas["valid_to"], _FAR)

    def find(self, longitude: np.ndarray, latitude: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the area number of each point, or None.

        Args:
            longitude: degrees, nan where missing; shape (n,).
            latitude: degrees, nan where missing; shape (n,).
            day: days since 1970-01-01 on which the area must be valid; shape (n,).

        Returns:
            Object array (n,): ``area_no`` or None. A point on a common border belongs to the area of the
            lowest number.
        """
        found = np.full(len(longitude), None, dtype=object)
        present = np.flatnonzero(~(np.isnan(longitude) | np.isnan(latitude)))
        if not len(present) or not len(self._numbers):
            return found
        points = shapely.points(longitude[present], latitude[present])
        which, area = self._tree.query(points, predicate="intersects")
        which = present[which]
        valid = (self._from[area] <= day[which]) & (day[which] < self._to[area])
        which, area = which[valid], area[valid]
        # Assigned from the last to the first, so that the first area of a point stays.
        order = np.lexsort((-area, which))
        found[which[order]] = self._numbers[area[order]]
        return found


def _days(column: pl.Series, default: datetime.date) -> np.ndarray:
    return column.cast(pl.Date).fill_null(default).cast(pl.Int32).to_numpy().astype(np.int64)
