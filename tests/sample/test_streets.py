"""Streets of the simulated town: lines from crossing to crossing, called as the addresses call them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from jingcang.sample import people, streets, world
from tests.sample.conftest import Sample

SCALE = np.array([111_320 * np.cos(np.radians(30.09)), 111_320])
"""Metres of a degree, eastward and northward."""
MOST_M, MOST_AT_A_BEND_M = 450, 700
"""From a home to its road from south to north: one and a half rows of compounds, and the bend to a hot place."""


@pytest.fixture(scope="module")
def town(seed: int) -> world.World:
    return world.build(seed, replace(world.SIZES["small"], residents=60_000))


@pytest.fixture(scope="module")
def lines(town: world.World) -> np.ndarray:
    """Return the segments of the town; the one by the reservoir is left out."""
    return shapely.from_geojson(streets.segments(town)["geometry"].to_list())[:-1]


def shapes(town: world.World, level: str) -> dict[str, shapely.Geometry]:
    """Return number → shape of the areas of a level; before the boundary moved."""
    rows = reversed(world.areas(town))
    return {
        str(row["ZRQBH"]): shapely.from_geojson(json.dumps(row["geometry"]))
        for row in rows
        if row["QYJB"] == level
    }


def test_segments_have_numbers_and_lines_of_their_own(town: world.World, lines: np.ndarray) -> None:
    table = streets.segments(town)
    assert table["JDBH"].n_unique() == len(table) == 8 * 36 + 1
    assert table.null_count().row(0) == (0, 0, 0)
    assert shapely.is_valid(lines).all()
    assert shapely.is_simple(lines).all()
    lengths = shapely.length(shapely.transform(lines, lambda points: points * SCALE))
    assert 0 < lengths.min() <= lengths.max() < 2_600


def test_segments_lie_in_the_town_and_the_last_where_nobody_patrols(
    town: world.World, lines: np.ndarray
) -> None:
    whole = shapely.union_all(list(shapes(town, "2").values()))
    assert shapely.covered_by(lines, shapely.buffer(whole, 1e-5)).all()
    reservoir = shapely.from_geojson(streets.segments(town)["geometry"][-1])
    assert reservoir.distance(whole) > 0.01


def test_segments_meet_at_their_ends_only(lines: np.ndarray) -> None:
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    is_pair = one < other
    meeting = shapely.intersection(lines[one[is_pair]], lines[other[is_pair]])
    ends = shapely.union_all(shapely.boundary(lines))
    assert len(meeting) > 36 * 8
    assert (shapely.distance(meeting, ends) < 1e-6).all()
    assert set(shapely.get_type_id(meeting)) == {shapely.GeometryType.POINT}


def test_a_road_runs_in_the_communities_whose_addresses_name_it_and_in_no_other(
    town: world.World, lines: np.ndarray
) -> None:
    communities = shapes(town, "4")
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    line, community = shapely.STRtree(list(communities.values())).query(middles, predicate="within")
    assert sorted(line) == list(range(len(lines)))
    names = streets.segments(town)["LM"].to_list()
    run = {(names[index], [*communities][place]) for index, place in zip(line, community, strict=True)}
    homes, _ = people.addresses(town)
    assert run == set(homes.select("LM", "SQBH").iter_rows())


def test_homes_of_a_road_from_south_to_north_lie_in_the_rows_beside_it(
    town: world.World, lines: np.ndarray
) -> None:
    homes, where = people.addresses(town)
    names = homes["LM"].to_numpy()
    for beat in range(36):
        most = MOST_AT_A_BEND_M if beat in town.hot_beats else MOST_M
        for road, name in enumerate(people.road_names(np.array([beat]))[0, 1:3]):
            street = shapely.union_all(lines[beat * 8 + 4 + 2 * road :][:2])
            mine = where["point"][(where["beat"] == beat) & (names == name)]
            away = shapely.distance(
                shapely.points(mine * SCALE), shapely.transform(street, lambda points: points * SCALE)
            )
            assert len(mine) > 0
            assert away.max() < most, (beat, name)


def test_hot_places_are_crossings(town: world.World, lines: np.ndarray) -> None:
    ends = shapely.get_coordinates(shapely.boundary(lines))
    for place in np.round(town.hot_points, 6):
        assert np.isclose(ends, place, rtol=0, atol=1e-7).all(axis=1).sum() == 4


def test_the_file_delivers_the_segments_before_the_planted_rows(sample: Sample) -> None:
    content = json.loads(
        (sample.folder / "boundaries" / "街段" / "街段中心线.geojson").read_text(encoding="utf-8")
    )
    table = streets.segments(world.build(sample.seed, world.SIZES["small"]))
    rows = [
        (feature["properties"]["JDBH"], feature["properties"]["LM"], feature["geometry"])
        for feature in content["features"]
    ]
    told = [(number, name, json.loads(line)) for number, name, line in table.iter_rows()]
    assert rows[: len(told)] == told
    assert len(rows) == sample.truth["tables"]["boundaries.jg_jdzxx"]["rows"] > len(told)
