"""Which cells of a table with its totals must be hidden so that no hidden one can be computed back.

Belongs here: the choice of cells, checked by bounds. Does not belong here: tables on pages, whose totals are
never small (``jingcang.access.suppression``).

Source: METHODS 10 (cells 1–4 for partners such as 居委会, with secondary suppression verified by linear
programming bounds); the attacker of the bounds knows every shown number, all totals' equations, and that hidden
cells are whole and not negative; as zeros are shown wherever possible, also that hidden cells are at least one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from jingcang.access.suppression import SMALLEST_SHOWN
from jingcang.errors import JingcangError

Cell = tuple[int, int]
LEAST_WIDTH = 2
"""A hidden count must be open to at least this many further values, whatever else is known."""
_SLACK = 1e-6


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the table with a total at the end of each row, and a last row of totals."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def hidden_cells(counts: Sequence[Sequence[int]]) -> set[Cell]:
    """Return the cells of the table with totals that must be hidden.

    Counts of 1 to 4 are hidden, totals too. Then, as long as bounds leave a hidden cell fewer than
    :data:`LEAST_WIDTH` further values, the smallest shown cell above zero that shares a row or column with it is hidden
    too; a zero only for want of others, the grand total last.

    Args:
        counts: rows × columns ≥ 0, without totals; at least one of each.

    Returns:
        (row, column) in the table of :func:`with_totals`.

    Raises:
        JingcangError: there is a negative count or no cell.
    """
    if not counts or not counts[0] or any(value < 0 for row in counts for value in row):
        raise JingcangError("社区版的表不能为空，也不能有负数", rule="community_table")
    table = with_totals(counts)
    cells = [(row, column) for row in range(len(table)) for column in range(len(table[0]))]
    hidden = {(r, c) for r, c in cells if 0 < table[r][c] < SMALLEST_SHOWN}
    while exposed := exposed_cells(table, hidden):
        corner = (len(table) - 1, len(table[0]) - 1)
        row, column = exposed[0]
        near = [cell for cell in cells if cell not in hidden and (cell[0] == row or cell[1] == column)]
        near = near or [cell for cell in cells if cell not in hidden]
        hidden.add(
            min(near, key=lambda at: (at == corner, table[at[0]][at[1]] == 0, table[at[0]][at[1]], at))
        )
    return hidden


def exposed_cells(table: Sequence[Sequence[int]], hidden: set[Cell]) -> list[Cell]:
    """Return the hidden cells that what is shown determines, or nearly so, in order.

    Args:
        table: with totals.
        hidden: cells not shown.
    """
    if not hidden:
        return []
    is_zero_hidden = any(table[row][column] == 0 for row, column in hidden)
    found = set()
    for least in (0.0,) if is_zero_hidden else (0.0, 1.0):
        for cell, (low, high) in bounds(table, hidden, least).items():
            if high - low < LEAST_WIDTH - _SLACK:
                found.add(cell)
    return sorted(found)


def bounds(
    table: Sequence[Sequence[int]], hidden: set[Cell], least: float = 0.0
) -> dict[Cell, tuple[float, float]]:
    """Return the smallest and largest value of each hidden cell that what is shown allows.

    Args:
        table: with totals.
        hidden: cells not shown.
        least: smallest value a hidden cell is known to have.

    Returns:
        Hidden cell → (low, high); high is inf where nothing bounds it.
    """
    order = sorted(hidden)
    index = {cell: number for number, cell in enumerate(order)}
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    lines = [[(row, column) for column in range(last_column + 1)] for row in range(last_row + 1)]
    lines += [[(row, column) for row in range(last_row + 1)] for column in range(last_column + 1)]
    equations, right = [], []
    for line in lines:
        weights, known = np.zeros(len(order)), 0.0
        for cell in line:
            sign = -1.0 if cell == line[-1] else 1.0
            if cell in index:
                weights[index[cell]] += sign
            else:
                known += sign * table[cell[0]][cell[1]]
        if weights.any():
            equations.append(weights)
            right.append(-known)
    found = {}
    for cell, number in index.items():
        ends = []
        for direction in (1.0, -1.0):
            goal = np.zeros(len(order))
            goal[number] = direction
            solved = linprog(
                goal, A_eq=np.array(equations) if equations else None, b_eq=right or None,
                bounds=[(least, None)] * len(order), method="highs",
            )  # fmt: skip
            ends.append(direction * solved.fun if solved.status == 0 else direction * -np.inf)
        found[cell] = (float(ends[0]), float(ends[1]))
    return found
