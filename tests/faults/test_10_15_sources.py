"""Rows 10 to 15 of FAULTS: sources that are down, slow, cut off, wrong, or change while they are read."""

from __future__ import annotations

import datetime as dt
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from jingcang.landing import http_api
from tests import servers
from tests.faults import oracle
from tests.faults.patrol_server import PatrolServer
from tests.faults.records import COLUMNS, DISPATCHES, INCIDENTS, SHIFTS, incident, shift
from tests.faults.runner import Outcome, Runner
from tests.faults.world import AS_OF, World

Succeeded = Callable[[Outcome], Outcome]
IMPATIENT = {
    "jingcang.landing.http_api:_TIMEOUT_SECONDS": 0.3,
    "jingcang.landing.http_api:_FIRST_PAUSE_SECONDS": 0.01,
}
NEW_SHIFTS = [shift(number, GXSJ=f"2026-06-28T{number % 24:02d}:00:00") for number in range(100, 112)]


def cursor(world: World, table: str) -> bytes:
    """Return the file that holds a table's watermark."""
    return (world.home.landing / "cursors" / f"{table.replace('.', '__')}.json").read_bytes()


def test_fault_10_source_down(
    world: World, runner: Runner, succeeded: Succeeded, open_page: Callable[[World, Any, str], AppTest]
) -> None:
    from dashboards.registry import PAGES

    world.sqlite(INCIDENTS).unlink()
    later = AS_OF + dt.timedelta(days=5)
    nobody = {"WORLD_PATROL_URL": "http://127.0.0.1:9"}
    report = succeeded(runner.run(world, as_of=later, environment=nobody)).report
    assert set(report["unreachable"]) == {INCIDENTS, DISPATCHES, SHIFTS}
    oracle.assert_helpful(report["unreachable"][INCIDENTS], "case", "数据库", "已入库的数据保持不变")
    oracle.assert_helpful(report["unreachable"][SHIFTS], "patrol", "处理")
    oracle.check(world, fresh=False)
    assert oracle.rows(world, "select count(*) from fct_incidents") == [(60,)]
    # The days that did not arrive are rows, by source; pages that rest on it say how old it is.
    late = oracle.rows(
        world,
        "select count(*) from rpt_freshness"
        " where source_system = 'case' and row_count = 0 and event_date > '2026-06-30'",
    )
    assert late[0][0] > 0
    told = oracle.rows(
        world, "select status from fct_quality_results where check_id = 'case.pj_jjdb.extraction'"
    )
    assert ("error",) in told
    spec = next(spec for spec in PAGES if "incidents" in spec.entities)
    drawn = [str(element.proto.body) for element in open_page(world, spec, spec.roles[0]).get("html")]
    banner = next(text for text in drawn if "数据不完整" in text)
    assert "“接警单”最新到 " in banner, banner


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[signal.Signals, object, str]]:
    """A server that may be stopped at any time."""
    folder = tmp_path_factory.mktemp("pg")
    servers.let_in(folder)
    process, url = servers.start_postgres(folder)
    yield signal.SIGQUIT, process, url
    if process.poll() is None:
        process.terminate()
    process.wait(20)


def test_fault_10_postgresql_stopped_in_mid_extract(
    world: World, runner: Runner, succeeded: Succeeded, postgres: tuple[signal.Signals, object, str]
) -> None:
    stop, server, url = postgres
    before = oracle.published(world), cursor(world, INCIDENTS)
    with psycopg.connect(url, autocommit=True) as connection:
        for table, name in ((INCIDENTS, "rows_of_pj_jjdb"), (DISPATCHES, "pj_cjdb")):
            connection.execute(f"create table {name} ({', '.join(f'{c} text' for c in COLUMNS[table])})")
        for number in range(60):
            row = [incident(number, GXSJ="20260629230000").get(name) for name in COLUMNS[INCIDENTS]]
            connection.execute(f"insert into rows_of_pj_jjdb values ({', '.join(['%s'] * len(row))})", row)
        connection.execute(
            "create view pj_jjdb as select r.* from rows_of_pj_jjdb r,"
            " lateral (select pg_sleep(0.5 + 0 * length(r.jjdbh))) s"
        )

    def stop_when_asked() -> None:
        query = "select count(*) from pg_stat_activity where state = 'active' and query like '%COPY%pj_jjdb%'"
        with psycopg.connect(url, autocommit=True) as watcher:
            while watcher.execute(query).fetchone()[0] < 1:
                time.sleep(0.05)
        time.sleep(0.7)
        server.send_signal(stop)

    thread = threading.Thread(target=stop_when_asked, daemon=True)
    thread.start()
    report = succeeded(runner.run(world, environment={"WORLD_CASE_URL": url})).report
    thread.join(1)
    assert not thread.is_alive(), "the server was stopped while it answered"
    oracle.assert_helpful(report["unreachable"][INCIDENTS], "case", "处理")
    assert "127.0.0.1" not in report["unreachable"][INCIDENTS].split("位置")[0]
    assert (oracle.published(world), cursor(world, INCIDENTS)) == before
    oracle.check(world)


def test_fault_11_source_a_hundred_times_slower(
    world: World, runner: Runner, patrol: PatrolServer, succeeded: Succeeded
) -> None:
    start = patrol.requests
    patrol.fault = lambda number, query: time.sleep(3)
    world.insert(INCIDENTS, [incident(100, GXSJ="20260629230000")])
    report = succeeded(runner.run(world, patches=IMPATIENT)).report
    oracle.assert_helpful(report["unreachable"][SHIFTS], "patrol", "超时", "第 1 页", "其他来源不受影响")
    assert patrol.requests - start == http_api._ATTEMPTS, "asked again, and not for ever"
    assert oracle.rows(world, "select count(*) from fct_incidents") == [(61,)]
    oracle.check(world)


@pytest.fixture(scope="module")
def clean_shifts(base: World, runner: Runner, succeeded: Succeeded) -> str:
    """The content hash of a first run on the new shifts: a run that never failed."""
    base.restore("base")
    base.set_shifts([*base.shifts(), *NEW_SHIFTS])
    base.forget_runs()
    return str(succeeded(runner.run(base)).report["content_hash"])


def page_of(world: World, number: int) -> bytes:
    """Return a page of the new shifts as the interface would."""
    rows = NEW_SHIFTS[(number - 1) * 5 : number * 5]
    return json.dumps({"code": 0, "data": {"total": len(NEW_SHIFTS), "records": rows}}).encode()


@pytest.mark.parametrize(
    ("row", "page", "body", "words"),
    [
        (12, 2, lambda world: page_of(world, 2)[:-40], ("残缺", "第 2 页")),
        (12, 1, lambda world: b'{"data": {"total": 3, "records": [{"PBID"', ("残缺", "第 1 页")),
        (13, 2, lambda world: b'{"code": 500, "message": "error", "data": null}', ("页已拒收", "第 2 页")),
        (13, 1, lambda world: b"<html>502 Bad Gateway</html>", ("第 1 页",)),
        (14, 2, lambda world: page_of(world, 1), ("对不上",)),
        (14, 2, lambda world: page_of(world, 3), ("对不上",)),
        (14, 3, lambda world: b'{"code": 0, "data": {"total": 12, "records": []}}', ("对不上",)),
    ],
    ids=[
        "fault_12_half_written_page", "fault_12_short_json", "fault_13_200_with_error_body", "fault_13_200_with_html",
        "fault_14_page_repeated", "fault_14_page_skipped", "fault_14_count_gap",
    ],
)  # fmt: skip
def test_faults_12_13_14_a_wrong_page_is_refused(
    clean_shifts: str, world: World, runner: Runner, patrol: PatrolServer, succeeded: Succeeded, row: int, page: int,
    body: Callable[[World], bytes], words: tuple[str, ...],
) -> None:  # fmt: skip
    before = oracle.published(world), cursor(world, SHIFTS)
    world.set_shifts([*world.shifts(), *NEW_SHIFTS])
    patrol.fault = lambda number, query: (
        (200, {}, body(world) if query["page"] == str(page) else page_of(world, int(query["page"])))
    )
    report = succeeded(runner.run(world, patches=IMPATIENT)).report
    oracle.assert_helpful(report["unreachable"][SHIFTS], "patrol", SHIFTS, *words, "水位不变")
    assert (oracle.published(world), cursor(world, SHIFTS)) == before
    assert row in (12, 13, 14)
    oracle.check(world, fresh=False)
    patrol.fault = lambda number, query: None
    assert succeeded(runner.run(world)).report["content_hash"] == clean_shifts == oracle.published(world)
    oracle.check(world)


def test_faults_14_15_page_repeated_once_and_rows_inserted_while_paging(
    world: World, runner: Runner, patrol: PatrolServer, succeeded: Succeeded
) -> None:
    world.set_shifts([*world.shifts(), *NEW_SHIFTS])
    start, inserted = patrol.requests, shift(150, GXSJ="2026-06-28T04:30:00")

    def fault(number: int, query: dict[str, str]) -> tuple[int, dict[str, str], bytes] | None:
        if number - start == 2:
            return 200, {}, page_of(world, 1)
        if number - start > 2 and query["page"] == "2" and len(world.shifts()) == 24:
            world.set_shifts([*world.shifts(), inserted])
        return None

    patrol.fault = fault
    report = succeeded(runner.run(world, patches=IMPATIENT)).report
    assert report["unreachable"] == {}
    assert len(world.shifts()) == 25
    assert oracle.rows(world, "select count(*), count(distinct shift_no) from fct_patrol_shifts") == [
        (25, 25)
    ]
    oracle.check(world)
