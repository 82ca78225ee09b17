"""What a run spares the storage of Dagster's history: waiting for the disk, and doing the same thing a thousand times.

A run writes some thousand events, and Dagster's SQLite storage opens, compiles, asks for the schema and commits for
each of them anew: on a small day that took longer than the day's data. Belongs here: what is changed of that storage,
all of it in this process only; the files stay Dagster's own. Does not belong here: the instance (``instance``), assets.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any

_kept: weakref.WeakSet[Any] = weakref.WeakSet()
_held = threading.local()


@lru_cache(maxsize=1)
def relieve_storage() -> None:
    """Spare the storage of Dagster's history, in this process and those it forks, what a run need not wait for."""
    _relax_syncing()
    _keep_engines()
    _write_batches()
    _trust_the_schema()
    _leave_out_data_versions()


def close_engines() -> None:
    """Close what is kept; the next statement opens it again."""
    for engine in list(_kept):
        engine.pool.dispose()
    _engine.cache_clear()


def _relax_syncing() -> None:
    """Let SQLite leave the syncing of Dagster's history to the operating system.

    Each event is a transaction of its own; syncing every one took a third of a run. A killed process loses nothing by
    this, a power cut at most the last events of a history that decides nothing: landing, ledger and workbench sync by
    themselves, through other connections.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def relax(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            path = connection.execute("pragma database_list").fetchone()[2]
            if f"{os.sep}dagster{os.sep}" in path:
                connection.execute("pragma synchronous = off")


@lru_cache(maxsize=16)
def _engine(address: str, options: tuple[tuple[str, Any], ...], process: int) -> Any:
    del process  # a connection is not for the forks of the process that opened it
    from sqlalchemy import create_engine
    from sqlalchemy.pool import QueuePool

    engine = create_engine(address, poolclass=QueuePool, connect_args=dict(options))
    vars(engine)["dispose"] = lambda close=True: None
    _kept.add(engine)
    return engine


def _create_engine(address: str, *, poolclass: type, connect_args: dict[str, Any] | None = None) -> Any:
    return _engine(address, tuple(sorted((connect_args or {}).items())), os.getpid())


def _keep_engines() -> None:
    """Let Dagster's SQLite storage keep an engine and a connection a database.

    It makes both anew for each statement of each event: to compile the statement, to open the file and to close it
    cost more than to execute it. An instance that is opened anew begins without them (:func:`close_engines`): the
    file of the same name may be another one.
    """
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage

    for module in (sqlite_event_log, sqlite_run_storage):
        vars(module)["create_engine"] = _create_engine
    atexit.register(close_engines)


def _write_batches() -> None:
    """Let what Dagster hands over as a batch (a run's planned assets and checks) be one transaction a database."""
    from dagster._core.storage.event_log.sqlite import sqlite_event_log

    storage_class = sqlite_event_log.SqliteEventLogStorage
    connect_alone = storage_class._connect

    @contextmanager
    def connect(storage: Any, shard: str) -> Iterator[Any]:
        held = getattr(_held, "connections", {})
        if shard in held:
            yield held[shard]
            return
        with connect_alone(storage, shard) as connection:
            yield connection

    def store_event_batch(storage: Any, events: Sequence[Any]) -> None:
        shards = {sqlite_event_log.INDEX_SHARD_NAME, *(event.run_id for event in events)}
        for shard in shards:
            with connect_alone(storage, shard):
                pass  # makes the database where it is not there yet
        with ExitStack() as stack:
            stack.enter_context(storage._db_lock)
            connections = {}
            for shard in sorted(shards):
                engine = _create_engine(
                    storage.conn_string_for_shard(shard),
                    poolclass=type(None),
                    connect_args={"timeout": sqlite_event_log.SQLITE_BUSY_TIMEOUT_SECONDS},
                )
                connections[shard] = stack.enter_context(engine.connect())
                stack.enter_context(connections[shard].begin())
            _held.connections = connections
            try:
                for event in events:
                    storage.store_event(event)
            finally:
                _held.connections = {}

    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    _replace(storage_class, {"_connect": connect, "store_event_batch": store_event_batch})


def _trust_the_schema() -> None:
    """Let the storage know its own tables: it asks for the columns of one of them at each event of an asset."""
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    asked = SqlEventLogStorage.has_secondary_index
    known: set[str] = set()

    def has_secondary_index(storage: Any, name: str) -> bool:
        if name in known:
            return True
        found = asked(storage, name)
        if found:
            known.add(name)
        return found

    def has_asset_key_column(storage: Any, connection: Any, name: str) -> bool:
        # True of every database that this version of Dagster makes, and of one it has migrated.
        return True

    _replace(
        SqlEventLogStorage,
        {
            "has_secondary_index": has_secondary_index,
            "_has_asset_key_col_on_connection": has_asset_key_column,
        },
    )


def _leave_out_data_versions() -> None:
    """Let Dagster keep no data versions of its own: the ledger of batches and the content hash are this product's.

    It reads the last event of every asset that an asset rests on, for a version that says no more than that the run
    before this one was another run.
    """
    from dagster._core.execution.context.data_version_cache import DataVersionCache

    def nothing(cache: Any) -> None:
        return None

    _replace(DataVersionCache, {"fetch_external_input_asset_version_info": nothing})


def _replace(owner: type, methods: Mapping[str, Callable[..., Any]]) -> None:
    for name, method in methods.items():
        if not hasattr(owner, name):
            raise AttributeError(f"{owner.__name__}.{name} is gone: Dagster has changed, see this module")
        setattr(owner, name, method)
