"""GPS points to minutes: every rule by hand, and real tracks against a calculation second by second."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from jingcang.addresses.cells import cell_columns
from jingcang.errors import JingcangError
from jingcang.statistics.presence import observed_share, patrol_presence, visit_summary, visits

# 2026-06-01 08:00 in Shanghai
EIGHT = pd.Timestamp("2026-06-01T00:00:00Z")
# Size of the grid's cells between 30° and 31° north, millionths of a degree
WIDTH, HEIGHT = 5213, 4492


def west_of(longitude: float) -> float:
    """Return the west side of the cell of a longitude on the row used here."""
    micro = round(longitude * 1e6)
    return (micro - (micro + 180_000_000) % WIDTH) / 1e6


def south_of(latitude: float) -> float:
    micro = round(latitude * 1e6)
    return (micro - (micro + 90_000_000) % HEIGHT) / 1e6


X, Y = west_of(120.1), south_of(30.5)
MIDDLE = (X + WIDTH / 2e6, Y + HEIGHT / 2e6)


def track(
    *points: tuple[float, float, float], device: str = "Z1", unit: str = "巡一组", **extra: Any
) -> pd.DataFrame:
    """Return points given as (second after eight, longitude, latitude)."""
    return pd.DataFrame(
        {
            "device_no": device,
            "patrol_unit_id": unit,
            "recorded_at": [EIGHT + pd.Timedelta(seconds=second) for second, _, _ in points],
            "longitude": [x for _, x, _ in points],
            "latitude": [y for _, _, y in points],
            "accuracy_m": 5.0,
            **extra,
        }
    )


def standing(seconds: range, **names: Any) -> pd.DataFrame:
    return track(*((second, *MIDDLE) for second in seconds), **names)


def total(frame: pd.DataFrame) -> float:
    return float(frame["minutes"].sum() * 60)


def test_a_way_is_shared_by_the_cells_it_crosses() -> None:
    # A quarter of the way in the first cell, the rest in its eastern neighbour
    quarter = WIDTH / 1e6 / 4
    way = track((0, X + WIDTH / 1e6 - quarter, MIDDLE[1]), (60, X + WIDTH / 1e6 + 3 * quarter, MIDDLE[1]))
    found = patrol_presence(way).minutes
    assert found["minutes"].to_numpy() == pytest.approx([0.25, 0.75])
    south = round(Y * 1e6)
    assert found["cell_id"].tolist() == [f"{south}_{round(X * 1e6)}", f"{south}_{round(X * 1e6) + WIDTH}"]
    expected = pl.DataFrame({"longitude": [X, X + WIDTH / 1e6], "latitude": [Y, Y]}).select(cell_columns())
    assert found["cell_id"].tolist() == expected.to_series().to_list()


def test_a_way_over_the_line_of_a_row() -> None:
    way = track((0, X + 0.001, Y + 0.001), (100, X + 0.001 + 0.004, Y + 0.001 + 0.004))
    found = patrol_presence(way).minutes
    # The row's north side is reached after 3.492 of 4 thousandths of a degree, the east side never
    assert found["minutes"].to_numpy() * 60 == pytest.approx([3.492 / 4 * 100, 0.508 / 4 * 100], abs=1e-6)


def test_hours_of_the_wall_clock() -> None:
    late = track((3590, *MIDDLE), (3620, *MIDDLE))
    found = patrol_presence(late).minutes
    assert found["minutes"].to_numpy() * 60 == pytest.approx([10, 20])
    assert [str(hour) for hour in found["hour_start"]] == [
        "2026-06-01 08:00:00+08:00",
        "2026-06-01 09:00:00+08:00",
    ]
    # A zone half an hour off: the hour ends at half past in UTC
    other = patrol_presence(track((1790, *MIDDLE), (1820, *MIDDLE)), zone="Asia/Kolkata").minutes
    assert other["minutes"].to_numpy() * 60 == pytest.approx([10, 20])


def test_what_is_dropped_is_counted_by_reason() -> None:
    points = pd.concat(
        [
            standing(range(0, 100, 10)),
            track((20, *MIDDLE), (40, *MIDDLE)),
            track((45, *MIDDLE), accuracy_m=50.1),
            track((46, *MIDDLE), accuracy_m=50.0),
            track((55, MIDDLE[0] + 1, MIDDLE[1])),
            track((65, float("nan"), MIDDLE[1])),
        ]
    ).sample(frac=1, random_state=2)
    points["accuracy_m"] = points["accuracy_m"].where(points["recorded_at"] != EIGHT, None)
    found = patrol_presence(points)
    assert found.points == 16
    assert found.dropped == {"missing": 1, "accuracy": 1, "duplicate": 2, "speed": 1}
    assert found.too_fast == 0
    assert total(found.minutes) == pytest.approx(90)
    assert found.distance["metres"].tolist() == [0]
    again = patrol_presence(pl.from_pandas(points.sample(frac=1, random_state=3)))
    assert again.dropped == found.dropped
    assert total(again.minutes) == pytest.approx(90)


def test_a_track_that_moves_away_too_fast_leaves_a_gap_only() -> None:
    away = (MIDDLE[0] + 1, MIDDLE[1])
    found = patrol_presence(track((0, *MIDDLE), (10, *MIDDLE), (20, *away), (30, *away)))
    assert (found.dropped["speed"], found.too_fast, found.unobserved_seconds) == (0, 1, 10)
    assert total(found.minutes) == pytest.approx(20)
    on_foot = track((0, *MIDDLE), (10, MIDDLE[0] + 0.001, MIDDLE[1]))
    assert total(patrol_presence(on_foot).minutes) == pytest.approx(10)
    assert patrol_presence(on_foot, max_speed=4).minutes.empty


def test_gaps_of_three_pings_at_most_180_seconds() -> None:
    pings = [0, 10, 20, 30, 60, 91]
    found = patrol_presence(track(*((second, *MIDDLE) for second in pings)))
    assert (total(found.minutes), found.unobserved_seconds) == (pytest.approx(60), 31)
    # A nominal ping of 100 s allows 180, not 300
    slow = patrol_presence(track(*((second, *MIDDLE) for second in (0, 100, 200, 380, 561))))
    assert (total(slow.minutes), slow.unobserved_seconds) == (pytest.approx(380), 181)
    given = patrol_presence(track((0, *MIDDLE), (31, *MIDDLE)), nominal_seconds=10)
    assert given.minutes.empty


def test_devices_of_a_crew_count_once() -> None:
    points = pd.concat([standing(range(0, 301, 10)), standing(range(200, 401, 10), device="Z2")])
    found = patrol_presence(points).minutes
    assert found["minutes"].to_numpy() * 60 == pytest.approx([400])
    assert found["device_minutes"].to_numpy() * 60 == pytest.approx([500])
    apart = pd.concat([standing(range(0, 301, 10)), standing(range(0, 301, 10), unit="巡二组", device="Z2")])
    assert total(patrol_presence(apart).minutes) == pytest.approx(600)


def test_stations_duty_and_calls_are_no_patrol() -> None:
    # Straight through the middle of a circle of 100 m at 10 m/s
    step = 10 / (111_319.49 * np.cos(np.radians(MIDDLE[1])))
    way = track(*((second, MIDDLE[0] + (second - 50) * step, MIDDLE[1]) for second in range(0, 101, 10)))
    found = patrol_presence(way, stations=[(*MIDDLE, 100.0)])
    assert found.excluded_seconds["station"] == pytest.approx(20, abs=0.01)
    assert total(found.minutes) == pytest.approx(80, abs=0.01)
    assert found.observed["to_second"].sum() - found.observed["from_second"].sum() == 100
    # A circle that lies between two points and touches neither
    fast = track((0, MIDDLE[0] - 50 * step, MIDDLE[1]), (60, MIDDLE[0] + 50 * step, MIDDLE[1]))
    small = patrol_presence(fast, stations=[(*MIDDLE, 50.0)])
    assert small.excluded_seconds["station"] == pytest.approx(6, abs=0.01)
    duty = standing(range(0, 101, 10)).assign(在巡=[False] * 3 + [True] * 8)
    assert patrol_presence(duty, duty="在巡").excluded_seconds["off_duty"] == 30
    begin = EIGHT.timestamp()
    called = patrol_presence(standing(range(0, 101, 10)), on_call=[("巡一组", begin + 25, begin + 45)])
    assert called.excluded_seconds["on_call"] == pytest.approx(20)
    assert total(called.minutes) == pytest.approx(80)


def test_visits() -> None:
    def stay(start: int, end: int) -> pd.DataFrame:
        return standing(range(start, end + 1, 10))

    # 5 min, 110 s away, 5 min: one visit; after 20 min one of 2 min (none) and later one of 12 min
    points = pd.concat([stay(0, 300), stay(410, 710), stay(1910, 2030), stay(2700, 3420)])
    found = visits(patrol_presence(points).pieces)
    assert found["minutes"].tolist() == pytest.approx([710 / 60, 12])
    summary = visit_summary(found).iloc[0]
    assert (summary["visit_count"], summary["koper_count"]) == (2, 2)
    assert summary["mean_gap_minutes"] == pytest.approx((2700 - 710) / 60)
    # Over a clock hour a visit is one
    over = visits(patrol_presence(stay(3500, 3800)).pieces)
    assert over["minutes"].tolist() == pytest.approx([5])


def test_observed_share() -> None:
    found = patrol_presence(standing(range(0, 801, 10)))
    shifts = pd.DataFrame(
        {
            "patrol_unit_id": ["巡一组", "巡一组", "巡二组"],
            "planned_start_at": [EIGHT, EIGHT, EIGHT],
            "planned_end_at": [EIGHT + pd.Timedelta(seconds=n) for n in (1000, 1001, 100)],
        }
    )
    shares = observed_share(found.observed, shifts)
    assert shares["observed_share"].tolist() == pytest.approx([0.8, 800 / 1001, 0])
    assert shares["is_dosage_claimed"].tolist() == [True, False, False]
    with pytest.raises(JingcangError, match="班次"):
        observed_share(found.observed, shifts.assign(planned_end_at=EIGHT))


def test_nothing_and_nonsense() -> None:
    assert patrol_presence(standing(range(0))).minutes.empty
    assert patrol_presence(standing(range(1))).minutes.empty
    with pytest.raises(JingcangError, match="device_no"):
        patrol_presence(standing(range(3)).drop(columns="device_no"))
    with pytest.raises(JingcangError, match="时间"):
        patrol_presence(standing(range(3)).assign(recorded_at="昨天"))
    with pytest.raises(JingcangError, match="longitude"):
        patrol_presence(standing(range(3)).assign(longitude="东"))


# --- real tracks ---------------------------------------------------------------------------------------


def read_track(folder: Path, name: str) -> tuple[pd.DataFrame, str]:
    """Return a real track as points, and its zone."""
    if name.startswith("austin"):
        frame = pd.read_parquet(folder / name).rename(
            columns={"timestamp": "recorded_at", "lon": "longitude", "lat": "latitude"}
        )
        # Upstream times are local
        frame["recorded_at"] = frame["recorded_at"].dt.tz_localize("America/Chicago")
        return frame.assign(device_no="A", patrol_unit_id="A"), "America/Chicago"
    if name.startswith("geolife"):
        frame = pd.read_csv(folder / name, dtype={"uid": str}).rename(
            columns={"datetime": "recorded_at", "lng": "longitude", "lat": "latitude", "uid": "device_no"}
        )
        return frame.assign(patrol_unit_id=frame["device_no"]), "Asia/Shanghai"
    text = gzip.decompress((folder / name).read_bytes()).decode()
    rows = [line.split(",") for line in text.split()[1:]]
    return (
        pd.DataFrame(
            {
                "device_no": "S",
                "patrol_unit_id": "S",
                "recorded_at": pd.to_datetime([int(row[4]) for row in rows], unit="s", utc=True),
                "latitude": [float(row[1]) for row in rows],
                "longitude": [float(row[2]) for row in rows],
            }
        ),
        "America/Los_Angeles",
    )


def haversine(x: float, y: float, other_x: float, other_y: float) -> float:
    phi, other = np.radians(y), np.radians(other_y)
    half = np.sin((other - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(other) * np.sin(np.radians(other_x - x) / 2) ** 2
    return float(2 * 6_378_137 * np.arcsin(np.sqrt(half)))


def by_the_second(points: pd.DataFrame, zone: str) -> tuple[pd.Series, dict[str, float]]:
    """Return seconds by cell and local hour: points walked one by one, each second placed in its own cell."""
    frame = points.assign(at=pd.to_datetime(points["recorded_at"], utc=True))
    frame = frame.sort_values(["device_no", "at", "longitude", "latitude"], kind="stable")
    frame["second"] = frame["at"].astype("int64") // (10**9 if frame["at"].dt.unit == "ns" else 10**6)
    counts: dict[str, float] = {"duplicate": 0, "speed": 0, "too_fast": 0, "unobserved": 0, "metres": 0}
    sampled: list[tuple[Any, ...]] = []
    for _, device in frame.groupby("device_no"):
        seconds, x, y = device["second"].tolist(), device["longitude"].tolist(), device["latitude"].tolist()
        kept: list[int] = []
        for i in range(len(seconds)):
            if kept and seconds[kept[-1]] == seconds[i]:
                counts["duplicate"] += 1
                kept[-1] = i
            else:
                kept.append(i)

        def is_fast(i: int, j: int, s: list = seconds, x: list = x, y: list = y) -> bool:
            return haversine(x[i], y[i], x[j], y[j]) / (s[j] - s[i]) > 33

        fast = [is_fast(a, b) for a, b in itertools.pairwise(kept)]
        good = [k for n, k in enumerate(kept) if not (0 < n < len(kept) - 1 and fast[n - 1] and fast[n])]
        counts["speed"] += len(kept) - len(good)
        days = pd.to_datetime([seconds[k] for k in good], unit="s", utc=True).tz_convert(zone).date
        pairs = list(zip(good, good[1:], days, strict=False))
        gaps: dict[Any, dict[int, int]] = {}
        for a, b, day in pairs:
            of_day = gaps.setdefault(day, {})
            of_day[seconds[b] - seconds[a]] = of_day.get(seconds[b] - seconds[a], 0) + 1
        nominal = {day: min(of_day, key=lambda gap: (-of_day[gap], gap)) for day, of_day in gaps.items()}
        for a, b, day in pairs:
            gap = seconds[b] - seconds[a]
            quick = is_fast(a, b)
            counts["too_fast"] += quick
            if quick or gap > min(3 * nominal[day], 180):
                counts["unobserved"] += gap
            else:
                sampled.append((seconds[a], gap, x[a], y[a], x[b], y[b]))
                counts["metres"] += haversine(x[a], y[a], x[b], y[b])
    start, gap, x0, y0, x1, y1 = (np.array(column, dtype=float) for column in zip(*sampled, strict=True))
    which = np.repeat(np.arange(len(gap)), gap.astype(int))
    into = np.arange(len(which)) - np.repeat(np.cumsum(gap) - gap, gap.astype(int)) + 0.5
    share = into / gap[which]
    placed = pl.DataFrame(
        {
            "longitude": x0[which] + share * (x1 - x0)[which] - 0.5e-6,
            "latitude": y0[which] + share * (y1 - y0)[which] - 0.5e-6,
        }
    ).select(cell_columns().alias("cell_id"))
    hour = pd.to_datetime(start[which] + into, unit="s", utc=True).tz_convert(zone).floor("h")
    seconds_by = pd.DataFrame({"cell_id": placed["cell_id"].to_list(), "hour_start": hour})
    return seconds_by.groupby(["cell_id", "hour_start"]).size(), counts


@pytest.mark.parametrize(
    "name",
    ["austin_vehicle_2015-06-11_07-20.parquet", "geolife_users_001_005.csv.gz", "sf_cab_egteir.csv.gz"],
)
def test_real_tracks_second_by_second(real_data: Path, name: str) -> None:
    folder = real_data / "patrol" / "gps_tracks"
    if not (folder / name).is_file():
        pytest.skip(f"no {name}")
    points, zone = read_track(folder, name)
    points = points.iloc[:60_000]
    found = patrol_presence(points, zone=zone, accuracy=None)
    expected, counts = by_the_second(points, zone)
    assert found.points == len(points)
    assert {key: found.dropped[key] for key in ("duplicate", "speed")} == {
        key: counts[key] for key in ("duplicate", "speed")
    }
    assert (found.too_fast, found.unobserved_seconds) == (counts["too_fast"], counts["unobserved"])
    assert found.distance["metres"].sum() == pytest.approx(counts["metres"], rel=1e-6)
    seconds = found.minutes.set_index(["cell_id", "hour_start"])["device_minutes"] * 60
    if found.minutes["patrol_unit_id"].nunique() > 1:
        seconds = seconds.groupby(level=[0, 1]).sum()
    assert seconds.sum() == pytest.approx(expected.sum(), abs=1e-3)
    # Dwell: the cell in which the track stayed longest
    by_cell = seconds.groupby(level=0).sum()
    longest = expected.groupby(level=0).sum().idxmax()
    assert by_cell.idxmax() == longest
    assert by_cell[longest] == pytest.approx(expected.groupby(level=0).sum()[longest], rel=0.01)
    # Each crossing of a line can misplace half a second of the sampled way
    both = pd.concat([seconds, expected], axis=1, keys=["exact", "sampled"]).fillna(0.0)
    assert (both["exact"] - both["sampled"]).abs().sum() <= 0.01 * both["sampled"].sum()
    assert (both["exact"] - both["sampled"]).abs().max() <= 25
