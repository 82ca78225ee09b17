"""Streets of the fictional town: the centre line of every street segment (街段), from crossing to crossing.

Belongs here: where streets lie and what they are called. Does not belong here: names of roads (``people``), where crews
go (``patrol``: straight from place to place, so most of their time is on no street).

A beat has the four roads of its addresses (``people.road_names``). In each half one of them runs from west to east and
the other from south to north, between its rows of compounds; they cross in the hot place where the half has one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
import polars as pl

from jingcang.sample.people import road_names, text
from jingcang.sample.world import World

_BEATS = np.arange(36)
_LANES = (0.3125, 0.6875)
"""Places across a beat of its roads from south to north: the middles of the third and the sixth of its eight rows of
compounds, so that those of the road are the rows to both sides."""
_RESERVOIR = ((120.216, 30.063), (120.222, 30.0638), (120.228, 30.063))
"""West of the town, where nobody patrols: the clean row that faults are made of."""


def segments(world: World) -> pl.DataFrame:
    """Return ``boundaries.jg_jdzxx``: eight segments a beat, and one by the reservoir, the last.

    Returns:
        One row a segment: JDBH, LM, geometry (GeoJSON line as text, CGCS2000 degrees).
    """
    west, middle, east = (_at(world, u, 0.5) for u in (0.0, 0.5, 1.0))
    left, right = _crossings(world)
    # (road within the beat, one end, the other end); roads as in road_names
    streets = [
        (0, west, left),
        (0, left, middle),
        (3, middle, right),
        (3, right, east),
        (1, _at(world, _LANES[0], 0.0), left),
        (1, left, _at(world, _LANES[0], 1.0)),
        (2, _at(world, _LANES[1], 0.0), right),
        (2, right, _at(world, _LANES[1], 1.0)),
    ]
    names = road_names(_BEATS)
    named: list[tuple[str, Iterable[Iterable[float]]]] = [
        (names[beat, road], (one[beat], other[beat])) for beat in _BEATS for road, one, other in streets
    ]
    named.append((names[0, 0], _RESERVOIR))
    numbers = np.arange(1, len(named) + 1).astype(str)
    return pl.DataFrame(
        {
            "JDBH": text(np.char.add("JD", np.char.zfill(numbers, 6))),
            "LM": text(np.array([name for name, _ in named])),
            "geometry": [_line(points) for _, points in named],
        }
    )


def _at(world: World, u: float, v: float) -> np.ndarray:
    """Return the point at (u, v) of every beat, (36, 2) degrees."""
    return world.at(_BEATS, np.full(36, u), np.full(36, v))


def _crossings(world: World) -> np.ndarray:
    """Return the crossing of each half of every beat, (2, 36, 2) degrees: the hot place where the half has one."""
    crossings = np.stack([_at(world, u, 0.5) for u in _LANES])
    border = _at(world, 0.5, 0.0)[world.hot_beats]
    north, to_hot = _at(world, 0.5, 1.0)[world.hot_beats] - border, world.hot_points - border
    is_east = north[:, 0] * to_hot[:, 1] < north[:, 1] * to_hot[:, 0]
    crossings[is_east.astype(int), world.hot_beats] = world.hot_points
    return crossings


def _line(points: Iterable[Iterable[float]]) -> str:
    corners = [[round(float(x), 6), round(float(y), 6)] for x, y in points]
    return json.dumps({"type": "LineString", "coordinates": corners})
