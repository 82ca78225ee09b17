"""The same case and population rows in PostgreSQL and MariaDB.

Belongs here: copying the SQLite files of :func:`jingcang.sample.generate` into database servers.
Does not belong here: the rows themselves.

Columns are text, as in SQLite, so that what lands is the same byte for byte. Existing tables of the same names are
replaced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

BATCH = 2_000
"""Rows sent at a time."""


def load_servers(folder: Path, case_url: str, population_url: str) -> None:
    """Load ``case.sqlite`` and ``population.sqlite`` of ``folder`` into servers.

    Args:
        folder: what :func:`jingcang.sample.generate` wrote.
        case_url, population_url: ``postgresql://user@host:port/db`` or ``mysql://…`` (``mariadb://``), any order.

    Raises:
        ValueError: another scheme.
    """
    for name, url in (("case", case_url), ("population", population_url)):
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as source:
            scheme = urlsplit(url).scheme.split("+")[0]
            if scheme in ("postgresql", "postgres"):
                _postgres(source, url.replace("postgres://", "postgresql://"))
            elif scheme in ("mysql", "mariadb"):
                _mysql(source, url)
            else:
                raise ValueError(f"unknown scheme {scheme}")


def _tables(source: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    names = [
        row[0] for row in source.execute("select name from sqlite_master where type = 'table' order by name")
    ]
    for name in names:
        yield name, [row[1] for row in source.execute(f'pragma table_info("{name}")')]


def _postgres(source: sqlite3.Connection, url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for name, columns in _tables(source):
            listed = ", ".join(f'"{column}" text' for column in columns)
            cursor.execute(f'drop table if exists public."{name}"')
            cursor.execute(f'create table public."{name}" ({listed})')
            with cursor.copy(f'copy public."{name}" from stdin') as copy:
                for row in source.execute(f'select * from "{name}"'):
                    copy.write_row(row)


def _mysql(source: sqlite3.Connection, url: str) -> None:
    import pymysql

    parts = urlsplit(url)
    with (
        closing(
            pymysql.connect(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 3306,
                user=unquote(parts.username or "root"),
                password=unquote(parts.password or ""),
                database=parts.path.lstrip("/"),
                charset="utf8mb4",
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        for name, columns in _tables(source):
            listed = ", ".join(f"`{column}` text" for column in columns)
            cursor.execute(f"drop table if exists `{name}`")
            cursor.execute(
                f"create table `{name}` ({listed}) default charset = utf8mb4 collate = utf8mb4_bin"
            )
            insert = f"insert into `{name}` values ({', '.join(['%s'] * len(columns))})"
            rows = source.execute(f'select * from "{name}"')
            while batch := rows.fetchmany(BATCH):
                cursor.executemany(insert, batch)
            connection.commit()
