"""Open the workbench database and bring it to the newest migration.

Belongs here: the engine, its settings and the migration call. SQLite below the home folder is the
default; ``JINGCANG_WORKBENCH_URL`` names a PostgreSQL database instead.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from jingcang.errors import JingcangError
from jingcang.home import Home

MIGRATIONS = Path(__file__).parent / "migrations"

_opened: dict[str, Workbench] = {}
_opening = threading.Lock()


class Workbench:
    """One operational database, migrated on opening.

    Args:
        engine: SQLAlchemy engine of SQLite or PostgreSQL.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, home: Home, environ: Mapping[str, str] = os.environ) -> Workbench:
        """Return the migrated workbench of ``home``; one instance a process and URL.

        Args:
            home: home folder that holds the default SQLite file.
            environ: read for ``JINGCANG_WORKBENCH_URL``.

        Raises:
            JingcangError: the database cannot be reached or migrated.
        """
        url = environ.get("JINGCANG_WORKBENCH_URL", "")
        if not url:
            home.workbench_database.parent.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{home.workbench_database}"
        with _opening:
            if url not in _opened:
                workbench = cls(_engine(url))
                workbench.migrate()
                _opened[url] = workbench
            return _opened[url]

    @staticmethod
    def exists(home: Home, environ: Mapping[str, str] = os.environ) -> bool:
        """Return whether anybody has used a workbench yet, without opening it."""
        return bool(environ.get("JINGCANG_WORKBENCH_URL")) or home.workbench_database.is_file()

    def migrate(self) -> None:
        """Run every missing migration in one transaction.

        Raises:
            JingcangError: the database cannot be reached or migrated.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.write() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except sa.exc.SQLAlchemyError as error:
            raise JingcangError(
                "业务库打不开或升级失败",
                where=self.engine.url.render_as_string(hide_password=True),
                remedy=f"检查 JINGCANG_WORKBENCH_URL 和数据库服务（{type(error).__name__}）",
            ) from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Yield a connection in one transaction that holds the write lock from its start.

        SQLite would otherwise take the lock at the first write, after a read, and two writers that
        both read first would end in "database is locked".
        """
        with self.engine.connect().execution_options(jingcang_write=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections and forget the instance."""
        with _opening:
            for url in [url for url, workbench in _opened.items() if workbench is self]:
                del _opened[url]
        self.engine.dispose()


def _engine(url: str) -> sa.Engine:
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    parsed = sa.make_url(url)
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise JingcangError(
            "业务库只支持 SQLite 和 PostgreSQL", where="JINGCANG_WORKBENCH_URL", remedy="改用其中一种数据库"
        )
    engine = sa.create_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver opens no transaction by itself; _begin_sqlite does
    for pragma in ("journal_mode=wal", "busy_timeout=10000", "foreign_keys=on", "synchronous=full"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    is_write = connection.get_execution_options().get("jingcang_write", False)
    connection.exec_driver_sql("begin immediate" if is_write else "begin")
