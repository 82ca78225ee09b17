"""Time on street segments against brute force: every step against every segment, seconds counted one by one.

Belongs here: the assignment of patrol time to segments. Does not belong here: which time is patrol
(``test_patrol_reference``); the intervals are taken from the models.
"""

from __future__ import annotations

import math
import os
import random
import secrets
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from patrol_world import built, ways

from jingcang.landing import coordinates, shapefiles

TOLERANCE, STEP = 269, 224  # millionths of a degree of latitude: 30 m and 25 m
Seconds = dict[tuple[str, str | None, str, int], set[int]]

FOUND = """
    select patrol_unit_id, street_segment_no, cast(event_date as varchar), event_hour, presence_seconds, device_seconds
    from fct_patrol_street_presence
"""
INTERVALS = """
    select patrol_unit_id, cast(event_date as varchar), event_hour, hour_offset_seconds, started_second,
        interval_seconds, started_x, started_y, ended_x, ended_y
    from int_patrol_time where exclusion_code is null
"""


def planted(seed: int) -> dict[str, str]:
    """Return streets over the ground of the ways: a grid with crossings, bent ones, one in two parts, a doubled one."""
    rng = random.Random(seed)
    lines = {}
    for number in range(24):
        x, y = 121.37 + 0.004 * number, 31.17 + 0.003 * number
        lines[f"N{number:02}"] = f"LINESTRING ({x:.6f} 31.17, {x:.6f} 31.205, {x + 0.002:.6f} 31.24)"
        lines[f"E{number:02}"] = f"LINESTRING (121.37 {y:.6f}, 121.41 {y:.6f}, 121.46 {y + 0.001:.6f})"
    for number in range(40):
        x, y = 121.40 + rng.uniform(-0.01, 0.03), 31.20 + rng.uniform(-0.01, 0.03)
        corners = [(x + 0.0007 * step, y + rng.uniform(-0.0006, 0.0006)) for step in range(6)]
        lines[f"B{number:02}"] = shapely.to_wkt(shapely.LineString(corners), rounding_precision=6)
    lines["M"] = "MULTILINESTRING ((121.4 31.21, 121.402 31.212), (121.41 31.21, 121.412 31.212))"
    return lines | {"Z": lines["N08"]}


def by_hand(rows: list[tuple], streets: dict[str, str]) -> tuple[Seconds, dict[tuple, int]]:
    """Return the seconds of every crew, segment and hour, and how many device seconds they are."""
    weight = 4492 / 5268  # rows of 31° north
    names = sorted(streets)
    scale = np.array([weight * 1e6, 1e6])
    lines = [
        shapely.transform(shapely.from_wkt(streets[name]), lambda points: np.round(points, 6) * scale)
        for name in names
    ]
    steps = []
    for crew, day, hour, offset, _, length, x, y, to_x, to_y in rows:
        count = min(length, max(1, math.ceil(math.hypot(to_x - x, to_y - y) / STEP)))
        for number in range(count):
            share = (number + 0.5) / count
            place = (x + math.floor((to_x - x) * share), y + math.floor((to_y - y) * share))
            seconds = range(offset + length * number // count, offset + length * (number + 1) // count)
            steps.append((crew, day, hour, seconds, place))
    places = shapely.points(np.array([step[4] for step in steps]) * [weight, 1])
    squares = np.stack([shapely.distance(places, line) ** 2 for line in lines])
    best = np.argmin(np.floor(squares), axis=0)
    near = squares[best, np.arange(len(steps))] <= TOLERANCE**2
    present: Seconds = defaultdict(set)
    devices: dict[tuple, int] = defaultdict(int)
    for (crew, day, hour, seconds, _), segment, is_near in zip(steps, best, near, strict=True):
        for second in seconds:
            at = (pd.Timestamp(day) + pd.Timedelta(hours=hour, seconds=second)).floor("h")
            key = (crew, names[segment] if is_near else None, str(at.date()), at.hour)
            present[key].add(3600 * hour + second)
            devices[key] += 1
    return present, devices


def test_seeded_ways_fall_on_the_segments_brute_force_finds(tmp_path: Path) -> None:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"ways seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    streets = planted(seed)
    with built(ways(seed), tmp_path, ["fct_patrol_street_presence"], streets=streets) as connection:
        made = connection.execute(FOUND).fetchall()
        rows = connection.execute(INTERVALS).fetchall()
    present, devices = by_hand(rows, streets)
    assert {row[:4]: row[4:] for row in made} == {
        key: (len(seconds), devices[key]) for key, seconds in present.items()
    }
    on_street = sum(row[4] for row in made if row[1] is not None)
    assert 0.05 < on_street / sum(row[4] for row in made) < 0.95, "both kinds are tested"
    assert any(row[4] < row[5] for row in made), "two devices of a crew on one segment"
    assert not any(row[1] == "Z" for row in made), "of two as near the first by key"


def test_driving_streets_at_their_limit_takes_the_minutes_published_for_them(
    tmp_path: Path, real_data: Path
) -> None:
    """Carrollton gives each street segment its minutes at the speed limit (see the README of the data)."""
    folder = real_data / "patrol" / "carrollton_patrol"
    parts = {path.suffix: path.read_bytes() for path in folder.glob("StreetCenterlines.*")}
    header, frame, _ = shapefiles.read(parts, encoding="ascii", crs="EPSG:2276", wanted=frozenset())
    wanted = ("OBJECTID", "SpeedLimit", "Shape_Leng", "Minutes", "geometry")
    streets, feet, seconds, by_limit = {}, {}, {}, {}
    for number, limit, length, minutes, text in frame.select(
        [f"c{header.index(name)}" for name in wanted]
    ).iter_rows():
        line = shapely.transform(
            shapely.from_geojson(text),
            lambda points: np.round(np.column_stack(coordinates.to_cgcs2000(*points.T, "EPSG:2276")), 6),
        )
        streets[number] = shapely.to_wkt(line, rounding_precision=6)
        feet[number], seconds[number] = float(length), 60 * float(minutes)
        if float(limit):
            by_limit[number] = 3600 * float(length) / 5280 / float(limit)
    agreeing = [number for number, told in by_limit.items() if abs(told - seconds[number]) < 1e-3 * told]
    assert len(agreeing) > 0.9 * len(streets), "the minutes are those of the length at the limit"
    driven = random.Random(7).sample([number for number in sorted(streets) if seconds[number] > 12], 150)
    points = pd.concat(
        [drive(number, shapely.from_wkt(streets[number]), seconds[number]) for number in driven]
    )
    with built(points, tmp_path, ["fct_patrol_street_presence"], streets=streets) as connection:
        made = dict(
            connection.execute(
                "select (patrol_unit_id, street_segment_no), sum(presence_seconds) "
                "from fct_patrol_street_presence group by all"
            ).fetchall()
        )
        lengths = dict(
            connection.execute("select street_segment_no, length_m from dim_street_segment").fetchall()
        )
    assert made == {(number, number): math.floor(seconds[number]) for number in driven}
    metres = {number: length * 1200 / 3937 for number, length in feet.items()}
    assert lengths.keys() == metres.keys()
    # Short ones are off by the 0.1 m they are rounded to.
    assert all(abs(float(lengths[number]) - told) < 0.1 + 0.016 * told for number, told in metres.items())
    assert sum(map(float, lengths.values())) == pytest.approx(sum(metres.values()), rel=0.005)


def drive(number: str, line: shapely.Geometry, seconds: float) -> pd.DataFrame:
    """Return a point a second along a line, from its beginning to the last whole second of the drive."""
    at = np.arange(math.floor(seconds) + 1)
    places = shapely.line_interpolate_point(line, at / seconds, normalized=True)
    return pd.DataFrame(
        {
            "device_no": number,
            "patrol_unit_no": number,
            "recorded_at": pd.Timestamp("2026-06-01T05:00:00Z") + pd.to_timedelta(at, unit="s"),
            "longitude": np.round(shapely.get_x(places), 6),
            "latitude": np.round(shapely.get_y(places), 6),
            "accuracy_m": 5,
        }
    )
