"""Rows 16 to 27 of FAULTS: watermarks, late and corrected records, deletes, drift, codes, keys and clocks.

Two days of such records are landed by two runs; every row looks at what they published. The last test holds
the law for both days together: a run that never failed publishes the same.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jingcang.errors import JingcangError
from tests.faults import oracle
from tests.faults.changes import LATER
from tests.faults.records import (
    BEATS,
    DISPATCHES,
    FIRST_DAY,
    INCIDENTS,
    POINTS,
    RESIDENTS,
    SHIFTS,
    USES,
    area,
    dispatch,
    incident,
    points,
    shift,
    use,
)
from tests.faults.runner import Outcome, Runner
from tests.faults.world import AS_OF, World

Succeeded = Callable[[Outcome], Outcome]
NEXT_DAY = AS_OF + dt.timedelta(days=1)
LATE_DAY = AS_OF - dt.timedelta(days=400)
LATEST = "20260620195900"
EVEN_LATER = "20260630230000"
ZONES = (
    "2026-06-10T04:00:00",
    "2026-06-10T04:00:00+0800",
    "2026-06-09T20:00:00+0000",
    "2026-06-09T15:00:00-0500",
)
"""One local instant, written without a zone and in three of them."""


def number_of(number: int) -> str:
    return str(incident(number)["JJDBH"])


def first_day(world: World) -> None:
    """Inject everything but what needs a second day."""
    late = (LATE_DAY - FIRST_DAY).days
    tomorrow = f"{NEXT_DAY:%Y%m%d}"
    world.insert(INCIDENTS, [
        *(incident(number, 19, GXSJ=LATEST) for number in range(200, 205)),
        incident(210, late, GXSJ=LATER),
        incident(220, BJLB="caseType999999999", GXSJ=LATER),
        incident(230, GXSJ=LATER), incident(230, GXSJ=LATER),
        incident(231, GXSJ=LATER), incident(231, GXSJ=LATER, SSRS="5"),
        incident(240, BJSJ=f"{tomorrow}080000", JJSJ=f"{tomorrow}080100", GXSJ=f"{tomorrow}090000"),
        incident(241, 18, GXSJ="20270801000000"),
        incident(250, BJSJ="19860914013000", JJSJ="19860914013000", GXSJ=LATER),
        incident(251, BJSJ="19860504023000", JJSJ="19860504033000", GXSJ=LATER),
        incident(260, SSRS="两人", GXSJ=LATER),
    ])  # fmt: skip
    world.sql(INCIDENTS, *(f"delete from pj_jjdb where JJDBH = '{number_of(key)}'" for key in (10, 50)))
    world.sql(
        DISPATCHES,
        "alter table pj_cjdb add column XINZENG text",
        "alter table pj_cjdb rename column FKNR to FKNR_X",
    )
    world.sql(DISPATCHES, f"update pj_cjdb set GXSJ = '{LATER}'")
    # The higher version stands on the first page, the lower one on the second.
    newer = shift(3, BCLX="3", GXSJ="2026-06-28T10:00:00")
    older = shift(3, BCLX="2", GXSJ="2026-06-28T09:00:00")
    fillers = [shift(number, GXSJ="2026-06-28T09:30:00") for number in range(200, 205)]
    fillers += [
        shift(number, JHKSSJ=start, JHJSSJ="2026-06-10T12:00:00", GXSJ="2026-06-28T09:31:00")
        for number, start in enumerate(ZONES, 301)
    ]
    world.set_shifts(
        [*(row for row in world.shifts() if row["PBID"] != newer["PBID"]), older, *fillers, newer]
    )
    world.drop_uses("借阅登记_00.csv", [use(3, 利用目的="编史修志"), use(40)])
    world.drop_points(6, [*points(6), points(6)[0]])


def second_day(world: World) -> None:
    """Bring deleted keys back, correct a closed period, move a boundary, empty a table with consent."""
    world.insert(
        INCIDENTS,
        [incident(10, GXSJ=EVEN_LATER), incident(50, GXSJ=EVEN_LATER), incident(242, GXSJ=EVEN_LATER)],
    )
    world.sql(
        INCIDENTS,
        f"update pj_jjdb set ZRQBH = '{BEATS[0]}', GXSJ = '{EVEN_LATER}' where JJDBH = '{number_of(1)}'",
    )
    closed = area(0)
    closed["properties"]["SXRQ"] = "2026-06-10"
    world.drop_areas([closed, area(0, east=0.01, since="2026-06-10"), area(1), area(2)])


@dataclass(frozen=True)
class Days:
    """The world after both days, and what the runs said."""

    world: World
    first: dict[str, Any]
    second: dict[str, Any]
    withheld: dict[str, Any]
    before: Path

    @property
    def now(self) -> Path:
        """The serving file in force."""
        return Path(os.path.realpath(self.world.home.current_link))


@pytest.fixture(scope="module")
def days(base: World, runner: Runner, succeeded: Succeeded) -> Days:
    base.restore("base")
    base.settings.clear()
    first_day(base)
    first = succeeded(runner.run(base)).report
    oracle.check(base)
    before = Path(os.path.realpath(base.home.current_link))
    # Row 22: an emptied table is no news until a steward says so.
    base.sql(RESIDENTS, "delete from rk_syrk")
    withheld = succeeded(runner.run(base)).report
    second_day(base)
    base.settings["confirmed_deletions"] = [RESIDENTS]
    base.declare()
    second = succeeded(runner.run(base, as_of=NEXT_DAY)).report
    oracle.check(base)
    yield Days(base, first, second, withheld, before)
    base.settings.clear()


def then(days: Days, query: str) -> list[tuple[Any, ...]]:
    """Return the answer of a query on the generation of the first day, which is still kept."""
    return oracle.rows_of(days.before, query)


def now(days: Days, query: str) -> list[tuple[Any, ...]]:
    return oracle.rows(days.world, query)


def events_of(days: Days, number: int) -> list[Any]:
    """Return what every batch said of a call."""
    from jingcang.landing.raw_rows import row_events

    table = next(table for table in days.world.profile().tables if table.qualified == INCIDENTS)
    return row_events(days.world.home, table, number_of(number))


def batches(world: World, table: str) -> list[dict[str, Any]]:
    found = [
        json.loads(path.read_text()) for path in sorted((world.home.landing / "manifests").glob("*.json"))
    ]
    return [entry for entry in found if f"{entry['system']}.{entry['table']}" == table]


def keys(*numbers: int) -> str:
    return ", ".join(f"'{number_of(number)}'" for number in numbers)


def test_fault_16_many_rows_on_the_watermarks_own_timestamp(days: Days) -> None:
    chosen = keys(*range(200, 205))
    assert then(
        days,
        f"select count(*), count(distinct incident_no) from fct_incidents where incident_no in ({chosen})",
    ) == [(5, 5)]
    batch = batches(days.world, INCIDENTS)[1]
    assert batch["watermark_from"] == LATEST
    assert batch["rows"]["repeated"] > 0, "the overlap is read again and counted as repeats"


def test_fault_17_a_record_400_days_late(days: Days) -> None:
    dates = batches(days.world, INCIDENTS)[1]["affected"]["incidents"]
    assert LATE_DAY.isoformat() in dates
    untouched = {(FIRST_DAY + dt.timedelta(days=number)).isoformat() for number in (3, 5, 7)}
    assert not untouched & set(dates)
    assert not days.first["full_refresh"]
    found = then(days, f"select count(*) from fct_incidents where event_date = '{LATE_DAY}'")
    assert found == [(1,)]


def test_fault_18_updates_out_of_order(days: Days) -> None:
    assert then(
        days, f"select shift_kind_code from fct_patrol_shifts where shift_no = '{shift(3)['PBID']}'"
    ) == [("night",)]
    # A file named earlier that arrives later does not win over a later one.
    found = then(
        days,
        f"select count(*) from fct_archive_uses where use_no = '{use(3)['登记号']}' and purpose_label = '编史修志'",
    )
    assert found == [(0,)]
    assert oracle.totals(days.world, USES)["superseded"] >= 1
    assert oracle.totals(days.world, SHIFTS)["superseded"] >= 1


def test_fault_19_correction_inside_a_closed_period(days: Days) -> None:
    query = f"select area_no from fct_incidents where incident_no = {keys(1)}"
    assert then(days, query) == [(BEATS[1],)], "as it was published"
    assert now(days, query) == [(BEATS[0],)], "as it is"
    events = [
        json.loads(line) for line in (days.world.home.ledger / "generations.jsonl").read_text().splitlines()
    ]
    hashes = [event["record"]["tables"]["fct_incidents"]["hash"] for event in events[-2:]]
    assert len(set(hashes)) == 2, "the ledger shows that the table was restated"
    # The source row, too, is kept as it was: which batch said what, and what is in force.
    batches_of = [(event.as_of, event.outcome, event.is_in_force) for event in events_of(days, 1)]
    assert batches_of == [(str(AS_OF), "accepted", False), (str(NEXT_DAY), "accepted", True)]


def test_fault_19_the_restatement_is_listed(days: Days) -> None:
    from orchestration.cli import app
    from orchestration.publish.differences import restated, restated_rows

    home, older, newer = days.world.home, days.before.stem, days.now.stem
    listed = {(item.table, item.month): item for item in restated(home, older, newer)}
    counted = {
        table: sum((item.added - item.removed) for (name, _), item in listed.items() if name == table)
        for table in ("fct_incidents", "dim_person")
    }
    # Three calls came, all residents went; of the closed month the corrected call is named with its column.
    assert counted == {"fct_incidents": 3, "dim_person": -then(days, "select count(*) from dim_person")[0][0]}
    assert listed["fct_incidents", "2026-06"].changed >= 1
    key = now(days, f"select incident_id from fct_incidents where incident_no = {keys(1)}")[0][0]
    row = next(row for row in restated_rows(home, older, newer, "fct_incidents") if row.key == key)
    assert (row.kind, row.month) == ("changed", "2026-06")
    assert "area_no" in row.columns
    # Nothing else differs: a table that is not listed has the same rows.
    same = "select count(*), sum(record_count) from fct_incidents where event_date < '2026-06-01'"
    assert then(days, same) == now(days, same)
    assert restated(home, newer, newer) == []
    # The same for a person at the terminal, without any value.
    ask = ["publish", "--compare", older, "--home", str(home.root)]
    told = CliRunner().invoke(app, ask).output
    assert f"{older} → {newer}" in told
    assert "（fct_incidents）  新增" in told
    lines = CliRunner().invoke(app, [*ask, "--table", "fct_incidents"]).output.splitlines()
    assert next(line for line in lines if key in line).startswith("2026-06  更正  ")
    with pytest.raises(JingcangError, match="没有这个发布版本：g999999"):
        restated(home, "g999999", newer)


def test_fault_20_hard_delete(days: Days) -> None:
    assert then(days, f"select count(*) from fct_incidents where incident_no in ({keys(10, 50)})") == [(0,)]
    assert oracle.totals(days.world, INCIDENTS)["tombstoned"] == 2


def test_fault_20_nothing_that_refers_to_a_deleted_record_dangles(days: Days) -> None:
    """The work of the dispatch stays and counts, points to no call, and is listed until the call is back."""
    number = dispatch(10)["CJDBH"]
    response = f"select incident_id, incident_date from fct_incident_response where dispatch_no = '{number}'"
    assert then(days, response) == [(None, None)]
    assert then(days, "select count(*) from fct_incident_response") == [(40,)]
    listed = """
        select check_id, count(*) from fct_quality_failures
        where
            check_id in ('response.incident.known', 'case.pj_cjdb.incident_exists')
            and last_run_no is null
        group by 1 order by 1
    """
    assert then(days, listed) == [("case.pj_cjdb.incident_exists", 1), ("response.incident.known", 1)]
    call = f"select incident_id, event_date from fct_incidents where incident_no = {keys(10)}"
    assert now(days, response) == now(days, call)
    assert now(days, listed) == []


def test_fault_21_deleted_key_inserted_again(days: Days) -> None:
    assert now(days, f"select count(*) from fct_incidents where incident_no in ({keys(10, 50)})") == [(2,)]
    found = now(
        days, f"select valid_from, valid_to from dim_area where area_no = '{BEATS[0]}' order by valid_from"
    )
    assert [tuple(map(str, row)) for row in found] == [("2020-01-01", "2026-06-10"), ("2026-06-10", "None")]
    assert oracle.totals(days.world, INCIDENTS)["tombstoned"] == 2
    for number in (10, 50):
        intervals = [(event.as_of, event.outcome, event.is_in_force) for event in events_of(days, number)]
        assert intervals == [
            (str(AS_OF), "accepted", False), (str(AS_OF), "deleted", True), (str(NEXT_DAY), "accepted", True)
        ], "in force until the deletion, and again from the insertion on"  # fmt: skip


def test_fault_22_empty_extract_is_never_a_mass_delete(days: Days) -> None:
    assert days.withheld["tables"][RESIDENTS]["accepted"] == 20
    assert days.withheld["content_hash"] == days.first["content_hash"]
    assert then(days, "select count(*) from dim_person")[0][0] > 0
    # With the steward's word it is one.
    assert now(days, "select count(*) from dim_person") == [(0,)]


def test_fault_23_drift_names_the_column_and_its_consumers(days: Days) -> None:
    note = then(days, "select note from fct_quality_results where check_id = 'case.pj_cjdb.extraction'")[0][0]
    oracle.assert_helpful(
        note, DISPATCHES, "XINZENG", "FKNR_X", "FKNR", "dispatches.feedback_text", "其余列照常入库"
    )
    assert then(days, "select count(*) from fct_incident_response")[0][0] >= 39
    # A retyped column: the row is set aside with its column, the others load.
    found = then(days, f"select failing_columns from fct_quarantined_rows where source_key = {keys(260)}")
    assert "SSRS" in str(found)


def test_fault_24_unknown_code(days: Days) -> None:
    query = f"select class_label, initial_class_raw from fct_incidents where incident_no = {keys(220)}"
    assert then(days, query) == [("未映射", "caseType999999999")]
    found = then(
        days, "select record_count from rpt_unmapped_values where source_value = 'caseType999999999'"
    )
    assert found == [(1,)]


def test_fault_25_duplicate_declared_key(days: Days) -> None:
    assert then(days, f"select count(*) from fct_incidents where incident_no = {keys(230)}") == [(1,)]
    assert then(days, f"select count(*) from fct_incidents where incident_no = {keys(231)}") == [(0,)]
    found = then(days, f"select rule_id from fct_quarantined_rows where source_key = {keys(231)}")
    assert found == [("key",), ("key",)]
    # Without a declared key every row counts: one position of the day stands twice in its file.
    assert oracle.totals(days.world, POINTS)["accepted"] == 3 * 20 + 21


def test_fault_26_clock_of_the_source_and_events_in_the_future(days: Days) -> None:
    query = f"select count(*) from fct_incidents where incident_no in ({keys(240, 241)})"
    assert then(days, query) == [(2,)]
    flagged = (
        "select rows_violated from fct_quality_results where check_id = 'incidents.event_date.not_future'"
    )
    assert then(days, flagged)[0][0] >= 1
    # A watermark from next year hides nothing: the next day's record arrives.
    assert now(days, f"select count(*) from fct_incidents where incident_no = {keys(242)}") == [(1,)]


def test_fault_27_clock_change(days: Days) -> None:
    query = f"""
        select incident_no, event_date, is_time_ambiguous from fct_incidents
        where incident_no in ({keys(250, 251)}) order by incident_no
    """
    found = then(days, query)
    assert [(str(day), flag) for _, day, flag in found] == [("1986-09-14", True), ("1986-05-04", True)]


def test_fault_27_zones_missing_and_mixed(days: Days) -> None:
    numbers = ", ".join(f"'{shift(number)['PBID']}'" for number in range(301, 301 + len(ZONES)))
    query = f"select event_date, planned_seconds from fct_patrol_shifts where shift_no in ({numbers})"
    assert [(str(day), seconds) for day, seconds in then(days, query)] == [("2026-06-10", 8 * 3600)] * len(
        ZONES
    )


def test_law_both_days_equal_a_run_that_never_failed(
    days: Days, runner: Runner, succeeded: Succeeded
) -> None:
    days.world.save("days")
    days.world.forget_runs()
    clean = succeeded(runner.run(days.world, as_of=NEXT_DAY)).report
    assert clean["full_refresh"]
    tables = generation(days.world)
    days.world.restore("days")
    assert different(tables, generation(days.world)) == []
    assert clean["content_hash"] == days.second["content_hash"]


def generation(world: World) -> dict[str, Any]:
    path = Path(os.path.realpath(world.home.current_link)).with_suffix(".json")
    return json.loads(path.read_text(encoding="utf-8"))["tables"]


def different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the tables that say something else; the fingerprint beside the hash tells of batches too."""
    from orchestration.publish.content_hash import RUN_HISTORY_TABLES

    assert one.keys() == other.keys()
    return [
        name
        for name in one.keys() - RUN_HISTORY_TABLES
        if (one[name]["rows"], one[name]["hash"]) != (other[name]["rows"], other[name]["hash"])
    ]
