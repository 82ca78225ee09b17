"""Carrollton: 325 reporting areas and totals of calls by area; every area and every call is accounted for."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import shapely

from jingcang.home import Home
from jingcang.landing import shapefiles

from .conftest import PROFILES, Landed, land

ON_MAP, OFF_MAP, NO_CODE = 129_082, 7_287 - 5_438, 5_438
"""Calls in areas of the map, with a code on no map, and without a code; the last two are the 82 codes told together."""


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "patrol" / "carrollton_patrol"


@pytest.fixture(scope="module")
def carrollton(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    landed = land(PROFILES / "carrollton", Home(tmp_path_factory.mktemp("carrollton")), folder)
    yield landed
    landed.connection.close()


def by_hand(path: Path) -> dict[str, tuple[int, float]]:
    """Return code → calls and minutes, read from the bytes without the product."""
    content = path.read_bytes()
    count, first, length = struct.unpack("<IHH", content[4:12])
    records = [content[first + number * length :][:length].decode("ascii") for number in range(count)]
    return {record[1:255].strip(): (int(record[255:264]), float(record[283:302])) for record in records}


def test_every_row_is_accepted(carrollton: Landed) -> None:
    for name, rows in (("reporting_areas", 325), ("calls_by_area", 395), ("street_centerlines", 4599)):
        result = carrollton.results[f"cpd.{name}"]
        assert (result.read, result.accepted, result.quarantined, result.repeated) == (rows, rows, 0, 0)


def test_totals_are_those_of_the_file(carrollton: Landed, folder: Path) -> None:
    expected = by_hand(folder / "RA_Calls.dbf")
    found = {
        code or "": (count, minutes)
        for code, count, minutes in carrollton.rows(
            "select area_no, record_count, workload_minutes from landed.area_counts"
        )
    }
    assert found.keys() == expected.keys()
    for code, (count, minutes) in found.items():
        assert count == expected[code][0]
        assert minutes == pytest.approx(Decimal(expected[code][1]), abs=Decimal("0.006"))


def test_every_call_is_on_the_map_or_stands_apart(carrollton: Landed) -> None:
    assert carrollton.rows(
        "select case when c.area_no is null then 'no code' when a.area_no is null then 'off the map' else 'on it' end, "
        "count(*), cast(sum(c.record_count) as bigint) from landed.area_counts as c "
        "left join landed.areas as a on c.area_no = a.area_no group by 1 order by 1"
    ) == [("no code", 1, NO_CODE), ("off the map", 81, OFF_MAP), ("on it", 313, ON_MAP)]
    assert ON_MAP + OFF_MAP + NO_CODE == 136_369


def test_codes_are_text_and_areas_without_calls_stay(carrollton: Landed, folder: Path) -> None:
    assert carrollton.row(
        "select count(*), count(distinct area_no), count(*) filter (where area_no similar to '[0-9][A-Z][0-9]{2}'), "
        "count(*) filter (where area_no like '_E__') from landed.areas"
    ) == (325, 325, 325, 34), "34 codes such as 2E10 read as numbers"
    assert carrollton.row("select record_count from landed.area_counts where area_no = '2E10'")[0] > 0
    assert carrollton.row(
        "select count(*) from landed.areas where area_no not in (select area_no from landed.area_counts "
        "where area_no is not null)"
    ) == (12,)


def test_beat_nought_is_no_beat(carrollton: Landed) -> None:
    assert carrollton.row(
        "select count(distinct a.area_no), cast(sum(c.record_count) as bigint) from landed.areas as a "
        "left join landed.area_counts as c on a.area_no = c.area_no where a.unit_no is null"
    ) == (5, 97)
    assert carrollton.row("select count(distinct unit_no) from landed.areas") == (12,)


def test_state_plane_feet_become_degrees_and_shapes_keep_their_size(carrollton: Landed, folder: Path) -> None:
    with zipfile.ZipFile(folder / "CarrolltonGrid_wkt.csv.zip") as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("CarrolltonGrid.csv"), "utf-8")))
    feet = {row["PDGrid"]: shapely.from_wkt(row["geometry"]) for row in rows}
    degrees = {
        code: shapely.from_wkt(wkt)
        for code, wkt in carrollton.rows("select area_no, boundary_wkt from landed.areas")
    }
    assert all(shape.is_valid for shape in degrees.values())
    box = shapely.MultiPolygon(
        [part for shape in degrees.values() for part in getattr(shape, "geoms", [shape])]
    ).bounds
    assert box == pytest.approx((-96.958, 32.918, -96.835, 33.055), abs=0.001), "Carrollton, Texas"
    ratios = [feet[code].area * (1200 / 3937) ** 2 / shape.area for code, shape in degrees.items()]
    assert max(ratios) / min(ratios) < 1.002, "one scale: about 93.5 km × 110.9 km a square degree"
    assert ratios[0] == pytest.approx(93_460 * 110_910, rel=0.003)


def test_streets_of_the_shapefile_lie_in_the_city(carrollton: Landed) -> None:
    assert carrollton.row(
        "select count(*), count(distinct street_segment_no) from landed.street_segments"
    ) == (
        4599,
        4599,
    )
    lines = [
        shapely.from_wkt(wkt)
        for (wkt,) in carrollton.rows("select centre_line_wkt from landed.street_segments")
    ]
    assert {line.geom_type for line in lines} == {"LineString", "MultiLineString"}
    assert shapely.union_all(lines).bounds == pytest.approx((-96.958, 32.918, -96.835, 33.055), abs=0.02)


def test_impossible_durations_are_flagged_and_not_used(carrollton: Landed) -> None:
    assert carrollton.row(
        "select count(*) from landed.quality_flags where rule_id = 'minutes_without_the_impossible'"
    ) == (237,)
    assert carrollton.row(
        "select max(workload_minutes / record_count) < 1440, cast(sum(workload_minutes) as decimal(14, 0)) "
        "from landed.area_counts"
    ) == (True, 3_928_371)


def test_the_shapefile_of_the_areas_says_what_the_published_text_says(folder: Path) -> None:
    parts = {path.suffix: path.read_bytes() for path in folder.glob("ReportingAreas.*")}
    header, frame, _ = shapefiles.read(parts, encoding="ascii", crs="EPSG:2276", wanted=frozenset())
    code, shape = (f"c{header.index(name)}" for name in ("PDGrid", "geometry"))
    found = dict(frame.select(code, shape).iter_rows())
    with zipfile.ZipFile(folder / "CarrolltonGrid_wkt.csv.zip") as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("CarrolltonGrid.csv"), "utf-8")))
    assert found.keys() == {row["PDGrid"] for row in rows}
    for row in rows:
        told, read = shapely.from_wkt(row["geometry"]), shapely.from_geojson(found[row["PDGrid"]])
        assert shapely.symmetric_difference(told, read).area < 1e-6 * told.area, row["PDGrid"]
