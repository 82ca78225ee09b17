"""St. Louis crime records: every figure of the source, at the level of landing."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Landed

FBI = {
    2008: (167, 237, 2_634, 4_345),
    2009: (143, 250, 2_721, 4_239),
    2010: (144, 188, 2_125, 3_748),
    2011: (113, 188, 2_127, 3_523),
    2014: (159, 279, 1_562, 3_348),
}
"""Homicide, rape, robbery, aggravated assault by year, as published by the FBI (2011: 3,522 published, 3,523
in the files). The groups are the first two digits of the six-digit code: 01, 02, 03, 04."""


@pytest.fixture(scope="module")
def st_louis(landed: Callable[[str, str], Landed]) -> Landed:
    return landed("st_louis", "stl_slmpd_crime")


def test_every_row_of_sixty_files_is_accepted(st_louis: Landed) -> None:
    result = st_louis.results["slmpd.crimes"]
    assert (result.read, result.accepted) == (292_408, 292_408)
    assert (result.quarantined, result.superseded, result.repeated) == (0, 0, 0)
    assert st_louis.row(
        "select count(*), count(distinct incident_id), count(distinct _source_file) from landed.incidents"
    ) == (292_408, 292_408, 60)


def test_identical_rows_all_count(st_louis: Landed, real_data: Path) -> None:
    repeats = 0
    with tarfile.open(next(real_data.glob("incidents/stl_slmpd_crime/*.tar.xz"))) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            assert stream is not None
            lines = stream.read().splitlines()[1:]
            repeats += len(lines) - len(set(lines))
    assert repeats == 7_382
    assert st_louis.results["slmpd.crimes"].repeated == 0
    assert st_louis.row("select count(*) from landed.incidents") == (292_408,)


def test_adjustments_are_counted_as_minus_one(st_louis: Landed) -> None:
    assert dict(st_louis.rows("select record_count, count(*) from landed.incidents group by all")) == {
        1: 287_013,
        -1: 5_395,
    }


def test_net_counts_equal_the_published_figures(st_louis: Landed) -> None:
    net = st_louis.rows(
        r"select cast(regexp_extract(_source_file, '(\d{4})\.\w+$', 1) as integer) as file_year, "
        "left(final_class_raw, 2) as code_group, sum(record_count) from landed.incidents "
        "where left(final_class_raw, 2) in ('01', '02', '03', '04') group by all order by all"
    )
    years: dict[int, tuple[int, ...]] = {}
    for year, _, count in net:
        years[year] = (*years.get(year, ()), int(count))
    assert years == FBI
    by_month = st_louis.rows(
        "select date_part('year', recorded_month), sum(record_count) from landed.incidents "
        "where final_class_raw like '01%' group by all order by all"
    )
    assert [(year, int(count)) for year, count in by_month] == [(y, FBI[y][0]) for y in FBI]


def test_codes_have_their_leading_zero_back(st_louis: Landed) -> None:
    assert st_louis.row(
        "select count(distinct final_class_raw), min(length(final_class_raw)), max(length(final_class_raw)), "
        "count(*) filter (where final_class_raw like '0%') from landed.incidents"
    ) == (431, 6, 6, 201_933)


def test_no_row_is_lost_to_a_clock_change(st_louis: Landed) -> None:
    assert st_louis.row("select count(*) from landed.incidents where is_time_ambiguous") == (93,)
    assert st_louis.row("select count(*) from landed.incidents where event_at is null") == (0,)
    # 2008-11-02 01:xx happened twice: the earlier offset (UTC-5) is taken.
    assert st_louis.row(
        "select count(distinct date_part('hour', timezone('UTC', event_at))) from landed.incidents "
        "where is_time_ambiguous and event_date = date '2008-11-02'"
    ) == (1,)
    assert st_louis.row(
        "select min(date_part('hour', timezone('UTC', event_at))) from landed.incidents "
        "where is_time_ambiguous and event_date = date '2008-11-02'"
    ) == (6,)


def test_the_year_1900_is_kept(st_louis: Landed) -> None:
    year, month, day = st_louis.row(
        "select date_part('year', min(event_date)), date_part('month', min(event_date)), "
        "date_part('day', min(event_date)) from landed.incidents"
    )
    assert (year, month, day) == (1900, 1, 1)


def test_state_plane_feet_become_degrees(st_louis: Landed) -> None:
    assert st_louis.row(
        "select count(*) filter (where longitude is null and latitude is null), count(longitude), "
        "count(latitude) from landed.incidents"
    ) == (5_143, 287_265, 287_265)
    longitude, latitude = st_louis.row(
        "select longitude, latitude from landed.incidents "
        "where _source_file like '%April2008.csv' and _source_line = 2"
    )
    assert (str(longitude), str(latitude)) == ("-90.260110", "38.658851")
    assert st_louis.row(
        "select count(*) from landed.quality_flags where rule_id = 'coordinates_far_outside'"
    ) == (14,)


def test_missing_codes_are_absent(st_louis: Landed) -> None:
    assert st_louis.row(
        "select count(*) - count(area_no), count(*) - count(unit_no), count(distinct area_no), "
        "count(distinct unit_no) from landed.incidents"
    ) == (1_584, 725, 88, 9)


def test_both_layouts_fill_the_same_columns(st_louis: Landed) -> None:
    assert st_louis.row(
        "select count(*) from landed.incidents where recorded_month is null or event_date is null"
    ) == (0,)
    assert st_louis.row(
        "select count(*) from landed.incidents where incident_no similar to '[0-9]{2}-[0-9]+'"
    ) == (47_876,)
    assert st_louis.row("select count(distinct recorded_month) from landed.incidents") == (60,)


def test_neighbourhoods_are_areas(st_louis: Landed) -> None:
    assert st_louis.row(
        "select count(*), count(distinct area_no), min(length(boundary_wkt)) > 100 from landed.areas"
    ) == (88, 88, True)
    assert st_louis.row("select area_name from landed.areas where area_no = '51'") == ("Academy",)


def test_most_located_points_fall_in_the_recorded_neighbourhood(st_louis: Landed) -> None:
    import numpy as np
    import shapely

    areas = st_louis.rows("select cast(area_no as integer), boundary_wkt from landed.areas")
    tree = shapely.STRtree([shapely.from_wkt(wkt) for _, wkt in areas])
    points = st_louis.connection.execute(
        "select cast(longitude as double) as x, cast(latitude as double) as y, "
        "coalesce(cast(area_no as integer), 0) as area from landed.incidents where longitude is not null"
    ).fetchnumpy()
    index, area = tree.query(shapely.points(points["x"], points["y"]), predicate="within")
    found = np.zeros(len(points["x"]), dtype=int)
    found[index] = np.array([number for number, _ in areas])[area]
    recorded = np.asarray(points["area"])
    agreeing = int(((found == recorded) & (recorded > 0)).sum())
    disagreeing = int(((found != recorded) & (recorded > 0) & (found > 0)).sum())
    assert (len(recorded), agreeing, disagreeing) == (287_265, 275_937, 10_373)
    assert round(agreeing / len(recorded), 2) == 0.96
