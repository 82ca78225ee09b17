"""Assessment years and their quarters: natural months, 12-21, days that months lack; no day is lost or doubled."""

from __future__ import annotations

import datetime as dt

import pytest

from jingcang.kpis.quarters import assessment_year


@pytest.mark.parametrize(
    ("day", "start", "quarters", "end"),
    [
        ("2026-06-30", "01-01", ["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"], "2026-12-31"),
        ("2026-06-30", "12-21", ["2025-12-21", "2026-03-21", "2026-06-21", "2026-09-21"], "2026-12-20"),
        ("2025-12-20", "12-21", ["2024-12-21", "2025-03-21", "2025-06-21", "2025-09-21"], "2025-12-20"),
        ("2025-12-21", "12-21", ["2025-12-21", "2026-03-21", "2026-06-21", "2026-09-21"], "2026-12-20"),
        # No 31 June, no 31 September: those quarters begin on the first of the next month.
        ("2026-01-01", "12-31", ["2025-12-31", "2026-03-31", "2026-07-01", "2026-10-01"], "2026-12-30"),
        ("2026-01-01", "10-01", ["2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01"], "2026-09-30"),
    ],
)
def test_first_days_of_quarters(day: str, start: str, quarters: list[str], end: str) -> None:
    year = assessment_year(dt.date.fromisoformat(day), start)
    assert [item.isoformat() for item in year.starts] == quarters
    assert year.end.isoformat() == end


@pytest.mark.parametrize("start", ["01-01", "12-21", "02-29", "12-31", "07-15"])
def test_every_day_lies_in_one_quarter_of_its_year(start: str) -> None:
    for number in range(1500):
        day = dt.date(2023, 1, 1) + dt.timedelta(number)
        year = assessment_year(day, start)
        assert sum(first <= day <= last for first, last in year.quarters) == 1
        assert assessment_year(year.end, start) == year
        assert assessment_year(year.end + dt.timedelta(1), start).starts[0] == year.end + dt.timedelta(1)
