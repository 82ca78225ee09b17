"""``kill -9`` at five random moments: readers never fail, the rerun equals a clean run.

The moments are drawn from a seed that is printed; ``JINGCANG_TEST_SEED`` repeats one. A default test run does one of
the five, drawn freshly; ``make slow`` does all.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 5
TRIES = 4


def demo_command(home: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "orchestration.cli",
        "demo",
        "--size",
        "small",
        "--no-serve",
        "--json",
        "--home",
        str(home),
    ]


def run_to_the_end(home: Path) -> tuple[dict, float]:
    started = time.perf_counter()
    result = subprocess.run(demo_command(home), cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr[-3000:]
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["unreachable"] == {}, "a source that was not read explains any difference"
    return report, time.perf_counter() - started


class Reader(threading.Thread):
    """Opens what the link names again and again, as pages do, and remembers every failure.

    A generation must always show the same counts: a mixture of two would show others.
    """

    def __init__(self, link: Path) -> None:
        super().__init__(daemon=True)
        self.link, self.reads = link, 0
        self.failures: list[str] = []
        self.seen: dict[str, set[tuple]] = {}
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            try:
                path = os.path.realpath(self.link)
                with duckdb.connect(path, read_only=True) as connection:
                    counts = connection.execute(
                        "select (select count(*) from fct_incidents), (select count(*) from fct_cases),"
                        " (select sum(presence_seconds) from fct_patrol_presence)"
                    ).fetchone()
                self.seen.setdefault(Path(path).stem, set()).add(counts)
                self.reads += 1
            except Exception as error:
                self.failures.append(repr(error))
            time.sleep(0.02)

    def finish(self) -> None:
        self._done.set()
        self.join()


def kill_at(home: Path, seconds: float) -> bool:
    """Start the run, kill it and everything it started after the given time; returns whether it still ran."""
    process = subprocess.Popen(
        demo_command(home),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


@pytest.fixture(scope="module")
def changed(
    demo_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    change_demo_sources: Callable[[Path], None],
    clean_home: Callable[[Path, Path], Path],
) -> tuple[Path, dict, float]:
    """A published home whose sources have changed since; report and seconds of a clean run of these sources."""
    folder = tmp_path_factory.mktemp("kills")
    home = folder / "changed"
    shutil.copytree(demo_home, home, symlinks=True)
    change_demo_sources(home)
    return home, *run_to_the_end(clean_home(home, folder / "clean"))


def unfinished_runs(home: Path) -> list[str]:
    """Return the Dagster runs that still claim to run."""
    script = (
        "import sys; from pathlib import Path; from jingcang.home import Home;"
        "from orchestration.instance import open_instance\n"
        "with open_instance(Home(Path(sys.argv[1]))) as instance:\n"
        "    print([r.run_id for r in instance.get_runs() if not r.is_finished])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(home)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout.replace("'", '"'))


@pytest.mark.timeout(2400)  # how long a run takes is the machine's affair
@pytest.mark.parametrize("fifth", range(KILLS))
def test_killed_runs_harm_nobody(changed: tuple[Path, dict, float], tmp_path: Path, fifth: int) -> None:
    """One moment in every fifth of the run: no stage can go unhit for ever."""
    base, clean, length = changed
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JINGCANG_TEST_SEED={seed}")
    moments = random.Random(f"{seed}:{fifth}")
    for attempt in range(TRIES):
        home = tmp_path / f"kill{attempt}"
        shutil.copytree(base, home, symlinks=True)
        reader = Reader(home / "serving" / "current")
        reader.start()
        moment = length * (fifth + moments.random()) / KILLS
        started = time.perf_counter()
        killed = kill_at(home, moment)
        if not killed:
            # The run builds less than the clean one did, or the machine has become faster: draw again.
            length = time.perf_counter() - started
        report, _ = run_to_the_end(home)
        reader.finish()
        where = f"killed after {moment:.2f} of {length:.2f} s, seed {seed}"
        assert reader.failures == [], where
        assert reader.reads > 0, where
        assert all(len(counts) == 1 for counts in reader.seen.values()), where
        assert report["content_hash"] == clean["content_hash"], where
        assert unfinished_runs(home) == [], where
        shutil.rmtree(home)
        if killed:
            return
    pytest.fail(f"the run ended before the kill {TRIES} times, seed {seed}")
