"""Patrol plans: need, blocks against brute force, posts, crews, held-out weeks, and the areas of Carrollton."""

from __future__ import annotations

import datetime
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import coverage
from jingcang.statistics.planning import (
    HarmTable,
    allocate_blocks,
    assign_crews,
    compare_plans,
    maximal_covering,
    p_median,
    patrol_need,
    plan_value,
    random_blocks,
)

SIGNED = HarmTable({"抢劫": 7, "盗窃": 2}, "2026-1", "所长", datetime.date(2026, 1, 5))
EVENTS = pd.DataFrame(
    {
        "责任区": ["甲", "甲", "乙", "乙", None, "丁", "甲", "乙"],
        "小时": [8, 8, 20, 24, 3, 3, 8.5, None],
        "类别": ["抢劫", "盗窃", "盗窃", "盗窃", "抢劫", "盗窃", "巡逻查获", "盗窃"],
        "巡逻产生": [False, False, False, False, False, False, True, False],
    }
)


def test_need_accounts_for_every_event() -> None:
    for frame in (EVENTS, pl.from_pandas(EVENTS)):
        need = patrol_need(
            frame,
            area="责任区",
            hour="小时",
            areas=["甲", "乙", "丙"],
            kind="类别",
            harm=SIGNED,
            patrol_generated="巡逻产生",
        )
        assert need.areas == ("甲", "乙", "丙")
        assert (need.equal[0, 8], need.equal[1, 20], need.equal.sum()) == (2, 1, 3)
        assert need.harm is not None
        assert (need.harm[0, 8], need.harm[1, 20]) == (9, 2)
        # An area not listed, hours 24 and missing, an area missing
        assert (need.patrol_generated, need.unplaced, need.unweighted) == (1, 4, 0)
        assert need.equal.sum() + need.patrol_generated + need.unplaced == len(EVENTS)
        assert need.harm_digest == SIGNED.digest
    with_own = patrol_need(EVENTS, area="责任区", hour="小时", kind="类别", harm=SIGNED)
    assert with_own.areas == ("丁", "乙", "甲")
    assert (with_own.equal.sum(), with_own.unweighted) == (5, 1)


def test_harm_table_must_be_signed() -> None:
    assert (
        SIGNED.digest
        == HarmTable({"盗窃": 2.0, "抢劫": 7}, "2026-1", "所长", datetime.date(2026, 1, 5)).digest
    )
    assert (
        SIGNED.digest != HarmTable({"盗窃": 3, "抢劫": 7}, "2026-1", "所长", datetime.date(2026, 1, 5)).digest
    )
    for signed_by, signed_on in ((" ", datetime.date(2026, 1, 5)), ("所长", None)):
        with pytest.raises(JingcangError, match="签批"):
            HarmTable({"盗窃": 2}, "2026-1", signed_by, signed_on)
    with pytest.raises(JingcangError, match="盗窃"):
        HarmTable({"盗窃": -1}, "2026-1", "所长", datetime.date(2026, 1, 5))
    with pytest.raises(JingcangError, match="类别"):
        patrol_need(EVENTS, area="责任区", hour="小时", harm=SIGNED)


def best_by_brute_force(
    need: np.ndarray, fixed: np.ndarray, budget: int, k: float, cell: int, hours: list[int], shift_limit: int
) -> float:
    """Return the best value over every way of placing the rest of the budget."""
    ranges = [range(int(given), cell + 1) for given in fixed.ravel()]
    best = 0.0
    for blocks in itertools.product(*ranges):
        table = np.array(blocks).reshape(need.shape)
        if table.sum() > budget or (table.sum(axis=0) > hours).any() or table[:, :2].sum() > shift_limit:
            continue
        best = max(best, plan_value(need, table, k))
    return best


@settings(max_examples=40, deadline=None)
@given(
    need=st.lists(st.integers(0, 9), min_size=6, max_size=6),
    budget=st.integers(0, 9),
    k=st.floats(0.05, 2.0),
    cell=st.integers(1, 3),
    hour_limit=st.integers(0, 5),
    shift_limit=st.integers(0, 7),
    seed=st.integers(0, 5),
)
def test_greedy_is_optimal(
    need: list[int], budget: int, k: float, cell: int, hour_limit: int, shift_limit: int, seed: int
) -> None:
    wanted, hours = np.array(need, dtype=float).reshape(2, 3), [hour_limit, 4, 4]
    plan = allocate_blocks(
        wanted,
        budget,
        k=k,
        max_cell_blocks=cell,
        hour_limits=hours,
        shift_of_hour=["早", "早", "晚"],
        shift_limits={"早": shift_limit},
        seed=seed,
    )
    expected = best_by_brute_force(wanted, plan.random, budget, k, cell, hours, shift_limit)
    assert plan.value == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert plan.value == pytest.approx(sum(block.gain for block in plan.order), abs=1e-9)
    assert plan.blocks.sum() + plan.unused == budget
    assert (plan.blocks >= plan.random).all()
    assert (plan.blocks <= cell).all()
    assert (plan.blocks.sum(axis=0) <= hours).all()
    assert plan.blocks[:, :2].sum() <= shift_limit


def test_a_tenth_is_drawn_by_lot() -> None:
    need = np.random.default_rng(1).poisson(5, (20, 24))
    plan = allocate_blocks(need, 200, k=0.4, seed=7)
    assert plan.random.sum() == 20 == sum(block.is_random for block in plan.order)
    assert (allocate_blocks(need, 200, k=0.4, seed=7).blocks == plan.blocks).all()
    assert (allocate_blocks(need, 200, k=0.4, seed=8).random != plan.random).any()
    assert allocate_blocks(need, 201, k=0.4).random.sum() == 21
    with pytest.raises(JingcangError, match="random_share"):
        allocate_blocks(need, 200, k=0.4, random_share=0.09)
    # Over many draws every cell is as likely as any other
    counts = np.zeros((4, 6))
    for seed in range(600):
        for cell in random_blocks((4, 6), 2, seed):
            counts[cell] += 1
    assert ((counts - 50) ** 2 / 50).sum() < 60


def test_adjusting_by_hand_shows_the_loss() -> None:
    need = np.array([[10.0, 0.0], [4.0, 4.0]])
    plan = allocate_blocks(need, 4, k=0.5, seed=1)
    moved = plan.blocks.copy()
    best = np.unravel_index(int(np.where(plan.blocks > plan.random, need, -1).argmax()), need.shape)
    moved[best] -= 1
    moved[0, 1] += 1
    assert plan_value(need, moved, 0.5) < plan.value
    assert plan.share == pytest.approx(plan.value / 18)
    assert math.isnan(allocate_blocks(np.zeros((2, 2)), 4, k=0.5).share)
    assert "需求 10" in next(block.reason for block in plan.order if not block.is_random and block.area == 0)


def test_refusals() -> None:
    need = [[1.0, 2.0]]
    for changes in (
        {"need": [[-1.0, 2.0]]},
        {"need": [1.0]},
        {"need": [[float("nan"), 1.0]]},
        {"blocks": -1},
        {"blocks": 1.5},
        {"k": 0},
        {"hour_limits": [1]},
        {"shift_limits": {"早": 1}},
        {"shift_limits": {"早": 1}, "shift_of_hour": ["早"]},
    ):
        with pytest.raises(JingcangError):
            allocate_blocks(**{"need": need, "blocks": 2, "k": 1, **changes})  # type: ignore[arg-type]
    with pytest.raises(JingcangError, match="形状"):
        plan_value(need, [[1]], 1)


@settings(max_examples=40, deadline=None)
@given(crews=st.integers(1, 4), budget=st.integers(0, 60), seed=st.integers(0, 50))
def test_crews_share_the_work(crews: int, budget: int, seed: int) -> None:
    need = np.random.default_rng(seed).poisson(3, (5, 6))
    plan = allocate_blocks(need, budget, k=0.3, hour_limits=[4 * crews] * 6, seed=seed)
    names = [f"巡{number}组" for number in range(crews)]
    duties = assign_crews(plan, names)
    loads = [len(duties[name]) for name in names]
    assert max(loads) - min(loads) <= 1
    table = np.zeros_like(plan.blocks)
    for name in names:
        slots = [(hour, quarter) for _, hour, quarter in duties[name]]
        assert len(set(slots)) == len(slots)
        assert all(quarter < 4 for _, quarter in slots)
        for area, hour, _ in duties[name]:
            table[area, hour] += 1
    assert (table == plan.blocks).all()


def test_too_few_crews_are_refused() -> None:
    plan = allocate_blocks(np.full((3, 1), 9.0), 9, k=0.5)
    with pytest.raises(JingcangError, match="2 个巡组"):
        assign_crews(plan, ["巡一组", "巡二组"])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), posts=st.integers(1, 4))
def test_posts_against_brute_force(seed: int, posts: int) -> None:
    source = np.random.default_rng(seed)
    demand, distance = source.integers(0, 20, 9), source.uniform(0, 10, (9, 6))
    covering, median = maximal_covering(demand, distance, posts, reach=2.5), p_median(demand, distance, posts)
    choices = [list(chosen) for chosen in itertools.combinations(range(6), posts)]
    most = max(demand[(distance[:, chosen] <= 2.5).any(axis=1)].sum() for chosen in choices)
    least = min((demand * distance[:, chosen].min(axis=1)).sum() for chosen in choices)
    assert covering.value == pytest.approx(most)
    assert median.value == pytest.approx(least)
    for found in (covering, median):
        assert len(found.chosen) == posts
        assert set(found.nearest) <= {-1, *found.chosen}
    assert all(
        (site == -1) == (distance[i, list(covering.chosen)] > 2.5).all()
        for i, site in enumerate(covering.nearest)
    )
    with pytest.raises(JingcangError, match="岗位数"):
        p_median(demand, distance, 7)


def test_the_plan_meets_more_of_later_weeks_than_chance() -> None:
    source = np.random.default_rng(20)
    rate = source.gamma(0.3, 0.6, (40, 24))
    year, month, later = (
        source.poisson(52 * rate),
        source.poisson(4 * rate),
        source.poisson(rate, (12, 40, 24)),
    )
    budget, k = 120, 0.5
    plans = {
        "方案": allocate_blocks(year, budget, k=k).blocks,
        "上月": allocate_blocks(month, budget, k=k).blocks,
    }
    by_lot = np.zeros((40, 24), dtype=int)
    for cell in random_blocks((40, 24), budget, 5):
        by_lot[cell] += 1
    plans["随机"] = by_lot
    plan, last_month, lot = compare_plans(plans, later, k=k, against="随机")
    assert plan.estimate > last_month.estimate > lot.estimate
    assert plan.p_value < 0.001
    assert (lot.difference, math.isnan(lot.p_value)) == (0, True)
    assert plan.pai > 2
    assert lot.pai == pytest.approx(1, abs=0.4)
    # By hand
    met = (later * (1 - np.exp(-k * plans["方案"]))).sum(axis=(1, 2)) / later.sum(axis=(1, 2))
    assert plan.estimate == pytest.approx(met.mean())
    assert plan.standard_error == pytest.approx(met.std(ddof=1) / np.sqrt(12))
    assert plan.hit_rate == pytest.approx(later[:, plans["方案"] > 0].sum() / later.sum())
    with pytest.raises(JingcangError, match="总块数"):
        compare_plans({"方案": plans["方案"], "随机": by_lot * 2}, later, k=k, against="随机")
    with pytest.raises(JingcangError, match="两周"):
        compare_plans(plans, later[:1], k=k, against="随机")


def test_every_area_of_carrollton_is_planned(real_data: Path) -> None:
    """325 reporting areas with 129,082 published calls: every call and every area is accounted for."""
    source = real_data / "patrol" / "carrollton_patrol" / "CarrolltonGrid_wkt.csv.zip"
    if not source.is_file():
        pytest.skip("no Carrollton")
    grid = pd.read_csv(source, dtype={"PDGrid": str})
    calls = grid["CountCalls"].astype(int).to_numpy()
    events = pl.DataFrame(
        {"area": np.repeat(grid["PDGrid"].to_numpy(), calls), "hour": np.zeros(calls.sum())}
    )
    need = patrol_need(events, area="area", hour="hour", areas=grid["PDGrid"].tolist(), hours=1)
    assert need.equal.shape == (325, 1)
    assert (need.equal.sum(), need.unplaced) == (129_082, 0)
    assert need.equal[:, 0].tolist() == calls.tolist()
    plan = allocate_blocks(need.equal, 300, k=0.5, seed=2)
    by_lot = np.zeros((325, 1), dtype=int)
    for cell in random_blocks((325, 1), 300, 2):
        by_lot[cell] += 1
    covered, by_chance = (coverage(15 * blocks, need.equal) for blocks in (plan.blocks, by_lot))
    assert by_chance < covered <= 1
    assert plan.value > plan_value(need.equal, by_lot, 0.5)
