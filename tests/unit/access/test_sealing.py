"""Sealed records: every path that could show one, without grounds, without approval, with one, and after it ran out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from jingcang.access import Door, Identity, Query
from jingcang.access.accounts import add_account
from jingcang.access.door import Forbidden
from jingcang.access.grounds import CaseGrounds
from jingcang.access.sealed_access import ask_for_sealed, judge_sealed
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.sealed_access import SealedAccessBook

CLUES = Query("线索", "select * from {fct_case_clues} order by evidence_from")
LINKS = Query("关联", "select * from {fct_case_links} order by second_case_no")
PERSONS = Query("人员", "select * from {fct_case_persons}")
COUNT = Query(
    "人数", "select role_label, count(*) as n from {fct_case_persons} group by role_label order by 1"
)
NOW = dt.datetime(2026, 6, 30, 2, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Case A1 (own) is linked to A2 (another station) and, through a sealed record, to A3; A4 holds a sealed record."""
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(
            "create table dim_unit as from (values ('B', null), ('S1', 'B'), ('S2', 'B')) t(unit_no, parent_unit_no)"
        )
        connection.execute(
            "create table fct_cases as from (values ('a', 'A1', 'S1', '1001'), ('b', 'A2', 'S2', '2001'), "
            "('c', 'A3', 'S1', '1002'), ('d', 'A4', 'S1', '1001')) t(case_id, case_no, unit_no, lead_officer_no)"
        )
        connection.execute(
            "create table fct_case_clues as from (values ('a', 'k', '139****0001', 5, 3, false), "
            "('c', 'k', '139****0001', 6, 3, true), ('d', 'm', '138****0002', 9, 1, true)) "
            "t(case_id, value_key, value_masked, evidence_from, case_count_of_value, has_sealed_record)"
        )
        connection.execute(
            "create table fct_case_links as from (values ('a', 'A1', 'b', 'A2', 3, false), "
            "('a', 'A1', 'c', 'A3', 3, true), ('b', 'A2', 'c', 'A3', 3, true)) t(first_case_id, first_case_no, "
            "second_case_id, second_case_no, case_count_of_value, has_sealed_record)"
        )
        connection.execute(
            "create table fct_case_persons as from (values "
            "('p1', 'c', 'x', '违法行为人', 'S1', true, 'case.aj_sary', 'A3|2', 'f', 7), "
            "('p2', 'c', 'y', '受害人', 'S1', false, 'case.aj_sary', 'A3|1', 'f', 6), "
            "('p3', 'a', 'x', '证人', 'S1', false, 'case.aj_sary', 'A1|1', 'f', 5)) t(case_person_id, case_id, "
            "person_id, role_label, unit_no, is_sealed, _source_table, _source_key, _source_file, _source_line)"
        )
        connection.execute(
            "create table fct_case_relations as from (values ('c', '1001', '138****0002'), "
            "('a', '1001', '139****0001')) t(case_id, lead_officer_no, object_masked)"
        )
    (home.serving / "g000001.json").write_text(
        '{"as_of": "2026-06-30", "published_at": ""}', encoding="utf-8"
    )
    home.current_link.symlink_to("g000001.duckdb")
    yield home
    Workbench.open(home, {}).close()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock()


@pytest.fixture
def door(home: Home, clock: Clock) -> Door:
    return Door(home, workbench=Workbench.open(home, {}), now=clock)


def person(home: Home, role: str, *units: str, officer_no: str | None = None, name: str = "") -> Identity:
    return add_account(
        Workbench.open(home, {}), user_id=name or f"{role}-{'-'.join(units)}", display_name="李四", role=role,
        unit_nos=units, officer_no=officer_no, password="correct horse battery",
    ).identity  # fmt: skip


def grounds(case_no: str) -> CaseGrounds:
    return CaseGrounds(case_no, "series", "与近期同类案件比对")


def approve(home: Home, door: Door, asker: Identity, leader: Identity, case_no: str, clock: Clock) -> int:
    workbench = Workbench.open(home, {})
    number = SealedAccessBook(workbench, clock).ask(
        case_no=case_no,
        purpose="series",
        valid_days=7,
        reason="串并需要",
        by=asker.user_id,
        generation="g000001",
    )
    SealedAccessBook(workbench, clock).decide(
        number, "approve", seen_version=1, reason="同意", by=leader.user_id, generation="g000001"
    )
    return number


def linked(door: Door, who: Identity, case_no: str) -> list[str]:
    return door.run(LINKS, who, grounds=grounds(case_no))["second_case_no"].to_list()


@pytest.mark.parametrize("role", ["leader_station", "leader_bureau", "officer", "steward"])
def test_clues_and_links_are_read_for_a_case_with_a_purpose_only(home: Home, door: Door, role: str) -> None:
    who = person(home, role, "B", officer_no="1001")
    for query in (CLUES, LINKS):
        with pytest.raises(Forbidden, match="案件编号和目的"):
            door.run(query, who)
    assert not door.may(who, CLUES.tables)
    with pytest.raises(JingcangError, match="说明"):
        CaseGrounds("A1", "series", " ")
    with pytest.raises(JingcangError, match="目的"):
        CaseGrounds("A1", "curiosity", "看看")


@pytest.mark.parametrize("role", ["evaluator", "integrity_reviewer", "administrator"])
def test_other_roles_read_none_even_with_a_purpose(home: Home, door: Door, role: str) -> None:
    who = person(home, role, *(() if role == "administrator" else ("B",)))
    with pytest.raises(Forbidden, match="无权"):
        door.run(CLUES, who, grounds=grounds("A1"))


def test_a_case_out_of_scope_is_told_apart_from_none_to_nobody(home: Home, door: Door) -> None:
    officer = person(home, "officer", "S1", officer_no="1001")
    said = []
    for case_no in ("A2", "A3", "不存在"):
        with pytest.raises(Forbidden) as refused:
            door.run(CLUES, officer, grounds=grounds(case_no))
        said.append(refused.value.what)
    assert len(set(said)) == 1


def test_a_link_through_a_sealed_record_is_not_disclosed_nor_counted(home: Home, door: Door) -> None:
    for who in (person(home, "officer", "S1", officer_no="1001"), person(home, "leader_bureau", "B"),
                person(home, "steward", "B")):  # fmt: skip
        found = door.run(LINKS, who, grounds=grounds("A1"))
        assert found["second_case_no"].to_list() == ["A2"]
        # The whole count beside the links shown would tell that one is missing.
        assert found["case_count_of_value"].to_list() == [None]
        clues = door.run(CLUES, who, grounds=grounds("A1"))
        assert clues["case_count_of_value"].to_list() == [None]


def test_the_clues_of_a_case_with_a_sealed_record_are_withheld_from_its_own_officer(
    home: Home, door: Door
) -> None:
    officer = person(home, "officer", "S1", officer_no="1001")
    assert door.run(CLUES, officer, grounds=grounds("A4")).height == 0


def test_a_query_cannot_widen_the_case_in_hand(home: Home, door: Door) -> None:
    leader = person(home, "leader_bureau", "B")
    every = Query("全部", "select * from {fct_case_links} where true or first_case_no = 'A2'")
    assert door.run(every, leader, grounds=grounds("A1"))["second_case_no"].to_list() == ["A2"]


def test_an_approval_opens_one_case_for_one_person_until_it_runs_out(
    home: Home, door: Door, clock: Clock
) -> None:
    officer = person(home, "officer", "S1", officer_no="1001")
    colleague = person(home, "officer", "S1", officer_no="1001", name="同事")
    leader = person(home, "leader_station", "S1")
    number = approve(home, door, officer, leader, "A1", clock)

    assert linked(door, officer, "A1") == ["A2", "A3"]
    assert linked(door, colleague, "A1") == ["A2"]
    assert linked(door, leader, "A1") == ["A2"]
    assert door.run(CLUES, officer, grounds=grounds("A4")).height == 0
    entry = AuditLog(Workbench.open(home, {})).entries(limit=1, action="sealed_read")[0]
    assert f'"request": {number}' in entry.detail
    assert "串" in entry.detail or "比对" in entry.detail

    clock.now = NOW + dt.timedelta(days=7, seconds=-1)
    assert linked(door, officer, "A1") == ["A2", "A3"]
    clock.now = NOW + dt.timedelta(days=7)
    assert linked(door, officer, "A1") == ["A2"]


def test_a_revoked_approval_opens_nothing(home: Home, door: Door, clock: Clock) -> None:
    officer, leader = person(home, "officer", "S1", officer_no="1001"), person(home, "leader_station", "S1")
    number = approve(home, door, officer, leader, "A1", clock)
    assert linked(door, officer, "A1") == ["A2", "A3"]
    SealedAccessBook(Workbench.open(home, {}), clock).decide(
        number, "revoke", seen_version=2, reason="案件已结", by=leader.user_id, generation="g000001"
    )
    assert linked(door, officer, "A1") == ["A2"]


def test_nobody_approves_the_own_request_nor_for_another_unit(home: Home, door: Door, clock: Clock) -> None:
    workbench = Workbench.open(home, {})
    leader, other = person(home, "leader_station", "S1"), person(home, "leader_station", "S2")
    steward = person(home, "steward", "B")
    ask_for_sealed(
        door,
        leader,
        workbench,
        case_no="A1",
        purpose="series",
        valid_days=7,
        reason="需要",
        generation="g000001",
    )
    (request,) = SealedAccessBook(workbench).declared()
    with pytest.raises(JingcangError, match="不能审核自己"):
        judge_sealed(door, leader, workbench, request, "approve", reason="同意", generation="g000001")
    for refused in (other, steward):
        with pytest.raises(Forbidden):
            judge_sealed(door, refused, workbench, request, "approve", reason="同意", generation="g000001")
    with pytest.raises(JingcangError, match="角色不能"):
        SealedAccessBook(workbench).decide(
            request.request_no,
            "approve",
            seen_version=1,
            reason="同意",
            by=steward.user_id,
            generation="g000001",
        )
    with pytest.raises(Forbidden):
        ask_for_sealed(
            door,
            leader,
            workbench,
            case_no="A2",
            purpose="series",
            valid_days=7,
            reason="需要",
            generation="g000001",
        )
    with pytest.raises(JingcangError, match="30 天"):
        ask_for_sealed(
            door,
            leader,
            workbench,
            case_no="A1",
            purpose="series",
            valid_days=31,
            reason="需要",
            generation="g000001",
        )


def test_a_sealed_row_still_counts_and_leads_to_nobody(home: Home, door: Door) -> None:
    steward = person(home, "steward", "B")
    assert door.run(COUNT, steward).rows() == [("受害人", 1), ("证人", 1), ("违法行为人", 1)]
    rows = door.run(PERSONS, steward).to_dicts()
    sealed = next(row for row in rows if row["is_sealed"])
    assert {
        sealed[name] for name in ("case_person_id", "case_id", "person_id", "_source_key", "_source_line")
    } == {None}
    # Other roles in the case, and the same person's other records, stay whole.
    assert {row["case_person_id"] for row in rows} == {None, "p2", "p3"}
    by_key = Query("一行", "select * from {fct_case_persons} where case_person_id = $key or _source_key = $source",
                   {"key": str, "source": str})  # fmt: skip
    assert door.run(by_key, steward, key="p1", source="A3|2").height == 0


def test_the_source_row_of_a_sealed_record_is_known_as_such(home: Home, door: Door) -> None:
    assert door.is_sealed_source_row("case.aj_sary", "A3|2")
    assert not door.is_sealed_source_row("case.aj_sary", "A3|1")
    assert not door.is_sealed_source_row("case.aj_ajxx", "A3|2")


def test_relations_of_a_case_with_a_sealed_record_are_left_out(home: Home, door: Door) -> None:
    officer = person(home, "officer", "S1", officer_no="1001")
    relations = Query("关系", "select object_masked from {fct_case_relations}")
    assert door.run(relations, officer).rows() == [("139****0001",)]


def test_texts_are_read_of_cases_without_a_sealed_record_only(home: Home, door: Door) -> None:
    cases = pl.DataFrame({"case_id": ["d", "a", "c", "b"], "n": [4, 1, 3, 2]})
    assert door.without_sealed(cases).rows() == [("d", 4), ("a", 1), ("b", 2)]


def test_a_generation_that_does_not_tell_what_is_sealed_gives_no_texts(home: Home, clock: Clock) -> None:
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("alter table fct_case_persons drop column is_sealed")
    cases = pl.DataFrame({"case_id": ["a", "b"]})
    assert Door(home).without_sealed(cases).is_empty()
