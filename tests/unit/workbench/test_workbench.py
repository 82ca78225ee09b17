"""Migrations, the append-only audit trail and its failing closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench, tables
from jingcang.workbench.address_aliases import AliasBook
from jingcang.workbench.code_mappings import MappingBook
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.label_rules import RuleBook
from jingcang.workbench.sealed_access import SealedAccessBook

BOOKS = (AliasBook, FixBook, MappingBook, RuleBook, SealedAccessBook)
APPEND_ONLY = [
    *(table.name for book in BOOKS for table in (book.definitions, book.steps)),
    "audit_log", "code_mapping_confirmations", "label_strata", "label_samples", "label_verdicts",
]  # fmt: skip


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    workbench = Workbench.open(Home(tmp_path), {})
    yield workbench
    workbench.close()


def append(workbench: Workbench, count: int = 1) -> None:
    for number in range(count):
        AuditLog(workbench).append(user_id="王五", role="steward", action="test", object_name=str(number))


def drop_guards(connection: sa.Connection) -> None:
    for verb in ("update", "delete"):
        connection.execute(sa.text(f"drop trigger audit_log_no_{verb}"))


def test_the_migrations_end_at_the_declared_tables(workbench: Workbench) -> None:
    with workbench.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_opening_again_changes_nothing(workbench: Workbench, tmp_path: Path) -> None:
    append(workbench)
    workbench.close()
    assert AuditLog(Workbench.open(Home(tmp_path), {})).verify() == 1


def test_the_chain_verifies_over_many_rows(workbench: Workbench) -> None:
    append(workbench, 20)
    assert AuditLog(workbench).verify() == 20
    assert [entry.seq for entry in AuditLog(workbench).entries(limit=2)] == [20, 19]


@pytest.mark.parametrize("statement", ["update audit_log set user_id = 'x'", "delete from audit_log"])
def test_the_trail_is_append_only(workbench: Workbench, statement: str) -> None:
    append(workbench)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), workbench.write() as connection:
        connection.execute(sa.text(statement))


def test_what_people_decided_is_guarded(workbench: Workbench) -> None:
    triggers = sa.text("select tbl_name, lower(sql) from sqlite_master where type = 'trigger'")
    with workbench.read() as connection:
        guards = [tuple(row) for row in connection.execute(triggers)]
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            assert any(name == table and f"before {verb} on {table}" in sql for name, sql in guards), table


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set detail = '{}', user_id = '赵六' where seq = 3",
        "delete from audit_log where seq = 3",
        "update audit_log set previous_hash = row_hash where seq = 3",
    ],
)
def test_tampering_with_the_last_row_closes_the_trail(workbench: Workbench, statement: str) -> None:
    append(workbench, 3)
    with workbench.write() as connection:
        drop_guards(connection)
        connection.execute(sa.text(statement))
    with pytest.raises(JingcangError, match="改动过"):
        AuditLog(workbench).verify()
    with pytest.raises(JingcangError, match="改动过"):
        append(workbench)


def test_an_edited_row_in_the_middle_is_named(workbench: Workbench) -> None:
    append(workbench, 5)
    with workbench.write() as connection:
        drop_guards(connection)
        connection.execute(sa.text("update audit_log set role = 'leader_bureau' where seq = 2"))
    with pytest.raises(JingcangError, match="第 2 条"):
        AuditLog(workbench).verify()


def test_a_cut_off_tail_is_seen(workbench: Workbench) -> None:
    append(workbench, 5)
    with workbench.write() as connection:
        drop_guards(connection)
        connection.execute(sa.text("delete from audit_log where seq > 3"))
    with pytest.raises(JingcangError, match="第 4 条"):
        AuditLog(workbench).verify()


def test_a_trail_that_cannot_be_written_refuses(workbench: Workbench) -> None:
    with workbench.write() as connection:
        connection.execute(sa.text("drop table audit_log"))
    with pytest.raises(JingcangError, match="操作已拒绝"):
        append(workbench)


def test_writers_side_by_side_keep_one_chain(workbench: Workbench) -> None:
    threads = [threading.Thread(target=append, args=(workbench, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditLog(workbench).verify() == 40


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JingcangError, match="只支持"):
        Workbench.open(Home(tmp_path), {"JINGCANG_WORKBENCH_URL": "mysql://localhost/x"})


def test_a_dead_server_is_an_error_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://jingcang:geheim@127.0.0.1:1/workbench"
    with pytest.raises(JingcangError) as error:
        Workbench.open(Home(tmp_path), {"JINGCANG_WORKBENCH_URL": url})
    assert "geheim" not in str(error.value)


def test_the_trail_works_on_postgresql(tmp_path: Path, require_service: Callable[[str], str]) -> None:
    url = require_service("postgres")
    workbench = Workbench.open(Home(tmp_path), {"JINGCANG_WORKBENCH_URL": url})
    before = AuditLog(workbench).verify()
    append(workbench, 3)
    assert AuditLog(workbench).verify() == before + 3
    for table in APPEND_ONLY:
        for statement in (f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(sa.exc.DBAPIError, match="append only"), workbench.write() as connection:
                connection.execute(sa.text(statement))
    workbench.close()
