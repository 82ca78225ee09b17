"""Evaluations of patrols: what is filled in, what dosage may be claimed, when a verdict is said and when not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.evaluations import Counts, Dosage, Resolved, Result, dosage, evaluate, resolve
from jingcang.evaluations.dosage import Shift
from jingcang.evaluations.resolving import BOUNDARY_MOVED, Area

AS_OF = dt.date(2026, 6, 30)
START, LAST = dt.date(2026, 4, 6), dt.date(2026, 5, 31)
FIRST_DAY = dt.date(2024, 1, 1)
AREAS = {name: Area(name, "S1") for name in ("A1", "A2", "A3", "A4")} | {"Z1": Area("Z1", "S2")}
DONE = Dosage(3600, 3500, 3000, 0.97, True, "观测率 97%")


def plan(**changed: Any) -> EvaluationPlan:
    stated = {
        "evaluation_name": "夜巡", "planned_minutes": 60, "treated_areas": ("A1",), "after_start": START,
        "after_last": LAST, "chosen_because": "directive",
    }  # fmt: skip
    return EvaluationPlan(**stated | changed)


def days(rates: dict[str, tuple[float, float]], seed: int = 1) -> dict[tuple[str, dt.date], int]:
    """Return counts a day: the first rate before the start, the second from it on."""
    rng = np.random.default_rng(seed)
    every = [dt.date(2025, 1, 1) + dt.timedelta(n) for n in range(545)]
    return {
        (area, day): int(rng.poisson(pair[day >= START])) for area, pair in rates.items() for day in every
    }


def judged(rates: dict[str, tuple[float, float]], given: Dosage = DONE, **changed: Any) -> Result:
    stated = plan(**changed)
    places = resolve(stated, AREAS, [], FIRST_DAY)
    return evaluate(stated, places, Counts(days(rates), {}), given, AS_OF)


STEADY = {"A2": (3.0, 3.0), "A3": (3.0, 3.0), "A4": (3.0, 3.0)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"evaluation_name": " "}, "名称"),
        ({"chosen_because": "hunch"}, "选点理由"),
        ({"planned_minutes": None}, "计划剂量"),
        ({"treated_areas": ()}, "干预区和干预期"),
        ({"control_areas": ("A1",)}, "既是干预区又是"),
        ({"class_codes": ("nothing",)}, "没有这些类别"),
        ({"after_last": None}, "第一天和最后一天"),
        ({"after_last": START - dt.timedelta(1)}, "结束早于开始"),
        ({"chosen_because": "rising"}, "看的是哪一段"),
        ({"before_start": FIRST_DAY, "before_last": START}, "干预期之前结束"),
    ],
)
def test_what_must_be_stated_is_asked_for(changed: dict[str, Any], said: str) -> None:
    assert plan().problem() is None
    problem = plan(**changed).problem()
    assert problem is not None
    assert said in problem[1]


def test_roster_station_and_calendar_fill_in_what_is_not_stated() -> None:
    roster = [("A1", START), ("A2", LAST), ("A1", dt.date(2026, 5, 1))]
    stated = plan(
        programme_no="ZX01",
        treated_areas=(),
        after_start=None,
        after_last=None,
        buffer_areas=("A3",),
        chosen_because="highest_last_period",
        selection_start=dt.date(2026, 3, 9),
        selection_last=dt.date(2026, 4, 5),
    )
    found = resolve(stated, AREAS, roster, FIRST_DAY)
    assert (found.unit_no, found.treated, found.buffer, found.control) == (
        "S1",
        ("A1", "A2"),
        ("A3",),
        ("A4",),
    )
    assert found.after == (START, LAST)
    assert found.before == (dt.date(2025, 3, 10), dt.date(2026, 3, 8)), "52 weeks before the selection period"
    assert resolve(stated, AREAS, [], FIRST_DAY).problem == "排班里没有专项 ZX01 的班次"
    assert "分属几个所" in resolve(plan(treated_areas=("A1", "Z1")), AREAS, [], FIRST_DAY).problem
    late = resolve(plan(), AREAS, [], dt.date(2026, 3, 1)).before
    assert late == (dt.date(2026, 3, 2), dt.date(2026, 4, 5)), "whole weeks of what there is"
    assert resolve(plan(), AREAS, [], dt.date(2026, 4, 3)).before is None


def test_boundaries_that_moved_leave_the_controls_cut_the_baseline_or_are_a_fault() -> None:
    moved = dt.date(2025, 11, 1)
    areas = AREAS | {"A2": Area("A2", "S1", (moved,))}
    found = resolve(plan(), areas, [], FIRST_DAY)
    assert (found.control, found.faults) == (("A3", "A4"), ())
    assert any("A2 的边界" in remark for remark in found.remarks)
    chosen = resolve(plan(control_areas=("A2", "A3")), areas, [], FIRST_DAY)
    assert [fault.kind for fault in chosen.faults] == [BOUNDARY_MOVED]
    cut = resolve(plan(treated_areas=("A2",)), areas, [], FIRST_DAY)
    assert cut.before is not None
    assert (cut.before[0] >= moved, cut.faults) == (True, ())
    recent = AREAS | {"A1": Area("A1", "S1", (dt.date(2026, 3, 1),))}
    places = resolve(plan(), recent, [], FIRST_DAY)
    assert [fault.kind for fault in places.faults] == [BOUNDARY_MOVED]
    blocked = evaluate(plan(), places, Counts(days({"A1": (6.0, 3.0), **STEADY}), {}), DONE, AS_OF)
    assert (blocked.verdict_code, blocked.design_faults.split("：")[0]) == ("undecided", BOUNDARY_MOVED)


WHOLE, GONE, DARK = (
    Shift(3600, 3500, 3300, True), Shift(3600, 0, 0, True), Shift(3600, 0, 0, False),
)  # fmt: skip
HALF_SEEN = Shift(3600, 2000, 1900, True)


@pytest.mark.parametrize(
    ("shifts", "minutes", "is_claimed", "share"),
    [
        ([WHOLE] * 10, None, True, 3300 / 3600),
        ([GONE] * 10, None, True, 0.0),
        ([DARK] * 10, None, False, None),
        ([HALF_SEEN] * 10, None, False, None),
        ([WHOLE] * 4 + [GONE] * 6, None, True, 0.4 * 3300 / 3600),
        ([WHOLE] * 4 + [DARK] * 6, None, False, None),
        ([WHOLE], 1000, True, 55 / 1000),
        ([], 1000, True, 0.0),
    ],
)
def test_a_shift_nobody_went_on_is_told_from_one_nobody_could_see(
    shifts: list[Shift], minutes: int | None, is_claimed: bool, share: float | None
) -> None:
    found = dosage(shifts, planned_minutes=minutes, has_roster=True)
    assert found.is_claimed is is_claimed
    if share is not None and found.planned:
        assert found.delivered / found.planned == pytest.approx(share)
    assert dosage([], planned_minutes=1000, has_roster=False).is_claimed is False


@pytest.mark.parametrize(
    ("treated", "code"),
    [
        ((6.0, 3.0), "clear_fall"),
        ((6.0, 9.0), "rise"),
        ((0.2, 0.2), "undecided"),
        ((60.0, 60.0), "no_change"),
    ],
)
def test_the_verdict_follows_the_planted_change(treated: tuple[float, float], code: str) -> None:
    controls = dict.fromkeys(STEADY, (20.0, 20.0)) if code == "no_change" else STEADY
    found = judged({"A1": treated, **controls})
    assert (found.state_code, found.verdict_code, found.design_faults) == ("evaluated", code, "")
    assert found.pre_trend_label == "前期走势没有看出不同"
    assert found.detectable_fall_pct is not None
    if code == "undecided":
        assert "能看出的最小下降" in found.verdict_text
    if code == "clear_fall":
        assert found.effect_high_pct is not None
        assert found.effect_low_pct is not None
        assert found.effect_low_pct < -50 < found.effect_high_pct < 0
        pairs = [
            (getattr(found, f"{name}_before_count"), getattr(found, f"{name}_after_count"))
            for name in ("treated", "control")
        ]
        own, other = (after - before * 56 / 364 for before, after in pairs)
        assert found.wdd_count == pytest.approx(own - other), "in incidents of the 56 days"
        assert "超出" in found.wdd_warning, "9 a day against 6"


def test_the_smallest_visible_fall_is_that_of_the_counts_there_are() -> None:
    found = judged({"A1": (6.0, 6.0), **STEADY})
    before, after, other, others_after = (
        float(getattr(found, f"{name}_count") or 0)
        for name in ("treated_before", "treated_after", "control_before", "control_after")
    )
    assert after > 0
    error = np.sqrt(
        (found.dispersion or 1)
        * (1 / before + other / (before * others_after) + 1 / other + 1 / others_after)
    )
    assert found.detectable_fall_pct == pytest.approx(-100 * np.expm1(-2.49 * error))
    assert found.detectable_fall_pct > 1.5 * -100 * np.expm1(-2.49 * np.sqrt(4 / before)), (
        "a year before alone"
    )


def test_a_programme_that_was_not_carried_out_says_so_whatever_the_counts() -> None:
    gone = dosage([GONE] * 10, planned_minutes=None, has_roster=True)
    found = judged({"A1": (6.0, 3.0), **STEADY}, gone)
    assert (found.verdict_code, found.delivered_pct) == ("not_done", 0.0)
    dark = dosage([DARK] * 10, planned_minutes=None, has_roster=True)
    unseen = judged({"A1": (6.0, 3.0), **STEADY}, dark)
    assert (unseen.verdict_code, unseen.delivered_pct) == ("clear_fall", None)
    assert "无从判断" in unseen.dosage_note or "不作落实结论" in unseen.dosage_note


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"control_areas": ("A9",)}, "对照区太小"),
        (
            {"chosen_because": "highest_last_period", "selection_start": dt.date(2026, 3, 9),
             "selection_last": dt.date(2026, 4, 5), "before_start": dt.date(2025, 4, 7),
             "before_last": dt.date(2026, 4, 5)},
            "按结果选点",
        ),
        ({"before_start": dt.date(2026, 3, 23), "before_last": dt.date(2026, 4, 5)}, "没有干预前时期"),
    ],
)  # fmt: skip
def test_a_wrong_design_is_named_and_gives_no_verdict(changed: dict[str, Any], kind: str) -> None:
    found = judged({"A1": (6.0, 3.0), **STEADY}, **changed)
    assert found.verdict_code == "undecided"
    assert found.design_faults.startswith(kind)
    assert kind in found.verdict_text
    assert "成效" not in found.verdict_text


def test_incidents_that_patrols_found_are_left_out_or_named() -> None:
    rates = {"A1": (6.0, 3.0), **STEADY}
    own = {("A1", START + dt.timedelta(n)): 4 for n in range(40)}
    stated = plan(excludes_patrol_generated=False)
    places = resolve(stated, AREAS, [], FIRST_DAY)
    counted = evaluate(stated, places, Counts(days(rates), own), DONE, AS_OF)
    assert counted.design_faults.startswith("结果含巡逻自行产生的警情：其中 160 起")
    left_out = evaluate(plan(), places, Counts(days(rates), own), DONE, AS_OF)
    assert (left_out.verdict_code, left_out.patrol_generated_count) == ("clear_fall", 160)
    assert counted.treated_after_count == (left_out.treated_after_count or 0) + 160


def test_displacement_is_looked_for_where_it_was_asked_for() -> None:
    moved = judged(
        {"A1": (6.0, 3.0), "A2": (3.0, 6.0), "A3": (3.0, 3.0), "A4": (3.0, 3.0)}, buffer_areas=("A2",)
    )
    assert moved.displacement_label == "外围上升，可能有转移"
    assert moved.displacement_low_pct is not None
    assert moved.displacement_low_pct > 0
    assert "没有指定外围" in judged({"A1": (6.0, 3.0), **STEADY}).displacement_label


def test_a_past_that_ran_apart_makes_no_clear_fall() -> None:
    rates = days({"A1": (6.0, 2.0), **STEADY})
    for (area, day), _ in list(rates.items()):
        if area == "A1" and dt.date(2025, 10, 1) <= day < START:
            rates[area, day] *= 3
    places = resolve(plan(), AREAS, [], FIRST_DAY)
    found = evaluate(plan(), places, Counts(rates, {}), DONE, AS_OF)
    assert (found.pre_trend_label, found.verdict_code) == ("前期走势不同", "possible_fall")


def state(last: dt.date, missing: tuple[dt.date, ...] = (), start: dt.date = START) -> Result:
    stated = plan(after_start=start, after_last=last)
    places = resolve(stated, AREAS, [], FIRST_DAY)
    return evaluate(stated, places, Counts(days({"A1": (6.0, 3.0), **STEADY}), {}, missing), DONE, AS_OF)


def test_no_verdict_is_said_before_its_time() -> None:
    assert state(AS_OF + dt.timedelta(60), start=AS_OF).state_code == "not_started"
    running = state(AS_OF)
    assert (running.state_code, running.verdict_code) == ("running", None)
    assert running.treated_after_count == sum(
        count for (area, day), count in days({"A1": (6.0, 3.0)}).items() if day >= START and day < AS_OF
    )
    assert state(START + dt.timedelta(26)).state_code == "short"
    yesterday = AS_OF - dt.timedelta(1)
    late = state(yesterday, missing=(yesterday,))
    assert (late.state_code, late.verdict_code) == ("late", None)
    waited = state(LAST, missing=(LAST,))
    assert waited.verdict_code == "clear_fall"
    assert "缺 1 天数据，两边都不计" in waited.design_remarks
    assert waited.control_after_count is not None
    whole = state(LAST)
    assert whole.control_after_count is not None
    assert waited.control_after_count < whole.control_after_count


def test_what_cannot_be_compared_says_why() -> None:
    found = evaluate(
        plan(), Resolved(None, problem="排班里没有专项 ZX09 的班次"), Counts({}, {}), None, AS_OF
    )
    assert (found.state_code, found.state_note) == ("unresolved", "排班里没有专项 ZX09 的班次")
    assert replace(found).row()["verdict_text"] is None
