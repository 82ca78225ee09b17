"""The patrol models against the reference calculation: seeded ways with jumps, gaps and two devices, and a real car.

The reference cuts ways at fractions of a second, the models at whole seconds rounded down: where they cut they
may differ by less than a second, nowhere else.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from patrol_world import ZONE, Call, Yard, built, ways

from jingcang.statistics.presence import Presence, patrol_presence, visits

MODELS = (
    "int_patrol_intervals", "int_patrol_stays", "fct_patrol_presence", "fct_patrol_visits", "rpt_patrol_point_counts",
)  # fmt: skip
LEFT_OUT = """
    select sum(unplaced_point_count), sum(inaccurate_point_count), sum(duplicate_point_count), sum(jump_point_count)
    from rpt_patrol_point_counts
"""
REASONS = ("missing", "accuracy", "duplicate", "speed")


def compare(
    points: pd.DataFrame, folder: Path, yard: Yard | None = None, calls: Sequence[Call] = ()
) -> tuple[pd.DataFrame, Presence]:
    """Return seconds by crew, cell and hour of both calculations side by side, and the reference; check the visits
    and the points left out."""
    reference = patrol_presence(
        points, unit="patrol_unit_no", zone=ZONE, stations=[yard] if yard else [], on_call=calls
    )
    expected = reference.minutes.assign(
        event_date=reference.minutes["hour_start"].dt.date.astype(str),
        event_hour=reference.minutes["hour_start"].dt.hour,
        expected=reference.minutes["minutes"] * 60,
        expected_devices=reference.minutes["device_minutes"] * 60,
    )
    keys = ["patrol_unit_id", "cell_id", "event_date", "event_hour"]
    with built(points, folder, MODELS, yard=yard, calls=calls) as connection:
        made = connection.execute(
            "select patrol_unit_id, cell_id, cast(event_date as varchar) as event_date, event_hour,"
            " presence_seconds, device_seconds from fct_patrol_presence"
        ).fetchdf()
        stays = connection.execute(
            "select patrol_unit_id, cell_id, visit_seconds from fct_patrol_visits order by all"
        ).fetchdf()
        left_out = connection.execute(LEFT_OUT).fetchone()
        excluded = dict(
            connection.execute(
                "select exclusion_code, sum(interval_seconds) from int_patrol_time group by all"
            ).fetchall()
        )
    # The models weigh speeds in millionths of a degree: a car at the limit itself may be judged otherwise.
    expected_out = [reference.dropped[reason] for reason in REASONS]
    assert left_out == (*expected_out[:3], pytest.approx(expected_out[3], rel=0.06))
    for code, reason in (("at_station", "station"), ("on_call", "on_call"), ("off_duty", "off_duty")):
        # A crossing is cut at a whole second.
        assert float(excluded.get(code, 0)) == pytest.approx(
            reference.excluded_seconds[reason], rel=0.02, abs=3
        )
    both = expected[[*keys, "expected", "expected_devices"]].merge(made, on=keys, how="outer").fillna(0)
    # A second more or less decides about a stay of three minutes or an absence of two, and midnight cuts one.
    sure = visits(reference.pieces)
    assert abs(len(sure) - len(stays)) <= 3 + 0.05 * len(sure)
    seconds = 60 * sure["minutes"].sum()
    assert stays["visit_seconds"].sum() == pytest.approx(seconds, abs=3 * 200 + 0.05 * seconds)
    return both, reference


def test_seeded_ways_agree_with_the_reference(tmp_path: Path) -> None:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"ways seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    both, _ = compare(ways(seed), tmp_path)
    assert len(both) > 100
    for made, expected in (("presence_seconds", "expected"), ("device_seconds", "expected_devices")):
        assert both[made].sum() == pytest.approx(both[expected].sum(), abs=0.01 * both[expected].sum())
        assert (both[made] - both[expected]).abs().sum() <= 0.02 * both[expected].sum()


def test_points_left_out_agree_with_the_reference(tmp_path: Path) -> None:
    """Exact doubles, two places in one second thirty metres apart, and points without a place, far from any jump."""
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"ways seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    points, rng = ways(seed), random.Random(seed)
    jumped = points.groupby("device_no")["longitude"].diff().abs() > 0.015
    is_calm = ~pd.concat([jumped.shift(by, fill_value=True) for by in range(-3, 4)], axis=1).any(axis=1)
    chosen = points[is_calm & pd.Series([rng.random() < 0.05 for _ in range(len(points))])]
    apart, same, lost = chosen.iloc[::3], chosen.iloc[1::3], chosen.iloc[2::3]
    apart = apart.assign(longitude=(apart["longitude"] + 0.0003).round(6))
    points.loc[lost.index, "longitude"] = None
    more = pd.concat([points, apart, same]).sample(frac=1, random_state=seed)
    both, reference = compare(more, tmp_path)
    assert min(reference.dropped.values()) > 5
    assert (both["presence_seconds"] - both["expected"]).abs().sum() <= 0.01 * both["expected"].sum()


def test_yard_and_calls_agree_with_the_reference(tmp_path: Path) -> None:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"ways seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    points, rng = ways(seed), random.Random(seed)
    middle = points.iloc[rng.randrange(500, 1000)]
    begin = int(pd.Timestamp("2026-06-01T05:30:00Z").timestamp())
    starts = [("X1", begin + 1_500 * number + rng.randrange(600)) for number in range(5)]
    calls: list[Call] = [(crew, start, start + rng.randrange(20, 1_200)) for crew, start in starts]
    # Two at once, and one of a crew that has no terminal.
    calls += [("X1", calls[0][1] + 5, calls[0][2] + 5), ("X9", begin, begin + 600)]
    both, reference = compare(points, tmp_path, (middle["longitude"], middle["latitude"], 150), calls)
    assert reference.excluded_seconds["station"] > 20
    assert reference.excluded_seconds["on_call"] > 300
    for made, expected in (("presence_seconds", "expected"), ("device_seconds", "expected_devices")):
        assert both[made].sum() == pytest.approx(both[expected].sum(), abs=0.01 * both[expected].sum())
        assert (both[made] - both[expected]).abs().sum() <= 0.02 * both[expected].sum()


def test_a_real_car_agrees_with_the_reference(tmp_path: Path, real_data: Path) -> None:
    """A campus car in Austin, one point in about three seconds: see the README of the data."""
    file = real_data / "patrol" / "gps_tracks" / "austin_vehicle_2015-06-11_07-20.parquet"
    track = pl.read_parquet(file).head(40_000).to_pandas()
    points = pd.DataFrame(
        {
            "device_no": "Z1",
            "patrol_unit_no": "X1",
            "recorded_at": pd.to_datetime(track["timestamp"]).dt.floor("s").dt.tz_localize("UTC"),
            "longitude": track["lon"].round(6),
            "latitude": track["lat"].round(6),
            "accuracy_m": 5.0,
        }
    )
    both, _ = compare(points, tmp_path)
    assert both["expected"].sum() > 20 * 3600
    assert (both["presence_seconds"] - both["expected"]).abs().sum() <= 0.005 * both["expected"].sum()
