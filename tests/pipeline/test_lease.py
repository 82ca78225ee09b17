"""The lease: one run a home, the holder named, a dead holder in nobody's way."""

from __future__ import annotations

import json
import subprocess
import sys
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
