"""The square grid of about 500 m: the same cells as the dbt macro ``cell_id`` (dbt_project/macros/cells.sql).

Belongs here: point → cell and cell → corner. Does not belong here: patrol presence (SQL).

Everything is integer arithmetic on millionths of a degree, so that SQL and Python, and every engine, agree.
``cell_id`` is ``<latitude>_<longitude>`` of the south-west corner in millionths of a degree. Rows are 4,492
millionths high (500 m / 111,319.49 m a degree); the column width of a row is 4,492 / cos(latitude of the
middle of the row's whole degree), rounded. A test compares this module with the rendered macro.
"""

from __future__ import annotations

import math

import polars as pl

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
