"""Chicago aggravated assaults, ten years of one class: onboarded by configuration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Landed

BY_YEAR = (17_324, 15_920, 15_103, 12_950, 12_943, 13_284, 15_329, 15_022, 15_433, 15_328)
"""Rows of 2010 to 2019, as the README of the data states them."""


@pytest.fixture(scope="module")
def chicago(landed: Callable[[str, str], Landed]) -> Landed:
    return landed("chicago_aggravated_assaults", "chicago_aggravated_assaults_2010_2019")


def test_every_row_counts_because_no_key_is_declared(chicago: Landed) -> None:
    result = chicago.results["cpd.assaults"]
    assert (result.read, result.accepted, result.quarantined, result.repeated) == (148_636, 148_636, 0, 0)
    assert chicago.row("select count(distinct incident_id) from landed.incidents") == (148_636,)


def test_years_are_local(chicago: Landed) -> None:
    years = chicago.rows(
        "select date_part('year', event_date), count(*) from landed.incidents group by 1 order by 1"
    )
    assert [(int(year), count) for year, count in years] == list(zip(range(2010, 2020), BY_YEAR, strict=True))


def test_a_district_in_three_pieces_is_one_area(chicago: Landed) -> None:
    assert chicago.row("select count(*), count(distinct area_no) from landed.areas") == (23, 23)
    pieces = dict(
        chicago.rows(
            "select area_no, len(boundary_wkt) - len(replace(boundary_wkt, '((', '(')) from landed.areas "
            "where area_no in ('17', '31')"
        )
    )
    assert pieces["31"] >= 3 > pieces["17"]
    assert chicago.row(
        "select count(*) from landed.incidents where area_no not in (select area_no from landed.areas)"
    ) == (0,)


def test_every_kind_of_place_is_decided(chicago: Landed) -> None:
    assert (
        chicago.rows(
            "select distinct i.place_type_raw from landed.incidents as i left join landed.code_mappings as m "
            "on m.field_name = 'incidents.place_type_raw' and m.source_value = i.place_type_raw where m.outcome is null"
        )
        == []
    )
