"""Dagster's instance of a home: its configuration, and the reaper of runs whose process is gone.

Does not belong here: assets and jobs.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from jingcang.home import Home
from orchestration.event_storage import close_engines, relieve_storage
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
    close_engines()
    return DagsterInstance.from_config(str(home.dagster))


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
