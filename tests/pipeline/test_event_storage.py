"""What a run changes of the storage of Dagster's history must lose nothing of that history."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage

from jingcang.home import Home
from orchestration.instance import open_instance

NAMES = ("first", "second", "third")
CHECK = dg.AssetCheckKey(dg.AssetKey("second"), "tests")


def _job() -> dg.JobDefinition:
    @dg.multi_asset(
        specs=[dg.AssetSpec(name) for name in NAMES],
        check_specs=[dg.AssetCheckSpec("tests", asset="second")],
    )
    def build():
        yield from (dg.MaterializeResult(asset_key=name, metadata={"rows": 7}) for name in NAMES)
        yield dg.AssetCheckResult(asset_key="second", check_name="tests", passed=False)

    return dg.Definitions(
        assets=[build], jobs=[dg.define_asset_job("all")], executor=dg.in_process_executor
    ).resolve_job_def("all")


def _history(home: Home, run_id: str) -> Counter[str]:
    with open_instance(home) as instance:
        return Counter(
            entry.dagster_event_type.value for entry in instance.all_logs(run_id) if entry.dagster_event
        )


def test_every_event_of_a_run_is_there_for_who_opens_the_history_anew(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        run_id = _job().execute_in_process(instance=instance).run_id
    told = _history(home, run_id)
    assert told["ASSET_MATERIALIZATION_PLANNED"] == told["ASSET_MATERIALIZATION"] == 3
    assert told["ASSET_CHECK_EVALUATION_PLANNED"] == told["ASSET_CHECK_EVALUATION"] == 1
    assert told[dg.DagsterEventType.RUN_SUCCESS.value] == 1
    with open_instance(home) as instance:
        assert set(instance.all_asset_keys()) == {dg.AssetKey(name) for name in NAMES}
        event = instance.get_latest_materialization_event(dg.AssetKey("third"))
        assert event is not None
        assert event.run_id == run_id
        (record,) = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=5)
        assert record.status.value == "FAILED"


def test_a_batch_that_breaks_leaves_nothing_half_and_is_stored_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, asked = Home(tmp_path), []
    store = SqliteEventLogStorage.store_event

    def breaks_once(storage: SqlEventLogStorage, event: dg.EventLogEntry) -> None:
        asked.append(event)
        if len(asked) == 3:
            raise OSError("disk")
        store(storage, event)

    with open_instance(home) as instance:
        monkeypatch.setattr(SqliteEventLogStorage, "store_event", breaks_once)
        run_id = _job().execute_in_process(instance=instance).run_id
    assert "Falling back" in capsys.readouterr().err, "the third event belongs to the batch of planned ones"
    told = _history(home, run_id)
    assert told["ASSET_MATERIALIZATION_PLANNED"] == 3
    assert told["ASSET_CHECK_EVALUATION_PLANNED"] == 1
