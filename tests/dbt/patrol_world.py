"""Patrol points of a few crews, and the patrol models built over them.

Belongs here: what several tests of the patrol models share. Does not belong here: what they expect.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from make_landed import make_landed
from warehouse import dbt

from jingcang.addresses.strips import strips_of_areas

ZONE = "Asia/Shanghai"
Yard = tuple[float, float, float]
Call = tuple[str, float, float]
Area = tuple[str, str, str | None, str | None]


def ways(seed: int) -> pd.DataFrame:
    """Return points of three devices of two crews over an afternoon: driving, standing, noise."""
    rng = random.Random(seed)
    rows = []
    for device, unit in (("Z1", "X1"), ("Z2", "X1"), ("Z3", "X2")):
        at = pd.Timestamp("2026-06-01T05:00:00Z")
        x, y, heading = 121.4 + rng.uniform(0, 0.02), 31.2 + rng.uniform(0, 0.02), rng.uniform(0, 6.28)
        is_standing = False
        for _ in range(1500):
            at += pd.Timedelta(seconds=10 if rng.random() < 0.97 else rng.choice([3, 25, 29, 60, 200]))
            is_standing ^= rng.random() < 0.03
            metres = 0.0 if is_standing else rng.uniform(2, 12) * 10
            heading += rng.uniform(-0.4, 0.4)
            x += metres * np.cos(heading) / 95_200
            y += metres * np.sin(heading) / 111_320
            noise = rng.random()
            rows.append(
                {
                    "device_no": device,
                    "patrol_unit_no": unit,
                    "recorded_at": at,
                    # One in a hundred fixes jumps two kilometres and back.
                    "longitude": round(x + (0.02 if noise < 0.01 else 0), 6),
                    "latitude": round(y, 6),
                    "accuracy_m": 80 if 0.01 <= noise < 0.02 else 5,
                }
            )
    return pd.DataFrame(rows)


def built(
    points: pd.DataFrame,
    folder: Path,
    models: Sequence[str],
    *,
    yard: Yard | None = None,
    calls: Sequence[Call] = (),
    streets: Mapping[str, str] | None = None,
    areas: Sequence[Area] = (),
) -> duckdb.DuckDBPyConnection:
    """Return a connection to the models built over points.

    Args:
        points: one row a point.
        folder: where the build file goes.
        models: what is built, with all it needs.
        yard: circle of the points' station.
        calls: of the crews.
        streets: number of a street segment → its line.
        areas: number, boundary, first day and day after the last of 责任区.
    """
    database = folder / "build.duckdb"
    (folder / "target").mkdir()
    unit = {"unit_id": "u1", "unit_no": "S1", "source_system": "organisation"}
    if yard is not None:
        unit |= dict(zip(("unit_longitude", "unit_latitude", "yard_radius_m"), map(str, yard), strict=True))
    sent = [
        {
            "dispatch_id": f"d{number}", "source_system": "case", "patrol_unit_no": crew, "event_date": "2026-06-01",
            "dispatched_at": _instant(start - 60), "departed_at": _instant(start), "feedback_at": _instant(end),
        }
        for number, (crew, start, end) in enumerate(calls)
    ]  # fmt: skip
    lines = [
        {
            "street_segment_id": number,
            "street_segment_no": number,
            "source_system": "map",
            "centre_line_wkt": wkt,
        }
        for number, wkt in (streets or {}).items()
    ]
    drawn = [
        {
            "area_id": f"a{number}", "area_no": area_no, "source_system": "map", "boundary_wkt": boundary,
            "valid_from": first, "valid_to": end,
        }
        for number, (area_no, boundary, first, end) in enumerate(areas)
    ]  # fmt: skip
    make_landed(
        database,
        {
            "landed.units": [unit],
            "landed.dispatches": sent,
            "landed.street_segments": lines,
            "landed.areas": drawn,
        },
    )
    frame = points.assign(
        source_system="gps",
        _source_system="gps",
        _source_table="gps.qw_gpsd",
        unit_no="S1",
        event_date=points["recorded_at"].dt.tz_convert(ZONE).dt.date,
    )
    with duckdb.connect(str(database)) as connection:
        connection.register("points", pl.from_pandas(frame).to_arrow())
        names = ", ".join(frame.columns)
        connection.execute(f"insert into landed.patrol_points ({names}) select {names} from points")
        if drawn:
            connection.register("strips", strips_of_areas(pl.DataFrame(drawn)).to_arrow())
            connection.execute("insert into derived.area_strips select * from strips")
    wanted = ["--select", *(f"+{name}" for name in models), "--exclude-resource-types", "unit_test", "test"]
    assert dbt(database, folder / "target", "build", *wanted) == []
    return duckdb.connect(str(database), read_only=True)


def _instant(second: float) -> str:
    return pd.Timestamp(second, unit="s", tz="UTC").isoformat()
