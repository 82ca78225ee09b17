"""Only complete, equal periods are offered, and compared like with like."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboards.periods import PERIODS, baseline, day_label, latest

TUESDAY = date(2026, 6, 30)
MONDAY = date(2026, 6, 29)


@pytest.mark.parametrize("kind", PERIODS)
@pytest.mark.parametrize("shift", range(40))
def test_a_period_is_over_before_the_as_of_day(kind: str, shift: int) -> None:
    as_of = TUESDAY + timedelta(shift)
    period = latest(kind, as_of, as_of - timedelta(as_of.weekday()))
    assert period.end <= as_of
    assert baseline(period, kind, "previous").end == period.start
    year = baseline(period, kind, "last_year")
    assert (year.days, year.start.weekday()) == (period.days, period.start.weekday())


def test_weeks_start_where_the_deployment_says() -> None:
    assert latest("week", TUESDAY, MONDAY).start == date(2026, 6, 22)
    assert latest("week", TUESDAY, date(2026, 6, 28)).start == date(2026, 6, 21)


def test_a_month_is_compared_with_the_month_before_it_by_days() -> None:
    month = latest("month", TUESDAY, MONDAY)
    assert (month.start, month.end) == (date(2026, 5, 1), date(2026, 6, 1))
    assert baseline(month, "month", "previous").days == 30


def test_days_are_written_with_their_weekday() -> None:
    assert day_label(date(2026, 11, 15)) == "2026-11-15（周日）"
