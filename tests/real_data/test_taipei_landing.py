"""Taipei thefts: every figure of the source, at the level of landing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from .conftest import Landed


@pytest.fixture(scope="module")
def taipei(landed: Callable[[str, str], Landed]) -> Landed:
    return landed("taipei_theft", "taipei_theft")


def test_books_balance_to_the_line(taipei: Landed) -> None:
    result = taipei.results["taipei.theft"]
    assert (result.read, result.accepted, result.quarantined) == (14_220, 11_512, 2_708)
    assert (result.superseded, result.repeated) == (0, 0)
    assert taipei.row("select count(*), count(distinct incident_id) from landed.incidents") == (
        11_512,
        11_512,
    )


def test_empty_records_are_all_in_the_car_file(taipei: Landed) -> None:
    assert taipei.row(
        "select count(*), count(distinct source_line), max(source_line) from landed.quarantined_rows "
        "where rule_id = 'empty_record' and source_file like '%car_big5.csv'"
    ) == (2_706, 2_706, 3_343)
    assert taipei.row("select count(*) from landed.quarantined_rows where rule_ids <> 'empty_record'") == (2,)


def test_the_line_that_holds_only_a_date(taipei: Landed) -> None:
    lines = taipei.rows(
        "select source_file, source_line, rule_ids from landed.quarantined_rows "
        "where raw_values_masked like '%1101231%'"
    )
    assert [(file.rsplit("/", 1)[-1], line, rule) for file, line, rule in lines] == [
        ("car_big5.csv", 3_343, "empty_record")
    ]


def test_two_records_are_quarantined_by_their_date(taipei: Landed) -> None:
    bad = taipei.rows(
        "select source_file, source_line, failing_columns, rule_ids, raw_values_masked "
        "from landed.quarantined_rows where rule_id <> 'empty_record' order by source_line"
    )
    assert [(file.rsplit("/", 1)[-1], line) for file, line, *_ in bad] == [
        ("robbery_big5.csv", 26),
        ("motorcycle_big5.csv", 1_802),
    ]
    assert all(columns == "發生日期" for _, _, columns, _, _ in bad)
    assert "date_outside_period" in bad[0][3]
    assert "1550222" in bad[0][4]
    assert "發生日期." in bad[1][3]
    assert "110420" in bad[1][4]


def test_the_address_of_a_quarantined_row_is_masked(taipei: Landed) -> None:
    ((values,),) = taipei.rows(
        "select raw_values_masked from landed.quarantined_rows where source_file like '%robbery_big5.csv'"
    )
    assert "長安西路" not in values


def test_records_by_class(taipei: Landed) -> None:
    assert dict(taipei.rows("select final_class_raw, count(*) from landed.incidents group by all")) == {
        "住宅竊盜": 4_363,
        "自行車竊盜": 3_856,
        "機車竊盜": 2_579,
        "汽車竊盜": 636,
        "搶奪": 54,
        "強盜": 24,
    }


def test_one_spelling_of_taipei(taipei: Landed) -> None:
    assert taipei.row("select count(*) from landed.incidents where address_text like '%台%'") == (0,)
    assert taipei.row("select count(*) from landed.incidents where address_text like '臺北市%'") == (11_507,)
    assert taipei.row("select count(*) from landed.incidents where address_text like '%里%'") == (5_011,)


def test_the_years_are_gregorian(taipei: Landed) -> None:
    first, last = taipei.row("select min(event_date), max(event_date) from landed.incidents")
    assert (first, last) == (dt.date(2013, 12, 19), dt.date(2026, 4, 19))
    by_year = dict(
        taipei.rows("select date_part('year', event_date), count(*) from landed.incidents group by all")
    )
    assert by_year[2013] == 1
    assert by_year[2014] == 1
    assert sum(by_year.values()) == 11_512


def _slot(taipei: Landed, file: str, line: int) -> tuple[object, ...]:
    """Local start, end and midpoint, with the date and hour that count."""
    return taipei.row(
        "select cast(timezone('Asia/Taipei', occurred_from_at) as varchar), "
        "cast(timezone('Asia/Taipei', occurred_to_at) as varchar), "
        "cast(timezone('Asia/Taipei', event_at) as varchar), event_date, event_hour from landed.incidents "
        f"where _source_file like '%{file}' and _source_line = {line}"
    )


def test_a_slot_over_midnight_counts_at_zero_hours_of_the_next_day(taipei: Landed) -> None:
    # bicycle line 3857: 1150315, 23~01
    assert _slot(taipei, "bicycle_big5.csv", 3_857) == (
        "2026-03-15 23:00:00", "2026-03-16 01:00:00", "2026-03-16 00:00:00",
        dt.date(2026, 3, 16), 0,
    )  # fmt: skip
    assert taipei.row(
        "select count(*) from landed.incidents "
        "where date_part('hour', timezone('Asia/Taipei', occurred_from_at)) = 23 and event_hour = 0 "
        "and event_date = cast(timezone('Asia/Taipei', occurred_from_at) as date) + 1"
    ) == (423,)


def test_an_ordinary_slot_counts_at_its_midpoint(taipei: Landed) -> None:
    # bicycle line 2: 1040101, 16~18
    assert _slot(taipei, "bicycle_big5.csv", 2) == (
        "2015-01-01 16:00:00", "2015-01-01 18:00:00", "2015-01-01 17:00:00",
        dt.date(2015, 1, 1), 17,
    )  # fmt: skip


def test_odd_slots_are_read_and_the_unreadable_one_is_flagged(taipei: Landed) -> None:
    assert taipei.row("select count(*) from landed.incidents where event_hour is null") == (1,)
    assert dict(taipei.rows("select rule_id, count(*) from landed.quality_flags group by all")) == {
        "slot_unreadable": 1,
        "slot_longer_than_six_hours": 3,
    }


def test_every_class_is_mapped(taipei: Landed) -> None:
    assert taipei.row(
        "select count(*) from landed.incidents as i where not exists (select 1 from landed.code_mappings as m "
        "where m.field_name = 'incidents.final_class_raw' and m.source_value = i.final_class_raw)"
    ) == (0,)


def test_districts(taipei: Landed) -> None:
    districts = taipei.rows(
        "select area_no, count(*) from landed.incidents where area_no is not null group by all"
    )
    assert len(districts) == 12
    assert {name for name, _ in districts} >= {"大安區", "萬華區", "北投區"}
