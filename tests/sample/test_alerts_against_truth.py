"""Alerts on the simulated town of full size: the planted rise is alarmed, series of chance only are not called a rise.

Only incidents are drawn, without faults; what faults do to a count is the affair of landing's tests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest

from jingcang.alerts import (
    KnownAlert,
    Placed,
    Signal,
    WeeklyCounts,
    judge_week,
    place,
    rehearse,
    weekly_counts,
)
from jingcang.sample import incidents, people
from jingcang.sample import world as w

UNTIL = dt.date(2026, 6, 29)
BUDGET = 24
NOMINAL = 1.5
"""METHODS section 2: at most this multiple of the nominal rate."""


def first_level(code: str) -> str:
    return f"{code[:2]}0000"


def second_level(code: str) -> str:
    return code.split(".")[0]


def town(seed: int) -> tuple[WeeklyCounts, incidents.Plan]:
    """Return weekly counts of a town of full size, and what was planted in it."""
    world = w.build(seed, w.SIZES["full"])
    effects = incidents.plan(world)
    events = incidents.draw(world, effects, people.addresses(world)[1])
    codes = np.array([kind.code for kind in incidents.CLASSES])[events.klass]
    daily = pl.DataFrame(
        {
            "unit_no": [f"9999015{beat // 6 + 1}0000" for beat in events.recorded],
            "area_no": events.recorded.astype(str),
            "class_level1_code": [first_level(code) for code in codes],
            "class_level2_code": [second_level(code) for code in codes],
            "event_date": (events.second // 86_400).astype(np.int32),
        }
    ).with_columns(pl.col("event_date").cast(pl.Date))
    names = {f"class_level{level}_label": pl.col(f"class_level{level}_code") for level in (1, 2)}
    counted = daily.with_columns(**names).group_by(pl.all()).agg(effective_count=pl.len().cast(pl.Int64))
    counted = counted.filter(~pl.col("class_level1_code").is_in(["J10000"]))
    return weekly_counts(counted, until=UNTIL, bureau_unit_no="999901000000"), effects


@pytest.fixture(scope="module")
def truth() -> tuple[WeeklyCounts, incidents.Plan]:
    return town(1)


def judged(table: WeeklyCounts, weeks: Iterable[dt.date]) -> list[Placed]:
    """Judge weeks one after another, as the runs do."""
    known: dict[str, KnownAlert] = {}
    found = []
    for week in weeks:
        placed = place(judge_week(table, week, BUDGET).signals, known.values())
        found += placed
        for item in placed:
            if item.is_headline:
                before = known.get(item.alert_id)
                known[item.alert_id] = KnownAlert(
                    item.alert_id, item.signal.cell, before.first_week if before else week, week
                )
    return found


def is_of_the_rise(signal: Signal, effects: incidents.Plan) -> bool:
    """Return whether a signal is in the class and place of the planted rise, or in one that holds them."""
    code, station, first, _ = effects.rise
    cell = signal.cell
    since = w.EPOCH + dt.timedelta(int(first) - 6)
    here = cell.scope.level == "bureau" or cell.scope.unit_no == f"9999015{station + 1}0000"
    return here and cell.class_code in (first_level(code), second_level(code)) and signal.week_start >= since


def test_the_planted_rise_is_one_alert_and_chance_is_none(truth: tuple[WeeklyCounts, incidents.Plan]) -> None:
    table, effects = truth
    found = judged(table, table.starts[-8:])
    rise = [item for item in found if is_of_the_rise(item.signal, effects)]
    assert rise, "the planted rise raised no alarm in eight weeks"
    assert any(item.signal.q_value <= 0.10 or item.signal.method == "cusum" for item in rise)
    assert len({item.alert_id for item in rise}) == 1
    chance = {(second_level(code), f"9999015{station + 1}0000") for code, station in effects.chance_only()}
    called = {(item.signal.cell.class_code, item.signal.cell.scope.unit_no) for item in found}
    assert not chance & called


def test_a_replay_over_the_history_keeps_to_the_nominal_rate(
    truth: tuple[WeeklyCounts, incidents.Plan],
) -> None:
    table, _ = truth
    found = rehearse(table, table.starts[-1])
    assert found is not None
    assert found.expected >= 40
    assert found.rate_ratio <= NOMINAL, found


@pytest.mark.slow
def test_two_years_within_the_budget_raise_no_more_than_it_allows() -> None:
    """Every series, week by week, at the rate of the budget itself."""
    table, effects = town(2)
    expected = raised = 0.0
    for week in table.starts[-112:]:
        result = judge_week(table, week, BUDGET)
        expected += sum(scope.expected_alarms for scope in result.scopes)
        raised += sum(not is_of_the_rise(signal, effects) for signal in result.signals)
    assert expected >= 40
    assert raised <= NOMINAL * expected, (raised, expected)
