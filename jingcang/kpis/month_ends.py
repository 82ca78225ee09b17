"""Which months of which units hold more records in their last days than chance explains.

Belongs here: which months are judged and the words for it. Does not belong here: the test of one month
(``jingcang.statistics.month_end``), nor what a heap means: it is asked about, not concluded from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jingcang.statistics import MonthEnd, false_discovery, month_end_share

FEWEST_USES = 20
"""Fewer uses in a month show no peak (METHODS section 8: n 20)."""
LEVEL = 0.05
MORE, EVEN, FEW, OPEN = "多于偶然", "与偶然一致", "样本不足", "月份未完"


@dataclass(frozen=True)
class UnitMonth:
    """Records of one unit in one month.

    Args:
        unit_no: the unit; None where none is registered.
        month_start, month_end: first and last day.
        use_count, last_count: records of the month and of its last days.
    """

    unit_no: str | None
    month_start: date
    month_end: date
    use_count: int
    last_count: int


@dataclass(frozen=True)
class JudgedMonth:
    """One month with its word; ``found`` is None where it is not judged (样本不足, 月份未完)."""

    month: UnitMonth
    found: MonthEnd | None
    word: str


def judge_months(months: Sequence[UnitMonth], start: date, end: date) -> list[JudgedMonth]:
    """Judge the months that lie whole within a span, all of them together.

    Args:
        months: of all units.
        start, end: first and last day of the span.

    Returns:
        In the order given: 多于偶然 where the exact one-sided test gives q ≤ 0.05 (Benjamini–Hochberg over all judged
        months), 与偶然一致, 样本不足 under 20 records, 月份未完 where the span cuts the month.
    """
    found = [
        month_end_share(month.last_count, month.use_count, (month.month_end - month.month_start).days + 1)
        if month.use_count >= FEWEST_USES and month.month_start >= start and month.month_end <= end
        else None
        for month in months
    ]
    adjusted = false_discovery([item.p_value if item else float("nan") for item in found])
    judged = []
    for month, item, p in zip(months, found, adjusted, strict=True):
        if item is None:
            word = OPEN if month.use_count >= FEWEST_USES else FEW
        else:
            word = MORE if p <= LEVEL else EVEN
        judged.append(JudgedMonth(month, item, word))
    return judged
