"""Worlds of planted incidents for the tests of reports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jingcang.home import Home

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode leaves test folders off the path

from planted_world import Row, World, build_world, planted

from jingcang.reports.briefing.service import Made


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Return a function: rows → a world of its own."""
    built: list[World] = []

    def build(rows: list[Row] | None = None) -> World:
        home = Home(tmp_path / f"home{len(built)}")
        built.append(build_world(home, planted() if rows is None else rows))
        return built[-1]

    yield build
    for world in built:
        world.workbench.close()


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """The planted world."""
    return new_world()


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The planted world, for tests that change nothing in it."""
    world = build_world(Home(tmp_path_factory.mktemp("shared") / "home"), planted())
    yield world
    world.workbench.close()


@pytest.fixture(scope="session")
def shared_briefing(shared_world: World) -> Made:
    """A briefing of the planted world."""
    return shared_world.make()
