"""Hit rates, coverage, hours of the week, Spring Festival."""

import csv
import datetime
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import (
    aoristic_weights,
    coverage,
    minutes_per_incident,
    overlap,
    pai,
    spring_festival,
    spring_festival_days,
)

SEED = Path(__file__).parents[3] / "dbt_project/seeds/dictionaries/spring_festival.csv"
SHANGHAI = "Asia/Shanghai"


def test_pai() -> None:
    # Chainey, Tompson & Uhlig 2008
    assert pai([20, 15, 10], 100, [10, 10, 10], 100) == pytest.approx([2.0, 1.5, 1.0])
    assert float(pai(20, 100, 10, 100)) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="positive"):
        pai(1, 0, 1, 1)


def test_coverage() -> None:
    assert coverage([[12, 9], [10, 0]], [[5, 3], [1, 1]]) == pytest.approx(0.6)
    assert coverage([12, 9], [5, 3], threshold_minutes=9) == 1
    assert math.isnan(coverage([12], [0]))
    # The same from the columns of frames, and exactly at the threshold
    frame = pd.DataFrame({"minutes": [10.0, 9.99], "demand": [1, 3]})
    assert coverage(frame["minutes"], frame["demand"]) == 0.25
    assert coverage(pl.from_pandas(frame)["minutes"], pl.from_pandas(frame)["demand"]) == 0.25
    with pytest.raises(ValueError, match="形状不一致"):
        coverage([1, 2], [1])
    with pytest.raises(JingcangError, match="minutes"):
        coverage([float("nan")], [1])
    with pytest.raises(JingcangError, match="demand"):
        coverage([1], [-1])


def test_overlap_and_minutes_per_incident() -> None:
    assert overlap([30, 10], [3, 1]) == pytest.approx(1)
    assert overlap([30, 0], [0, 3]) == 0
    assert overlap([20, 20], [3, 1]) == pytest.approx(0.5 + 0.25)
    assert math.isnan(overlap([0], [1]))
    assert minutes_per_incident([30, 10], [3, 0])[0] == 10
    assert math.isnan(minutes_per_incident([30, 10], [3, 0])[1])


def test_aoristic_weights() -> None:
    monday = datetime.datetime(2026, 1, 5, tzinfo=ZoneInfo(SHANGHAI))
    weights = aoristic_weights(
        monday.replace(hour=22, minute=30), monday.replace(hour=23, minute=30), SHANGHAI
    )
    assert weights.shape == (168,)
    assert weights[[22, 23]] == pytest.approx([0.5, 0.5])
    known = aoristic_weights(monday, monday, SHANGHAI)
    assert known[0] == known.sum() == 1
    hour = datetime.timedelta(hours=1)
    over_midnight = aoristic_weights(monday - hour, monday + 3 * hour, SHANGHAI)
    assert over_midnight[[167, 0, 1, 2]] == pytest.approx([0.25] * 4)


def test_aoristic_weights_of_several_windows_in_another_zone() -> None:
    start = datetime.datetime(2026, 1, 4, 16, 0, tzinfo=datetime.UTC)  # Monday 00 h in Shanghai
    week = datetime.timedelta(days=7)
    weights = aoristic_weights([start, start], [start + week, start + week * 2], SHANGHAI)
    assert weights == pytest.approx(np.full(168, 1 / 168))  # the second window is too long
    with pytest.raises(ValueError, match="end"):
        aoristic_weights(start, start - week, SHANGHAI)
    with pytest.raises(ValueError, match="zip"):
        aoristic_weights([start], [], SHANGHAI)


def test_aoristic_weights_at_a_clock_change() -> None:
    # New York, 2008-11-02: the hour from 1 to 2 comes twice.
    zone = ZoneInfo("America/New_York")
    start = datetime.datetime(2008, 11, 2, 0, 0, tzinfo=zone)
    weights = aoristic_weights(start, start.replace(hour=3), "America/New_York")
    sunday = 6 * 24
    assert weights[sunday : sunday + 3] == pytest.approx([0.25, 0.5, 0.25])


@pytest.mark.parametrize(
    ("year", "days"),
    [(2024, {2: 25, 3: 1}), (2025, {1: 8, 2: 18}), (2026, {2: 17, 3: 9}), (2027, {2: 26})],
)
def test_spring_festival_window(year: int, days: dict[int, int]) -> None:
    assert spring_festival_days(year) == days


def test_spring_festival_window_over_the_new_year() -> None:
    assert spring_festival_days(2023, (-30, 0)) == {12: 9, 1: 22}
    with pytest.raises(ValueError, match="window"):
        spring_festival_days(2024, (3, 2))


def test_list_and_seed_agree_and_end_loudly() -> None:
    with SEED.open(encoding="utf-8") as stream:
        dates = {int(row["year_number"]): row["spring_festival_date"] for row in csv.DictReader(stream)}
    assert dates == {year: spring_festival(year).isoformat() for year in range(1990, 2041)}
    with pytest.raises(JingcangError, match="2041"):
        spring_festival(2041)
