"""Rows 1 to 9 of FAULTS: killed processes, full, read-only and damaged disks, exhausted memory."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from tests.faults import oracle
from tests.faults.runner import Outcome, Runner
from tests.faults.steps import Fault
from tests.faults.world import ROOT, World

Succeeded = Callable[[Outcome], Outcome]


@pytest.fixture(scope="module")
def whole(base: World, runner: Runner, clean_hash: str, succeeded: Succeeded) -> Outcome:
    """A run over the changes without any fault; its steps are where the others are hit."""
    from tests.faults import changes

    base.restore("base")
    changes.apply(base)
    outcome = succeeded(runner.run(base))
    oracle.check(base)
    assert outcome.report["content_hash"] == clean_hash
    assert not outcome.report["full_refresh"]
    return outcome


@pytest.fixture
def dice() -> random.Random:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JINGCANG_TEST_SEED={seed}")
    return random.Random(seed)


def first(steps: list[str], beginning: str) -> int:
    """Return the number of the first step whose label begins so."""
    return next(number for number, label in enumerate(steps, 1) if label.startswith(beginning))


def serves_old(world: World) -> None:
    """The generation of the base state is whole and in force."""
    assert oracle.readers_problems(world) == []
    assert oracle.rows(world, "select count(*) from fct_incidents") == [(60,)]


def finishes(world: World, runner: Runner, clean_hash: str, succeeded: Succeeded) -> Outcome:
    """The next run needs no help and gives what a run that never failed gives."""
    outcome = succeeded(runner.run(world))
    assert outcome.report["content_hash"] == clean_hash == oracle.published(world)
    oracle.check(world)
    return outcome


def test_fault_01_killed_around_writes_fsyncs_and_renames_of_landing(
    changed: World, runner: Runner, whole: Outcome, clean_hash: str, succeeded: Succeeded, dice: random.Random
) -> None:
    last = first(whole.steps, "derive")
    for number in range(6):
        fault = Fault("kill", step=dice.randrange(1, last), after=number % 2 == 0)
        outcome = runner.run(changed, fault=fault)
        # Each kill leaves less to land, so a late step may lie beyond landing: then the run dies later or ends.
        assert outcome.killed or outcome.report, fault
        if outcome.report:
            break
        serves_old(changed)
        oracle.check(changed, fresh=False)
    finishes(changed, runner, clean_hash, succeeded)


def test_fault_02_killed_during_dbt(
    changed: World, runner: Runner, whole: Outcome, clean_hash: str, succeeded: Succeeded, dice: random.Random
) -> None:
    models = [number for number, label in enumerate(whole.steps, 1) if label.startswith("transform")]
    outcome = runner.run(changed, fault=Fault("kill", step=dice.choice(models[: len(models) // 2])))
    assert outcome.killed
    serves_old(changed)
    assert '"building"' in (changed.home.build / "state.json").read_text()
    assert finishes(changed, runner, clean_hash, succeeded).report["full_refresh"]


@pytest.mark.parametrize("after", [False, True])
def test_fault_03_killed_at_the_publish_swap(
    changed: World, runner: Runner, whole: Outcome, clean_hash: str, succeeded: Succeeded, after: bool
) -> None:
    swap = first(whole.steps, "symlink_to") + 1
    assert whole.steps[swap - 1] == "replace"
    before = oracle.published(changed)
    assert runner.run(changed, fault=Fault("kill", step=swap, after=after)).killed
    assert oracle.published(changed) == (clean_hash if after else before)
    oracle.check(changed, fresh=after)
    outcome = finishes(changed, runner, clean_hash, succeeded)
    # A swapped link is entered in the ledger at the next start, and nothing is built again.
    assert outcome.report["changed"] is not after
    ledger = (changed.home.ledger / "generations.jsonl").read_text()
    assert f'"generation": "{outcome.report["generation"]}"' in ledger


def test_fault_04_killed_amid_many_partitions(
    changed: World, runner: Runner, clean_hash: str, succeeded: Succeeded
) -> None:
    outcome = runner.run(changed, fault=Fault("kill", step=2, name="derive"), recorded=True)
    assert outcome.killed
    landed = sorted(path.name for path in (changed.home.landing / "manifests").glob("*.json"))
    derived = {path: path.stat().st_mtime_ns for path in changed.home.derived.rglob("*.parquet")}
    assert len(landed) > 8
    report = succeeded(runner.run(changed, recorded=True)).report
    assert report["content_hash"] == clean_hash
    # What was landed and derived before the kill is not made again; nothing claims to run.
    assert (
        sorted(path.name for path in (changed.home.landing / "manifests").glob("*.json"))[: len(landed)]
        == landed
    )
    assert {path: path.stat().st_mtime_ns for path in derived} == derived
    assert unfinished_runs(changed) == []
    assert not changed.home.lock.exists()
    oracle.check(changed)


#: What the scheduler's code server does for a run that the daemon asked for.
LAUNCHED = """
import sys
from pathlib import Path
from jingcang.home import Home
from orchestration.instance import open_instance
from orchestration.run import open_profile

home = Home.resolve()
open_profile(home, Path(sys.argv[1]))
from orchestration.dagster_entry import defs

with open_instance(home) as instance:
    defs.resolve_job_def("pipeline").execute_in_process(instance=instance)
"""


def test_fault_04_the_schedulers_processes_killed_amid_a_run(
    changed: World, runner: Runner, clean_hash: str, succeeded: Succeeded
) -> None:
    manifests = changed.home.landing / "manifests"
    before = set(manifests.iterdir())
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHED, str(changed.profile_folder)],
        env=os.environ | {"JINGCANG_HOME": str(changed.home.root)}, cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None and len(set(manifests.glob("*.json")) - before) < 2:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert changed.home.lock.exists()
    assert len(unfinished_runs(changed)) == 1
    landed = {path: path.stat().st_mtime_ns for path in manifests.glob("*.json")}
    serves_old(changed)
    report = succeeded(runner.run(changed, recorded=True)).report
    assert report["content_hash"] == clean_hash == oracle.published(changed)
    assert {path: path.stat().st_mtime_ns for path in landed} == landed
    assert unfinished_runs(changed) == []
    assert not changed.home.lock.exists()
    oracle.check(changed)


def unfinished_runs(world: World) -> list[str]:
    from orchestration.instance import open_instance

    with open_instance(world.home) as instance:
        return [run.run_id for run in instance.get_runs() if not run.is_finished]


@pytest.fixture
def small_disk(changed: World, on_small_disk: Callable[[World], Path]) -> Path:
    """The home of the changed world on a small file system."""
    return on_small_disk(changed)


def test_fault_05_disk_full_at_each_stage(
    changed: World, small_disk: Path, runner: Runner, clean_hash: str, succeeded: Succeeded
) -> None:
    for stage in ("landing", "derive", "transform", "check", "publish"):
        # The disk fills up when the stage begins.
        outcome = runner.run(changed, fault=Fault("fill", step=1, name=f"begin {stage}"))
        assert outcome.report is None, stage
        assert outcome.defect is None, outcome.defect
        oracle.assert_helpful(outcome.error, "磁盘空间不足", "需要", "字节", "处理")
        serves_old(changed)
        # Nothing of a later stage was begun.
        assert [label for label in outcome.steps if label.startswith("begin ")][-1] == f"begin {stage}"
        assert "symlink_to" not in outcome.steps
        (small_disk / "filler").unlink()
        oracle.check(changed, fresh=False)
    finishes(changed, runner, clean_hash, succeeded)


def test_fault_06_read_only_disk_and_input_output_errors(
    changed: World, small_disk: Path, runner: Runner, whole: Outcome, clean_hash: str, succeeded: Succeeded
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    outcome = runner.run(changed)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert outcome.defect is None, outcome.defect
    oracle.assert_helpful(outcome.error, "只读", "处理")
    serves_old(changed)
    state = sorted(path.name for path in (changed.home.landing / "manifests").iterdir())
    swap = first(whole.steps, "symlink_to")
    for step in (1, swap - 2):
        broken = runner.run(changed, fault=Fault("fail", step=step, error=errno.EIO, lasting=True))
        assert broken.defect is None, broken.defect
        oracle.assert_helpful(broken.error, "磁盘读写出错", "处理")
        serves_old(changed)
        if step == 1:
            assert sorted(path.name for path in (changed.home.landing / "manifests").iterdir()) == state
    finishes(changed, runner, clean_hash, succeeded)


def test_fault_07_stale_log_beside_the_build_file(
    changed: World, runner: Runner, clean_hash: str, succeeded: Succeeded, folder: Path
) -> None:
    build = changed.home.build_database
    assert not build.with_name("build.duckdb.wal").exists(), "a finished run leaves no log"
    other = folder / "other.duckdb"
    shutil.copy(build, other)
    with duckdb.connect(str(other), config={"checkpoint_threshold": "1GB"}) as connection:
        connection.execute(
            "delete from main_marts.fct_incidents" if _has(connection) else "delete from fct_incidents"
        )
        # A log that fits the file and would quietly empty a table if it were replayed.
        shutil.copy(folder / "other.duckdb.wal", build.with_name("build.duckdb.wal"))
    assert finishes(changed, runner, clean_hash, succeeded).report["full_refresh"]


def _has(connection: duckdb.DuckDBPyConnection) -> bool:
    query = "select count(*) from duckdb_tables() where schema_name = 'main_marts' and table_name = 'fct_incidents'"
    return bool(connection.execute(query).fetchone()[0])


def test_fault_07_truncated_log_and_build_file(
    changed: World, runner: Runner, clean_hash: str, succeeded: Succeeded
) -> None:
    build = changed.home.build_database
    with build.open("r+b") as stream:
        stream.truncate(build.stat().st_size // 2)
    build.with_name("build.duckdb.wal").write_bytes(b"\0" * 100)
    assert finishes(changed, runner, clean_hash, succeeded).report["full_refresh"]


@pytest.mark.parametrize("kind", ["accepted/incidents", "raw/case__pj_jjdb"])
def test_fault_08_bit_flip_in_a_landing_file(
    world: World, runner: Runner, succeeded: Succeeded, kind: str
) -> None:
    before = oracle.published(world)
    path = next(path for path in sorted((world.home.landing / kind).rglob("*.parquet")))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    outcome = succeeded(runner.run(world, force=True))
    assert outcome.report["content_hash"] == before
    oracle.check(world)
    notes = oracle.rows(world, "select note from fct_quality_results where note like '%校验值不符%'")
    assert path.name in str(notes)
    assert (world.home.landing / "damaged" / path.relative_to(world.home.landing)).is_file()


def test_fault_09_a_query_beyond_the_memory_limit_fails_alone(world: World) -> None:
    from jingcang.access import Door, Query
    from jingcang.access.accounts import add_account
    from jingcang.errors import JingcangError
    from jingcang.workbench import Workbench

    workbench = Workbench.open(world.home, {})
    leader = add_account(
        workbench, user_id="leader", display_name="测试丁", role="leader_bureau", unit_nos=("*",), officer_no=None,
        password="correct horse battery",
    ).identity  # fmt: skip
    door = Door(world.home, workbench=workbench)
    tables = ", ".join(f"{{fct_incidents}} as {name}" for name in "abcde")
    text = "a.incident_id || b.incident_id || c.incident_id || d.incident_id || e.incident_id"
    # A list must stay in memory; a sort would go to the disk of the serving files if it were let.
    for query in (
        f"select list({text}) as x from {tables}",
        f"select max(n) as x from (select row_number() over (order by {text} desc) as n from {tables})",
    ):
        with ThreadPoolExecutor(1) as pool:
            large = pool.submit(door.run, Query("过大的查询", query), leader)
            served = 0
            while served == 0 or not large.done():
                count = Query(f"警情件数{served}", "select count(*) as n from {fct_incidents}")
                assert door.run(count, leader).rows() == [(60,)]
                served += 1
            failure = large.exception()
        assert isinstance(failure, JingcangError)
        oracle.assert_helpful(str(failure), "过大的查询", "其他页面不受影响")
    assert not list(world.home.serving.glob("*.tmp"))
    workbench.close()
    oracle.check(world)
