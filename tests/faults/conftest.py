"""Worlds for the tests of faults: one is run once and put back before each test that asks for it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.faults import changes, oracle
from tests.faults.patrol_server import PatrolServer
from tests.faults.records import UNITS
from tests.faults.runner import Outcome, Runner
from tests.faults.world import World

KEY = "fault-tests"


DRAWN_FROM = ("test_10_15_sources", "test_16_27_time_and_keys", "test_28_35_bytes_and_files")
ALWAYS_LONG, KILLS = "test_01_09_kills_and_storage", "test_kills"


def dice() -> random.Random:
    """Return what draws the part of a default run; all workers of a run draw the same."""
    return random.Random(
        os.environ.get("JINGCANG_TEST_SEED")
        or os.environ.get("PYTEST_XDIST_TESTRUNUID")
        or os.urandom(8).hex()
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what a default run leaves to ``-m slow``.

    A run of every row takes a quarter of an hour: the default run does one file of them and one kill of the demo,
    drawn freshly, a run that names files or ``-m slow`` all it is asked for.
    """
    if any("faults" in str(given) for given in config.args):
        return
    is_slow = "slow" in config.getoption("-m")
    drawn = dice().choice(DRAWN_FROM)
    mine = [item for item in items if item.path.parent == Path(__file__).parent]
    kills = sorted(item.name for item in mine if item.path.stem == KILLS)
    kept = {drawn, dice().choice(kills) if kills else ""}
    print(f"fault rows of this run: {', '.join(sorted(kept))}")
    for item in mine:
        stem = item.path.stem
        is_drawn = item.name in kept if stem == KILLS else stem in kept
        if stem == ALWAYS_LONG or (stem in (*DRAWN_FROM, KILLS) and (is_slow or not is_drawn)):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def patrol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatrolServer]:
    """The patrol interface of all worlds below one folder.

    ``JINGCANG_TEST_FAULTS`` names a folder whose base state is used again while developing.
    """
    given = os.environ.get("JINGCANG_TEST_FAULTS")
    server = PatrolServer(Path(given) if given else tmp_path_factory.mktemp("faults"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def runner(patrol: PatrolServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """The process that forks runs; what a killed run leaves of temporary folders lies with the tests' own."""
    made = Runner(
        {
            "TMPDIR": str(tmp_path_factory.mktemp("left")),
            "PYTHONWARNINGS": "ignore",
            "WORLD_PATROL_URL": f"{patrol.url}/world/data",
            "JINGCANG_PSEUDONYM_KEY": KEY,
        }
    )
    yield made
    made.close()


@pytest.fixture(scope="session")
def base(patrol: PatrolServer, runner: Runner) -> World:
    """The one world, after its first run, kept under ``base``."""
    from jingcang.landing.duckdb_extensions import install

    world = World(patrol.root / "world")
    if (patrol.root / "world.base").is_dir():
        return world
    world.create()
    install(world.home)
    world.home.extensions.rename(patrol.root / "extensions")
    world.home.extensions.symlink_to(patrol.root / "extensions")
    done(runner.run(world, recorded=True))
    oracle.check(world)
    world.save("base")
    return world


@pytest.fixture(scope="session")
def clean_hash(base: World, runner: Runner) -> str:
    """The content hash of a first run on the sources after :func:`changes.apply`: a run that never failed."""
    base.restore("base")
    changes.apply(base)
    base.forget_runs()
    return str(done(runner.run(base)).report["content_hash"])


@pytest.fixture
def world(base: World, patrol: PatrolServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world as after its first run; the interface behaves."""
    monkeypatch.setenv("WORLD_PATROL_URL", f"{patrol.url}/world/data")
    monkeypatch.setenv("JINGCANG_PSEUDONYM_KEY", KEY)
    base.restore("base")
    base.settings.clear()
    yield base
    patrol.fault = lambda number, query: None


@pytest.fixture
def changed(world: World, clean_hash: str) -> World:
    """The world after a day of changes in every source that no run has seen yet."""
    world.restore("base")
    changes.apply(world)
    return world


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[[World, Any, str], AppTest]:
    """Opens a page of a world's home as somebody in a role; it must not fail."""
    from dashboards import deployment, session
    from jingcang.access import sessions
    from jingcang.access.accounts import create_demo_accounts, list_accounts
    from jingcang.workbench import Workbench
    from orchestration.run import open_profile

    def opened(world: World, spec: Any, role: str) -> AppTest:
        open_profile(world.home, world.profile_folder)
        deployment.profile_of.cache_clear()
        monkeypatch.setenv("JINGCANG_HOME", str(world.home.root))
        monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)
        workbench = Workbench.open(world.home)
        if not list_accounts(workbench):
            create_demo_accounts(
                workbench, seed=1, bureau_unit_no=None, station_unit_no=UNITS[0], officer_no="100001",
                officer_unit_no=UNITS[0],
            )  # fmt: skip
        account = next(entry for entry in list_accounts(workbench) if entry.identity.role == role)
        token = sessions.open_session(workbench, account)
        monkeypatch.setattr(session, "read_token", lambda: token)
        app = AppTest.from_file(str(Path(session.__file__).with_name("shell.py")), default_timeout=60)
        app.run()
        app.switch_page(f"app_pages/{spec.file}").run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def on_small_disk() -> Iterator[Callable[[World], Path]]:
    """Puts a world's home on a small file system of its own, in memory; needs root, as CI has."""
    if os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")
    mounted: list[Path] = []

    def put(world: World) -> Path:
        home, kept = world.home.root, world.root / "kept"
        home.rename(kept)
        home.mkdir()
        result = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(home)], capture_output=True, text=True
        )
        if result.returncode != 0:
            pytest.skip(f"this machine does not let tests mount: {result.stderr.strip()}")
        mounted.append(home)
        shutil.copytree(kept, home, symlinks=True, dirs_exist_ok=True)
        return home

    yield put
    for home in mounted:
        subprocess.run(["umount", "-l", str(home)], check=True)


def done(outcome: Outcome) -> Outcome:
    """Return the outcome of a run that must have succeeded."""
    assert outcome.report is not None, outcome.error or outcome.defect or f"exit code {outcome.code}"
    return outcome


@pytest.fixture(scope="session")
def succeeded() -> Callable[[Outcome], Outcome]:
    """Return :func:`done`."""
    return done


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session."""
    return tmp_path_factory.mktemp("files")
