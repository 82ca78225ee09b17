"""The lease: one run a home, the holder named, a dead holder in nobody's way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import lease

HOLD = """
import sys, time
from pathlib import Path
from jingcang.home import Home
from orchestration import lease
with lease.hold(Home(Path(sys.argv[1])), "测试任务"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def other(home: Home):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_starter_is_refused_and_told_who_holds_it(home: Home, other: subprocess.Popen) -> None:
    with pytest.raises(JingcangError, match=f"测试任务（进程 {other.pid}"), lease.hold(home, "日常运行"):
        pass


def test_a_killed_holder_blocks_nobody(home: Home, other: subprocess.Popen) -> None:
    other.kill()
    other.wait()
    assert home.lock.exists()
    with lease.hold(home, "日常运行") as holder:
        assert lease.read_holder(home) == holder
    assert not home.lock.exists()


def test_a_reused_process_id_is_not_the_holder(home: Home, other: subprocess.Popen) -> None:
    record = json.loads(home.lock.read_text())
    record["started"] -= 1000
    home.lock.write_text(json.dumps(record))
    with lease.hold(home, "日常运行"):
        assert lease.read_holder(home).purpose == "日常运行"


def test_one_process_may_hold_it_twice(home: Home) -> None:
    with lease.hold(home, "演示"), lease.hold(home, "运行"):
        assert lease.read_holder(home).purpose == "演示"
    assert lease.read_holder(home) is None


def test_a_torn_record_blocks_nobody(home: Home) -> None:
    home.lock.write_text('{"pid": 1')
    with lease.hold(home, "日常运行"):
        pass


def test_of_many_that_find_a_dead_holder_at_once_one_wins(home: Home, other: subprocess.Popen) -> None:
    other.kill()
    other.wait()
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home.root)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(5)
    ]  # fmt: skip
    try:
        losers = [process for process in starters if process.stdout.readline() != "held\n"]
        assert len(losers) == 4
        (winner,) = set(starters) - set(losers)
        assert all(f"进程 {winner.pid}" in process.stderr.read() for process in losers)
    finally:
        for process in starters:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    "command", [["landing", "verify"], ["publish", "--rollback"]], ids=lambda words: words[0]
)
def test_commands_that_change_files_are_refused_beside_a_run(
    home: Home,
    other: subprocess.Popen,
    jingcang: Callable[..., subprocess.CompletedProcess],
    command: list[str],
) -> None:
    refused = jingcang(*command, "--home", home.root, check=False)
    assert refused.returncode == 1
    assert f"测试任务（进程 {other.pid}" in refused.stderr
