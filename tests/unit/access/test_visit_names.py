"""Who is visited: for the officer who visits and nobody else, with a purpose, audited before landing is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from jingcang.access import INTERFACE_LABELS, ROLE_LABELS, Door, Identity, Query
from jingcang.access import visit_names as module
from jingcang.access.door import Forbidden
from jingcang.access.policy import ROLE_TABLES
from jingcang.access.visit_names import PURPOSES, visit_names
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import AuditLog, Workbench

OFFICER = Identity("zhang", "某", "officer", ("S1",), "1001")
READ = "visit_names_read"
OWN = {"v1", "v2", "v3", "v4", "v5"}
NAMES = {"b0": {"v5": "王旧"}, "b1": {"v1": "李旧", "v2": "赵一", "v9": "外人"}, "b2": {"v1": "李新"}}
VISITS = Query(
    "走访", "select home_visit_id, officer_no from {fct_home_visits} order by home_visit_id", {}
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """v1 was landed twice and is published from the second batch; of v3, v4 and v5 no name is kept; v9 is another's."""
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("create table dim_unit as select 'S1' as unit_no, null::varchar as parent_unit_no")
        connection.execute(
            "create table fct_home_visits as from (values ('v1', '1001', 'b2'), ('v2', '1001', 'b1'), "
            "('v3', '1001', null), ('v4', '1001', 'b3'), ('v5', '1001', 'b0'), ('v9', '1002', 'b1')) "
            "t(home_visit_id, officer_no, _source_batch_id)"
        )
        connection.execute("alter table fct_home_visits add column unit_no varchar default 'S1'")
    home.current_link.symlink_to("g000001.duckdb")
    for batch_id, names in NAMES.items():
        path = accepted_file(home, "home_visits", batch_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = pl.DataFrame({"home_visit_id": list(names), "visited_name": list(names.values())})
        # Landed before the source gave names.
        (frame.drop("visited_name") if batch_id == "b0" else frame).write_parquet(path)
    yield home
    Workbench.open(home, {}).close()


@pytest.fixture
def door(home: Home) -> Door:
    return Door(home, workbench=Workbench.open(home, {}), is_current=lambda _: True)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What landing was asked for; it is answered as usual."""
    asked: list[Any] = []
    usual = module.landed_texts

    def keep(*arguments: Any) -> pl.DataFrame:
        asked.append(arguments)
        return usual(*arguments)

    monkeypatch.setattr(module, "landed_texts", keep)
    return asked


def entries(home: Home, action: str | None = None) -> list[Any]:
    return AuditLog(Workbench.open(home, {})).entries(limit=50, action=action)


def test_an_officer_reads_the_names_of_the_own_visits_as_published(home: Home, door: Door) -> None:
    assert visit_names(door, OFFICER, home, OWN, purpose="visit") == {"v1": "李新", "v2": "赵一"}


def test_one_row_of_audit_a_reading_names_visits_and_purpose_and_no_person(home: Home, door: Door) -> None:
    visit_names(door, OFFICER, home, ["v2", "v1", "v1"], purpose="handover")
    (entry,) = entries(home)
    assert (entry.user_id, entry.action, entry.object_name) == ("zhang", READ, "home_visits.visited_name")
    assert json.loads(entry.detail) == {"purpose": "handover", "visits": ["v1", "v2"]}


@pytest.mark.parametrize("asked", [{"v9"}, OWN | {"v9"}, {"v1", "none"}])
def test_visits_of_others_are_refused_and_with_them_the_whole_question(
    home: Home, door: Door, opened: list[Any], asked: set[str]
) -> None:
    with pytest.raises(Forbidden, match="不在您名下"):
        visit_names(door, OFFICER, home, asked, purpose="visit")
    (entry,) = entries(home)
    assert (entry.action, json.loads(entry.detail)) == (
        "query_denied",
        {"reason": "own_visits", "purpose": "visit", "visits": len(asked)},
    )
    assert opened == []


@pytest.mark.parametrize("number", [None, "", "1003"])
def test_an_officer_without_visits_of_the_own_reads_none(home: Home, door: Door, number: str | None) -> None:
    with pytest.raises(Forbidden, match="不在您名下"):
        visit_names(door, Identity("li", "某", "officer", ("S1", "*"), number), home, ["v1"], purpose="visit")
    assert (
        visit_names(door, Identity("li", "某", "officer", ("S1",), number), home, [], purpose="visit") == {}
    )
    assert entries(home, READ) == [], "nothing was read"


@pytest.mark.parametrize("role", sorted({*ROLE_LABELS, *INTERFACE_LABELS} - {"officer"}))
def test_no_other_role_reads_names_not_even_under_the_same_number(
    home: Home, door: Door, opened: list[Any], role: str
) -> None:
    with pytest.raises(Forbidden, match="无权查看走访对象的姓名"):
        visit_names(door, Identity("li", "某", role, ("*",), "1001"), home, ["v1"], purpose="visit")
    (entry,) = entries(home)
    assert (entry.action, json.loads(entry.detail)) == ("query_denied", {"reason": "visit_name_roles"})
    assert opened == []


@pytest.mark.parametrize("purpose", ["", "办案", "VISIT"])
def test_without_a_purpose_of_the_list_nothing_is_read(
    home: Home, door: Door, opened: list[Any], purpose: str
) -> None:
    with pytest.raises(JingcangError, match="须写明目的"):
        visit_names(door, OFFICER, home, ["v1"], purpose=purpose)
    assert (entries(home), opened) == ([], [])
    assert purpose not in PURPOSES


def test_the_audit_is_written_before_landing_is_opened(
    home: Home, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> pl.DataFrame:
        assert [entry.action for entry in entries(home)] == [READ]
        raise OSError("disk")

    monkeypatch.setattr(module, "landed_texts", broken)
    with pytest.raises(OSError, match="disk"):
        visit_names(door, OFFICER, home, ["v1"], purpose="visit")


def test_without_an_audit_trail_landing_is_not_opened(
    home: Home, door: Door, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise JingcangError("审计日志写不进去，操作已拒绝")

    monkeypatch.setattr(AuditLog, "append", refuse)
    with pytest.raises(JingcangError, match="审计"):
        visit_names(door, OFFICER, home, ["v1"], purpose="visit")
    assert opened == []


def test_a_revoked_account_reads_none(home: Home, opened: list[Any]) -> None:
    door = Door(home, workbench=Workbench.open(home, {}), is_current=lambda _: False)
    with pytest.raises(Forbidden, match="账号"):
        visit_names(door, OFFICER, home, ["v1"], purpose="visit")
    assert opened == []


def test_the_list_itself_is_the_own_one_for_officers_and_of_the_unit_for_leaders(door: Door) -> None:
    assert set(door.run(VISITS, OFFICER)["home_visit_id"]) == OWN
    assert set(door.run(VISITS, Identity("li", "某", "officer", ("S1",), "1002"))["home_visit_id"]) == {"v9"}
    assert door.run(VISITS, Identity("li", "某", "officer", ("S1",)))["home_visit_id"].to_list() == []
    assert door.run(VISITS, Identity("li", "某", "leader_station", ("S1",))).height == len(OWN) + 1
    for role in ("evaluator", "integrity_reviewer", "administrator", "duty_system"):
        assert "fct_home_visits" not in ROLE_TABLES[role]
        with pytest.raises(Forbidden):
            door.run(VISITS, Identity("li", "某", role, ("*",), "1001"))


@pytest.mark.parametrize("role", sorted({*ROLE_LABELS, *INTERFACE_LABELS}))
def test_a_name_published_by_mistake_is_shown_to_nobody(home: Home, door: Door, role: str) -> None:
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("alter table fct_home_visits add column visited_name varchar default '李新'")
    query = Query("走访", "select * from {fct_home_visits}", {})
    try:
        shown = door.run(query, Identity("li", "某", role, ("*",), "1001"))
    except Forbidden:
        return
    assert "visited_name" not in shown.columns
    assert "李新" not in str(shown.rows())
