"""Retention frees raw files of superseded batches and nothing that a manifest in force or a generation rests on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jingcang.landing import current_cut, isolate_damaged, manifests, reconcile, sweep
from jingcang.landing.retention import Released, release

from .conftest import AS_OF, Scene, call, lines


def _raw(scene: Scene) -> set[str]:
    return {
        str(path.relative_to(scene.home.landing))
        for path in (scene.home.landing / "raw").rglob("*")
        if path.is_file()
    }


def _release(scene: Scene, later: int, **options: Any) -> Released:
    wanted = {"pinned": (), "days": 30, "as_of": AS_OF + dt.timedelta(days=later)} | options
    return release(scene.home, **wanted)


@pytest.fixture
def replaced(scene: Scene) -> Scene:
    """A table without a key: each extract replaces the one before, so the first batch is superseded."""
    scene.custom = {"strategy": "snapshot"}
    scene.keyless()
    scene.sqlite(rows=[call("J1")])
    scene.land()
    scene.sqlite(rows=[call("J2")])
    scene.land()
    return scene


def test_raw_of_a_superseded_batch_goes_when_its_days_are_over(replaced: Scene) -> None:
    first, second = manifests(replaced.home)
    size = first.raw_files[0]["bytes"]
    assert _release(replaced, 29) == Released(0, 0, {})
    assert _release(replaced, 30, days=0) == Released(0, 0, {}), "0 keeps all for ever"
    assert _release(replaced, 30, pinned=[first.batch_id]) == Released(0, 0, {}), (
        "a kept generation rests on it"
    )
    assert _release(replaced, 30, dry_run=True) == Released(1, size, {"case.calls": 1})
    assert len(_raw(replaced)) == 2
    freed = _release(replaced, 30)
    assert freed == Released(1, size, {"case.calls": 1})
    assert "1 个原始文件" in freed.in_words()
    assert "case.calls 1 批" in freed.in_words()
    assert _raw(replaced) == {f"{second.raw_files[0]['folder']}/{second.raw_files[0]['path']}"}
    assert _release(replaced, 31) == Released(0, 0, {})
    assert reconcile(replaced.home, current_cut(replaced.home))[1] == []
    assert isolate_damaged(replaced.home) == []
    sweep(replaced.home)
    assert replaced.land().batches == ()
    assert len(replaced.in_force()) == 2


def test_raw_that_a_replay_still_names_stays(csv_scene: Scene) -> None:
    """A changed contract splits the same raw files again: the old batch is superseded, its files are not."""
    csv_scene.file("a.csv", lines(call("J1")))
    csv_scene.land()
    before = _raw(csv_scene)
    csv_scene.columns[3]["logicalTypeOptions"] = {"maxLength": 50}
    csv_scene.land()
    assert [entry.replaces_all for entry in manifests(csv_scene.home)] == [False, True]
    assert _release(csv_scene, 9999) == Released(0, 0, {})
    assert _raw(csv_scene) == before


def test_a_file_replaced_by_a_redelivery_belongs_to_a_batch_in_force_and_stays(csv_scene: Scene) -> None:
    csv_scene.file("a.csv", lines(call("J1")))
    csv_scene.land()
    csv_scene.file("a.csv", lines(call("J2")))
    csv_scene.land()
    assert _release(csv_scene, 9999) == Released(0, 0, {})
    assert len(_raw(csv_scene)) == 2
