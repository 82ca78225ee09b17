"""Dagster's instance of a home: its configuration, and the reaper of runs whose process is gone.

Does not belong here: assets and jobs.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import time
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jingcang.home import Home
from orchestration.lease import process_is_alive, this_process
from orchestration.publish.files import write_durably

if TYPE_CHECKING:
    from dagster import DagsterInstance

PID_TAG, STARTED_TAG = "jingcang/pid", "jingcang/process_started"

UNTAGGED_GRACE_SECONDS = 600.0
"""A run launched by the daemon tags itself when its session opens; one that has not after this time never will."""

_CONFIGURATION = """\
# Written by jingcang; changes are overwritten.
telemetry:
  enabled: false
# Capturing output starts two processes a step, and what could be captured may hold row values.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency:
  runs:
    max_concurrent_runs: 1
# A person waits for the run that a decision asks for.
run_queue:
  dequeue_interval_seconds: 1
# A look that found nothing new is kept for a day: there are tens of thousands a day.
retention:
  sensor:
    purge_after_days:
      skipped: 1
"""


def open_instance(home: Home) -> DagsterInstance:
    """Return the home's persistent Dagster instance; telemetry is off.

    Raises:
        OSError: the folder cannot be written.
    """
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    home.dagster.mkdir(parents=True, exist_ok=True)
    path = home.dagster / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != _CONFIGURATION:
        write_durably(path, _CONFIGURATION.encode("utf-8"))
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    from dagster import DagsterInstance

    relieve_storage()
    _close_engines()
    return DagsterInstance.from_config(str(home.dagster))


def relieve_storage() -> None:
    """Spare the storage of Dagster's history, in this process and those it forks, what a run need not wait for."""
    _relax_syncing()
    _keep_engines()


@lru_cache(maxsize=1)
def _relax_syncing() -> None:
    """Let SQLite leave the syncing of Dagster's history to the operating system.

    A run writes some 500 events, each a transaction of its own; syncing every one took a third of a run.
    A killed process loses nothing by this, a power cut at most the last events of a history that decides
    nothing: landing, ledger and workbench sync by themselves, through other connections.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def relax(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            path = connection.execute("pragma database_list").fetchone()[2]
            if f"{os.sep}dagster{os.sep}" in path:
                connection.execute("pragma synchronous = off")


_kept: weakref.WeakSet[Any] = weakref.WeakSet()


@lru_cache(maxsize=16)
def _engine(address: str, options: tuple[tuple[str, Any], ...], process: int) -> Any:
    del process  # a connection is not for the forks of the process that opened it
    from sqlalchemy import create_engine
    from sqlalchemy.pool import QueuePool

    engine = create_engine(address, poolclass=QueuePool, connect_args=dict(options))
    vars(engine)["dispose"] = lambda close=True: None
    _kept.add(engine)
    return engine


def _close_engines() -> None:
    """Close what is kept; the next statement opens it again."""
    for engine in list(_kept):
        engine.pool.dispose()
    _engine.cache_clear()


@lru_cache(maxsize=1)
def _keep_engines() -> None:
    """Let Dagster's SQLite storage keep an engine and a connection a database.

    It makes both anew for each statement of each event: to compile the statement, to open the file and to close it
    cost more than to execute it. An instance that is opened anew begins without them (:func:`open_instance`): the
    file of the same name may be another one.
    """
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage

    def create_engine(address: str, *, poolclass: type, connect_args: dict[str, Any] | None = None) -> Any:
        return _engine(address, tuple(sorted((connect_args or {}).items())), os.getpid())

    for module in (sqlite_event_log, sqlite_run_storage):
        vars(module)["create_engine"] = create_engine
    atexit.register(_close_engines)


def process_tags() -> dict[str, str]:
    """Return the run tags that name the running process."""
    pid, started = this_process()
    return {PID_TAG: str(pid), STARTED_TAG: repr(started)}


def reap(instance: DagsterInstance) -> list[str]:
    """Mark runs as failed whose process is gone; call it while holding the lease.

    Returns:
        Ids of the runs marked.
    """
    import dagster as dg

    unfinished = [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
    reaped = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=unfinished)):
        run, tags = record.dagster_run, record.dagster_run.tags
        if PID_TAG in tags:
            gone = not process_is_alive(int(tags[PID_TAG]), float(tags[STARTED_TAG]))
        else:
            gone = time.time() - record.create_timestamp.timestamp() > UNTAGGED_GRACE_SECONDS
        if gone:
            instance.report_run_failed(
                run, "The process of this run is gone; it was marked failed at the next start."
            )
            reaped.append(run.run_id)
    return reaped
