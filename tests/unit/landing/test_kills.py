"""A process killed at any step of a landing leaves the old state or the new one, and the rerun completes."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import current_cut, isolate_damaged, reconcile, store, sweep
from jingcang.landing.manifests import _read

from .conftest import Scene, call, lines


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the product may catch it and go on."""


class Axe:
    """Counts file system steps and falls before or after one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at: int, after: bool) -> None:
        self.steps, self.at, self.after = 0, at, after
        for owner, name in (
            (os, "fsync"), (os, "replace"), (Path, "write_bytes"), (store, "copy_hashed"),
            (store.pq.ParquetWriter, "close"),
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

    def deliver() -> None:
        csv_scene.file("a.csv", lines(call("J1")))
        csv_scene.file("b.csv", lines(call("J9"), call("J8", at="x")))

    return csv_scene, deliver


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
        with monkeypatch.context() as patch:
            Axe(patch, at=step, after=after)
            with pytest.raises(Killed):
                scene.land()
        assert _state(scene) in (old, new), step
        scene.land()
        assert _state(scene) == new, step
        assert scene.land().batches == ()
        _swept(scene)
        assert _state(scene) == new, step


def _swept(scene: Scene) -> None:
    """Remove what the kill left; every file named by a manifest stays."""
    sweep(scene.home)
    assert not list(scene.home.landing.rglob(f"*{store.TEMPORARY}"))


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("database", "accepted"),
        ("database", "books"),
        ("database", "raw"),
        ("files", "accepted"),
        ("files", "raw"),
    ],
)
def test_flipped_bit_is_named_set_aside_and_made_again(
    kind: str, what: str, scene: Scene, csv_scene: Scene
) -> None:
    scene, change = _prepare(kind, scene, csv_scene)
    scene.land()
    change()
    scene.land()
    good = scene.in_force()
    name = _flip(scene, what)
    result = scene.land()
    assert any(name in alert and "校验值不符" in alert for alert in result.alerts), result.alerts
    assert [path.name for path in (scene.home.landing / "damaged").rglob("*.*")] == [name]
    assert scene.in_force() == good
    assert reconcile(scene.home, current_cut(scene.home))[1] == []
    assert scene.land().batches == ()
    assert scene.land().alerts == []


def _flip(scene: Scene, what: str) -> str:
    """Flip one bit of one landing file and put its size and modification time back; return its name."""
    path = sorted((scene.home.landing / what).rglob("*.*"))[0]
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return path.name


def test_rot_at_rest_is_found_by_the_full_comparison(scene: Scene) -> None:
    """A disk that changes a file without a write leaves every time alone: only reading all bytes tells."""
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    good = scene.in_force()
    name = _flip(scene, "accepted")
    memory = scene.home.landing / "verified" / "case__calls.json"
    seen = json.loads(memory.read_text())
    path = f"accepted/incidents/{name}"
    status = (scene.home.landing / path).stat()
    seen[path] = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    memory.write_text(json.dumps(seen))
    assert scene.land().alerts == []
    assert isolate_damaged(scene.home) == [f"入库文件内容与登记的校验值不符：{path}"]
    assert isolate_damaged(scene.home) == [f"入库文件缺失：{path}"]
    scene.land()
    assert scene.in_force() == good
    assert isolate_damaged(scene.home) == []


def test_a_flipped_count_in_a_manifest_is_refused(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    path = next((scene.home.landing / "manifests").glob("*.json"))
    path.write_text(path.read_text().replace('"accepted": 2', '"accepted": 3'))
    _read.cache_clear()
    with pytest.raises(JingcangError, match="入库清单损坏"):
        scene.land()


def test_full_disk_is_told_in_bytes_and_leaves_the_old_state(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.land()
    scene.sqlite(rows=[call("J2")])
    usage = shutil.disk_usage(scene.root)
    with monkeypatch.context() as patch:
        patch.setattr(store.shutil, "disk_usage", lambda _: usage._replace(free=10))
        with pytest.raises(JingcangError, match=r"需要 [\d,]+ 字节，剩余 10 字节"):
            scene.land()
    assert len(scene.in_force()) == 1
    with monkeypatch.context() as patch:

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, "no space")

        patch.setattr(os, "fsync", full)
        with pytest.raises(JingcangError, match="磁盘空间不足"):
            scene.land()
    assert scene.land().accepted == 1
