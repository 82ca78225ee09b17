"""The door: deny by default, scopes, masks, generation switch, revocation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from jingcang.access import Door, Identity, Query
from jingcang.access.accounts import add_account, change_account, find_account
from jingcang.access.door import Forbidden
from jingcang.access.policy import ROLE_TABLES
from jingcang.access.published import NoGeneration
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench

COUNTS = Query(
    "警情按单位", "select unit_no, count(*) as n from {fct_incidents} group by unit_no order by unit_no"
)


def publish(home: Home, name: str, rows_a_station: int) -> None:
    """Write a serving file with two stations below one sub-bureau and swap the link to it."""
    path = home.serving / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table dim_unit as from (values ('分局', null), ('城北所', '分局'), ('城南所', '分局')) "
            "as t(unit_no, parent_unit_no)"
        )
        connection.execute(
            "create table fct_incidents as select u.unit_no, '13800000000' as caller_id, "
            "'报警人张三' as content_text, '未登记栏目' as undeclared_text, 1 as record_count "
            f"from dim_unit as u, range({rows_a_station}) where u.parent_unit_no is not null"
        )
        connection.execute(
            "create table fct_kpi_records as from (values ('城北所', '1001', 'a'), ('城北所', '1002', 'b'), "
            "('城南所', '1001', 'c')) as t(unit_no, officer_no, record_no)"
        )
        connection.execute(
            "create table fct_quarantined_rows as from (values ('城北所', 'r1'), ('城南所', 'r2'), (null, 'r3')) "
            "as t(unit_no, source_value)"
        )
        connection.execute("create table dim_person as select 'x' as person_id, '城北所' as unit_no")
    (home.serving / f"{name}.json").write_text('{"as_of": "2026-11-15", "profile": "demo"}', encoding="utf-8")
    temporary = home.serving / "next"
    temporary.symlink_to(path.name)
    temporary.rename(home.current_link)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path).prepare()
    publish(home, "000001", 3)
    yield home
    Workbench.open(home, {}).close()


@pytest.fixture
def door(home: Home) -> Door:
    return Door(home, workbench=Workbench.open(home, {}))


def identity(home: Home, role: str, *units: str, officer_no: str | None = None) -> Identity:
    account = add_account(
        Workbench.open(home, {}), user_id=f"{role}-{'-'.join(units)}", display_name="李四", role=role,
        unit_nos=units, officer_no=officer_no, password="correct horse battery",
    )  # fmt: skip
    return account.identity


def test_a_station_sees_its_own_rows_and_the_bureau_the_rows_below_it(home: Home, door: Door) -> None:
    assert door.run(COUNTS, identity(home, "leader_station", "城北所")).rows() == [("城北所", 3)]
    assert door.run(COUNTS, identity(home, "leader_bureau", "分局")).rows() == [("城北所", 3), ("城南所", 3)]
    assert door.run(COUNTS, identity(home, "leader_station")).rows() == []


@pytest.mark.parametrize(
    "role", sorted(role for role, tables in ROLE_TABLES.items() if "fct_incidents" not in tables)
)
def test_a_role_without_the_table_is_refused_and_recorded(home: Home, door: Door, role: str) -> None:
    units = () if role == "administrator" else ("分局",)
    person = identity(home, role, *units, officer_no="1001")
    with pytest.raises(Forbidden, match="无权"):
        door.run(COUNTS, person)
    assert AuditLog(Workbench.open(home, {})).entries(limit=1)[0].action == "query_denied"


def test_the_administrator_may_read_no_table_at_all() -> None:
    assert ROLE_TABLES["administrator"] == {}


def test_an_officer_sees_only_rows_with_the_own_number(home: Home, door: Door) -> None:
    query = Query("我的考核", "select record_no from {fct_kpi_records} order by record_no")
    assert door.run(query, identity(home, "officer", "城北所", officer_no="1001")).rows() == [("a",), ("c",)]


def test_a_steward_sees_quarantined_rows_whose_unit_is_unknown(home: Home, door: Door) -> None:
    query = Query("隔离", "select source_value from {fct_quarantined_rows} order by source_value")
    assert door.run(query, identity(home, "steward", "城北所")).rows() == [("r1",), ("r3",)]


def test_personal_columns_are_masked_and_sensitive_or_undeclared_ones_absent(home: Home, door: Door) -> None:
    person = identity(home, "leader_station", "城北所")
    masked = door.run(Query("m", "select distinct caller_id from {fct_incidents}"), person)
    assert masked.rows() == [("＊＊＊",)]
    for column in ("content_text", "undeclared_text"):
        with pytest.raises(JingcangError, match="没有算成"):
            door.run(Query(column, f"select {column} from {{fct_incidents}}"), person)


def test_a_role_revoked_in_mid_session_is_refused_although_the_answer_is_cached(
    home: Home, door: Door
) -> None:
    person = identity(home, "leader_station", "城北所")
    door.run(COUNTS, person)
    change_account(Workbench.open(home, {}), person.user_id, role="evaluator", unit_nos=["城北所"])
    with pytest.raises(Forbidden, match="权限已变更"):
        door.run(COUNTS, person)


def test_an_identity_with_a_widened_scope_is_refused(home: Home, door: Door) -> None:
    person = identity(home, "leader_station", "城北所")
    forged = Identity(person.user_id, person.display_name, person.role, ("*",), person.officer_no)
    with pytest.raises(Forbidden):
        door.run(COUNTS, forged)


def test_the_cache_is_not_shared_across_scopes_or_generations(home: Home, door: Door) -> None:
    north, south = identity(home, "leader_station", "城北所"), identity(home, "leader_station", "城南所")
    assert door.run(COUNTS, north).rows() == [("城北所", 3)]
    assert door.run(COUNTS, south).rows() == [("城南所", 3)]
    publish(home, "000002", 7)
    assert door.run(COUNTS, north).rows() == [("城北所", 7)]
    assert door.generation().name == "000002"
    assert door.generation().as_of == date(2026, 11, 15)


def test_a_scope_value_is_bound_never_pasted(home: Home, door: Door) -> None:
    person = identity(home, "leader_station", "' or true --")
    assert door.run(COUNTS, person).rows() == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from fct_incidents",
        "select * from main.fct_incidents, {dim_date}",
        "select * from read_text('/etc/hostname')",
        "select * from {dim_date} where 1 in (select count(*) from dim_person)",
        "drop table {dim_date}",
        "select 1; select 2",
        "select * from 'file.parquet'",
        "attach 'x.duckdb'",
    ],
)
def test_a_query_that_goes_round_the_door_cannot_be_declared(sql: str) -> None:
    with pytest.raises(JingcangError):
        Query("绕行", sql)


def test_filters_are_typed_and_exact(home: Home, door: Door) -> None:
    query = Query("f", "select count(*) as n from {fct_incidents} where unit_no = $unit", {"unit": str})
    person = identity(home, "leader_station", "城北所")
    assert door.run(query, person, unit="城北所").item() == 3
    assert door.run(query, person, unit="城南所").item() == 0
    for wrong in ({}, {"unit": 1}, {"unit": "x", "more": "y"}):
        with pytest.raises(JingcangError, match="筛选项"):
            door.run(query, person, **wrong)


def test_the_serving_connection_is_locked(home: Home, door: Door) -> None:
    door.run(COUNTS, identity(home, "leader_station", "城北所"))
    (connection,) = door._connections.values()
    for statement in (
        "set enable_external_access = true",
        "create table t (a int)",
        "from read_text('/etc/hostname')",
    ):
        with pytest.raises(duckdb.Error):
            connection.cursor().execute(statement)


def test_reads_of_person_data_are_recorded_even_from_the_cache(
    home: Home, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        ROLE_TABLES["leader_station"], "dim_person", ROLE_TABLES["leader_station"]["fct_incidents"]
    )
    person, query = (
        identity(home, "leader_station", "城北所"),
        Query("人员", "select count(*) as n from {dim_person}"),
    )
    for _ in range(2):
        door.run(query, person)
    assert len(AuditLog(Workbench.open(home, {})).entries(action="person_data_read")) == 2


def test_without_a_generation_the_door_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "empty").prepare()
    door = Door(home, workbench=Workbench.open(home, {}))
    with pytest.raises(NoGeneration, match="还没有发布过数据"):
        door.run(COUNTS, identity(home, "leader_station", "城北所"))
    assert find_account(Workbench.open(home, {}), "nobody") is None
