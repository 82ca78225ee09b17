"""Which series are watched, and what a week says of them, on counts planted by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from jingcang.alerts import Scope, WeeklyCounts, judge_week, rehearse, weekly_counts, weeks_to_judge
from jingcang.alerts.cells import FLOOR
from jingcang.alerts.evaluate import DRIFT_SHARE, WeekResult

UNTIL = dt.date(2026, 6, 29)
"""A Monday."""
WEEK = dt.timedelta(7)
THEFT, BRAWL = ("10", "刑事", "1001", "盗窃"), ("20", "治安", "2001", "殴打")
WIDE = Scope("bureau", "B")


def daily(weeks: dict[tuple[str, str, tuple[str, str, str, str]], list[int]]) -> pl.DataFrame:
    """Return counts by day, each week's count spread over its days, for weeks that end at UNTIL."""
    rows = []
    for (unit, area, (code1, label1, code2, label2)), counts in weeks.items():
        start = UNTIL - len(counts) * WEEK
        for week, count in enumerate(counts):
            for day in range(7):
                share = count // 7 + (day < count % 7)
                if share:
                    rows.append(
                        {
                            "unit_no": unit, "area_no": area, "class_level1_code": code1,
                            "class_level1_label": label1, "class_level2_code": code2, "class_level2_label": label2,
                            "event_date": start + week * WEEK + dt.timedelta(day), "effective_count": share,
                        }
                    )  # fmt: skip
    return pl.DataFrame(rows)


def planted(last: int = 7, *, weeks: int = 60) -> WeeklyCounts:
    """Two units of two areas; 盗窃 in the first area has 7 a week, the last week given."""
    steady = [7] * weeks
    return weekly_counts(
        daily(
            {
                ("S1", "A1", THEFT): [*steady[:-1], last],
                ("S1", "A2", BRAWL): steady,
                ("S2", "A3", THEFT): steady,
                ("S2", "A3", BRAWL): [1] * weeks,
            }
        ),
        until=UNTIL,
        bureau_unit_no="B",
    )


def test_weeks_are_whole_and_counts_add_up() -> None:
    table = planted()
    assert (table.starts[0], table.starts[-1]) == (UNTIL - 60 * WEEK, UNTIL - WEEK)
    found = {(cell.class_code, cell.scope): table.counts[5, at] for at, cell in enumerate(table.cells)}
    assert found["10", WIDE] == 14
    assert found["10", Scope("unit", "S1")] == 7
    assert found["20", Scope("unit", "S2")] == 1


def test_what_only_repeats_a_broader_series_is_left_out() -> None:
    told = {(cell.class_level, cell.class_code, cell.scope) for cell in planted().cells}
    assert (2, "1001", WIDE) not in told  # 盗窃 is the only class of 刑事
    assert (1, "10", Scope("area", "S1", "A1")) not in told  # all 刑事 of S1 is in A1
    assert (1, "20", Scope("area", "S1", "A2")) not in told
    assert (1, "10", Scope("unit", "S1")) in told


def test_the_floor_holds_but_not_for_first_level_classes_of_units() -> None:
    table = planted()
    watched = {(table.cells[at].class_code, table.cells[at].scope) for at in table.watched(59)}
    assert ("20", Scope("unit", "S2")) in watched  # one a week, far below the floor
    assert FLOOR > 52
    few = weekly_counts(
        daily({("S1", "A1", THEFT): [7] * 60, ("S1", "A2", THEFT): [1] * 60}), until=UNTIL, bureau_unit_no="B"
    )
    assert {(few.cells[at].scope.level, few.cells[at].scope.area_no) for at in few.watched(59)} == {
        ("bureau", None), ("unit", None), ("area", "A1"),
    }  # fmt: skip


def test_a_week_without_days_is_not_judged_and_enters_no_baseline() -> None:
    frame = daily({("S1", "A1", THEFT): [70] * 60, ("S2", "A3", THEFT): [70] * 60})
    gap = UNTIL - 10 * WEEK
    frame = frame.filter(
        (pl.col("unit_no") != "S1") | ~pl.col("event_date").is_between(gap, gap + dt.timedelta(3))
    )
    table = weekly_counts(frame, until=UNTIL, bureau_unit_no="B")
    judged = {scope.scope: scope for scope in judge_week(table, gap, 24).scopes}
    assert (judged[Scope("unit", "S1")].status, judged[Scope("unit", "S1")].missing_days) == (
        "missing_days",
        4,
    )
    assert judged[Scope("unit", "S1")].tested == 0
    assert judged[Scope("unit", "S2")].status == "evaluated"
    column = next(at for at, cell in enumerate(table.cells) if cell.scope == Scope("unit", "S1"))
    assert np.isnan(table.counts[50, column])
    assert set(table.counts[51:, column]) == {70}


@pytest.mark.parametrize(
    "stray",
    [[], [1, *[0] * 800, 1, *[0] * 199], [3, *[0] * 40, 2, 1, *[0] * 30]],
    ids=["none", "old", "near"],
)
def test_years_that_never_came_are_no_weeks_with_nothing(stray: list[int]) -> None:
    table = weekly_counts(daily({("S1", "A1", THEFT): [*stray, *[21] * 60]}), until=UNTIL, bureau_unit_no="B")
    known = np.isfinite(table.counts).all(axis=1)
    assert known.sum() == 60
    assert known[-60:].all()
    found = rehearse(table, table.starts[-1])
    assert found is None or found.alarms == 0


def signals(result: WeekResult) -> set[tuple[str, str, str | None]]:
    return {(s.cell.class_code, s.cell.scope.level, s.cell.scope.unit_no) for s in result.signals}


def test_a_planted_rise_alarms_where_it_is_and_nothing_else_does() -> None:
    table = planted(40)
    result = judge_week(table, UNTIL - WEEK, 24)
    assert signals(result) == {("10", "bureau", "B"), ("10", "unit", "S1")}
    found = next(s for s in result.signals if s.cell.scope.unit_no == "S1")
    assert (found.observed, found.method, found.weeks_counted) == (40, "gamma-poisson", 1)
    assert found.expected == pytest.approx(7)  # the mean of the thirteen weeks before
    assert found.q_value < 0.001
    assert signals(judge_week(planted(), UNTIL - WEEK, 24)) == set()


def test_the_budget_is_shared_by_all_series_tested() -> None:
    table = planted(40)
    result = judge_week(table, UNTIL - WEEK, 24)
    tested = sum(scope.tested for scope in result.scopes)
    assert result.scopes[0].alpha == pytest.approx((1 - DRIFT_SHARE) * 24 / (tested * 52))
    assert signals(judge_week(planted(14), UNTIL - WEEK, 0.0001)) == set()
    assert ("10", "unit", "S1") in signals(judge_week(planted(20), UNTIL - WEEK, 200))


def test_a_slow_rise_is_found_by_adding_up_where_no_single_week_stands_out() -> None:
    steady, slow = [26, 34] * 60, [40] * 14
    table = weekly_counts(
        daily({("S1", "A1", THEFT): steady + slow, ("S2", "A3", BRAWL): [30] * 134}), until=UNTIL,
        bureau_unit_no="B",
    )  # fmt: skip
    found = [s for week in table.starts[-14:] for s in judge_week(table, week, 1).signals]
    assert {(s.cell.class_code, s.method) for s in found} == {("10", "cusum")}
    first = found[0]
    assert first.weeks_counted > 3
    assert first.observed == 40 * first.weeks_counted
    assert (
        first.observed
        >= first.threshold
        > first.expected
        == pytest.approx(30 * first.weeks_counted, rel=0.01)
    )
    assert [s for week in table.starts[-40:-14] for s in judge_week(table, week, 1).signals] == []


def test_first_the_last_eight_weeks_then_what_is_new_or_waits() -> None:
    starts = [UNTIL - number * WEEK for number in range(20, 0, -1)]
    assert weeks_to_judge(starts, [], []) == starts[-8:]
    assert weeks_to_judge(starts, starts[-8:-1], []) == [starts[-1]]
    assert weeks_to_judge(starts, starts[-8:], []) == []
    assert weeks_to_judge(starts, starts[-8:], [starts[-3]]) == [starts[-3]]
    old = starts[:12]
    assert weeks_to_judge(starts, old, [old[0]]) == starts[12:]  # ten weeks without a run are made up for
    assert weeks_to_judge([], [], []) == []


def test_a_replay_goes_over_the_whole_history_and_ends_with_the_last_week_that_came() -> None:
    rng = np.random.default_rng(12)
    counts = [*rng.poisson(21, 120), *[0] * 100, *rng.poisson(21, 80)]
    table = weekly_counts(
        daily({("S1", "A1", THEFT): [1, *[0] * 700, *map(int, counts)]}), until=UNTIL + 4 * WEEK,
        bureau_unit_no="B",
    )  # fmt: skip
    known = np.flatnonzero(np.isfinite(table.counts).all(axis=1))
    assert len(known) == 200, "neither strays nor the two years and the four weeks that never came"
    found = rehearse(table, table.starts[-1])
    assert found is not None
    assert (found.first_week, found.last_week) == (table.starts[known[0] + 9], UNTIL - WEEK)
    assert (found.series, found.tests) == (2, 104), "bureau and unit"


def test_a_replay_needs_a_year_and_tells_how_often_it_would_have_alarmed() -> None:
    rng = np.random.default_rng(11)
    series = {
        (f"S{unit}", f"S{unit}A{area}", kind): [int(n) for n in rng.poisson(6, 120)]
        for unit in range(3)
        for area in range(2)
        for kind in (THEFT, BRAWL)
    }
    table = weekly_counts(daily(series), until=UNTIL, bureau_unit_no="B")
    found = rehearse(table, table.starts[-1])
    assert found is not None
    assert (found.series, found.tests, found.expected) == (20, 1040, 52)
    assert found.rate_ratio == pytest.approx(found.alarms / 52)
    assert found.rate_ratio <= 1.5
    assert rehearse(weekly_counts(daily(series), until=UNTIL - 65 * WEEK), UNTIL - 66 * WEEK) is None
