"""Boundaries cut into strips, against shapely on the same middle lines."""

import random

import numpy as np
import polars as pl
import pytest
import shapely

from jingcang.addresses.strips import STRIP_HEIGHT, strips_of_areas
from jingcang.errors import JingcangError

SQUARE = "POLYGON ((121 29, 121.01 29, 121.01 29.0009, 121 29.0009, 121 29))"
HOLE = (
    SQUARE[:-1] + ", (121.002 29.0003, 121.004 29.0003, 121.004 29.0007, 121.002 29.0007, 121.002 29.0003))"
)
BOW = "POLYGON ((121 29, 121.001 29.001, 121.001 29, 121 29.001, 121 29))"
PARTS = (
    "MULTIPOLYGON (((121 29, 121.001 29, 121.001 29.0005, 121 29)), "
    "((121.01 29, 121.02 29, 121.02 29.0005, 121.01 29)))"
)
FIRST = 933_036
"""The first strip whose middle line lies above latitude 29: it begins 64 millionths above."""


def cut(**boundaries: str | None) -> list[tuple[str, int, int, int]]:
    given = {"area_id": list(boundaries), "boundary_wkt": list(boundaries.values())}
    return strips_of_areas(
        pl.DataFrame(given, schema={"area_id": pl.String, "boundary_wkt": pl.String})
    ).rows()


def test_a_square_is_one_stretch_a_strip_and_a_hole_interrupts_it() -> None:
    whole, west, east = (121_000_000, 121_010_000), (121_000_000, 121_002_000), (121_004_000, 121_010_000)
    assert cut(s=SQUARE) == [("s", FIRST + number, *whole) for number in range(4)]
    # Middle lines lie 175.5, 399.5, 623.5 and 847.5 millionths above 29°; the hole begins at 300 and ends at 700.
    assert cut(h=HOLE) == [
        ("h", FIRST, *whole),
        *(("h", strip, *side) for strip in (FIRST + 1, FIRST + 2) for side in (west, east)),
        ("h", FIRST + 3, *whole),
    ]


def test_neighbours_leave_no_gap_and_what_is_no_area_gives_nothing() -> None:
    east = SQUARE.replace("121 29", "121.02 29")
    rows = cut(e=east, w=SQUARE, n=None)
    assert (
        {row[3] for row in rows if row[0] == "w"}
        == {row[2] for row in rows if row[0] == "e"}
        == {121_010_000}
    )
    assert cut() == cut(n=None, z="POLYGON EMPTY") == []


@pytest.mark.parametrize("boundary", [HOLE, BOW, PARTS, "seeded"])
def test_every_stretch_is_what_shapely_finds(boundary: str) -> None:
    if boundary == "seeded":
        rng = random.Random(4)
        turns = sorted(rng.uniform(0, 6.28) for _ in range(40))
        corners = [
            (121 + rng.uniform(2, 9) / 1e3 * np.cos(turn), 29 + rng.uniform(2, 9) / 1e3 * np.sin(turn))
            for turn in turns
        ]
        boundary = shapely.to_wkt(shapely.Polygon(corners), rounding_precision=6)
    shape = shapely.transform(shapely.make_valid(shapely.from_wkt(boundary)), lambda points: points * 1e6)
    south, north = (int((side + 180_000_000) // STRIP_HEIGHT) for side in (shape.bounds[1], shape.bounds[3]))
    expected = []
    for strip in range(south, north + 1):
        y = strip * STRIP_HEIGHT - 180_000_000 + 111.5
        line = shapely.intersection(
            shape, shapely.LineString([(shape.bounds[0] - 1, y), (shape.bounds[2] + 1, y)])
        )
        pieces = [part.bounds for part in shapely.get_parts(line) if part.length > 1]
        expected += [(strip, piece[0], piece[2]) for piece in sorted(pieces)]
    found = [row[1:] for row in cut(a=boundary)]
    assert len(found) > 3
    assert [row[0] for row in found] == [row[0] for row in expected]
    for (_, west, east), (_, started, ended) in zip(found, expected, strict=True):
        assert -0.01 < west - started < 1.01
        assert -0.01 < ended - east < 1.01


def test_a_broken_boundary_is_named() -> None:
    with pytest.raises(JingcangError, match="边界"):
        cut(b="POLYGON ((121 29, 121")
