"""Holidays against ordinary days of the same weekdays: matching by hand, several years, and when nothing is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jingcang.statistics.holidays import holiday_effect, match, usable

SPECIAL = {date(2025, 5, 31) + timedelta(number) for number in range(3)}


def ordinary(day: date) -> bool:
    return day not in SPECIAL


def test_every_day_is_matched_with_as_many_days_of_its_weekday_the_nearest_first() -> None:
    found = match(date(2025, 5, 31), date(2025, 6, 2), ordinary)
    assert found.width == 8
    assert found.controls[0][:3] == (date(2025, 5, 24), date(2025, 6, 7), date(2025, 5, 17))
    assert all(
        day.weekday() == own.weekday()
        for own, days in zip(found.days, found.controls, strict=True)
        for day in days
    )


def test_the_day_with_fewest_matches_sets_how_many_there_are() -> None:
    late = {date(2025, 6, 1) + timedelta(7 * week) for week in (-4, -3, -2, 2, 3, 4)}
    found = match(date(2025, 5, 31), date(2025, 6, 2), lambda day: ordinary(day) and day not in late)
    assert [len(days) for days in found.controls] == [2, 2, 2]
    assert match(date(2025, 5, 31), date(2025, 6, 2), lambda day: False).width == 0


def test_years_are_added_up_over_the_same_number_of_ordinary_days() -> None:
    whole = match(date(2024, 6, 8), date(2024, 6, 10), lambda day: True)
    narrow = match(date(2025, 5, 31), date(2025, 6, 2), lambda day: day >= date(2025, 5, 20))
    assert (whole.width, narrow.width) == (8, 5)
    years = usable([whole, narrow, match(date(2023, 6, 22), date(2023, 6, 24), lambda day: False)])
    assert [one.width for one in years] == [5, 5]
    counts = dict.fromkeys([day for one in years for day in one.days], 6)
    counts |= dict.fromkeys([day for one in years for days in one.controls for day in days], 2)
    effect = holiday_effect(years, counts)
    # 6 days of 6 against 30 days of 2: 36 / 6 over 60 / 30 is three times.
    assert (effect.years, effect.holiday, effect.days, effect.ordinary) == (2, 36, 6, 60)
    assert effect.comparison is not None
    assert effect.comparison.rate_ratio == pytest.approx(3.0)
    assert effect.comparison.ci_low > 1.9


@pytest.mark.parametrize(
    ("years", "each", "said"),
    [(0, 9, "没有可比的平常日"), (1, 9, "只有一年的数"), (2, 0, "平常日只有 0 起，基数太小")],
)
def test_nothing_is_said_where_it_cannot_be(years: int, each: int, said: str) -> None:
    matched = [match(date(2024 + n, 6, 8), date(2024 + n, 6, 8), lambda day: True) for n in range(years)]
    effect = holiday_effect(matched, {day: each for one in matched for days in one.controls for day in days})
    assert effect.comparison is None
    assert said in effect.why_not
