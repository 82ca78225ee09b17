"""Area of a point on a date, and the 500 m grid."""

import datetime
import random
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import jinja2
import polars as pl
import pytest

from jingcang.addresses import AREAS_VERSION, cell_columns, locate
from jingcang.addresses.cells import COLUMN_WIDTHS
from jingcang.errors import JingcangError

MACROS = Path(__file__).parents[3] / "dbt_project/macros/cells.sql"
WEST = "POLYGON ((121 29, 121.5 29, 121.5 30, 121 30, 121 29))"
EAST = "POLYGON ((121.5 29, 122 29, 122 30, 121.5 30, 121.5 29))"
WHOLE = "POLYGON ((121 29, 122 29, 122 30, 121 30, 121 29))"
CHANGE = datetime.date(2025, 1, 1)
AREAS = pl.DataFrame(
    {
        "area_no": ["B2", "A1", "B1", "C1"],
        "boundary_wkt": [EAST, WHOLE, WEST, None],
        "valid_from": [CHANGE, None, CHANGE, None],
        "valid_to": [None, CHANGE, None, None],
    }
)


def _points(rows: list[tuple[str, str | None, str | None, datetime.date | None]]) -> pl.DataFrame:
    schema = {"object_id": pl.String, "longitude": pl.String, "latitude": pl.String, "event_date": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.col("longitude", "latitude").cast(pl.Decimal(9, 6)))


def test_boundary_valid_on_the_event_date() -> None:
    day = datetime.timedelta(days=1)
    frame = _points(
        [
            ("before", "121.7", "29.5", CHANGE - day),
            ("from", "121.7", "29.5", CHANGE),
            ("west", "121.2", "29.5", CHANGE + day),
            ("border", "121.5", "29.5", CHANGE),
            ("outside", "123", "29.5", CHANGE),
            ("missing", None, "29.5", CHANGE),
            ("undated", "121.7", "29.5", None),
        ]
    )
    result = locate(frame, AREAS, object_kind="incident")
    assert result["geometry_area_no"].to_list() == ["A1", "B2", "B1", "B1", None, None, "B2"]
    assert result["object_id"].to_list() == frame["object_id"].to_list()
    assert result["cell_id"].null_count() == 1
    assert set(result["object_kind"]) == {"incident"}
    assert len(AREAS_VERSION) == 16


def test_order_of_areas_does_not_matter() -> None:
    frame = _points([("border", "121.5", "29.5", CHANGE)])
    results = {
        locate(frame, AREAS.sample(fraction=1, shuffle=True, seed=seed), object_kind="case").row(0)
        for seed in range(5)
    }
    assert len(results) == 1


def test_no_areas_and_no_points() -> None:
    frame = _points([("p", "121.5", "29.5", CHANGE)])
    assert locate(frame, AREAS.head(0), object_kind="place")["geometry_area_no"].to_list() == [None]
    assert locate(frame.head(0), AREAS, object_kind="place").height == 0


def test_broken_boundary_is_named() -> None:
    broken = AREAS.head(1).with_columns(boundary_wkt=pl.lit("POLYGON ((121 29, 121"))
    with pytest.raises(JingcangError, match="边界"):
        locate(_points([("p", "121.5", "29.5", CHANGE)]), broken, object_kind="case")


def _macro_cells(frame: pl.DataFrame) -> list[str]:
    """The cells as the dbt macro computes them, rendered here and run by DuckDB."""
    source = MACROS.read_text(encoding="utf-8")
    module = jinja2.Environment(autoescape=False).from_string(source).module
    row = module.cell_row_origin("latitude")
    cell = module.cell_id("r", module.cell_column_width("r"), "longitude")
    query = f"select {cell} from (select *, {row} as r from frame order by n)"
    return [value for (value,) in duckdb.sql(query).fetchall()]


def test_cells_equal_the_dbt_macro() -> None:
    source = random.Random(20260101)
    points = [(source.uniform(-180, 180), source.uniform(-90, 90)) for _ in range(2000)]
    points += [(source.uniform(120, 123), source.uniform(28, 32)) for _ in range(2000)]
    points += [
        (121.5, 31.0),
        (121.5, -31.0),
        (121.5, 30.99999),
        (9.0, 90.0),
        (0.0, 0.0),
        (-0.000001, -0.000001),
    ]
    frame = pl.DataFrame(
        {
            "n": range(len(points)),
            "longitude": [Decimal(f"{x:.6f}") for x, _ in points],
            "latitude": [Decimal(f"{y:.6f}") for _, y in points],
        },
        schema_overrides={"longitude": pl.Decimal(9, 6), "latitude": pl.Decimal(9, 6)},
    )
    assert frame.select(cell_columns().alias("c"))["c"].to_list() == _macro_cells(frame)


def test_cells_are_about_500_m() -> None:
    listed = re.search(r"widths = \[([\d,\s]+)\]", MACROS.read_text(encoding="utf-8"))
    assert listed is not None
    assert tuple(int(width) for width in listed[1].replace(",", " ").split()) == COLUMN_WIDTHS
    frame = pl.DataFrame({"longitude": [121.5, 121.5055, 121.5], "latitude": [31.0, 31.0, 31.0046]})
    assert frame.select(cell_columns().alias("c"))["c"].n_unique() == 3
