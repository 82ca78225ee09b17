"""Files of an older program version: split again when their shape changed, readable until then."""

from __future__ import annotations

import json

import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.landing import land, manifests, split, store
from jingcang.landing.manifests import _checksum, _read
from tests.unit.landing.conftest import Scene


def without(scene: Scene, kind: str, *columns: str) -> None:
    """Rewrite a batch's file as a program that did not know some columns wrote it."""
    for manifest in (scene.home.landing / "manifests").glob("*.json"):
        content = json.loads(manifest.read_text(encoding="utf-8"))
        for name, facts in content["data_files"].items():
            if not name.startswith(f"{kind}/"):
                continue
            path = scene.home.landing / name
            pl.read_parquet(path).drop(columns).write_parquet(path)
            facts |= {"bytes": path.stat().st_size, "sha256": store.sha256_of(path)}
        content["checksum"] = _checksum({key: value for key, value in content.items() if key != "checksum"})
        manifest.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    _read.cache_clear()


@pytest.mark.parametrize(
    ("kind", "relation"), [("quarantined", "quarantined_rows"), ("accepted", "incidents")]
)
def test_a_column_that_came_later_is_null_in_older_files(scene: Scene, kind: str, relation: str) -> None:
    scene.sqlite(
        rows=[
            ("A1", "2026-01-01 12:00:00", "甲", "盗窃", "2026-01-01 12:00:00"),
            ("A2", None, "乙", "盗窃", "2026-01-01 12:00:00"),
        ]
    )
    scene.land()
    before = scene.rows(f"select count(*) from landed.{relation}")
    assert before[0][0] > 0
    without(scene, kind, "unit_no")
    assert scene.rows(f"select count(*), count(unit_no) from landed.{relation}") == [(before[0][0], 0)]


@pytest.mark.parametrize("name", ["FLAG_SCHEMA", "QUARANTINED_SCHEMA"])
def test_another_shape_of_files_is_split_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    table = scene.table()
    before = land.fingerprint_of(table, {})
    monkeypatch.setattr(land, name, getattr(split, name) | {"came_later": pl.String()})
    assert land.fingerprint_of(table, {}) != before


def test_landed_rows_are_split_again_while_their_source_is_down(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.sqlite(rows=[("A1", "2026-01-01 12:00:00", "甲", "盗窃", "2026-01-01 12:00:00")])
    scene.land()
    before = scene.in_force()
    scene.url = "postgresql://nobody@127.0.0.1:9/nothing"
    monkeypatch.setattr(land, "LANDING_VERSION", "a later one")
    with pytest.raises(JingcangError, match="来源系统 case 连接不上"):
        scene.land()
    assert scene.in_force() == before
    last = manifests(scene.home)[-1]
    assert last.replaces_all
