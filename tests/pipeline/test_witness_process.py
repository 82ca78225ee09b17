"""The witness's process: it judges beside the split, ends with the pipeline, and its verdict blocks every run."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import psutil
import pytest

from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import current_cut
from orchestration.check.steps import witness_outcomes
from orchestration.ingest import witness_process

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data_contracts" / "profiles" / "demo"


@pytest.fixture(scope="module")
def table():
    return next(item for item in load_profile(DEMO).tables if item.qualified == "organisation.jg_dwxx")


@pytest.fixture(autouse=True)
def stopped():
    yield
    witness_process.stop()


def rows(table, count: int) -> pl.DataFrame:
    empty = {column.name: [None] * count for column in table.columns}
    return pl.DataFrame(empty, schema={column.name: pl.String for column in table.columns})


def test_verdicts_belong_to_their_questions(table):
    first, second = witness_process.ask(table, rows(table, 3)), witness_process.ask(table, rows(table, 5))
    assert first().rows == 3
    assert second().rows == 5


def test_an_answer_nobody_fetched_is_passed_over(table):
    witness_process.ask(table, rows(table, 3))
    assert witness_process.ask(table, rows(table, 5))().rows == 5
    assert witness_process._shared == {}


def test_a_fault_of_the_witness_names_the_table_and_shows_no_value(table):
    verdict = witness_process.ask(table, pl.DataFrame({"OTHER": ["李四"]}))
    with pytest.raises(JingcangError, match=r"organisation\.jg_dwxx") as told:
        verdict()
    assert "李四" not in str(told.value)
    assert witness_process.ask(table, rows(table, 1))().rows == 1


def test_a_killed_witness_is_told_and_replaced(table):
    assert witness_process.ask(table, rows(table, 1))().rows == 1
    process = witness_process.start()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    verdict = witness_process.ask(table, rows(table, 2))
    assert verdict().rows == 2
    os.kill(witness_process.start().pid, signal.SIGSTOP)
    stopped = witness_process.start()
    verdict = witness_process.ask(table, rows(table, 2))
    os.kill(stopped.pid, signal.SIGKILL)
    with pytest.raises(JingcangError, match="复核进程意外结束"):
        verdict()


def test_the_witness_ends_with_a_killed_pipeline():
    script = (
        "from orchestration.ingest import witness_process as w; import time;"
        "print(w.start().pid, flush=True); time.sleep(60)"
    )
    pipeline = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert pipeline.stdout is not None
    witness = psutil.Process(int(pipeline.stdout.readline()))
    pipeline.kill()
    pipeline.wait()
    deadline = time.monotonic() + 30
    while witness.is_running() and witness.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the witness outlived its pipeline"
        time.sleep(0.1)


@dataclasses.dataclass
class Run:
    """What ``witness_outcomes`` reads of a session."""

    home: object
    profile: object
    cut: object


@pytest.mark.parametrize("planted", ["disagreement", "no witness"])
def test_a_batch_that_is_not_confirmed_blocks_every_run(copy_of_demo_home, planted):
    home = Home(copy_of_demo_home)
    profile = load_profile(DEMO, data=home.sources)
    before = {item.object_name: item for item in witness_outcomes(Run(home, profile, current_cut(home)))}
    assert {item.status for item in before.values()} == {"pass"}
    manifest = next(path for path in (home.landing / "manifests").glob("*.json")
                    if json.loads(path.read_text())["table"] == "jg_dwxx")  # fmt: skip
    content = json.loads(manifest.read_text())
    del content["checksum"]  # what is planted here is a wrong verdict, not a damaged file
    if planted == "no witness":
        content["witnessed"] = None
    else:
        rule = next(iter(content["witnessed"]["counts"]))
        content["witnessed"]["counts"][rule] += 1
    changed = manifest.with_name(manifest.name.replace("_", "_1", 1))
    changed.write_text(json.dumps(content))
    manifest.unlink()
    after = witness_outcomes(Run(home, profile, current_cut(home)))
    stopping = [item.object_name for item in after if item.stops_publishing]
    assert stopping == ["organisation.jg_dwxx"]
