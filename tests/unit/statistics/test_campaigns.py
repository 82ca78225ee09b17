"""Campaigns beside areas without one: what is joined, who is a control, what is called a fall."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from jingcang.statistics import panel_effect
from jingcang.statistics.campaigns import (
    FEW_EVENTS,
    LATE,
    NO_CONTROLS,
    TOO_EARLY,
    TOO_YOUNG,
    WEEKS,
    Campaign,
    before_and_after,
    campaigns,
    weekly_panel,
)
from jingcang.statistics.effects import CLEAR_FALL, RISE, UNDECIDED

FIRST, UNTIL = date(2025, 1, 6), date(2026, 1, 5)
DAY = date(2025, 6, 2)
DAYS = [FIRST + timedelta(n) for n in range((UNTIL - FIRST).days)]


def steady(areas: int = 6, a_day: int = 2) -> dict[str, dict[date, int]]:
    return {f"A{number}": dict.fromkeys(DAYS, a_day) for number in range(areas)}


def test_events_within_eight_weeks_are_one_campaign() -> None:
    day = timedelta(1)
    found = campaigns(
        [("A", DAY, 10), ("A", DAY + 55 * day, 5), ("B", DAY, 1), ("A", DAY + (55 + 56) * day, 7)]
    )
    assert found == [
        Campaign("A", DAY + 111 * day, DAY + 111 * day, 1, 7),
        Campaign("B", DAY, DAY, 1, 1),
        Campaign("A", DAY, DAY + 55 * day, 2, 15),
    ]


def test_a_planted_fall_is_found_and_counted_right() -> None:
    counts = steady()
    for day in DAYS:
        if DAY <= day < DAY + timedelta(7 * WEEKS):
            counts["A0"][day] = 1
    (one,) = before_and_after([Campaign("A0", DAY, DAY, 1, 0)], counts, first=FIRST, until=UNTIL)
    assert (one.before, one.after, one.control_before, one.control_after, one.controls) == (
        112,
        56,
        560,
        560,
        5,
    )
    assert one.effect is not None
    assert one.effect.percent == pytest.approx(-50)
    assert one.verdict == CLEAR_FALL
    assert one.why_not == ""


def test_areas_with_a_campaign_near_are_no_controls() -> None:
    counts = steady(areas=4)
    near = DAY + timedelta(7 * WEEKS - 1)
    both = [Campaign("A0", DAY, DAY, 1, 0), Campaign("A1", near, near, 1, 0)]
    first, second = before_and_after(both, counts, first=FIRST, until=UNTIL)
    assert (first.controls, second.controls) == (2, 2)
    assert first.why_not == second.why_not == NO_CONTROLS
    far = DAY + timedelta(14 * WEEKS)
    apart = [Campaign("A0", DAY, DAY, 1, 0), Campaign("A1", far, far, 1, 0)]
    assert [one.controls for one in before_and_after(apart, counts, first=FIRST, until=UNTIL)] == [3, 3]


@pytest.mark.parametrize(
    ("day", "counts", "missing", "why"),
    [
        (FIRST + timedelta(55), steady(), [], TOO_EARLY),
        (UNTIL - timedelta(55), steady(), [], TOO_YOUNG),
        (DAY, steady(), [DAY + timedelta(3)], LATE),
        (DAY, steady(areas=3), [], NO_CONTROLS),
        (DAY, steady(a_day=0), [], FEW_EVENTS),
    ],
)
def test_what_cannot_be_compared_says_why(
    day: date, counts: dict[str, dict[date, int]], missing: list[date], why: str
) -> None:
    (one,) = before_and_after(
        [Campaign("A0", day, day, 1, 0)], counts, first=FIRST, until=UNTIL, missing=missing
    )
    assert (one.why_not, one.verdict, one.effect) == (why, UNDECIDED, None)


def test_of_many_campaigns_without_effect_hardly_one_is_called_a_change() -> None:
    rng = np.random.default_rng(3)
    firm = judged = 0
    for _ in range(40):
        counts = {
            f"A{number}": dict(zip(DAYS, (int(n) for n in rng.poisson(0.6, len(DAYS))), strict=True))
            for number in range(30)
        }
        found = [Campaign(f"A{number}", DAY, DAY, 1, 0) for number in range(12)]
        verdicts = [one.verdict for one in before_and_after(found, counts, first=FIRST, until=UNTIL)]
        judged += len(verdicts)
        firm += any(words in (CLEAR_FALL, RISE) for words in verdicts)
    assert judged == 480
    # Benjamini–Hochberg at 5%: a family without any effect says so in 95 of 100; 40 families, 3 standard errors.
    assert firm <= 40 * 0.05 + 3 * (40 * 0.05 * 0.95) ** 0.5


def test_the_panel_finds_what_all_campaigns_do_together() -> None:
    rng = np.random.default_rng(8)
    found = [
        Campaign(f"A{number}", day, day, 1, 0)
        for number in range(24)
        for day in [FIRST + timedelta(int(rng.integers(60, 250)))]
    ]
    counts = {}
    for number in range(40):
        own = [one.start for one in found if one.area == f"A{number}"]
        counts[f"A{number}"] = {
            day: int(rng.poisson(0.5 * (0.6 if any(s <= day < s + timedelta(56) for s in own) else 1)))
            for day in DAYS
        }
    late = FIRST + timedelta(30)
    frame = weekly_panel(found, counts, first=FIRST, until=UNTIL, missing=[late])
    assert len(frame["week"]) == 40 * 51, "the week with a day that did not arrive is left out"
    effect = panel_effect(
        frame, unit="area", time="week", outcome="events", treated="is_treated", cluster="area"
    )
    assert effect.ci_low < np.log(0.6) < effect.ci_high
    assert effect.ci_high < 0
