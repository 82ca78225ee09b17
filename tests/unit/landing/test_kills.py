"""A process killed at any step of a landing leaves the old state or the new one, and the rerun completes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jingcang.landing import current_cut, manifests, reconcile, store

from .conftest import Scene, call, lines


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the product may catch it and go on."""


class Axe:
    """Counts file system steps and falls before or after one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at: int, after: bool) -> None:
        self.steps, self.at, self.after = 0, at, after
        for owner, name in (
            (os, "fsync"), (os, "replace"), (Path, "write_bytes"), (store, "copy_hashed"), (store.pq.ParquetWriter, "close"),
        ):  # fmt: skip
            monkeypatch.setattr(owner, name, self._wrapped(getattr(owner, name)))

    def _wrapped(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            self.steps += 1
            falls = self.steps == self.at
            if falls and not self.after:
                raise Killed
            result = step(*args, **kwargs)
            if falls:
                raise Killed
            return result

        return run


def _state(scene: Scene) -> tuple[Any, ...]:
    cut = current_cut(scene.home)
    problems = reconcile(scene.home, cut)[1]
    return (cut.hash, tuple(scene.in_force()), tuple(problems))


def _prepare(kind: str, scene: Scene, csv_scene: Scene) -> tuple[Scene, Callable[[], None]]:
    if kind == "database":
        scene.sqlite(rows=[call("J1"), call("J2"), call("J3")])
        changes = [
            "delete from calls where JJDBH = 'J3'",
            "update calls set AJLB = '9', GXSJ = '2026-06-01 00:00:00' where JJDBH = 'J2'",
        ]
        return scene, lambda: scene.sqlite(
            *changes, rows=[call("J4", updated="2026-06-02 00:00:00"), call("J5", at="x")]
        )
    csv_scene.file("a.csv", lines(call("J1"), call("J2")))
    return csv_scene, lambda: (csv_scene.file("a.csv", lines(call("J1"))), csv_scene.file("b.csv", lines(call("J9"), call("J8", at="x"))), None)[2]  # fmt: skip


@pytest.mark.parametrize("kind", ["database", "files"])
@pytest.mark.parametrize("after", [False, True])
def test_kill_at_every_step(
    kind: str, after: bool, scene: Scene, csv_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, change = _prepare(kind, scene, csv_scene)
    scene.land()
    old = _state(scene)
    change()
    start = scene.root / "start"
    shutil.copytree(scene.home.root, start)
    with monkeypatch.context() as patch:
        counter = Axe(patch, at=0, after=after)
        scene.land()
    new = _state(scene)
    assert old[1] != new[1]
    assert not old[2]
    assert not new[2]
    assert counter.steps > 10
    for step in range(1, counter.steps + 1):
        scene.home_name = f"killed_{step}"
        shutil.copytree(start, scene.home.root, dirs_exist_ok=True)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            Axe(patch, at=step, after=after)
            scene.land()
        assert _state(scene) in (old, new), step
        scene.land()
        assert _state(scene) == new, step
        assert scene.land().batches == ()
        _swept(scene)
        assert _state(scene) == new, step


def _swept(scene: Scene) -> None:
    """Remove what the kill left; every file named by a manifest stays."""
    kept = []
    for entry in manifests(scene.home):
        kept += [scene.home.landing / name for name in entry.data_files]
        kept += [scene.home.landing / raw["folder"] for raw in entry.raw_files]
    store.sweep(scene.home, kept)
    assert not list(scene.home.landing.rglob(f"*{store.TEMPORARY}"))


def test_full_disk_is_told_in_bytes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(scene.root)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(Exception, match="需要 100 字节，剩余 10 字节"):
        store.require_space(scene.home, 100)
