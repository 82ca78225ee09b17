"""Time in areas against brute force: every step's place against every boundary, seconds counted one by one.

Belongs here: the assignment of patrol time to areas. Does not belong here: which time is patrol
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
import shapely
from patrol_world import Area, built, ways

from jingcang.addresses.strips import STRIP_HEIGHT

STEP = 224  # millionths of a degree of latitude: 25 m
Key = tuple[str, str | None, str, int]
CHANGE = "2026-06-02"

FOUND = """
    select patrol_unit_id, geometry_area_no, cast(event_date as varchar), event_hour, presence_seconds, device_seconds
    from fct_patrol_area_presence
"""
INTERVALS = """
    select patrol_unit_id, cast(event_date as varchar), event_hour, hour_offset_seconds, interval_seconds,
        started_x, started_y, ended_x, ended_y
    from int_patrol_time where exclusion_code is null
"""


def planted(seed: int) -> list[Area]:
    """Return neighbours over the ground of the ways, some with a hole, and one in three parts over them that moves."""
    rng = random.Random(seed)
    columns, rows = 6, 5
    corners = {
        (i, j): (
            round(121.37 + 0.016 * i + rng.uniform(-0.003, 0.003), 6),
            round(31.17 + 0.016 * j + rng.uniform(-0.003, 0.003), 6),
        )
        for i in range(columns + 1)
        for j in range(rows + 1)
    }
    areas: list[Area] = []
    for i in range(columns):
        for j in range(rows):
            places = [corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]]
            shape = shapely.Polygon(places)
            if (i + j) % 3 == 0:
                shape = shape.difference(shape.centroid.buffer(0.003))
            areas.append((f"B{i}{j}", _text(shape), None, None))
    apart = shapely.union_all([shapely.box(x, 31.2, x + 0.004, 31.215) for x in (121.4, 121.41, 121.42)])
    areas.append(("A0", _text(apart), None, CHANGE))
    areas.append(("A0", _text(shapely.affinity.translate(apart, 0.005, 0.004)), CHANGE, None))
    return areas


def _text(shape: shapely.Geometry) -> str:
    return str(shapely.to_wkt(shape, rounding_precision=6))


def steps_of(rows: list[tuple]) -> list[tuple[str, str, int, range, tuple[int, int]]]:
    """Return crew, day, hour, seconds of the hour and place of every step of at most 25 m."""
    steps = []
    for crew, day, hour, offset, length, x, y, to_x, to_y in rows:
        count = min(length, max(1, math.ceil(math.hypot(to_x - x, to_y - y) / STEP)))
        for number in range(count):
            share = (number + 0.5) / count
            place = (x + math.floor((to_x - x) * share), y + math.floor((to_y - y) * share))
            seconds = range(offset + length * number // count, offset + length * (number + 1) // count)
            steps.append((crew, day, hour, seconds, place))
    return steps


def shapes_of(areas: list[Area]) -> list[shapely.Geometry]:
    """Return the boundaries in millionths of a degree."""
    return [
        shapely.transform(shapely.from_wkt(area[1]), lambda points: np.round(points * 1e6)) for area in areas
    ]


def by_hand(
    steps: list[tuple[str, str, int, range, tuple[int, int]]], places: np.ndarray, areas: list[Area]
) -> dict[Key, tuple[int, int]]:
    """Return how many seconds of every crew, area and hour there are, and how many device seconds."""
    ranked = sorted(areas, key=lambda area: area[0])
    holds = np.stack([shapely.intersects(shape, shapely.points(places)) for shape in shapes_of(ranked)])
    present: dict[Key, set[int]] = defaultdict(set)
    devices: dict[Key, int] = defaultdict(int)
    for number, (crew, day, hour, seconds, _) in enumerate(steps):
        found = [ranked[which] for which in np.flatnonzero(holds[:, number])]
        for second in seconds:
            at = (pd.Timestamp(day) + pd.Timedelta(hours=hour, seconds=second)).floor("h")
            date = str(at.date())
            valid = [no for no, _, first, end in found if (first or "") <= date < (end or "9999")]
            key = (crew, valid[0] if valid else None, date, at.hour)
            present[key].add(second % 3600)
            devices[key] += 1
    return {key: (len(seconds), devices[key]) for key, seconds in present.items()}


def test_seeded_ways_fall_in_the_areas_brute_force_finds(tmp_path: Path) -> None:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"ways seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    areas, points = planted(seed), ways(seed)
    # The afternoon becomes a night, over midnight, when one boundary changes.
    points["recorded_at"] += pd.Timedelta(hours=9)
    with built(points, tmp_path, ["fct_patrol_area_presence"], areas=areas) as connection:
        made = {row[:4]: row[4:] for row in connection.execute(FOUND).fetchall()}
        steps = steps_of(connection.execute(INTERVALS).fetchall())
    places = np.array([step[4] for step in steps], dtype=float)
    shifted = places[:, 1] + 180_000_000
    middles = shifted - shifted % STRIP_HEIGHT + (STRIP_HEIGHT - 1) / 2 - 180_000_000
    on_middles = np.column_stack([places[:, 0], middles])
    assert made == by_hand(steps, on_middles, areas), (
        "equal to the second where a strip's middle line stands for it"
    )

    exact = by_hand(steps, places, areas)
    # Place and middle line are half a strip apart, so a border between them is no farther.
    distances = [shapely.distance(shape.boundary, shapely.points(places)) for shape in shapes_of(areas)]
    is_near = np.min(distances, axis=0) <= STRIP_HEIGHT / 2
    near = sum(len(step[3]) for step, close in zip(steps, is_near, strict=True) if close)
    total = sum(len(step[3]) for step in steps)
    moved = (
        sum(abs(made.get(key, (0, 0))[1] - exact.get(key, (0, 0))[1]) for key in made.keys() | exact.keys())
        // 2
    )
    print(f"device seconds: {total}, within 12.5 m of a border: {near}, told in another area: {moved}")
    assert sum(device for _, device in made.values()) == total
    assert moved <= near < 0.25 * total
    outside = sum(device for key, (_, device) in made.items() if key[1] is None)
    assert 0.02 < outside / total < 0.98, "both kinds are tested"
    assert len({key[1] for key in made}) > 5
    assert any(seconds < device for seconds, device in made.values()), "two devices of a crew in one area"
    assert {key[2] for key in made} == {"2026-06-01", CHANGE}
