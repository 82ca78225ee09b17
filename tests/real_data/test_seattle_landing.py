"""Seattle 911 responses: onboarded by one commit that touches configuration, docs and tests only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Landed


@pytest.fixture(scope="module")
def seattle(landed: Callable[[str, str], Landed]) -> Landed:
    return landed("seattle_911_2015", "seattle_911_2015")


def test_every_row_counts_because_no_key_is_declared(seattle: Landed) -> None:
    result = seattle.results["spd.responses"]
    assert (result.read, result.accepted, result.quarantined, result.repeated) == (91_067, 91_067, 0, 0)
    assert seattle.row("select count(*), sum(record_count) from landed.incidents") == (91_067, 91_067)


def test_garbled_text_is_flagged_and_loads(seattle: Landed) -> None:
    assert seattle.results["spd.responses"].rule_counts["garbled_initial_subgroup"] == 7
    assert seattle.row("select count(*) from landed.quality_flags") == (7,)


def test_days_are_local_and_the_recording_artefact_is_kept(seattle: Landed) -> None:
    busiest = seattle.rows(
        "select cast(event_date as varchar), count(*) from landed.incidents group by all order by 2 desc limit 2"
    )
    assert busiest == [("2015-07-12", 984), ("2015-07-11", 693)]


def test_initial_and_final_class_stand_side_by_side(seattle: Landed) -> None:
    assert seattle.row("select count(*) from landed.incidents where initial_class_raw = final_class_raw") == (
        31_863,
    )


def test_own_work_and_false_alarms_are_ignored_and_the_rest_stays_unmapped(seattle: Landed) -> None:
    outcomes = dict(
        seattle.rows(
            "select coalesce(m.outcome, 'unmapped'), count(*) from landed.incidents as i "
            "left join landed.code_mappings as m on m.field_name = 'incidents.final_class_raw' "
            "and m.source_value = i.final_class_raw group by all"
        )
    )
    assert outcomes["ignored"] == 1_701 + 339 + 1_191 + 7
    assert sum(outcomes.values()) == 91_067
    assert outcomes["unmapped"] == 10_129 + 1_301 + 436 + 397 + 283 + 93 + 88 + 38
