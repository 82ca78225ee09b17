"""GPS points → observed intervals of a device: order, doubles, bad fixes, jumps, gaps.

Belongs here: which points and which intervals count, with a count of what does not. Does not belong here: cells
and hours (``splitting``).

Source: METHODS section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..inputs import Array, StatisticsInputError, column

# WGS-84/CGCS2000: metres of a degree of longitude at the equator, 2π × 6,378,137 / 360.
METRES_A_DEGREE = 111_319.490793
MISSING, INACCURATE, DOUBLE, JUMP = "missing", "accuracy", "duplicate", "speed"
_QUARTER = 900


@dataclass(frozen=True)
class Intervals:
    """Observed intervals, from a point to the next of the same device; every array of shape (n,).

    Args:
        device: device of the interval.
        unit: patrol unit at its first point.
        from_second: UTC, seconds since 1970.
        to_second: UTC.
        offset: seconds by which local time is ahead at the start.
        longitude: first and last, degrees, shape (n, 2).
        latitude: first and last, shape (n, 2).
        is_duty: False where the first point says the crew is not on patrol.
        points: points given.
        dropped: points left out, by reason.
        unobserved_seconds: gaps longer than the limit and intervals faster than possible.
        too_fast: number of the latter.
    """

    device: npt.NDArray[Any]
    unit: npt.NDArray[Any]
    from_second: npt.NDArray[np.int64]
    to_second: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]
    longitude: Array
    latitude: Array
    is_duty: npt.NDArray[np.bool_]
    points: int
    dropped: dict[str, int]
    unobserved_seconds: int
    too_fast: int


def metres(
    longitude: Array, latitude: Array, other_longitude: Array | np.float64, other_latitude: Array | np.float64
) -> Array:
    """Return distances on the sphere's tangent plane; below 10 km within a thousandth of the ellipsoid's."""
    middle = np.radians((latitude + other_latitude) / 2)
    east = (other_longitude - longitude) * np.cos(middle)
    return np.asarray(METRES_A_DEGREE * np.hypot(east, other_latitude - latitude))


def utc_seconds(values: npt.NDArray[Any], name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return whole seconds since 1970 UTC and where a time is missing; times without a zone are UTC."""
    try:
        moments = pd.DatetimeIndex(pd.to_datetime(values, utc=True, format="ISO8601"))
    except (TypeError, ValueError) as error:
        raise StatisticsInputError("时间列不能识别", where=name, remedy="请传入日期时间") from error
    is_missing = np.asarray(moments.isna())
    seconds = moments.as_unit("us").asi8 // 1_000_000
    return np.where(is_missing, 0, seconds), is_missing


def zone_offsets(seconds: npt.NDArray[np.int64], zone: str) -> npt.NDArray[np.int64]:
    """Return the seconds by which a zone is ahead of UTC; zones change at whole quarters of an hour."""
    quarters, where = np.unique(seconds // _QUARTER, return_inverse=True)
    local = pd.to_datetime(quarters * _QUARTER, unit="s", utc=True).tz_convert(ZoneInfo(zone))
    wall = local.tz_localize(None).as_unit("s").asi8
    return np.asarray((wall - quarters * _QUARTER)[where.reshape(-1)], dtype=np.int64)


def observed_intervals(
    points: Any,
    *,
    zone: str,
    names: dict[str, str | None],
    max_speed: float,
    max_accuracy: float,
    nominal_seconds: float | None,
    max_gap: float,
) -> Intervals:
    """Clean points and join them to intervals; see :func:`patrol_presence` for the rules."""

    def read(key: str) -> npt.NDArray[Any]:
        return column(points, str(names[key]))

    second, is_missing = utc_seconds(read("recorded_at"), str(names["recorded_at"]))
    longitude, latitude = (_degrees(read(key), key) for key in ("longitude", "latitude"))
    device, unit = read("device"), read("unit")
    size = len(second)
    duty = np.ones(size, dtype=bool) if names["duty"] is None else read("duty").astype(bool)
    is_missing = is_missing | ~np.isfinite(longitude) | ~np.isfinite(latitude)
    is_inaccurate = np.zeros(size, dtype=bool)
    if names["accuracy"] is not None:
        accuracy = _degrees(read("accuracy"), "accuracy")
        is_inaccurate = ~is_missing & (accuracy > max_accuracy)
    dropped = {MISSING: int(is_missing.sum()), INACCURATE: int(is_inaccurate.sum())}
    device_code = np.unique(device.astype(str), return_inverse=True)[1].reshape(-1)
    kept = np.flatnonzero(~is_missing & ~is_inaccurate)
    kept = kept[np.lexsort((latitude[kept], longitude[kept], second[kept], device_code[kept]))]
    # Of several points of a device in one second the last by coordinates stays.
    is_last = np.ones(len(kept), dtype=bool)
    is_last[:-1] = (device_code[kept[1:]] != device_code[kept[:-1]]) | (second[kept[1:]] != second[kept[:-1]])
    dropped[DOUBLE] = int((~is_last).sum())
    kept = kept[is_last]

    def speeds(index: npt.NDArray[np.int64]) -> tuple[Array, npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        start, end = index[:-1], index[1:]
        is_same = device_code[start] == device_code[end]
        gap = second[end] - second[start]
        way = metres(longitude[start], latitude[start], longitude[end], latitude[end])
        return way / np.where(is_same, gap, 1), is_same, gap

    speed, is_same, _ = speeds(kept)
    is_fast = is_same & (speed > max_speed)
    is_jump = np.zeros(len(kept), dtype=bool)
    is_jump[1:-1] = is_fast[:-1] & is_fast[1:]
    dropped[JUMP] = int(is_jump.sum())
    kept = kept[~is_jump]
    speed, is_same, gap = speeds(kept)
    offset = zone_offsets(second[kept], zone)
    if nominal_seconds is None:
        day = (second[kept] + offset) // 86_400
        nominal = _most_frequent_gap(device_code[kept[:-1]], day[:-1], gap, is_same)
    else:
        nominal = np.full(len(gap), float(nominal_seconds))
    is_observed = is_same & (gap <= np.minimum(3 * nominal, max_gap)) & (speed <= max_speed)
    start, end = kept[:-1][is_observed], kept[1:][is_observed]
    return Intervals(
        device=device[start],
        unit=unit[start],
        from_second=second[start],
        to_second=second[end],
        offset=offset[:-1][is_observed],
        longitude=np.column_stack([longitude[start], longitude[end]]),
        latitude=np.column_stack([latitude[start], latitude[end]]),
        is_duty=duty[start],
        points=size,
        dropped=dropped,
        unobserved_seconds=int(gap[is_same & ~is_observed].sum()),
        too_fast=int((is_same & (speed > max_speed)).sum()),
    )


def _degrees(values: npt.NDArray[Any], name: str) -> Array:
    try:
        return np.asarray(pd.to_numeric(pd.Series(values), errors="raise"), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsInputError("列中有不是数值的内容", where=name, remedy="请检查来源") from error


def _most_frequent_gap(
    device: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    gap: npt.NDArray[np.int64],
    is_same: npt.NDArray[np.bool_],
) -> Array:
    """Return for each gap the most frequent gap of its device and local day (the smaller of equals)."""
    frame = pd.DataFrame({"device": device, "day": day, "gap": gap})
    counts = frame[is_same].groupby(["device", "day", "gap"]).size().rename("count").reset_index()
    first = counts.sort_values(["count", "gap"], ascending=[False, True]).drop_duplicates(["device", "day"])
    found = frame.merge(
        first[["device", "day", "gap"]], on=["device", "day"], how="left", suffixes=("", "_most")
    )
    return np.asarray(found["gap_most"].fillna(0.0), dtype=np.float64)
