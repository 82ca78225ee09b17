"""Days whose records did not arrive are told from quiet days."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from jingcang.statistics.completeness import missing_days

START = date(2025, 1, 1)
DAYS = 500
END = START + timedelta(DAYS)


def drawn(mean: float, seed: int) -> dict[date, int]:
    """Return Poisson counts a day."""
    rng = random.Random(seed)
    counts = {}
    for number in range(DAYS):
        count, total = 0, rng.expovariate(1.0)
        while total < mean:
            count, total = count + 1, total + rng.expovariate(1.0)
        counts[START + timedelta(number)] = count
    return counts


@pytest.mark.parametrize("mean", [0.02, 0.3, 1, 2.7, 8, 19, 25, 95])
def test_a_whole_series_of_chance_has_no_missing_day(mean: float) -> None:
    found = [missing_days(drawn(mean, seed), START, END) for seed in range(12)]
    assert sum(map(bool, found)) <= 1, found


@pytest.mark.parametrize(("mean", "days"), [(95, 1), (16, 1), (2.3, 8), (1.2, 14)])
def test_a_delivery_that_stopped_is_found(mean: float, days: int) -> None:
    counts = drawn(mean, 3)
    stopped = {START + timedelta(300 + number) for number in range(days)}
    found = missing_days({day: count for day, count in counts.items() if day not in stopped}, START, END)
    assert stopped <= set(found)
    assert len(found) <= days + 6  # quiet days that touch the run belong to it


def test_a_trickle_of_late_records_does_not_pass_for_a_day() -> None:
    counts = drawn(129, 5)
    late = [START + timedelta(number) for number in range(250)]
    for day in late:
        counts[day] = 2
    assert missing_days(counts, START, END) == late


def test_a_range_of_strays_alone_is_missing_by_what_came_later() -> None:
    strays = {START + timedelta(number): 3 for number in range(0, DAYS, 5)}
    whole = [START + timedelta(number) for number in range(DAYS)]
    assert missing_days(strays, START, END) != whole
    assert missing_days(strays, START, END, usual_later=140.0) == whole
    assert missing_days(drawn(95, 7), START, END, usual_later=140.0) == []  # less, and whole


def test_nothing_is_said_without_data() -> None:
    assert missing_days({}, START, END) == []
    assert missing_days({}, START, START) == []
