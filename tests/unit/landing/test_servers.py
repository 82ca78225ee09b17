"""PostgreSQL and MariaDB through DuckDB's extensions: the same rows land as from SQLite."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pymysql
import pytest
from sqlalchemy.engine import make_url

from .conftest import Scene, call

TABLE = (
    "create table calls (JJDBH varchar(30), BJSJ {stamp}, BJNR varchar(200), AJLB varchar(10), GXSJ {stamp})"
)
QUERY = "select * exclude (_source_batch_id, _source_line) from landed.incidents order by all"


def _execute(service: str, url: str, statements: list[str]) -> None:
    if service == "postgres":
        with psycopg.connect(url) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    parts = make_url(url)
    socket = parts.query.get("unix_socket")
    with pymysql.connect(
        host=parts.host or "127.0.0.1", port=parts.port or 3306, user=parts.username, password=parts.password or "",
        database=parts.database, unix_socket=str(socket) if socket else None, autocommit=True,
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        for statement in statements:
            cursor.execute(statement)


def _insert(*rows: tuple[str, ...]) -> list[str]:
    return ["insert into calls values (" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows]


@pytest.mark.parametrize(("service", "stamp"), [("postgres", "timestamp"), ("mariadb", "datetime")])
def test_server_lands_what_sqlite_lands(
    service: str, stamp: str, scene: Scene, require_service: Callable[[str], str]
) -> None:
    url = require_service(service)
    first, later = (call("J1"), call("J2"), call("J3")), call("J4", updated="2026-05-02 00:00:00")
    correction = "update calls set AJLB = '99', GXSJ = '2026-06-01 00:00:00' where JJDBH = 'J1'"
    deletion = "delete from calls where JJDBH = 'J3'"
    _execute(service, url, ["drop table if exists calls", TABLE.format(stamp=stamp), *_insert(*first)])
    scene.sqlite(rows=list(first))
    landed = []
    for home, address in (("server", url), ("sqlite", None)):
        scene.home_name, scene.url = home, address
        assert scene.land().accepted == 3
    _execute(service, url, [correction, deletion, *_insert(later)])
    scene.sqlite(correction, deletion, rows=[later])
    for home, address in (("server", url), ("sqlite", None)):
        scene.home_name, scene.url = home, address
        result = scene.land()
        assert (result.accepted, result.tombstoned) == (2, 1)
        assert scene.land().batches == ()
        landed.append((scene.rows(QUERY), result.batches))
    assert landed[0] == landed[1]
    assert [row[1] for row in landed[0][0]] == ["J1", "J2", "J4"]


def test_retyped_column_is_told_with_both_types_and_its_consumers(
    scene: Scene, require_service: Callable[[str], str]
) -> None:
    url = require_service("postgres")
    _execute(
        "postgres", url, ["drop table if exists calls", TABLE.format(stamp="timestamp"), *_insert(call("J1"))]
    )
    scene.url = url
    assert scene.land().alerts == []
    retype = "alter table calls alter column AJLB type integer using AJLB::integer"
    _execute("postgres", url, [retype, *_insert(call("J2", updated="2026-06-01 00:00:00"))])
    result = scene.land()
    assert result.accepted == 1
    assert [
        alert
        for alert in result.alerts
        if "AJLB VARCHAR → INTEGER（用于 incidents.initial_class_raw）" in alert
    ]
    assert scene.land().alerts == []
