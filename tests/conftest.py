"""What tests share: servers of their own, real data, a demo home; a skip is a failure where CI asks for it.

Fixtures:
    require_service: ``require_service("postgres" | "mariadb" | "chromium")`` → URL or path, or a visible skip.
    real_data: folder of real data sets (``JINGCANG_REAL_DATA``, default ``../shared/data`` beside the tree).
    demo_home: a home after ``jingcang demo --size small --no-serve``; never write to it.
    copy_of_demo_home: a private copy of it.

What takes a whole run is made once for all workers of a test run (:func:`made_once`).

A test run draws a part of what has many combinations or takes minutes (marker ``drawn``); ``JINGCANG_TEST_SEED``,
printed at the top, repeats a draw, and ``make slow`` or ``JINGCANG_TEST_ALL=1`` does all of it.

With ``JINGCANG_TEST_REQUIRE_ALL=1`` every skip is turned into a failure that states the skip's reason.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import forked, servers

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("JINGCANG_TEST_REQUIRE_ALL") == "1"

STARTED_FIRST = (
    "faults/test_seeded.py", "pipeline/test_decision_loops.py", "pipeline/test_demo.py",
    "pipeline/test_quarantine.py", "pipeline/test_label_review_loop.py", "faults/test_kills.py",
    "pipeline/test_issue_loop.py",
)  # fmt: skip
"""Files of a minute and more, longest first: a worker that meets one at the end keeps the other waiting. The first runs
in a world of its own while the second makes the demo home for all."""

# Before workers start: all of them draw alike.
os.environ.setdefault("JINGCANG_TEST_SEED", str(random.SystemRandom().randrange(10**6)))

for _name, _value in {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "GX_ANALYTICS_ENABLED": "false",
}.items():
    os.environ.setdefault(_name, _value)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bundle", default=None, help="archive made by `make bundle`, for tests/pipeline/test_bundle.py"
    )


def pytest_report_header() -> str:
    return f"JINGCANG_TEST_SEED={os.environ['JINGCANG_TEST_SEED']} repeats what this run draws"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has its own make target (``make bundle-test``, ``make slow``; not a skip); long files first."""
    own = {"bundle"} if config.getoption("--bundle") is None else set()
    own |= {"slow"} if "slow" not in config.getoption("-m") else set()
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in own)]
    if (
        config.args_source == pytest.Config.ArgsSource.TESTPATHS
        and os.environ.get("JINGCANG_TEST_ALL") != "1"
    ):
        left_out += [item for item in items if not is_drawn(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted((item for item in items if item not in left_out), key=_place)


def is_drawn(item: pytest.Item) -> bool:
    """Return whether this run does a test; of several that name one ``group``, all or none are done."""
    marker = item.get_closest_marker("drawn")
    if marker is None:
        return True
    group = marker.kwargs.get("group") or item.nodeid
    return random.Random(f"{os.environ['JINGCANG_TEST_SEED']} {group}").random() < marker.args[0]


def _place(item: pytest.Item) -> int:
    name = item.path.relative_to(ROOT / "tests").as_posix()
    return STARTED_FIRST.index(name) if name in STARTED_FIRST else len(STARTED_FIRST)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped, but JINGCANG_TEST_REQUIRE_ALL=1 forbids it: {reason}"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real data sets; skips when it is not there."""
    path = Path(os.environ.get("JINGCANG_REAL_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not path.is_dir():
        pytest.skip(f"no real data at {path}; set JINGCANG_REAL_DATA")
    return path


@pytest.fixture(autouse=True)
def let_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what this process keeps open of a test's own homes: a deleted file that is open still fills the disk."""
    own = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if own is None:
        return
    if session := sys.modules.get("dashboards.session"):
        for home in [home for home in session._doors if home.root.is_relative_to(own)]:
            del session._doors[home]
    if store := sys.modules.get("jingcang.workbench.store"):
        for opened in [opened for url, opened in store._opened.items() if str(own) in url]:
            opened.close()


# --- servers of the tests' own, in a temporary folder --------------------------------------------------


@pytest.fixture(scope="session")
def require_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Return a function: service name → URL (postgres, mariadb) or path (chromium); skips when not installed."""
    started: dict[str, tuple[subprocess.Popen, str]] = {}

    def require(name: str) -> str:
        if name == "chromium":
            path = servers.find("chromium", "chromium-browser")
            if path is None:
                pytest.skip("Chromium is not installed (make ci-packages)")
            return path
        if name not in started:
            # A short path: a server's socket name has 107 characters at most.
            folder = tmp_path_factory.mktemp(name)
            servers.let_in(folder)
            start = {"postgres": servers.start_postgres, "mariadb": servers.start_mariadb}[name]
            try:
                started[name] = start(folder)
            except servers.Missing as missing:
                pytest.skip(str(missing))
            except servers.NotStarted as failed:
                pytest.fail(str(failed))
        return started[name][1]

    yield require
    for process, _ in started.values():
        process.terminate()
    for process, _ in started.values():
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


# --- a demo home ------------------------------------------------------------------------------------------


def run_jingcang(
    *arguments: str | Path, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the console command in a process of its own, as a user does."""
    result = forked.run([*map(str, arguments)], {**os.environ, **environment}, 900)
    if check and result.returncode != 0:
        pytest.fail(
            f"jingcang {' '.join(map(str, arguments))} ended with {result.returncode}:\n{result.stderr[-4000:]}"
        )
    return result


@pytest.fixture(scope="session")
def jingcang() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return :func:`run_jingcang`."""
    return run_jingcang


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker to ask makes and all workers of the test run read.

    Args:
        factory: gives the folder of the test run.
        name: of the folder.
        make: fills the folder it is given; called again by the next to ask where it failed.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.made"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after the small demo; ``JINGCANG_TEST_DEMO_HOME`` names one to reuse while developing."""
    if given := os.environ.get("JINGCANG_TEST_DEMO_HOME"):
        return Path(given)

    def make(folder: Path) -> None:
        run_jingcang("demo", "--size", "small", "--no-serve", "--json", "--home", folder / "home")

    return made_once(tmp_path_factory, "demo", make) / "home"


@pytest.fixture
def copy_of_demo_home(demo_home: Path, tmp_path: Path) -> Path:
    """A private copy of the demo home."""
    target = tmp_path / "home"
    shutil.copytree(demo_home, target, symlinks=True)
    return target


def change_sources(home: Path) -> None:
    """Change the demo's case system as a day of work does: new calls, a corrected one, a deleted one.

    The new calls lie on two days, one of them months ago (a late record), so that only some partitions change.
    """
    with sqlite3.connect(home / "sources" / "case.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        rows = [
            dict(row)
            for row in connection.execute(
                "select * from pj_jjdb where JJDBH glob '999901*' and GXSJ glob '20[0-9]*' order by GXSJ, JJDBH"
            )
        ]
        newest = max(row["GXSJ"] for row in rows if row["GXSJ"] < "2099")
        later = newest[:-6] + "235959"
        for number, row in enumerate((rows[len(rows) // 2], rows[-1])):
            key = f"999901{20990101000000 + number}"
            new = {**row, "JJDBH": key, "GXSJ": later, "GLJJDBH": None}
            marks = ", ".join("?" for _ in new)
            connection.execute(f"insert into pj_jjdb ({', '.join(new)}) values ({marks})", list(new.values()))
        corrected, deleted = rows[len(rows) // 3], rows[len(rows) // 4]
        connection.execute(
            "update pj_jjdb set GXSJ = ?, SSRS = '3' where JJDBH = ?", (later, corrected["JJDBH"])
        )
        connection.execute("delete from pj_jjdb where JJDBH = ?", (deleted["JJDBH"],))


@pytest.fixture(scope="session")
def change_demo_sources() -> Callable[[Path], None]:
    """Return :func:`change_sources`."""
    return change_sources


def clean_copy_of_sources(home: Path, target: Path) -> Path:
    """Return a new home that has the same demo sources and has run nothing yet."""
    target.mkdir(parents=True)
    shutil.copytree(home / "sources", target / "sources")
    return target


@pytest.fixture(scope="session")
def clean_home() -> Callable[[Path, Path], Path]:
    """Return :func:`clean_copy_of_sources`."""
    return clean_copy_of_sources
