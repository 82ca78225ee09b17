"""The square grid of about 500 m: the same cells as the dbt macro ``cell_id`` (dbt_project/macros/cells.sql).

Belongs here: point → cell, cell → corners, the cells over an area and who is whose neighbour. Does not belong here:
patrol presence (SQL).

Everything is integer arithmetic on millionths of a degree, so that SQL and Python, and every engine, agree.
``cell_id`` is ``<latitude>_<longitude>`` of the south-west corner in millionths of a degree. Rows are 4,492
millionths high (500 m / 111,319.49 m a degree); the column width of a row is 4,492 / cos(latitude of the
middle of the row's whole degree), rounded. A test compares this module with the rendered macro.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely
from scipy import sparse

ROW_HEIGHT = 4492
COLUMN_WIDTHS = tuple(round(ROW_HEIGHT / math.cos(math.radians(degree + 0.5))) for degree in range(80))


def cell_columns(longitude: str = "longitude", latitude: str = "latitude") -> pl.Expr:
    """Return the expression of ``cell_id`` (text; null where a coordinate is null).

    Args:
        longitude: column of CGCS2000 longitudes, decimal degrees (decimal or float).
        latitude: column of CGCS2000 latitudes.
    """
    row_point, column_point = _micro(latitude), _micro(longitude)
    row = row_point - (row_point + 90_000_000) % ROW_HEIGHT
    whole_degree = (row.abs() // 1_000_000).clip(0, len(COLUMN_WIDTHS) - 1)
    width = whole_degree.replace_strict(
        pl.Series(range(len(COLUMN_WIDTHS)), dtype=pl.Int64), pl.Series(COLUMN_WIDTHS, dtype=pl.Int64)
    )
    column = column_point - (column_point + 180_000_000) % width
    return pl.concat_str([row.cast(pl.String), column.cast(pl.String)], separator="_")


def _micro(column: str) -> pl.Expr:
    # Decimal(9, 6) times a million is exact; rounding serves coordinates given as floats.
    return (pl.col(column).cast(pl.Float64) * 1_000_000).round(0).cast(pl.Int64)


def cell_bounds(cell_id: str) -> tuple[float, float, float, float]:
    """Return the sides of a cell as west, south, east, north in degrees."""
    south, west = (int(part) for part in cell_id.split("_"))
    return west / 1e6, south / 1e6, (west + _width(south)) / 1e6, (south + ROW_HEIGHT) / 1e6


def is_cell(cell_id: str) -> bool:
    """Return whether a text names a cell of the grid."""
    return cell_id.count("_") == 1 and cell_id.replace("_", "").replace("-", "").isdigit()


def cells_over(boundaries: Sequence[str]) -> list[str]:
    """Return the cells that lie over some areas, also those they only touch in part.

    Args:
        boundaries: WKT in CGCS2000 degrees.

    Returns:
        Cell ids, from the south-west, row by row.
    """
    whole = shapely.union_all([shapely.from_wkt(boundary) for boundary in boundaries])
    if whole.is_empty:
        return []
    shapely.prepare(whole)
    west, south, east, north = (math.floor(side * 1e6) for side in whole.bounds)
    found: list[str] = []
    for row in range(south - (south + 90_000_000) % ROW_HEIGHT, north + 1, ROW_HEIGHT):
        width = _width(row)
        columns = np.arange(west - (west + 180_000_000) % width, east + 1, width)
        boxes = shapely.box(columns / 1e6, row / 1e6, (columns + width) / 1e6, (row + ROW_HEIGHT) / 1e6)
        inside = shapely.intersects(whole, boxes) & ~shapely.touches(whole, boxes)
        found += [f"{row}_{column}" for column in columns[inside]]
    return found


def neighbour_weights(cells: Sequence[str]) -> sparse.csr_array:
    """Return who is whose neighbour on the grid: 1 for the cell itself and the cells that touch it, corners included.

    Where rows of two widths meet, a cell touches those less than one and a half columns away.

    Args:
        cells: cell ids, each once.

    Returns:
        Shape (n, n), in the order given.
    """
    rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    corners = [tuple(int(part) for part in cell.split("_")) for cell in cells]
    for index, (south, west) in enumerate(corners):
        rows[south].append((west, index))
    pairs = [
        (index, other)
        for index, (south, west) in enumerate(corners)
        for row in (south - ROW_HEIGHT, south, south + ROW_HEIGHT)
        for column, other in rows.get(row, ())
        if 2 * abs(column - west) < 3 * _width(south)
    ]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(cells), len(cells)))


def _width(south: int) -> int:
    return COLUMN_WIDTHS[min(abs(south) // 1_000_000, len(COLUMN_WIDTHS) - 1)]
