"""The Knox table against brute force, its permutation test, its bins, its speed."""

import datetime
import math
import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import knox, near_repeat_flags


def table(
    points: np.ndarray, times: np.ndarray, distance_bins: list, time_bins: list, metric: str
) -> np.ndarray:
    """Count every pair by the words of the definition."""
    found = np.zeros((len(distance_bins) - 1, len(time_bins) - 1), dtype=int)
    for i in range(len(points)):
        for j in range(i):
            apart = np.abs(points[i] - points[j])
            distance = apart.sum() if metric == "manhattan" else math.sqrt((apart**2).sum())
            days = abs(times[i] - times[j])
            for row in range(found.shape[0]):
                for column in range(found.shape[1]):
                    found[row, column] += (
                        distance_bins[row] <= distance < distance_bins[row + 1]
                        and time_bins[column] <= days < time_bins[column + 1]
                    )
    return found


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("last", [300, math.inf])
def test_observed_and_expected_by_brute_force(metric: str, last: float) -> None:
    source = np.random.default_rng(51)
    points, times = source.integers(0, 6, (40, 2)) * 50.0, source.integers(0, 60, 40)
    bins, days = [0, 1, 100, 200, last], [0, 7, 14, 28]
    result = knox(points, times, bins, days, permutations=9, seed=1, metric=metric)
    assert result.observed.tolist() == table(points, times, bins, days, metric).tolist()
    # The mean over permutations is the expected number; 60 pin it down well enough.
    shuffled = [table(points, source.permutation(times), bins[:3], days, metric) for _ in range(60)]
    mean, error = np.mean(shuffled, axis=0), np.std(shuffled, axis=0) / math.sqrt(60)
    assert (np.abs(result.expected[:2] - mean) <= 4 * error + 1e-9).all()
    assert result.ratio == pytest.approx(result.observed / result.expected)


def test_bins_are_half_open() -> None:
    # 30-40-50: the pair is exactly 50 apart and 7 days apart.
    points, times = [(0, 0), (30, 40)], [1, 8]
    inside = knox(points, times, [0, 50, 100], [0, 7, 14], 9, 1)
    assert inside.observed.tolist() == [[0, 0], [0, 1]]
    assert knox(points, times, [0, 50], [0, 7], 9, 1).observed.tolist() == [[0]]
    assert knox(points, times, [50, 51], [7, 8], 9, 1).observed.tolist() == [[1]]
    assert knox(points, times, [0, 70], [7, 8], 9, 1, metric="manhattan").observed.tolist() == [[0]]


def test_p_value_counts_the_observed_table_too() -> None:
    # Two places, two dates, perfectly linked: 4 events, permutations seldom do as well.
    points = [(0, 0), (0, 0), (500, 0), (500, 0)]
    result = knox(points, [0, 0, 90, 90], [0, 1], [0, 1], permutations=299, seed=2)
    assert result.observed.tolist() == [[2]]
    assert result.expected == pytest.approx(2 * 2 / 6)
    # 4! permutations: 8 of 24 keep the pairs together.
    assert result.p_value[0, 0] == pytest.approx(1 / 3, abs=0.08)
    never = knox(points, [0, 30, 60, 90], [0, 1], [0, 1], permutations=99, seed=2)
    assert never.p_value.tolist() == [[1.0]]  # nothing seen: every permutation does as well
    assert never.poisson_p_value.tolist() == [[1.0]]  # P(X >= 0)
    assert math.isnan(never.ratio[0, 0])


def test_planted_near_repeats_are_flagged() -> None:
    source = np.random.default_rng(52)
    points, times = source.uniform(0, 4000, (300, 2)), source.integers(0, 365, 300).astype(float)
    points[200:260] = points[:60] + source.uniform(-50, 50, (60, 2))
    times[200:260] = times[:60] + source.integers(1, 6, 60)
    result = knox(points, times, [0, 100, 400], [0, 7, 30], permutations=199, seed=3)
    flags = near_repeat_flags(result)
    assert flags[0, 0]
    assert not flags[1, 1]
    assert result.p_value[0, 0] == 1 / 200
    strict = near_repeat_flags(result, min_ratio=1000)
    assert not strict.any()


def test_false_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """150 sets of independent places and dates: the first cell is named near p ≤ 0.05 that often."""
    named = 0
    for seed in range(150):
        source = np.random.default_rng(seed)
        points, times = source.uniform(0, 1000, (80, 2)), source.integers(0, 120, 80)
        named += knox(points, times, [0, 150], [0, 10], permutations=99, seed=seed).p_value[0, 0] <= 0.05
    with capsys.disabled():
        print(f"\nKnox: 150 seeds, false flags {named / 150:.3f}, nominal 0.05")
    assert named / 150 <= 0.075


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 30)), max_size=25), st.randoms()
)
def test_order_origin_and_empty_sets_do_not_matter(events: list, source: object) -> None:
    def observed(rows: list) -> list:
        return knox(
            [row[:2] for row in rows], [row[2] for row in rows], [0, 1, 3, 9], [0, 2, 9], 1, 1
        ).observed.tolist()

    shuffled = list(events)
    source.shuffle(shuffled)
    assert observed(shuffled) == observed(events)
    assert observed([(x + 1000, y - 77, day + 40_000) for x, y, day in events]) == observed(events)


def test_dates_and_datetimes_are_days() -> None:
    points = [(0, 0), (10, 0), (20, 0)]
    days = [datetime.date(2026, 1, 1), datetime.date(2026, 1, 7), datetime.date(2026, 2, 1)]
    expected = knox(points, [0, 6, 31], [0, 50], [0, 7, 40], 9, 1).observed.tolist()
    assert knox(points, days, [0, 50], [0, 7, 40], 9, 1).observed.tolist() == expected
    assert knox(points, pl.Series(days), [0, 50], [0, 7, 40], 9, 1).observed.tolist() == expected
    zone = datetime.timezone(datetime.timedelta(hours=8))
    moments = [datetime.datetime(day.year, day.month, day.day, 9, tzinfo=zone) for day in days]
    assert knox(points, moments, [0, 50], [0, 7, 40], 9, 1).observed.tolist() == expected
    assert (
        knox(points, np.array(days, dtype="datetime64[D]"), [0, 50], [0, 7, 40], 9, 1).observed.tolist()
        == expected
    )


def test_two_thousand_points(capsys: pytest.CaptureFixture[str]) -> None:
    source = np.random.default_rng(53)
    points, times = source.uniform(0, 6000, (2000, 2)), source.integers(0, 365, 2000)
    begin = time.process_time()
    result = knox(points, times, [0, 1, 100, 200, 400], [0, 7, 14, 28], permutations=999, seed=1)
    seconds = time.process_time() - begin
    with capsys.disabled():
        print(
            f"\nKnox: 2,000 points, 999 permutations, {int(result.observed.sum())} pairs: {seconds:.1f} s of CPU"
        )
    assert seconds < 10
    again = knox(points, times, [0, 1, 100, 200, 400], [0, 7, 14, 28], permutations=9, seed=1)
    assert again.observed.tolist() == result.observed.tolist()


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": [1]},
        {"times": [1, math.nan]},
        {"times": [1, None]},
        {"points": [(0, 0), (1, math.nan)]},
        {"points": [0, 1]},
        {"distance_bins": [0]},
        {"time_bins": [7, 0]},
        {"distance_bins": [-1, 5]},
        {"metric": "chebyshev"},
        {"permutations": 0},
    ],
)
def test_wrong_input_is_refused(wrong: dict) -> None:
    arguments = {
        "points": [(0, 0), (1, 1)],
        "times": [1, 2],
        "distance_bins": [0, 5],
        "time_bins": [0, 7],
        **wrong,
    }
    with pytest.raises(JingcangError, match="近重复检验"):
        knox(**arguments)
