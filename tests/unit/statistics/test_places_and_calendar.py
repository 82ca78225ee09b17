"""Hit rates, coverage, Spring Festival."""

import csv
import datetime
import math
from pathlib import Path

import chinese_calendar
import numpy as np
import pandas as pd
import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import (
    coverage,
    festival_regressors,
    minutes_per_incident,
    overlap,
    pai,
    pei,
    rri,
    spring_festival,
    spring_festival_days,
)

SEED = Path(__file__).parents[3] / "dbt_project/seeds/dictionaries/spring_festival.csv"


def test_pai() -> None:
    # Chainey, Tompson & Uhlig 2008
    assert pai([20, 15, 10], 100, [10, 10, 10], 100) == pytest.approx([2.0, 1.5, 1.0])
    assert float(pai(20, 100, 10, 100)) == pytest.approx(2.0)
    with pytest.raises(JingcangError, match="大于 0"):
        pai(1, 0, 1, 1)
    with pytest.raises(JingcangError, match="缺失"):
        pai(math.nan, 1, 1, 1)


def test_pei_and_rri() -> None:
    later = [5, 0, 3, 2, 0]
    assert pei(later, [True, False, True, False, False]) == 1
    assert pei(later, [False, False, True, True, False]) == pytest.approx(5 / 8)
    # The same as PAI over the best PAI at the same area.
    mine, best = pai(5, 10, 2, 5), pai(8, 10, 2, 5)
    assert pei(later, [False, False, True, True, False]) == pytest.approx(float(mine / best))
    assert math.isnan(pei(later, [False] * 5))
    assert rri([6, 0], [4, 2]) == pytest.approx([1.5, 0])
    with pytest.raises(JingcangError, match="长短"):
        pei(later, [True])


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


@pytest.mark.parametrize(
    ("year", "days"),
    [(2024, {2: 25, 3: 1}), (2025, {1: 8, 2: 18}), (2026, {2: 17, 3: 9}), (2027, {2: 26})],
)
def test_spring_festival_window(year: int, days: dict[int, int]) -> None:
    assert spring_festival_days(year) == days


def test_spring_festival_window_over_the_new_year() -> None:
    assert spring_festival_days(2023, (-30, 0)) == {12: 9, 1: 22}
    with pytest.raises(JingcangError, match="早于首日"):
        spring_festival_days(2024, (3, 2))
    for year in (1989, 2041):
        with pytest.raises(JingcangError, match=str(year)):
            spring_festival_days(year)


@pytest.mark.parametrize("year", range(1990, 2041))
def test_the_window_has_its_length_every_year(year: int) -> None:
    assert sum(spring_festival_days(year).values()) == 26
    assert set(spring_festival_days(year)) <= {1, 2, 3}


@pytest.mark.parametrize("year", range(2005, 2027))
def test_dates_agree_with_the_holiday_arrangements(year: int) -> None:
    """chinesecalendar, from the State Council's notices: the first day of the year is a holiday of that name."""
    is_off, name = chinese_calendar.get_holiday_detail(spring_festival(year))
    assert is_off
    assert name == "Spring Festival"


def test_festival_regressors_move_and_have_no_mean() -> None:
    weeks = [datetime.date(2025, 1, 27) + datetime.timedelta(7) * step for step in range(-3, 5)]
    columns = festival_regressors(weeks)
    assert columns.shape == (8, 3)
    # The festival of 2025 is 29 January: Wednesday of the week that starts on the 27th.
    assert columns[3, 0] > 0
    assert columns[3, 1] > 0.4
    assert columns[4, 2] > 0
    every_day = [
        datetime.date(year, 1, 1) + datetime.timedelta(day)
        for year in range(1990, 2041)
        for day in range(100)
    ]
    assert festival_regressors(every_day, 1).mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-3)
    assert festival_regressors([datetime.date(2025, 7, 7)]) == pytest.approx(np.zeros((1, 3)))


def test_list_and_seed_agree_and_end_loudly() -> None:
    with SEED.open(encoding="utf-8") as stream:
        dates = {int(row["year_number"]): row["spring_festival_date"] for row in csv.DictReader(stream)}
    assert dates == {year: spring_festival(year).isoformat() for year in range(1990, 2041)}
    with pytest.raises(JingcangError, match="2041"):
        spring_festival(2041)
