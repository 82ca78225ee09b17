"""Fixed posts: the best of all choices on small grids, what reach means, and the look back on weeks held out."""

from __future__ import annotations

import itertools
import random

import pytest

from jingcang.addresses.cells import COLUMN_WIDTHS, ROW_HEIGHT
from jingcang.planning import fixed_posts

SOUTH = 31_200_000 - (31_200_000 + 90_000_000) % ROW_HEIGHT
WIDTH = COLUMN_WIDTHS[31]
WEST = 121_400_000 - (121_400_000 + 180_000_000) % WIDTH


def _grid(rows: int, columns: int) -> dict[tuple[int, int], str]:
    return {
        (row, column): f"{SOUTH + row * ROW_HEIGHT}_{WEST + column * WIDTH}"
        for row in range(rows)
        for column in range(columns)
    }


def _by_hand(counts: dict[tuple[int, int], int], posts: int) -> int:
    """Return the most incidents that posts can cover, by trying every choice; a post covers its cell and four more."""
    best = 0
    for chosen in itertools.combinations(counts, posts):
        best = max(
            best,
            sum(
                count
                for (row, column), count in counts.items()
                if any(abs(row - r) + abs(column - c) <= 1 for r, c in chosen)
            ),
        )
    return best


@pytest.mark.parametrize("seed", range(4))
def test_no_other_choice_covers_more(seed: int) -> None:
    draw = random.Random(seed)
    grid = _grid(4, 5)
    counts = {place: draw.randint(1, 30) for place in grid}
    plan = fixed_posts(list(grid.values()), list(counts.values()), [0] * len(grid), 3)
    assert plan is not None
    assert sum(post.covered for post in plan.posts) == _by_hand(counts, 3)
    for number in (1, 2, 3):
        assert plan.shares[number - 1] == pytest.approx(_by_hand(counts, number) / sum(counts.values()))
    assert plan.later is None


def test_corner_to_corner_is_out_of_reach_and_every_incident_counts_once() -> None:
    grid = _grid(3, 3)
    counts = dict.fromkeys(grid, 10)
    plan = fixed_posts(list(grid.values()), list(counts.values()), [0] * 9, 1)
    assert plan is not None
    (post,) = plan.posts
    assert (post.cell_id, post.covered, len(post.cells), plan.total) == (grid[1, 1], 50, 5, 90)
    two = fixed_posts(list(grid.values()), list(counts.values()), [0] * 9, 2)
    assert two is not None
    served = [cell for post in two.posts for cell in post.cells]
    assert len(served) == len(set(served))
    assert sum(post.covered for post in two.posts) == 10 * len(served)


def test_the_look_back_chooses_by_the_earlier_weeks_alone() -> None:
    grid = _grid(1, 9)
    cells = list(grid.values())
    # Earlier weeks: a cluster of three cells side by side (20 each) and one cell of 30 alone; later all far right.
    before = [20, 20, 20, 0, 0, 30, 0, 0, 0]
    later = [10, 10, 10, 0, 0, 5, 0, 0, 65]
    plan = fixed_posts(cells, before, later, 1)
    assert plan is not None
    assert (plan.later, plan.later_busiest) == (30, 5)
    assert plan.later_total == 100
    assert plan.posts[0].cell_id in (cells[1], cells[7], cells[8])


def test_too_few_incidents_choose_nothing_and_fewer_cells_than_posts_are_enough() -> None:
    grid = _grid(1, 2)
    assert fixed_posts(list(grid.values()), [24, 25], [0, 0], 3) is None
    assert fixed_posts([], [], [], 3) is None
    plan = fixed_posts(list(grid.values()), [25, 25], [0, 0], 6)
    assert plan is not None
    assert plan.shares[-1] == 1.0
