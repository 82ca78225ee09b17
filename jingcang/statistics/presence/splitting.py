"""Observed intervals → pieces that lie in one cell, one clock hour, and inside or outside the stations.

Belongs here: cutting straight ways at the lines of the grid, at the hours and at circles. Does not belong here:
which intervals count (``cleaning``), adding up (``merging``).

The grid is that of ``jingcang.addresses.cells``; the crew is taken to move evenly along the straight line
between two points.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jingcang.addresses.cells import COLUMN_WIDTHS, ROW_HEIGHT

from ..inputs import Array
from .cleaning import METRES_A_DEGREE, Intervals, metres

_MICRO = 1_000_000
_SOUTH, _WEST = 90 * _MICRO, 180 * _MICRO
_HOUR = 3600
Station = tuple[float, float, float]


@dataclass(frozen=True)
class Pieces:
    """Pieces of intervals, shape (n,) each.

    Args:
        interval: index of the interval.
        row: latitude of the cell's south side, millionths of a degree.
        column: longitude of its west side.
        from_second: UTC seconds, not whole where a line was crossed.
        to_second: UTC seconds.
        is_at_station: inside a station's circle.
    """

    interval: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    from_second: Array
    to_second: Array
    is_at_station: npt.NDArray[np.bool_]


def split(intervals: Intervals, stations: Sequence[Station]) -> Pieces:
    """Cut intervals into pieces.

    Args:
        intervals: observed intervals.
        stations: circles (longitude, latitude, radius in metres).
    """
    # Six decimals are whole millionths; a float may miss one by a hair and fall into the next cell.
    longitude, latitude = (np.round(x * _MICRO, 4) for x in (intervals.longitude, intervals.latitude))
    rows, columns = cells(longitude, latitude)
    local = np.column_stack([intervals.from_second, intervals.to_second]) + intervals.offset[:, None]
    near = np.zeros(len(local), dtype=bool)
    for station in stations:
        centre = np.float64(station[0]), np.float64(station[1])
        from_start, from_end = (
            metres(intervals.longitude[:, end], intervals.latitude[:, end], *centre) for end in (0, 1)
        )
        # An interval can only touch a circle when one end is nearer than the radius and its own length.
        length = metres(*_ends(intervals))
        near |= np.minimum(from_start, from_end) <= station[2] + length
    is_whole = (
        (rows[:, 0] == rows[:, 1])
        & (columns[:, 0] == columns[:, 1])
        & (local[:, 0] // _HOUR == (local[:, 1] - 1) // _HOUR)
        & ~near
    )
    whole = np.flatnonzero(is_whole)
    cut: list[tuple[int, int, int, float, float, bool]] = []
    for index in np.flatnonzero(~is_whole).tolist():
        ends = (*longitude[index].tolist(), *latitude[index].tolist())
        begin, finish = float(intervals.from_second[index]), float(intervals.to_second[index])
        into_hour = float(local[index, 0] % _HOUR)
        for start, end, row, column, at_station in _cut(ends, begin, finish, into_hour, stations):
            cut.append((index, row, column, start, end, at_station))
    extra = np.array(cut, dtype=np.float64).reshape(-1, 6)
    return Pieces(
        interval=np.concatenate([whole, extra[:, 0].astype(np.int64)]),
        row=np.concatenate([rows[whole, 0], extra[:, 1].astype(np.int64)]),
        column=np.concatenate([columns[whole, 0], extra[:, 2].astype(np.int64)]),
        from_second=np.concatenate([intervals.from_second[whole], extra[:, 3]]),
        to_second=np.concatenate([intervals.to_second[whole], extra[:, 4]]),
        is_at_station=np.concatenate([np.zeros(len(whole), dtype=bool), extra[:, 5].astype(bool)]),
    )


def cells(longitude: Array, latitude: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the south-west corners of the cells of points in millionths of a degree."""
    y, x = np.floor(latitude).astype(np.int64), np.floor(longitude).astype(np.int64)
    row = y - (y + _SOUTH) % ROW_HEIGHT
    width = np.array(COLUMN_WIDTHS)[np.clip(np.abs(row) // _MICRO, 0, len(COLUMN_WIDTHS) - 1)]
    return row, x - (x + _WEST) % width


def _ends(intervals: Intervals) -> tuple[Array, Array, Array, Array]:
    return (
        intervals.longitude[:, 0],
        intervals.latitude[:, 0],
        intervals.longitude[:, 1],
        intervals.latitude[:, 1],
    )


def _cut(
    ends: tuple[float, float, float, float],
    begin: float,
    finish: float,
    into_hour: float,
    stations: Sequence[Station],
) -> Iterator[tuple[float, float, int, int, bool]]:
    """Yield (from, to, row, column, is at a station) along one straight way."""
    x0, x1, y0, y1 = ends
    shares = {0.0, 1.0, *_crossings(y0, y1, -_SOUTH, ROW_HEIGHT)}
    bounds = sorted(shares)
    for low, high in itertools.pairwise(bounds):
        # Within one row the columns are evenly spaced.
        middle = math.floor(y0 + (low + high) / 2 * (y1 - y0))
        row = middle - (middle + _SOUTH) % ROW_HEIGHT
        width = COLUMN_WIDTHS[min(abs(row) // _MICRO, len(COLUMN_WIDTHS) - 1)]
        from_x, to_x = x0 + low * (x1 - x0), x0 + high * (x1 - x0)
        shares |= {low + share * (high - low) for share in _crossings(from_x, to_x, -_WEST, width)}
    length = finish - begin
    hour = _HOUR - into_hour
    while hour < length:
        shares.add(hour / length)
        hour += _HOUR
    for station in stations:
        shares.update(_circle(ends, station))
    bounds = sorted(shares)
    for low, high in itertools.pairwise(bounds):
        if (high - low) * length < 1e-9:
            continue
        middle_x, middle_y = x0 + (low + high) / 2 * (x1 - x0), y0 + (low + high) / 2 * (y1 - y0)
        rows, columns = cells(np.array([middle_x]), np.array([middle_y]))
        at_station = any(_is_inside(middle_x, middle_y, station) for station in stations)
        yield begin + low * length, begin + high * length, int(rows[0]), int(columns[0]), at_station


def _crossings(start: float, end: float, origin: int, step: int) -> list[float]:
    """Return the shares of the way at which multiples of ``step`` from ``origin`` are crossed."""
    if start == end:
        return []
    low, high = min(start, end), max(start, end)
    first, last = math.ceil((low - origin) / step), math.floor((high - origin) / step)
    lines = (origin + number * step for number in range(first, last + 1))
    return [share for line in lines if 0 < (share := (line - start) / (end - start)) < 1]


def _plane(x: float, y: float, station: Station) -> tuple[float, float]:
    """Return metres east and north of a station of a point in millionths of a degree."""
    east = (x / _MICRO - station[0]) * math.cos(math.radians(station[1])) * METRES_A_DEGREE
    return east, (y / _MICRO - station[1]) * METRES_A_DEGREE


def _is_inside(x: float, y: float, station: Station) -> bool:
    return math.hypot(*_plane(x, y, station)) <= station[2]


def _circle(ends: tuple[float, float, float, float], station: Station) -> list[float]:
    """Return the shares of the way at which it enters or leaves a station's circle."""
    x0, x1, y0, y1 = ends
    (from_x, from_y), (to_x, to_y) = _plane(x0, y0, station), _plane(x1, y1, station)
    step_x, step_y = to_x - from_x, to_y - from_y
    a = step_x**2 + step_y**2
    b, c = 2 * (from_x * step_x + from_y * step_y), from_x**2 + from_y**2 - station[2] ** 2
    under = b * b - 4 * a * c
    if a == 0 or under <= 0:
        return []
    roots: list[Any] = [(-b - math.sqrt(under)) / (2 * a), (-b + math.sqrt(under)) / (2 * a)]
    return [root for root in roots if 0 < root < 1]
