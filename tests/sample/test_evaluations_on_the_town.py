"""Evaluations on the simulated town of full size: the programme that works is seen to, areas of chance are not praised.

Only incidents are drawn, without faults; rosters, dosage and the run are the affair of
``tests/pipeline/test_evaluations_against_truth.py``.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import polars as pl

from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.evaluations import Counts, Dosage, Result, evaluate, resolve
from jingcang.evaluations.resolving import Area
from jingcang.sample import incidents, people
from jingcang.sample import world as w

DONE = Dosage(3600, 3500, 3000, 0.97, True, "观测率 97%")


def covers(found: Result, factor: float) -> bool:
    assert found.effect_log is not None
    assert found.effect_standard_error is not None
    return abs(found.effect_log - math.log(factor)) <= 1.96 * found.effect_standard_error


def test_a_programme_that_works_is_seen_and_chance_is_not_called_a_fall() -> None:
    world = w.build(1, w.SIZES["full"])
    effects = incidents.plan(world)
    events = incidents.draw(world, effects, people.addresses(world)[1])
    codes = np.array([kind.code for kind in incidents.CLASSES])[events.klass]
    kept = np.isin(codes, incidents.PATROLLABLE)
    daily = pl.DataFrame(
        {"area": w.BEAT_NOS[events.recorded[kept]], "day": (events.second[kept] // 86_400).astype(np.int32)}
    ).with_columns(pl.col("day").cast(pl.Date))
    counts = Counts({(area, day): n for area, day, n in daily.group_by("area", "day").len().iter_rows()}, {})
    left, right, _, moved = world.moved
    areas = {
        str(number): Area(str(number), str(w.STATION_NOS[beat]), (moved,) if beat in (left, right) else ())
        for beat, number in enumerate(w.BEAT_NOS)
    }
    first, last = (w.EPOCH + dt.timedelta(int(day)) for day in effects.programme)

    def judged(beats: tuple[int, ...]) -> Result:
        plan = EvaluationPlan(
            evaluation_name="x", planned_minutes=60, treated_areas=tuple(w.beat_no(beat) for beat in beats),
            after_start=first, after_last=last, chosen_because="long_run_highest",
        )  # fmt: skip
        return evaluate(plan, resolve(plan, areas, [], dt.date(2020, 7, 1)), counts, DONE, w.AS_OF)

    found = judged(effects.treated)
    assert found.verdict_code in ("clear_fall", "possible_fall")
    assert covers(found, effects.cut)
    touched = {effects.treated[0] // 6, effects.rise[1]}
    chance = [
        judged(tuple(6 * station + beat for beat in pair))
        for station in set(range(6)) - touched
        for pair in itertools.combinations(range(6), 2)
    ]
    assert len(chance) == 60
    assert sum(item.verdict_code == "clear_fall" for item in chance) <= 4, "2.5% of 60 and what chance adds"
    assert sum(covers(item, 1.0) for item in chance) >= 54
