"""The grid as a whole: the cells over an area, and who is whose neighbour."""

from __future__ import annotations

import numpy as np
import pytest

from jingcang.addresses.cells import ROW_HEIGHT, cell_bounds, cells_over, is_cell, neighbour_weights


def box(west: float, south: float, east: float, north: float) -> str:
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def test_cells_over_an_area_cover_it_and_touch_it() -> None:
    cells = cells_over([box(118.0, 32.0, 118.02, 32.015)])
    sides = np.array([cell_bounds(cell) for cell in cells])
    assert sides[:, 0].min() <= 118.0 <= sides[:, 0].min() + 0.0054
    assert sides[:, 3].max() >= 32.015
    assert len(cells) == len(set(cells)) == 20  # 5 columns × 4 rows
    assert all(is_cell(cell) for cell in cells)
    assert sides[:, 3] - sides[:, 1] == pytest.approx(ROW_HEIGHT / 1e6)


def test_an_area_of_several_parts_and_none() -> None:
    one = cells_over([box(118.0, 32.0, 118.001, 32.001)])
    assert (
        cells_over([box(118.0, 32.0, 118.001, 32.001), box(119.0, 32.0, 119.001, 32.001)])[: len(one)] == one
    )
    assert cells_over([]) == []
    assert not is_cell("S1-A1-3")
    assert not is_cell("32000000")


def test_neighbours_are_the_cell_and_those_around_it() -> None:
    cells = cells_over([box(118.0, 32.0, 118.05, 32.04)])
    weights = neighbour_weights(cells).toarray()
    assert (weights == weights.T).all()
    assert (np.diag(weights) == 1).all()
    assert sorted(set(weights.sum(axis=1).astype(int))) == [4, 6, 9]


def test_neighbours_across_a_change_of_width_are_never_lost() -> None:
    cells = cells_over([box(118.0, 32.98, 118.05, 33.02)])
    assert {cell_bounds(cell)[2] - cell_bounds(cell)[0] for cell in cells} != {0}
    assert neighbour_weights(cells).toarray().sum(axis=1).min() >= 4
