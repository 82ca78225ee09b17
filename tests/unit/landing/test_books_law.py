"""Laws of landing on drawn histories of a source: nothing is dropped, and steps equal a fresh start."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingcang.landing import current_cut, reconcile, write
from jingcang.landing.manifests import manifests

from .conftest import AS_OF, Scene, call, lines

KEYS = ["J1", "J2", "J3", ""]
ROW = st.tuples(st.sampled_from(KEYS), st.sampled_from(["10", "20"]), st.integers(1, 4), st.booleans())
HISTORY = st.lists(st.lists(ROW, max_size=6), min_size=1, max_size=4)


def _row(drawn: tuple[str, str, int, bool]) -> tuple[str, ...]:
    key, kind, version, broken = drawn
    at = "不详" if broken else f"2026-05-0{version} 08:00:00"
    return call(key, at, kind, f"2026-05-0{version} 09:00:00")


def _check_law(scene: Scene) -> None:
    frame, problems = reconcile(scene.home, current_cut(scene.home))
    assert problems == []
    outcomes = pl.sum_horizontal("rows_accepted", "rows_quarantined", "rows_superseded", "rows_repeated")
    assert frame.filter(pl.col("rows_read") != outcomes).is_empty()


def _content(scene: Scene) -> list[tuple[object, ...]]:
    lineage = "_source_batch_id, _source_line, _source_file, _source_version"
    accepted = scene.rows(f"select * exclude ({lineage}) from landed.incidents order by all")
    quarantined = scene.rows(
        "select source_key, rule_ids, raw_values_masked from landed.quarantined_rows order by all"
    )
    return [*accepted, *quarantined]


SETTINGS = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("strategy", ["incremental", "compared", "snapshot"])
@SETTINGS
@given(history=HISTORY)
def test_database_history(
    tmp_path_factory: pytest.TempPathFactory, strategy: str, history: list[list[tuple[str, str, int, bool]]]
) -> None:
    custom: dict[str, object] = {"strategy": strategy, "watermark": "GXSJ"}
    if strategy == "compared":
        custom |= {"strategy": "incremental", "full_compare_days": 1}
    scene = Scene(
        tmp_path_factory.mktemp("scene"), custom=custom, settings={"confirmed_deletions": ["case.calls"]}
    )
    read = 0
    for day, state in enumerate(history):
        # Rows change, come late and go with or without moving the watermark.
        rows = [_row(drawn) for drawn in state]
        scene.sqlite("delete from calls", rows=rows)
        read += scene.land(as_of=AS_OF + dt.timedelta(days=day)).read
        _check_law(scene)
    if strategy != "incremental":
        stepwise = _content(scene)
        scene.home_name = "fresh"
        scene.land()
        assert _content(scene) == stepwise
    assert scene.books()["rows_read"].sum() <= read


@SETTINGS
@given(state=st.lists(ROW, min_size=3, max_size=9))
def test_a_large_batch_is_split_in_portions_with_the_same_outcome(
    tmp_path_factory: pytest.TempPathFactory, state: list[tuple[str, str, int, bool]]
) -> None:
    # Without a watermark rows of one key with other content contradict each other: they are judged together.
    scene = Scene(tmp_path_factory.mktemp("scene"), custom={"strategy": "snapshot"})
    scene.sqlite("delete from calls", rows=[_row(drawn) for drawn in state])
    scene.land()
    expected, (whole,) = _content(scene), manifests(scene.home)
    scene.home_name = "portions"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(write, "_PORTION_VALUES", 30)
        scene.land()
    (cut,) = manifests(scene.home)
    assert _content(scene) == expected
    assert (cut.rows, cut.rule_counts) == (whole.rows, whole.rule_counts)
    _check_law(scene)


@pytest.mark.parametrize("keyed", [True, False])
@SETTINGS
@given(
    history=st.lists(
        st.tuples(st.sampled_from(["a.csv", "b.csv", "c.csv"]), st.lists(ROW, max_size=5)),
        min_size=1,
        max_size=5,
    )
)
def test_file_history(
    tmp_path_factory: pytest.TempPathFactory,
    keyed: bool,
    history: list[tuple[str, list[tuple[str, str, int, bool]]]],
) -> None:
    custom = {"strategy": "files", "path": "*.csv", "format": "csv"} | (
        {"watermark": "GXSJ"} if keyed else {}
    )
    scene = Scene(
        tmp_path_factory.mktemp("scene"), kind="files", custom=custom, settings={"confirmed_deletions": ["case.calls"]}
    )  # fmt: skip
    if not keyed:
        scene.keyless()
    for name, rows in history:
        scene.file(name, lines(*[_row(drawn) for drawn in rows]))
        scene.land()
        _check_law(scene)
    stepwise = _content(scene)
    scene.home_name = "fresh"
    scene.land()
    assert _content(scene) == stepwise
    in_force = scene.books()
    live = {path.name: len(path.read_text().splitlines()) - 1 for path in Path(scene.data).glob("*.csv")}
    assert in_force["rows_read"].sum() == sum(live.values())
