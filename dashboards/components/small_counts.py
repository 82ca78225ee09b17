"""Small counts of one 责任区 in tables that leave the page.

Belongs here: applying the rule to the rows of an export. Does not belong here: the rule itself
(``jingcang.access.suppression``).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from dashboards.components import wording
from jingcang.access.suppression import suppress


def hidden(
    rows: Sequence[Sequence[Any]],
    columns: Sequence[int],
    *,
    totals: Collection[int] = (),
    told_with: Collection[int] = (),
) -> list[list[Any]]:
    """Return the rows with counts 1–4 hidden, and as many more as keep them from being found by subtraction.

    Args:
        rows: of the table, totals included.
        columns: places of the columns that hold counts; None counts as nothing.
        told_with: places of columns that tell the counts once more, hidden in a row in which one is.
        totals: places of the rows that are totals of the others; they stay.

    Returns:
        New rows; ``<5`` in place of a hidden count.
    """
    inner = [place for place in range(len(rows)) if place not in totals]
    shown = suppress([[math.ceil(max(rows[place][column] or 0, 0)) for column in columns] for place in inner])
    result = [list(row) for row in rows]
    for place, line in zip(inner, shown, strict=True):
        for column, value in zip(columns, line, strict=True):
            if value is None:
                for also in (column, *told_with):
                    result[place][also] = wording.SUPPRESSED
    return result
