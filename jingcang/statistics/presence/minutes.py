"""The reference calculation of patrol minutes, from points to unit × cell × hour.

Belongs here: the public function. Does not belong here: its steps (``cleaning``, ``splitting``, ``merging``).

Source: METHODS section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..inputs import as_number
from .cleaning import Intervals, metres, observed_intervals
from .merging import subtract, union_by
from .splitting import Station, split

# METHODS section 4. On foot the speed limit is 4 m/s.
MAX_SPEED, MAX_ACCURACY, MAX_GAP = 33.0, 50.0, 180.0
_HOUR = 3600


@dataclass(frozen=True)
class Presence:
    """Result of :func:`patrol_presence`.

    Args:
        minutes: one row a unit × cell × hour: ``patrol_unit_id``, ``cell_id``, ``hour_start`` (local, with zone),
            ``minutes`` (any device present), ``device_minutes`` (all devices added up).
        pieces: one row a contiguous stretch of a device in a cell and hour on patrol: ``patrol_unit_id``,
            ``device_no``, ``cell_id``, ``hour_second`` (local hour, UTC seconds), ``from_second``, ``to_second``.
        observed: one row a stretch observed of a unit, station and off-duty time included.
        distance: way of each device over its observed intervals: ``patrol_unit_id``, ``device_no``, ``metres``;
            standing still adds the jitter of the fixes, so it is an upper bound.
        points: points given.
        dropped: points left out: ``missing``, ``accuracy``, ``duplicate``, ``speed``.
        unobserved_seconds: between points too far apart in time, or faster than possible.
        too_fast: intervals of the latter kind.
        excluded_seconds: device time left out: ``station``, ``off_duty``, ``on_call``.
    """

    minutes: pd.DataFrame
    pieces: pd.DataFrame
    observed: pd.DataFrame
    distance: pd.DataFrame
    points: int
    dropped: dict[str, int]
    unobserved_seconds: int
    too_fast: int
    excluded_seconds: dict[str, float]


def patrol_presence(
    points: Any,
    *,
    zone: str = "Asia/Shanghai",
    device: str = "device_no",
    unit: str = "patrol_unit_id",
    recorded_at: str = "recorded_at",
    longitude: str = "longitude",
    latitude: str = "latitude",
    accuracy: str | None = "accuracy_m",
    duty: str | None = None,
    stations: Sequence[Station] = (),
    on_call: Sequence[tuple[Any, float, float]] = (),
    nominal_seconds: float | None = None,
    max_speed: float = MAX_SPEED,
    max_accuracy: float = MAX_ACCURACY,
    max_gap: float = MAX_GAP,
) -> Presence:
    """Turn GPS points into patrol minutes by unit, cell and hour.

    Args:
        points: polars or pandas frame or dict of columns, one row a point, any order; CGCS2000 degrees.
        zone: time zone of the hours.
        device: column of devices.
        unit: column of patrol units (crews).
        recorded_at: column of times; without a zone they are UTC. Whole seconds are used.
        longitude: column of longitudes.
        latitude: column of latitudes.
        accuracy: column of the fix's accuracy in metres, or None; a missing accuracy is no reason to drop.
        duty: column that is false where the crew is not on patrol, or None.
        stations: circles (longitude, latitude, radius in metres) whose time is no patrol.
        on_call: (unit, start, end) in UTC seconds, time spent answering calls.
        nominal_seconds: nominal interval of points; None takes each device's most frequent gap of the day.
        max_speed: metres a second; 33 for cars, 4 on foot.
        max_accuracy: metres.
        max_gap: seconds.

    Returns:
        See :class:`Presence`. Points are ordered; of doubles within a second one stays; a point reached and left
        only faster than possible is a jump and dropped; what is still faster, or longer than
        min(3 × nominal, 180) s, is unobserved. An interval is spread evenly along the straight line over the
        cells it crosses and over clock hours; several devices of a unit in one cell and hour count once.

    Raises:
        StatisticsInputError: missing columns, unreadable times or numbers.
    """
    intervals = observed_intervals(
        points,
        zone=zone,
        names={
            "device": device,
            "unit": unit,
            "recorded_at": recorded_at,
            "longitude": longitude,
            "latitude": latitude,
            "accuracy": accuracy,
            "duty": duty,
        },
        max_speed=as_number(max_speed, "max_speed", is_positive=True),
        max_accuracy=as_number(max_accuracy, "max_accuracy", minimum=0),
        nominal_seconds=None if nominal_seconds is None else as_number(nominal_seconds, "nominal_seconds"),
        max_gap=as_number(max_gap, "max_gap", is_positive=True),
    )
    pieces = split(intervals, stations)
    of = pieces.interval
    # The middle lies in the hour; the ends may stand on its border.
    middle = (pieces.from_second + pieces.to_second) / 2 + intervals.offset[of]
    frame = pd.DataFrame(
        {
            "patrol_unit_id": intervals.unit[of],
            "device_no": intervals.device[of],
            "cell_id": [f"{row}_{column}" for row, column in zip(pieces.row, pieces.column, strict=True)],
            "hour_second": (middle // _HOUR * _HOUR - intervals.offset[of]).astype(np.int64),
            "from_second": pieces.from_second,
            "to_second": pieces.to_second,
        }
    )
    is_duty = intervals.is_duty[of]
    length = pieces.to_second - pieces.from_second
    excluded = {
        "station": float(length[pieces.is_at_station].sum()),
        "off_duty": float(length[~pieces.is_at_station & ~is_duty].sum()),
    }
    frame = frame[~pieces.is_at_station & is_duty].reset_index(drop=True)
    before = float((frame["to_second"] - frame["from_second"]).sum())
    if on_call:
        frame = subtract(frame, "patrol_unit_id", on_call)
    excluded["on_call"] = before - float((frame["to_second"] - frame["from_second"]).sum())
    keys = ["patrol_unit_id", "device_no", "cell_id", "hour_second"]
    stretches = union_by(frame[keys], frame["from_second"].to_numpy(), frame["to_second"].to_numpy())
    seen = union_by(
        pd.DataFrame({"patrol_unit_id": intervals.unit}),
        intervals.from_second.astype(np.float64),
        intervals.to_second.astype(np.float64),
    )
    return Presence(
        minutes=_minutes(stretches, zone),
        pieces=stretches,
        observed=seen,
        distance=_distance(intervals),
        points=intervals.points,
        dropped=intervals.dropped,
        unobserved_seconds=intervals.unobserved_seconds,
        too_fast=intervals.too_fast,
        excluded_seconds=excluded,
    )


def _distance(intervals: Intervals) -> pd.DataFrame:
    ways = pd.DataFrame(
        {
            "patrol_unit_id": intervals.unit,
            "device_no": intervals.device,
            "metres": metres(
                intervals.longitude[:, 0],
                intervals.latitude[:, 0],
                intervals.longitude[:, 1],
                intervals.latitude[:, 1],
            ),
        }
    )
    return ways.groupby(["patrol_unit_id", "device_no"], as_index=False).sum()


def _minutes(stretches: pd.DataFrame, zone: str) -> pd.DataFrame:
    keys = ["patrol_unit_id", "cell_id", "hour_second"]
    start, end = (stretches[name].to_numpy(np.float64) for name in ("from_second", "to_second"))
    any_device = union_by(stretches[keys], start, end)
    any_device = any_device.assign(minutes=(any_device["to_second"] - any_device["from_second"]) / 60)
    merged = any_device.groupby(keys, as_index=False)["minutes"].sum()
    added = (
        stretches.assign(device_minutes=(end - start) / 60)
        .groupby(keys, as_index=False)["device_minutes"]
        .sum()
    )
    found = merged.merge(added, on=keys)
    local = pd.to_datetime(found["hour_second"], unit="s", utc=True).dt.tz_convert(zone)
    return found.assign(hour_start=local)[
        ["patrol_unit_id", "cell_id", "hour_start", "minutes", "device_minutes"]
    ]
