"""Typed Parquet: a column keeps its type only where that cannot change what lands."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import polars as pl
import pytest

from jingcang.contracts import witness
from tests.unit.landing.conftest import Scene

COLUMNS = [
    {"name": "ZDBH", "logicalType": "string", "required": True, "logicalTypeOptions": {"pattern": r"ZD\d+"}},
    {"name": "DWSJ", "logicalType": "timestamp", "required": True},
    {"name": "JD", "logicalType": "number", "classification": "personal"},
    {"name": "WD", "logicalType": "number", "classification": "personal"},
    {"name": "SD", "logicalType": "integer", "logicalTypeOptions": {"minimum": 0, "maximum": 400}},
]
MAPPING = {
    "source_system": {"value": "case"},
    "device_no": "ZDBH",
    "event_date": {"from": "DWSJ", "transform": "local_date"},
    "recorded_at": {"from": "DWSJ", "transform": "local_timestamp"},
    "longitude": {"from": ["JD", "WD"], "transform": "longitude", "missing": [[0, 0]]},
    "latitude": {"from": ["JD", "WD"], "transform": "latitude", "missing": [[0, 0]]},
    "speed_kmh": {"from": "SD", "transform": "integer"},
}
QUALITY = [
    {
        "name": "in_district", "type": "custom", "engine": "jingcang", "severity": "flag", "dimension": "plausibility",
        "description": "坐标不在辖区", "implementation": {
            "kind": "inside", "x": "JD", "y": "WD", "bbox": [120, 30, 121, 31], "missing": [[0, 0]]},
    },
    {
        "name": "slow", "type": "custom", "engine": "jingcang", "severity": "flag", "dimension": "plausibility",
        "description": "速度过快", "implementation": {"kind": "compare", "left": "SD", "op": "<=", "value": 150},
    },
]  # fmt: skip
MOMENT = dt.datetime(2026, 5, 1, 8)  # noqa: DTZ001 local by contract
ROWS = [
    ("ZD1", MOMENT, 120.123456, 30.5, 20),
    ("ZD1", MOMENT + dt.timedelta(seconds=1), 0.0, 0.0, None),
    ("ZD2", MOMENT, 125.0, 30.5, 160),
    ("ZD2", MOMENT, 120.3, None, 401),
    ("X", MOMENT, 120.3, 30.2, -1),
    ("ZD3", None, 120.3, 30.2, 7),
]
SCHEMA = {"ZDBH": pl.String, "DWSJ": pl.Datetime("us"), "JD": pl.Float64, "WD": pl.Float64, "SD": pl.Int32}


def _scene(folder: Path, frame: pl.DataFrame) -> Scene:
    folder.mkdir(exist_ok=True)
    scene = Scene(
        folder, kind="files", columns=[dict(column) for column in COLUMNS], mapping=dict(MAPPING),
        entity="patrol_points", quality=QUALITY, timezone="America/Chicago",
        custom={"strategy": "files", "path": "*", "format": "parquet", "crs": "WGS-84"},
    )  # fmt: skip
    content = io.BytesIO()
    frame.write_parquet(content)
    scene.file("a.parquet", content.getvalue())
    return scene


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("DWSJ").dt.strftime("%Y-%m-%d %H:%M:%S")).cast(pl.String)


def _outcome(scene: Scene, seen: list[pl.DataFrame]) -> list[object]:
    profile = scene.profile()

    def watch(table, frame):
        seen.append(frame)
        return lambda: witness.validate(table, frame)

    from jingcang.landing import land_table

    result = land_table(profile.tables[0], profile, scene.home, as_of=dt.date(2026, 6, 30), witness=watch)
    assert result.witness_counts == {rule: result.rule_counts.get(rule, 0) for rule in result.witness_counts}
    return [
        result.accepted, result.quarantined, result.rule_counts,
        scene.rows("select * exclude (_source_batch_id) from landed.patrol_points order by _source_line"),
        scene.rows("select rule_ids, failing_columns, source_line, raw_values_masked, event_date"
                   " from landed.quarantined_rows order by source_line"),
        scene.rows("select rule_id, source_line from landed.quality_flags order by all"),
    ]  # fmt: skip


def test_typed_and_printed_files_land_alike(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS, schema=SCHEMA, orient="row")
    typed, printed = [], []
    first = _outcome(_scene(tmp_path / "typed", frame), typed)
    second = _outcome(_scene(tmp_path / "text", _text(frame)), printed)
    assert first == second
    assert first[:2] == [3, 3]
    kept = {name: dtype for name, dtype in typed[0].schema.items() if name in SCHEMA and dtype != pl.String}
    assert kept == {"DWSJ": pl.Datetime("us"), "JD": pl.Float64, "WD": pl.Float64, "SD": pl.Int64}
    assert all(printed[0].schema[name] == pl.String for name in SCHEMA)


def test_instants_are_local_times_of_the_tables_zone(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS[:1], schema=SCHEMA, orient="row")
    aware = frame.with_columns(
        pl.col("DWSJ").dt.replace_time_zone("America/Chicago").dt.convert_time_zone("UTC")
    )
    query = "select recorded_at, event_date, speed_kmh from landed.patrol_points"
    landed = []
    for name, content in (("naive", frame), ("aware", aware)):
        scene = _scene(tmp_path / name, content)
        assert scene.land().accepted == 1
        landed.append(scene.rows(query))
    assert landed[0] == landed[1]


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        (pl.lit(float("nan")).alias("JD"), "JD.type"),
        (pl.lit(float("inf")).alias("JD"), "JD.type"),
        (pl.lit(1.5).alias("SD"), "SD.type"),
        (pl.lit("1O2").alias("SD"), "SD.type"),
    ],
)
def test_values_that_are_not_of_the_contract_type_are_judged_as_text(
    tmp_path: Path, column: pl.Expr, rule: str
) -> None:
    frame = pl.DataFrame(ROWS[:1], schema=SCHEMA, orient="row").with_columns(column)
    result = _scene(tmp_path, frame).land()
    assert (result.quarantined, {name for name, count in result.rule_counts.items() if count}) == (1, {rule})


def test_files_of_both_kinds_land_in_one_batch(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS[:3], schema=SCHEMA, orient="row")
    scene = _scene(tmp_path, frame)
    content = io.BytesIO()
    _text(frame).write_parquet(content)
    scene.file("b.parquet", content.getvalue())
    result = scene.land()
    assert (result.read, result.accepted, len(result.batches)) == (6, 6, 1)
    values = "recorded_at, longitude, latitude, speed_kmh"
    assert (
        scene.rows(f"select {values}, count(*) from landed.patrol_points group by all having count(*) != 2")
        == []
    )


def test_a_column_whose_spelling_is_read_becomes_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS[:1], schema=SCHEMA, orient="row")
    scene = _scene(tmp_path, frame)
    scene.mapping["duty_status_raw"] = "SD"
    seen: list[pl.DataFrame] = []
    _outcome(scene, seen)
    assert seen[0].schema["SD"] == pl.String
    assert scene.rows("select duty_status_raw from landed.patrol_points") == [("20",)]
