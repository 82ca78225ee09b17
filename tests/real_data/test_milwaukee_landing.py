"""Milwaukee dispatch: every figure of the source, at the level of landing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Landed

RAW_DISTRICTS = {"7": 5_647, "3": 5_534, "2": 5_060, "4": 4_852, "5": 4_695, "6": 4_136, "1": 3_871}


@pytest.fixture(scope="module")
def milwaukee(landed: Callable[[str, str], Landed]) -> Landed:
    return landed("milwaukee_cfs_2018", "milwaukee_cfs_2018")


def test_geocodes_elsewhere_and_absent_are_quarantined(milwaukee: Landed) -> None:
    result = milwaukee.results["mpd.calls"]
    assert (result.read, result.accepted, result.quarantined) == (33_968, 33_485, 483)
    assert result.rule_counts["geocode_outside_county"] == 472
    assert result.rule_counts["latitude.required"] == result.rule_counts["longitude.required"] == 11


def test_accepted_and_quarantined_add_up_to_the_source_by_district(milwaukee: Landed) -> None:
    accepted = dict(milwaukee.rows("select unit_no, count(*) from landed.incidents group by all"))
    quarantined = dict(
        milwaukee.rows(
            "select json_extract_string(raw_values_masked, '$.district'), count(*) "
            "from landed.quarantined_rows group by all"
        )
    )
    assert {key: accepted[key] + quarantined.get(key, 0) for key in RAW_DISTRICTS} == RAW_DISTRICTS
    assert sum(accepted.values()) + sum(quarantined.values()) == 33_968
    assert len(set(accepted) | set(quarantined)) == 17


def test_citizen_calls_and_officer_initiated_work_are_told_apart(milwaukee: Landed) -> None:
    outcomes = dict(
        milwaukee.rows(
            "select coalesce(m.outcome || coalesce(':' || m.reason, ''), 'unmapped'), count(*) "
            "from landed.incidents as i left join landed.code_mappings as m "
            "on m.field_name = 'incidents.initial_class_raw' and m.source_value = i.initial_class_raw "
            "and m.outcome = 'ignored' group by all"
        )
    )
    assert set(outcomes) == {
        "unmapped", "ignored:民警主动发起的工作，不是群众报警", "ignored:内部勤务或后勤，不是警情",
    }  # fmt: skip
    ignored = sum(count for outcome, count in outcomes.items() if outcome != "unmapped")
    assert 17_000 < ignored < 18_063
    assert sum(outcomes.values()) == 33_485


def test_stops_and_patrols_never_count_as_calls(milwaukee: Landed) -> None:
    natures = ("TRAFFIC STOP", "BUSINESS CHECK", "PATROL", "RETURN STATION", "PARK AND WALK")
    assert milwaukee.row(
        "select count(distinct source_value) from landed.code_mappings "
        f"where outcome = 'ignored' and reason <> '' and source_value in {natures}"
    ) == (5,)


def test_natures_without_a_counterpart_stay_unmapped(milwaukee: Landed) -> None:
    mapped = {value for (value,) in milwaukee.rows("select source_value from landed.code_mappings")}
    assert mapped.isdisjoint({"SHOTSPOTTER", "SUSP PERS/AUTO", "DEAD ON ENTRY", "LOOSE ANIMAL"})


def test_time_is_local(milwaukee: Landed) -> None:
    assert milwaukee.row(
        "select cast(event_date as varchar), event_hour, "
        "cast(timezone('UTC', event_at) as varchar) from landed.incidents where incident_no = '1211372'"
    ) == ("2018-05-01", 0, "2018-05-01 05:10:28")
