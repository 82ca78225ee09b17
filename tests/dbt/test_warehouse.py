"""The models on hand-written rows: promises of the contracts, the calendar, and the law incremental = full refresh."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from make_landed import insert_rows, make_landed
from warehouse import dbt, table_rows

from jingcang.contracts.marts import check_marts

CASE: dict[str, object] = {"source_system": "case", "_source_system": "case", "_source_table": "case.pj_jjdb"}
GPS: dict[str, object] = {
    "source_system": "gps",
    "_source_system": "gps",
    "_source_table": "gps.qw_gpsd",
    "device_no": "ZD000001",
}
PLACE: dict[str, object] = {"longitude": "121.400000", "latitude": "31.200000"}


def _incident(number: int, day: str, **values: object) -> dict[str, object]:
    return (
        CASE
        | {
            "incident_id": f"i{number}",
            "incident_no": f"J{number:03}",
            "event_date": day,
            "record_count": 1,
            "initial_class_raw": "10",
            "_source_key": f"J{number:03}",
        }
        | values
    )


def _dispatch(number: int, incident: int, day: str, feedback_at: str, **values: object) -> dict[str, object]:
    return (
        CASE
        | {
            "dispatch_id": f"d{number}",
            "dispatch_no": f"C{number:03}",
            "incident_id": f"i{incident}",
            "event_date": day,
            "dispatched_at": feedback_at,
            "feedback_at": feedback_at,
            "final_class_raw": "20",
        }
        | values
    )


def _case(
    number: int, incident: int, day: str, occurred_from_at: str, occurred_to_at: str
) -> dict[str, object]:
    return CASE | {
        "_source_table": "case.aj_ajxx",
        "case_id": f"c{number}",
        "case_no": f"A{number:03}",
        "incident_id": f"i{incident}",
        "event_date": day,
        "occurred_from_at": occurred_from_at,
        "occurred_to_at": occurred_to_at,
    }


def _point(day: str, at: str, **values: object) -> dict[str, object]:
    return (
        GPS
        | PLACE
        | {"patrol_unit_no": "XZ1", "unit_no": "S1", "event_date": day, "recorded_at": at}
        | values
    )


VISITED = "欧阳静怡"
ROWS: dict[str, list[dict[str, object]]] = {
    "landed.units": [{"unit_id": "u1", "unit_no": "S1", "source_system": "organisation", "unit_name": "城北派出所"}],
    "landed.code_mappings": [
        {
            "mapping_id": f"m{value}", "source_system": "case", "field_name": field, "source_value": value,
            "dictionary": "incident_class", "code": code, "outcome": "mapped", "valid_from": "2018-01-01",
        }
        for field, value, code in (
            ("incidents.initial_class_raw", "10", "100000"),
            ("dispatches.final_class_raw", "20", "200000"),
        )
    ],
    "landed.incidents": [
        _incident(1, "2026-06-01", unit_no="S1"),
        _incident(2, "2026-06-01", unit_no="S1", record_count=-1),
        _incident(3, "2026-06-02", unit_no="S1"),
        _incident(4, "2026-06-03", unit_no="S1"),
        _incident(5, "2026-06-04", unit_no="S1"),
    ],
    "landed.dispatches": [
        _dispatch(1, 1, "2026-06-01", "2026-06-01 02:00:00+00"),
        _dispatch(2, 4, "2026-06-05", "2026-06-05 02:00:00+00"),
        _dispatch(4, 9, "2026-06-08", "2026-06-08 02:00:00+00"),
        # Names no patrol unit, and its officer stands in no shift.
        _dispatch(
            5, 99, "2026-06-02", "2026-06-01 16:05:00+00", officer_no="103",
            dispatched_at="2026-06-01 16:00:00+00", departed_at="2026-06-01 16:00:15+00",
        ),
    ],
    "landed.cases": [
        _case(1, 1, "2026-06-02", "2026-05-31 14:00:00+00", "2026-05-31 21:00:00+00"),
        _case(2, 5, "2026-06-07", "2026-06-03 14:00:00+00", "2026-06-03 14:00:00+00"),
    ],
    "landed.patrol_shifts": [
        {
            "shift_id": "s1", "shift_no": "B1", "source_system": "patrol", "_source_system": "patrol",
            "_source_table": "patrol.qw_pbxx", "patrol_unit_no": "XZ1", "unit_no": "S1",
            "area_no": "A1", "event_date": "2026-06-01", "planned_start_at": "2026-06-01 15:00:00+00",
            "planned_end_at": "2026-06-01 17:00:00+00", "crew_officer_nos": "101,102",
        }
    ],
    "landed.street_segments": [
        # The crew stands 11 m beside it.
        {
            "street_segment_id": "l1", "street_segment_no": "L1", "source_system": "boundaries", "road_name": "人民路",
            "centre_line_wkt": "LINESTRING (121.39 31.2001, 121.41 31.2001)",
        }
    ],
    "landed.home_visits": [
        {
            "home_visit_id": "v1", "visit_no": "Z1", "source_system": "patrol", "_source_system": "patrol",
            "_source_table": "patrol.qw_zfjl", "visit_category_raw": "06", "unit_no": "S1", "officer_no": "101",
            "visited_name": VISITED, "event_date": "2026-06-02", "visited_at": "2026-06-02 02:00:00+00",
            "due_date": "2026-06-02", "result_raw": "1",
        }
    ],
    "landed.areas": [{"area_id": "a1", "area_no": "A1", "source_system": "boundaries"}],
    "derived.area_strips": [{"area_id": "a1", "strip": 942857, "west_x": 121399000, "east_x": 121401000}],
    "landed.patrol_points": [
        # Local midnight is 16:00 UTC: the crew stands from 23:59:40 on the 1st to 00:00:20 on the 2nd.
        # Before, four minutes in the same place: a visit.
        *(_point("2026-06-01", f"2026-06-01 15:{50 + half // 2}:{half % 2 * 30:02}+00") for half in range(9)),
        _point("2026-06-01", "2026-06-01 15:59:40+00"),
        _point("2026-06-01", "2026-06-01 15:59:50+00"),
        _point("2026-06-02", "2026-06-01 16:00:10+00"),
        _point("2026-06-02", "2026-06-01 16:00:20+00"),
    ],
}  # fmt: skip

INCREMENTAL = [
    "fct_incidents", "fct_incident_response", "fct_patrol_presence", "fct_patrol_area_presence", "fct_patrol_shifts",
    "fct_patrol_street_presence", "fct_patrol_visits", "rpt_incident_week_hours",
]  # fmt: skip


STEPS = [
    "int_patrol_calls", "int_patrol_tracks", "int_patrol_gaps", "int_patrol_limits", "int_patrol_cuts",
    "int_patrol_crossings", "int_patrol_cells", "int_patrol_stays", "int_incident_windows", "int_window_hours",
]  # fmt: skip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Path:
    """A build file after a full build of ROWS; copy it before changing it."""
    database = tmp_path_factory.mktemp("built") / "build.duckdb"
    make_landed(database, ROWS)
    assert dbt(database, target, "build", "--exclude-resource-types", "unit_test") == []
    return database


def test_an_empty_landing_builds(tmp_path: Path, target: Path) -> None:
    database = tmp_path / "build.duckdb"
    make_landed(database)
    assert dbt(database, target, "build", "--exclude-resource-types", "unit_test") == []
    with duckdb.connect(str(database), read_only=True) as connection:
        assert check_marts(connection) == []
    assert table_rows(database, "fct_incidents") == []


def test_marts_keep_their_contracts(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        assert check_marts(connection) == []


def test_who_is_visited_is_in_no_model(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        assert connection.execute("select visited_name from landed.home_visits").fetchall() == [(VISITED,)]
        assert connection.execute("select is_in_time from fct_home_visits").fetchall() == [(True,)]
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'main'"
        ).fetchall()
        found = [
            (table, column)
            for table, column in columns
            if connection.execute(
                f'select count(*) from main.{table} where contains(cast("{column}" as varchar), ?)', [VISITED]
            ).fetchone()
            != (0,)
        ]
    assert "fct_home_visits" in {table for table, _ in columns}
    assert found == []


def test_unit_tests_of_the_models_pass(built: Path, tmp_path: Path, target: Path) -> None:
    database = Path(shutil.copy(built, tmp_path / "build.duckdb"))
    assert dbt(database, target, "test", "--select", "test_type:unit") == []


def test_presence_stands_on_both_sides_of_midnight(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(
            "select cast(event_date as varchar), event_hour, presence_seconds from fct_patrol_presence order by all"
        ).fetchall()
        on_street = connection.execute(
            "select cast(event_date as varchar), event_hour, presence_seconds from fct_patrol_street_presence"
            " where street_segment_no = 'L1' order by all"
        ).fetchall()
        in_area = connection.execute(
            "select cast(event_date as varchar), event_hour, presence_seconds from fct_patrol_area_presence"
            " where geometry_area_no = 'A1' order by all"
        ).fetchall()
        delivered = connection.execute("select delivered_seconds from fct_patrol_shifts").fetchone()
    assert rows == on_street == in_area == [("2026-06-01", 23, 260), ("2026-06-02", 0, 20)]
    assert delivered == (280,)


@pytest.mark.parametrize(
    ("day", "offset", "weekday", "week_start"),
    [
        ("2026-02-17", 0, 2, "2026-02-16"),  # 春节
        ("2026-02-16", -1, 1, "2026-02-16"),
        ("2026-04-18", 60, 6, "2026-04-13"),
        ("2026-04-19", None, 7, "2026-04-13"),
        ("1990-01-01", -26, 1, "1990-01-01"),  # the table begins with 1990-01-27
    ],
)
def test_calendar(built: Path, day: str, offset: int | None, weekday: int, week_start: str) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        row = connection.execute(
            "select spring_festival_offset_days, weekday_number, cast(iso_week_start as varchar) from dim_date"
            " where date_day = cast(? as date)",
            [day],
        ).fetchone()
    assert row == (offset, weekday, week_start)


def test_calendar_has_every_day_once_and_knows_complete_weeks(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        count = connection.execute("select count(*), count(distinct date_day) from dim_date").fetchone()
        last = connection.execute(
            "select max(date_day) from dim_date where is_complete_week_as_of"
        ).fetchone()
    assert count == (18628, 18628)  # 51 years from 1990, 13 of them leap years
    assert str(last[0] if last else None) == "2026-06-28"  # a Sunday; the run's day is Tuesday 2026-06-30


def _late_and_new(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A feedback on a later day than its incident, points of one more day, a shift in another area."""
    insert_rows(connection, "landed.dispatches", [_dispatch(3, 5, "2026-06-09", "2026-06-09 02:00:00+00")])
    insert_rows(
        connection,
        "landed.patrol_points",
        [
            _point("2026-06-01", "2026-06-01 15:54:30+00"),
            _point("2026-06-02", "2026-06-01 16:00:30+00"),
            _point("2026-06-03", "2026-06-02 16:00:00+00"),
            _point("2026-06-03", "2026-06-02 16:00:10+00"),
        ],
    )
    connection.execute("update landed.patrol_shifts set area_no = 'A2'")
    return [
        ("dispatches", "2026-06-09"),
        ("patrol_points", "2026-06-01"),
        ("patrol_points", "2026-06-02"),
        ("patrol_points", "2026-06-03"),
        ("patrol_shifts", "2026-06-01"),
    ]


def _moved_and_withdrawn(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A withdrawn feedback, an incident moved from a day that is empty now, the points after midnight gone."""
    connection.execute("delete from landed.dispatches where dispatch_id = 'd2'")
    connection.execute("update landed.incidents set event_date = '2026-05-20' where incident_id = 'i3'")
    connection.execute("delete from landed.patrol_points where event_date = '2026-06-02'")
    return [
        ("dispatches", "2026-06-05"),
        ("incidents", "2026-06-02"),
        ("incidents", "2026-05-20"),
        ("patrol_points", "2026-06-02"),
    ]


def _deleted_and_arrived(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A call deleted, one moved and one arriving late, whose dispatches lie on days nothing else touches."""
    connection.execute("delete from landed.incidents where incident_id = 'i4'")
    connection.execute("update landed.incidents set event_date = '2026-05-30' where incident_id = 'i1'")
    insert_rows(connection, "landed.incidents", [_incident(9, "2026-06-06", unit_no="S1")])
    return [("incidents", day) for day in ("2026-06-03", "2026-06-01", "2026-05-30", "2026-06-06")]


def _called_late(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A dispatch of the crew is learned of later: from the visit until five seconds after midnight."""
    call = _dispatch(
        6, 98, "2026-06-01", "2026-06-01 16:00:05+00", patrol_unit_no="XZ1",
        dispatched_at="2026-06-01 15:50:00+00", departed_at="2026-06-01 15:51:00+00",
    )  # fmt: skip
    insert_rows(connection, "landed.dispatches", [call])
    return [("dispatches", "2026-06-01")]


def _officer_joined(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The officer of a dispatch without a patrol unit was in the crew, whose shift began the day before."""
    connection.execute("update landed.patrol_shifts set crew_officer_nos = '101,103'")
    return [("patrol_shifts", "2026-06-01")]


def _windows_of_other_incidents(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A case made of another incident and dated anew, one withdrawn, one of an incident that had none."""
    connection.execute(
        "update landed.cases set incident_id = 'i3', event_date = '2026-06-05' where case_id = 'c1'"
    )
    connection.execute("delete from landed.cases where case_id = 'c2'")
    late = _case(3, 4, "2026-06-10", "2026-06-02 22:00:00+00", "2026-06-03 01:00:00+00")
    insert_rows(connection, "landed.cases", [late])
    return [("cases", day) for day in ("2026-06-02", "2026-06-05", "2026-06-07", "2026-06-10")]


@pytest.mark.parametrize(
    ("change", "visible"),
    [
        (
            _late_and_new,
            set(INCREMENTAL),
        ),
        (
            _moved_and_withdrawn,
            {
                "fct_incidents",
                "fct_incident_response",
                "fct_patrol_area_presence",
                "fct_patrol_presence",
                "fct_patrol_shifts",
                "fct_patrol_street_presence",
                "rpt_incident_week_hours",
            },
        ),
        (_deleted_and_arrived, {"fct_incidents", "fct_incident_response", "rpt_incident_week_hours"}),
        (_windows_of_other_incidents, {"rpt_incident_week_hours"}),
        (
            _called_late,
            {
                "fct_incident_response",
                "fct_patrol_area_presence",
                "fct_patrol_presence",
                "fct_patrol_shifts",
                "fct_patrol_street_presence",
                "fct_patrol_visits",
            },
        ),
        (
            _officer_joined,
            {
                "fct_patrol_area_presence",
                "fct_patrol_presence",
                "fct_patrol_shifts",
                "fct_patrol_street_presence",
            },
        ),
    ],
)
def test_incremental_equals_full_refresh(
    built: Path,
    tmp_path: Path,
    target: Path,
    change: Callable[[duckdb.DuckDBPyConnection], list[tuple[str, str]]],
    visible: set[str],
) -> None:
    incremental, full = tmp_path / "incremental.duckdb", tmp_path / "full.duckdb"
    shutil.copy(built, target / "build.duckdb")
    with duckdb.connect(str(target / "build.duckdb")) as connection:
        touched = change(connection)
        connection.execute("delete from control.affected_partitions")
        connection.executemany("insert into control.affected_partitions values (?, ?)", touched)
    shutil.copy(target / "build.duckdb", incremental)
    shutil.copy(target / "build.duckdb", full)
    selected = ["--select", *STEPS, *INCREMENTAL]

    assert dbt(incremental, target, "run", *selected) == []
    assert dbt(full, target, "run", "--full-refresh", *selected) == []

    # A change that no fact shows would leave the law untested.
    assert {table for table in INCREMENTAL if table_rows(full, table) != table_rows(built, table)} == visible
    for table in INCREMENTAL:
        assert table_rows(incremental, table) == table_rows(full, table), table
