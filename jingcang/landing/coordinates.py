"""Coordinate reference systems of sources, brought to CGCS2000 longitude and latitude.

Belongs here: vectorised conversion of coordinate arrays, whether two descriptions mean one system. Does not belong
here: reading coordinates out of columns (``transforms.places``) and anything about areas.

WGS-84 and CGCS2000 differ by centimetres and are taken as equal.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj

from jingcang.errors import JingcangError

Array = npt.NDArray[np.float64]

#: Exact ratio of the US survey foot to the metre (US National Bureau of Standards, 1893/1959).
US_FOOT = 1200.0 / 3937.0
_SAME = {"WGS-84", "WGS84", "CGCS2000", "EPSG:4326", "EPSG:4490"}
#: Points converted at a time: what is computed on the way stays in the processor's cache.
_PIECE = 1 << 14
# Krasovsky 1940 ellipsoid, used by the GCJ-02 offset: semi-major axis in metres, eccentricity squared.
_AXIS, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323


def _gcj02_offset(longitude: Array, latitude: Array) -> tuple[Array, Array]:
    """Return the GCJ-02 offset in degrees at WGS-84 points.

    Source: the published reconstruction of the GCJ-02 algorithm (see Wikipedia, "Restrictions on
    geographic data in China", section GCJ-02); constants as there.
    """
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    shared = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared
        + (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
        + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared
        + (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
        + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    )  # fmt: skip
    radians = latitude / 180.0 * np.pi
    sine = np.sin(radians)
    magic = 1.0 - _ECCENTRICITY2 * sine * sine
    root_magic = np.sqrt(magic)
    north = (north * 180.0) / ((_AXIS * (1.0 - _ECCENTRICITY2)) / (magic * root_magic) * np.pi)
    east = (east * 180.0) / (_AXIS / root_magic * np.cos(radians) * np.pi)
    return east, north


def _inside_china(longitude: Array, latitude: Array) -> npt.NDArray[np.bool_]:
    """Return where the offset applies: the rectangle the algorithm itself uses."""
    inside = (longitude >= 72.004) & (longitude <= 137.8347) & (latitude >= 0.8293) & (latitude <= 55.8271)
    return np.asarray(inside, dtype=np.bool_)


def wgs84_to_gcj02(longitude: Array, latitude: Array) -> tuple[Array, Array]:
    """Return GCJ-02 coordinates (degrees) of WGS-84 points; unchanged outside the offset's rectangle."""
    east, north = _gcj02_offset(longitude, latitude)
    inside = _inside_china(longitude, latitude)
    return np.where(inside, longitude + east, longitude), np.where(inside, latitude + north, latitude)


def gcj02_to_wgs84(longitude: Array, latitude: Array) -> tuple[Array, Array]:
    """Invert GCJ-02 by fixed-point iteration.

    Args:
        longitude, latitude: degrees, GCJ-02; NaN stays NaN.

    Returns:
        WGS-84 degrees. The offset's gradient is below 0.01, so each of the four rounds gains two
        decimal digits: the residual is far below the sixth decimal kept in the warehouse.
    """
    guess_x, guess_y = longitude.copy(), latitude.copy()
    for start in range(0, len(longitude), _PIECE):
        piece = slice(start, start + _PIECE)
        for _ in range(4):
            forward_x, forward_y = wgs84_to_gcj02(guess_x[piece], guess_y[piece])
            guess_x[piece] -= forward_x - longitude[piece]
            guess_y[piece] -= forward_y - latitude[piece]
    return guess_x, guess_y


def system_name(wkt: str) -> str | None:
    """Return the name of a system described in WKT (as in a .prj file), None where PROJ cannot read it."""
    try:
        return str(pyproj.CRS.from_wkt(wkt.strip("\ufeff\0 \r\n")).name)
    except pyproj.exceptions.CRSError:
        return None


def is_same_system(wkt: str, crs: str | None, x: Array, y: Array) -> bool:
    """Return whether a description in WKT means the system a contract declares.

    Names differ between programs, so what counts is what they do: same ellipsoid, and the same degrees for the points
    given within 1e-5 (1 m). Degrees stay on the system's own datum: NAD83, CGCS2000 and WGS-84 are one here, Beijing
    1954, Xi'an 1980 and NAD27 are not. GCJ-02 has no description of its own and is written as WGS-84.

    Args:
        wkt: a description :func:`system_name` can read.
        crs: as in :func:`to_cgcs2000`.
        x, y: some points in the coordinates described.
    """
    stated = pyproj.CRS.from_wkt(wkt.strip("\ufeff\0 \r\n"))
    is_degrees = crs is None or crs.upper() in _SAME | {"GCJ-02", "GCJ02"}
    declared = _transformer("EPSG:4326" if is_degrees else str(crs)).source_crs
    if declared is None or stated.ellipsoid is None or declared.ellipsoid is None:
        return False
    one, other = stated.ellipsoid, declared.ellipsoid
    if abs(one.semi_major_metre - other.semi_major_metre) > 1:
        return False
    if abs(one.inverse_flattening - other.inverse_flattening) > 1e-3:
        return False
    first, second = (
        np.array(pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True).transform(x, y))
        for system in (stated, declared)
    )
    return bool(np.allclose(first, second, rtol=0, atol=1e-5, equal_nan=True))


@lru_cache(maxsize=16)
def _transformer(crs: str) -> pyproj.Transformer:
    pyproj.network.set_network_enabled(False)
    try:
        return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise JingcangError(
            f"不认识的坐标系：{crs}",
            remedy="请在来源契约的 crs 中填写 GCJ-02、WGS-84、CGCS2000 或 EPSG:编号",
        ) from error


def to_cgcs2000(x: Array, y: Array, crs: str | None, *, unit: str = "") -> tuple[Array, Array]:
    """Convert source coordinates to CGCS2000.

    Args:
        x, y: easting/longitude and northing/latitude in the source's unit; NaN where missing.
        crs: GCJ-02, WGS-84, CGCS2000 or any name PROJ knows (``EPSG:26996``); None means CGCS2000.
        unit: ``us_foot`` when a projected system in metres is written in US survey feet.

    Returns:
        Longitude and latitude in degrees; NaN where missing or not on the earth.

    Raises:
        JingcangError: the system is not known.
    """
    if unit == "us_foot":
        x, y = x * US_FOOT, y * US_FOOT
    if crs is None or crs.upper() in _SAME:
        longitude, latitude = x, y
    elif crs.upper() in {"GCJ-02", "GCJ02"}:
        longitude, latitude = gcj02_to_wgs84(x, y)
    else:
        longitude, latitude = _transformer(crs).transform(x, y)
    good = np.isfinite(longitude) & np.isfinite(latitude) & (abs(longitude) <= 180) & (abs(latitude) <= 90)
    return np.where(good, longitude, np.nan), np.where(good, latitude, np.nan)
