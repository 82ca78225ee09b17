"""Gi*, the 12-month ranking, the circular scan."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from jingcang.errors import JingcangError
from jingcang.statistics import circular_scan, gi_star, hot_cells, hot_list
from jingcang.statistics.scan import log_likelihood_ratio

COUNTS = np.array([3, 0, 2, 5, 1, 0, 4, 9, 8, 2, 1, 7, 12, 6, 0, 2, 3, 5, 4, 1], dtype=float)
# esda 2.9.0: G_Local(COUNTS, lat2W(4, 5, rook=False), transform="B", star=True).Zs
ESDA_Z = [
    -1.35245, -0.66404, 0.811604, 0.66404, 0.169056, -1.106733, 0.577687, 2.616582, 1.529172, -0.073782,
    -0.811604, 1.257319, 3.296214, 1.801024, -0.221347, -0.338113, 1.106733, 2.139684, 0.811604, -0.676225,
]  # fmt: skip


def queen(rows: int, columns: int) -> np.ndarray:
    row, column = np.divmod(np.arange(rows * columns), columns)
    near = (abs(row[:, None] - row) <= 1) & (abs(column[:, None] - column) <= 1)
    return near.astype(float)


def test_gi_star_equals_esda() -> None:
    result = gi_star(COUNTS, queen(4, 5))
    assert result.z == pytest.approx(ESDA_Z, abs=1e-6)
    # esda's p_norm is one-sided: 0.088116, 0.253332, 0.208509 for the first three
    assert result.p_value[:3] == pytest.approx([2 * 0.088116, 2 * 0.253332, 2 * 0.208509], abs=2e-6)
    assert result.significant.tolist() == (result.q_value <= 0.05).tolist()
    assert np.flatnonzero(result.is_hot).tolist() == [12]
    assert not result.is_cold.any()


def test_gi_star_by_the_formula_with_any_weights() -> None:
    source = np.random.default_rng(41)
    x, w = source.poisson(4, 30).astype(float), source.uniform(0, 1, (30, 30))
    z = gi_star(x, w).z
    for i in (0, 7, 29):
        total, squares = w[i].sum(), (w[i] ** 2).sum()
        scale = np.std(x) * math.sqrt((30 * squares - total**2) / 29)
        assert z[i] == pytest.approx((w[i] @ x - x.mean() * total) / scale)
    assert gi_star(x, sparse.csr_matrix(w)).z == pytest.approx(z)
    without_self = w.copy()
    np.fill_diagonal(without_self, 0)
    assert not np.allclose(gi_star(x, without_self).z, z)  # the diagonal is used as given


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=12, max_size=12), st.floats(0.5, 40), st.permutations(range(12)))
def test_gi_star_knows_neither_unit_nor_order(counts: list[int], scale: float, order: list[int]) -> None:
    w = queen(3, 4)
    z = gi_star(counts, w).z
    assert gi_star(scale * np.array(counts) + 3, w).z == pytest.approx(z, abs=1e-8, nan_ok=True)
    moved = gi_star(np.array(counts)[order], w[np.ix_(order, order)]).z
    assert moved == pytest.approx(z[order], abs=1e-8, nan_ok=True)


def test_gi_star_where_it_is_not_defined() -> None:
    flat = gi_star([2, 2, 2, 2], queen(2, 2))
    assert np.isnan(flat.z).all()
    assert not flat.significant.any()
    lonely = queen(4, 5)
    lonely[0] = 0
    result = gi_star(COUNTS, lonely)
    assert np.isnan(result.z[0])
    assert np.isnan(result.p_value[0])
    assert result.q_value[12] < 0.05
    everywhere = np.ones((20, 20))
    assert np.isnan(gi_star(COUNTS, everywhere).z).all()


def test_gi_star_permutations_agree_with_the_normal_law() -> None:
    source = np.random.default_rng(42)
    counts = source.poisson(20, 100)
    result = gi_star(counts, queen(10, 10), permutations=999, seed=1)
    assert np.abs(result.p_sim - result.p_value).max() < 0.08
    assert gi_star(counts, queen(10, 10), permutations=99, seed=3).p_sim == pytest.approx(
        gi_star(counts, queen(10, 10), permutations=99, seed=3).p_sim
    )
    assert result.p_sim.min() >= 1 / 1000


def test_gi_star_names_no_area_by_chance(capsys: pytest.CaptureFixture[str]) -> None:
    """200 maps of pure chance: after FDR at most 1.5 × 5% of them may show any significant cell."""
    w, maps = sparse.csr_array(queen(12, 12)), 200
    named = sum(
        gi_star(np.random.default_rng(seed).poisson(8, 144), w).significant.any() for seed in range(maps)
    )
    with capsys.disabled():
        print(f"\nGi*: {maps} seeds, maps with a false hot or cold cell {named / maps:.3f}, nominal 0.05")
    assert named / maps <= 0.075


def test_gi_star_refuses() -> None:
    with pytest.raises(JingcangError, match="缺失"):
        gi_star([1, math.nan], np.eye(2))
    with pytest.raises(JingcangError, match="3×3"):
        gi_star([1, 2, 3], np.eye(2))
    with pytest.raises(JingcangError, match="两个区域"):
        gi_star([1], [[1]])


def test_hot_cells() -> None:
    result = hot_cells([4, 0, 9, 9, 1], cells=2)
    assert result.order.tolist() == [2, 3, 0, 4, 1]
    assert result.rank.tolist() == [3, 5, 1, 1, 4]
    assert result.is_hot.tolist() == [False, False, True, True, False]
    assert result.event_share == pytest.approx(18 / 23)
    assert result.area_share == pytest.approx(0.4)
    assert hot_cells([4, 0, 9, 9, 1], area_share=0.2).is_hot.sum() == 1
    assert hot_cells([0, 0, 3], cells=3).is_hot.tolist() == [False, False, True]  # empty cells are not hot
    assert math.isnan(hot_cells([0, 0], cells=1).event_share)
    for wrong in ({}, {"cells": 1, "area_share": 0.5}, {"area_share": 0}):
        with pytest.raises(JingcangError, match="热点格"):
            hot_cells([1, 2], **wrong)


def grid(size: int) -> np.ndarray:
    return np.array([(x, y) for x in range(size) for y in range(size)], dtype=float)


def test_scan_finds_the_planted_circle() -> None:
    points = grid(10)
    source = np.random.default_rng(43)
    population = source.integers(500, 1500, 100)
    near = np.hypot(*(points - (2, 7)).T) <= 1.5
    counts = source.poisson(population * 0.01 * np.where(near, 3, 1))
    clusters = circular_scan(points, counts, population, permutations=199, seed=1)
    first = clusters[0]
    assert first.p_value == 1 / 200
    assert len(set(first.members) & set(np.flatnonzero(near))) >= 0.7 * near.sum()
    assert first.estimate > 2
    # Recomputed from the members alone.
    c, total = counts[first.members].sum(), counts.sum()
    expected = total * population[first.members].sum() / population.sum()
    assert (first.observed, first.expected) == (c, pytest.approx(expected))
    ratio = c * math.log(c / expected) + (total - c) * math.log((total - c) / (total - expected))
    assert first.log_likelihood_ratio == pytest.approx(ratio)
    assert first.radius == pytest.approx(np.hypot(*(points[first.members] - points[first.centre]).T).max())
    everyone = np.concatenate([cluster.members for cluster in clusters])
    assert len(everyone) == len(set(everyone))
    assert all(population[cluster.members].sum() <= 0.5 * population.sum() for cluster in clusters)


@pytest.mark.parametrize("on_a_grid", [False, True])
def test_scan_is_the_best_of_all_circles(on_a_grid: bool) -> None:
    """Brute force over every centre and radius; on a grid many areas lie at the same distance."""
    source = np.random.default_rng(44)
    points = grid(4)[:14] if on_a_grid else source.uniform(0, 9, (14, 2))
    counts, people = source.poisson(4, 14), source.integers(1, 9, 14)
    if on_a_grid:
        # The four areas at distance 1 of area 5 belong to its circle together or not at all.
        counts[:], people[:] = 1, 5
        counts[[1, 4, 6]] = 30
    best = 0.0
    for centre in points:
        distance = np.hypot(*(points - centre).T)
        for radius in distance:
            inside = distance <= radius
            share = people[inside].sum() / people.sum()
            if share <= 0.5:
                value = log_likelihood_ratio(
                    np.array(counts[inside].sum()), counts.sum() * share, counts.sum()
                )
                best = max(best, float(value))
    assert circular_scan(points, counts, people, permutations=9)[0].log_likelihood_ratio == pytest.approx(
        best
    )


def test_scan_p_value_by_its_definition() -> None:
    """The simulations again, through the plain formula and the same stream of random numbers."""
    points, people = grid(4), np.arange(1, 17)
    counts = np.random.default_rng(45).poisson(people * 0.8)
    first = circular_scan(points, counts, people, permutations=60, seed=5, clusters=1)[0]
    source, highest = np.random.default_rng(5), []
    for _ in range(60):
        events = source.multinomial(counts.sum(), people / people.sum())
        best = circular_scan(points, events, people, permutations=1)
        highest.append(best[0].log_likelihood_ratio if best else 0.0)
    at_least = sum(value >= first.log_likelihood_ratio - 1e-9 for value in highest)
    assert first.p_value == pytest.approx((1 + at_least) / 61)


def test_scan_false_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    """100 maps without a cluster, alpha 0.10: at most 1.5 times as many named."""
    points, people = grid(6), np.full(36, 100)
    named = 0
    for seed in range(100):
        counts = np.random.default_rng(seed).poisson(5, 36)
        named += (
            circular_scan(points, counts, people, permutations=99, seed=seed, clusters=1)[0].p_value <= 0.10
        )
    with capsys.disabled():
        print(f"\nScan: 100 seeds, maps with a false cluster {named / 100:.2f}, nominal 0.10")
    assert named / 100 <= 0.15


def test_scan_at_the_edges() -> None:
    assert circular_scan(grid(3), np.zeros(9), np.ones(9)) == []
    assert circular_scan(grid(2), [1, 1, 1, 1], [1, 1, 1, 1], permutations=9) == []  # nothing above 1
    alone = circular_scan(grid(3), [0, 0, 0, 0, 9, 0, 0, 0, 0], np.ones(9), permutations=99, seed=1)[0]
    assert alone.members.tolist() == [4]
    assert alone.estimate == math.inf
    for wrong in (
        {"max_share": 0.6},
        {"baseline": np.zeros(9)},
        {"counts": [1]},
        {"points": np.zeros((9, 3))},
    ):
        arguments = {"points": grid(3), "counts": np.ones(9), "baseline": np.ones(9), **wrong}
        with pytest.raises(JingcangError, match="空间扫描"):
            circular_scan(**arguments)


def test_a_hot_list_is_the_ranking_by_count_and_is_judged_later() -> None:
    before, after = np.zeros(400), np.zeros(400)
    block = [20 * row + column for row in (5, 6, 7) for column in (5, 6, 7)]
    before[block] = range(30, 39)
    before[315] = 40  # a lone cell beats the block in count, not in its neighbourhood
    after[block] = 2
    found = hot_list(before, after, queen(20, 20), area_share=0.01)
    assert found.order.tolist() == [315, 147, 146, 145]
    assert (found.hits, found.total) == (6, 18)
    assert found.area_share == pytest.approx(0.01)
    assert found.accuracy == pytest.approx(6 / 18 / 0.01)
    assert found.is_clustered[block].all()
    assert not found.is_clustered[315]
    assert found.rival_hits == 8
    assert not found.is_beaten  # two events more are chance


def test_a_rival_must_hit_more_than_chance_explains() -> None:
    before, after = np.ones(400), np.zeros(400)
    before[[105, 106, 107, 125, 126, 127, 145, 146, 147]] = 9
    before[[0, 19, 380, 399]] = 10
    after[126] = 12
    found = hot_list(before, after, queen(20, 20), area_share=0.01)
    assert (found.hits, found.rival_hits) == (0, 12)
    assert found.is_beaten


def test_a_small_grid_is_not_tested_and_a_level_one_has_no_cluster() -> None:
    small = hot_list(np.arange(20), np.ones(20), queen(4, 5))
    assert not small.is_tested
    assert not small.is_clustered.any()
    assert not small.is_beaten
    level = hot_list(np.ones(400), np.ones(400), queen(20, 20))
    assert level.is_tested
    assert not level.is_clustered.any()
    assert level.accuracy == pytest.approx(1)
    with pytest.raises(JingcangError):
        hot_list([1, 2], [1], queen(1, 2))
