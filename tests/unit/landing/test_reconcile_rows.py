"""Keys and row hashes against the books: a lost, changed, doubled or unknown row of any batch is found and named."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from jingcang.landing import Difference, compare_rows, current_cut, reconcile_rows

from .conftest import Scene, call, lines


def _compare(scene: Scene) -> list[Difference]:
    with scene.open() as connection:
        return compare_rows(connection, scene.home, current_cut(scene.home), scene.profile().tables)


@pytest.fixture
def history(scene: Scene) -> Scene:
    """A keyed table after corrections, a deletion, a conflict and quarantined rows."""
    scene.sqlite(
        rows=[call("J1"), call("J2"), call("J3"), call("J4", at="昨天"), call("", kind="1"), call("J5")]
    )
    scene.land()
    scene.sqlite(
        "delete from calls where JJDBH = 'J3'",
        "update calls set AJLB = '9', GXSJ = '2026-06-01 00:00:00' where JJDBH = 'J2'",
        rows=[call("J5", kind="77"), call("J6", updated="2026-06-02 00:00:00")],
    )
    scene.land()
    return scene


def test_a_whole_history_is_explained(history: Scene, csv_scene: Scene) -> None:
    assert _compare(history) == []
    assert len(history.in_force()) == 3


def _rewrite(scene: Scene, change: Callable[[pl.DataFrame], pl.DataFrame], kind: str = "accepted") -> None:
    """Change the file of a kind that holds J1 or J4 behind landing's back."""
    frames = {path: pl.read_parquet(path) for path in (scene.home.landing / kind).rglob("*.parquet")}
    name = "source_key" if kind == "quarantined" else "_source_key"
    (path,) = [path for path, frame in frames.items() if {"J1", "J4"} & set(frame[name])]
    change(frames[path]).write_parquet(path)


def _key(name: str, changed: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def change(frame: pl.DataFrame) -> pl.DataFrame:
        value = pl.when(pl.col("_source_key") == "J1").then(changed).otherwise(pl.col(name))
        return frame.with_columns(value.alias(name))

    return change


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("accepted", lambda frame: frame.filter(pl.col("_source_key") != "J1"), ["缺少"]),
        ("accepted", lambda frame: pl.concat([frame, frame.filter(pl.col("_source_key") == "J1")]), ["重复"]),
        ("accepted", _key("_row_hash", pl.lit("0" * 32)), ["内容与账目不同"]),
        ("accepted", _key("_source_key", pl.lit("J99")), ["多出账目没有的", "缺少"]),
        ("quarantined", lambda frame: frame.filter(pl.col("source_key") != "J4"), ["缺少"]),
        ("quarantined", lambda frame: pl.concat([frame, frame.head(1)]), ["重复"]),
        ("books", lambda frame: frame.filter(pl.col("_source_key") != "J1"), ["清单", "多出账目没有的"]),
    ],
    ids=[
        "lost key",
        "doubled key",
        "changed row",
        "another key",
        "lost quarantine",
        "doubled quarantine",
        "books",
    ],
)
def test_what_is_not_explained_is_named_by_batch(
    history: Scene, kind: str, change: Callable[[pl.DataFrame], pl.DataFrame], words: list[str]
) -> None:
    _rewrite(history, change, kind)
    found = _compare(history)
    assert {item.table for item in found} == {"case.calls"}
    for word in words:
        assert any(word in item.what for item in found), found
    assert set().union(*[item.keys for item in found]) <= {"J1", "J4", "J99", *_all_keys(history)}
    assert len(found) <= len(words) + 1


def _all_keys(scene: Scene) -> set[str]:
    return {row[0] for row in scene.rows("select source_key from landed.quarantined_rows")}


def test_a_mapping_with_a_condition_takes_some_rows_and_no_others(scene: Scene) -> None:
    scene.where = {"column": "AJLB", "in": ["10"], "reason": "其余行不是警情"}
    scene.sqlite(rows=[call("J1"), call("J2", kind="20")])
    scene.land()
    assert _compare(scene) == []
    _rewrite(scene, _key("_source_key", pl.lit("J3")))
    assert any("多出账目没有的" in item.what for item in _compare(scene))


@pytest.mark.parametrize("bits", [0, 1 << 29], ids=["hashed", "by bit"])
def test_files_without_a_key_are_counted_by_line(
    csv_scene: Scene, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    monkeypatch.setattr(reconcile_rows, "_BITS", bits)
    csv_scene.file("a.csv", lines(call("J1"), call("J1"), call("J2", at="x")) + "只有,两列\n")
    csv_scene.land()
    csv_scene.file("b.csv", lines(call("J3")))
    csv_scene.land()
    csv_scene.file("a.csv", lines(call("J1"), call("J1"), call("J2", at="y"), call("J4")))
    csv_scene.land()
    assert _compare(csv_scene) == []
    live = max(
        (csv_scene.home.landing / "accepted").rglob("*.parquet"),
        key=lambda path: pl.read_parquet(path).height,
    )
    whole = pl.read_parquet(live)
    whole.head(2).write_parquet(live)
    (found,) = _compare(csv_scene)
    assert "应有 3 行，实有 2 行" in found.what
    pl.concat([whole.head(2), whole.head(1)]).write_parquet(live)
    (found,) = _compare(csv_scene)
    assert "其中不同行号 2 个" in found.what, "one lost, one doubled: the count alone would not tell"
