"""Suppression of small counts before a table leaves the station.

Belongs here: primary suppression of 1–4 and the secondary suppression that keeps a hidden cell from
being found by subtraction. Zero stays zero: it identifies nobody, and hiding it would hide calm.
"""

from __future__ import annotations

from collections.abc import Sequence

SMALLEST_SHOWN = 5
SMALLEST_ABOVE_ALL = 1 << 62
"""Stands for zero when the next cell to hide is chosen: a zero is hidden only for want of others."""


def suppress(counts: Sequence[Sequence[int]]) -> list[list[int | None]]:
    """Return the matrix with None for every suppressed cell.

    Cells of 1–4 are hidden. While a row or column, whose totals readers know, hides exactly one cell,
    its smallest other cell above zero is hidden too; without one, the smallest zero is.

    Args:
        counts: rows × columns of counts ≥ 0, without totals.

    Returns:
        The same shape; None where the count is suppressed.

    Source: DOMAIN "counts 1–4 are suppressed with secondary suppression"; the rule itself is the usual
    complementary cell suppression over two-way tables with published margins.
    """
    shown: list[list[int | None]] = [
        [None if 0 < value < SMALLEST_SHOWN else value for value in row] for row in counts
    ]
    width = len(shown[0]) if shown else 0
    changed = True
    while changed:
        changed = False
        lines = [[(r, c) for c in range(width)] for r in range(len(shown))]
        lines += [[(r, c) for r in range(len(shown))] for c in range(width)]
        for line in lines:
            others = [(r, c) for r, c in line if shown[r][c] is not None]
            if len(line) - len(others) != 1 or not others:
                continue
            _, row, column = min((counts[r][c] or SMALLEST_ABOVE_ALL, r, c) for r, c in others)
            shown[row][column] = None
            changed = True
    return shown
