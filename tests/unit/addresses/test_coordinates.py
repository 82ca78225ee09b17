"""A place is in one area whatever coordinate system its source writes, and by the boundary of its day."""

import datetime
import math

import numpy as np
import polars as pl
import pyproj
import pytest

from jingcang.addresses import locate
from jingcang.landing.coordinates import to_cgcs2000, wgs84_to_gcj02

PLACE = (120.153000, 30.287000)
# About 200 m around the place: less than the offset of GCJ-02 there, which is about 500 m.
HALF = 0.002
# CGCS2000 ellipsoid (GB 22021-2008): semi-major axis in metres, flattening.
AXIS, FLATTENING = 6378137.0, 1 / 298.257222101


def _square(longitude: float, latitude: float, half: float = HALF) -> str:
    west, east, south, north = longitude - half, longitude + half, latitude - half, latitude + half
    return f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"


def _find(
    longitude: float, latitude: float, areas: pl.DataFrame, day: datetime.date | None = None
) -> str | None:
    frame = pl.DataFrame(
        {"object_id": ["p"], "longitude": [longitude], "latitude": [latitude], "event_date": [day]},
        schema_overrides={"event_date": pl.Date},
    )
    return locate(frame, areas, object_kind="incident")["geometry_area_no"][0]


def _areas(*rows: tuple[str, str, datetime.date | None, datetime.date | None]) -> pl.DataFrame:
    schema = {"area_no": pl.String, "boundary_wkt": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _written(crs: str) -> tuple[float, float]:
    """The place as a source of that system writes it."""
    if crs == "GCJ-02":
        x, y = wgs84_to_gcj02(np.array([PLACE[0]]), np.array([PLACE[1]]))
        return float(x[0]), float(y[0])
    if crs.startswith("EPSG:4549"):
        x, y = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(*PLACE)
        return float(x), float(y)
    return PLACE


@pytest.mark.parametrize("crs", ["CGCS2000", "WGS-84", "GCJ-02", "EPSG:4490", "EPSG:4326", "EPSG:4549"])
def test_one_place_in_every_system(crs: str) -> None:
    written = _written(crs)
    longitude, latitude = to_cgcs2000(np.array([written[0]]), np.array([written[1]]), crs)
    assert math.dist((longitude[0], latitude[0]), PLACE) < 1e-6  # a tenth of a metre
    assert _find(longitude[0], latitude[0], _areas(("A", _square(*PLACE), None, None))) == "A"


def test_unconverted_gcj02_is_in_the_wrong_area() -> None:
    assert _find(*_written("GCJ-02"), _areas(("A", _square(*PLACE), None, None))) is None


def test_projected_cgcs2000_on_its_central_meridian() -> None:
    # EPSG:4549 is the three-degree belt of 120°E: false easting 500 km, northing the length of the meridian,
    # here integrated numerically over the ellipsoid, not taken from the library under test.
    squared = FLATTENING * (2 - FLATTENING)
    latitudes = np.radians(np.linspace(0, 30, 200_001))
    radius = AXIS * (1 - squared) / (1 - squared * np.sin(latitudes) ** 2) ** 1.5
    northing = float(np.trapezoid(radius, latitudes))
    longitude, latitude = to_cgcs2000(np.array([500_000.0]), np.array([northing]), "EPSG:4549")
    assert abs(longitude[0] - 120) < 1e-8
    assert abs(latitude[0] - 30) < 1e-7


def test_what_is_missing_or_off_the_earth_has_no_place() -> None:
    longitude, latitude = to_cgcs2000(np.array([np.nan, 1200.0]), np.array([30.0, 30.0]), "CGCS2000")
    assert np.isnan(longitude).all()
    assert np.isnan(latitude).all()


def test_validity_is_half_open() -> None:
    first, change, end = (datetime.date(year, 1, 1) for year in (2024, 2025, 2026))
    areas = _areas(("OLD", _square(*PLACE), first, change), ("NEW", _square(*PLACE), change, end))
    day = datetime.timedelta(days=1)
    for when, wanted in (
        (first - day, None), (first, "OLD"), (change - day, "OLD"), (change, "NEW"), (end - day, "NEW"), (end, None),
    ):  # fmt: skip
        assert _find(*PLACE, areas, when) == wanted, when


def test_holes_and_parts() -> None:
    longitude, latitude = PLACE
    outer, hole = _square(*PLACE, 0.01)[8:-1], _square(*PLACE)[8:-1]
    island = _square(longitude + 0.1, latitude)[8:-1]
    area = _areas(("A", f"MULTIPOLYGON(({outer},{hole}),({island}))", None, None))
    assert _find(longitude, latitude, area) is None
    assert _find(longitude + 0.005, latitude, area) == "A"
    assert _find(longitude + 0.1, latitude, area) == "A"
