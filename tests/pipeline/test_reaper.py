"""Runs whose process is gone are marked failed at the next start; living ones are left alone."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from jingcang.home import Home
from orchestration.instance import PID_TAG, STARTED_TAG, open_instance, process_tags, reap


@dg.job
def nothing() -> None:
    """A job without steps."""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", "")
    with open_instance(Home(tmp_path)) as opened:
        yield opened


def started(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def test_a_run_of_a_dead_process_is_marked_failed(instance: dg.DagsterInstance) -> None:
    dead = started(instance, {PID_TAG: "1", STARTED_TAG: "1.0"})
    alive = started(instance, process_tags())
    fresh = started(instance, {})
    assert reap(instance) == [dead]
    statuses = {run.run_id: run.status for run in instance.get_runs()}
    assert statuses == {
        dead: dg.DagsterRunStatus.FAILURE,
        alive: dg.DagsterRunStatus.STARTED,
        fresh: dg.DagsterRunStatus.STARTED,
    }
    assert reap(instance) == []


def test_telemetry_is_off(instance: dg.DagsterInstance) -> None:
    assert not instance.telemetry_enabled
