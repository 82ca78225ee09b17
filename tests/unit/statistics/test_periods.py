"""Only complete, equal periods are offered, and compared like with like."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jingcang.statistics import spring_festival
from jingcang.statistics.periods import COMPARISONS, PERIODS, Period, day_label, latest, pair, years_before

TUESDAY = date(2026, 6, 30)
MONDAY = date(2026, 6, 29)


def monday_of(day: date) -> date:
    return day - timedelta(day.weekday())


@pytest.mark.parametrize("kind", PERIODS)
@pytest.mark.parametrize("shift", range(40))
def test_a_period_is_over_before_the_as_of_day(kind: str, shift: int) -> None:
    as_of = TUESDAY + timedelta(shift)
    period = latest(kind, as_of, monday_of(as_of))
    assert period.end <= as_of
    assert pair(kind, "previous", as_of, monday_of(as_of)).before.end == period.start
    year = pair(kind, "last_year", as_of, monday_of(as_of)).before
    assert (year.days, year.start.weekday()) == (period.days, period.start.weekday())


def test_weeks_start_where_the_deployment_says() -> None:
    assert latest("week", TUESDAY, MONDAY).start == date(2026, 6, 22)
    assert latest("week", TUESDAY, date(2026, 6, 28)).start == date(2026, 6, 21)


def test_a_month_is_compared_with_the_month_before_it_by_days() -> None:
    compared = pair("month", "previous", TUESDAY, MONDAY)
    assert (compared.current.start, compared.current.end) == (date(2026, 5, 1), date(2026, 6, 1))
    assert compared.before.days == 30
    assert "按天数折算" in compared.note


def test_days_are_written_with_their_weekday() -> None:
    assert day_label(date(2026, 11, 15)) == "2026-11-15（周日）"


@pytest.mark.parametrize("year", range(2021, 2031))
@pytest.mark.parametrize("kind", ["week", "four_weeks"])
def test_weeks_near_the_festival_are_compared_at_the_same_distance_from_it(year: int, kind: str) -> None:
    festival = spring_festival(year)
    for shift in range(-14, 29, 7):
        as_of = festival + timedelta(shift)
        compared = pair(kind, "last_year", as_of, monday_of(as_of))
        distance = compared.current.start - festival
        if compared.current.end <= festival + timedelta(-21):
            continue
        assert compared.before.start - spring_festival(year - 1) == distance
        assert compared.before.days == compared.current.days
        assert day_label(festival) in compared.note


def test_january_alone_has_no_comparison_with_last_year() -> None:
    as_of = date(2026, 2, 10)
    compared = pair("month", "last_year", as_of, monday_of(as_of))
    assert compared.current.start == date(2026, 1, 1)
    assert "1–2 月合并" in compared.withheld
    assert pair("month", "previous", as_of, monday_of(as_of)).withheld == ""


@pytest.mark.parametrize(("year", "days"), [(2024, 60), (2026, 59)])
def test_february_is_compared_together_with_january(year: int, days: int) -> None:
    as_of = date(year, 3, 10)
    compared = pair("month", "last_year", as_of, monday_of(as_of))
    assert (compared.current.start, compared.current.days) == (date(year, 1, 1), days)
    assert (compared.before.start, compared.before.end) == (date(year - 1, 1, 1), date(year - 1, 3, 1))
    assert "合并" in compared.note


def test_march_says_how_much_of_the_festival_each_side_holds() -> None:
    as_of = date(2026, 4, 10)  # festival 2026-02-17, its window to 03-09; in 2025 it ended in February
    assert "本期有 9 天、对比期有 0 天" in pair("month", "last_year", as_of, monday_of(as_of)).note


def test_a_quarter_with_the_whole_window_on_both_sides_says_so() -> None:
    as_of = date(2026, 4, 10)
    assert "两期各含" in pair("thirteen_weeks", "last_year", as_of, monday_of(as_of)).note


def test_the_month_after_the_festival_warns_in_the_previous_comparison_too() -> None:
    as_of = date(2026, 4, 10)
    assert "春节" in pair("month", "previous", as_of, monday_of(as_of)).note


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_no_festival_is_mentioned_far_from_it_or_where_it_is_not_kept(comparison: str) -> None:
    assert "春节" not in pair("four_weeks", comparison, date(2026, 7, 1), MONDAY).note
    february = date(2026, 3, 10)
    foreign = pair("month", comparison, february, monday_of(february), has_festival=False)
    assert "春节" not in foreign.note + foreign.withheld
    assert foreign.current.start == date(2026, 2, 1)


def test_years_before_keep_weekdays_and_season() -> None:
    current = Period(date(2026, 6, 22), date(2026, 6, 29))
    years = years_before(current, "week")
    assert [period.start for period in years] == [date(2025, 6, 23), date(2024, 6, 24), date(2023, 6, 19)]
    assert all(period.start.weekday() == 0 and period.days == 7 for period in years)


def test_years_before_stand_at_the_same_distance_from_the_spring_festival() -> None:
    # 春节: 2026-02-17, 2025-01-29, 2024-02-10, 2023-01-22
    current = Period(date(2026, 2, 16), date(2026, 2, 23))
    assert [period.start for period in years_before(current, "week")] == [
        date(2025, 1, 28), date(2024, 2, 9), date(2023, 1, 21)
    ]  # fmt: skip
    plain = years_before(current, "week", has_festival=False)
    assert plain[0].start == date(2025, 2, 17)


def test_months_before_are_months_and_january_alone_has_none() -> None:
    june = Period(date(2024, 6, 1), date(2024, 7, 1))
    assert years_before(june, "month", years=1) == [Period(date(2023, 6, 1), date(2023, 7, 1))]
    assert years_before(Period(date(2026, 1, 1), date(2026, 2, 1)), "month") == []
    both = Period(date(2026, 1, 1), date(2026, 3, 1))
    assert years_before(both, "month")[1] == Period(date(2024, 1, 1), date(2024, 3, 1))
