"""May the units of a KPI be compared at all? Asked before any table of them.

Belongs here: which signs are looked for in one KPI and how they are told. Does not belong here: the tests
(``jingcang.statistics.comparability``), nor any word about a person: the guard looks at units, 诚信审计 at uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jingcang.statistics.comparability import HEAPING, IDENTICAL, MIN_RECORDS, PRACTICE, comparability

DEADLINE = 0
"""Days after the deadline: filing or returning exactly on its last day."""
DAY = 1


def why_not_comparable(
    margins: Mapping[str, Any],
    practice: Mapping[str, tuple[int, int]],
    *,
    what_differs: str,
    unit_name: Callable[[str], str],
) -> str:
    """Return why the units of a KPI are not compared; empty when they may be.

    Args:
        margins: unit → whole days after the deadline of its records (negative before it); empty where the KPI has no
            deadline.
        practice: unit → (records entered as they should be, records entered without the fact the KPI rests on); empty
            where nothing is left out by habit. Units with fewer than 20 records are not judged.
        what_differs: the second of ``practice`` in words.
        unit_name: unit → its name.

    Returns:
        One Chinese sentence without its full stop: the first reason and how many more there are.

    Raises:
        StatisticsInputError: missing days, negative counts.
    """
    judged = {unit: counts for unit, counts in practice.items() if sum(counts) >= MIN_RECORDS}
    found = comparability(
        margins,
        thresholds=(DEADLINE,),
        width=DAY,
        practice=list(judged.values()) if len(judged) > 1 else None,
    )
    if not found.reasons:
        return ""
    unit, kind, text = found.reasons[0]
    if kind == HEAPING:
        words = f"{unit_name(unit)}的日期堆在期限最后一天：{text.removeprefix(f'{DEADLINE} 前一格 ')}"
        words = words.replace("其前后各", "前一天和后一天各")
    elif kind == IDENTICAL:
        words = f"{unit_name(unit)}的日期雷同：{text.replace('时长都是', '与期限相差的天数都是')}"
    elif kind == PRACTICE:
        shares = {name: 100 * left / (kept + left) for name, (kept, left) in judged.items()}
        low, high = min(shares, key=lambda name: shares[name]), max(shares, key=lambda name: shares[name])
        words = (
            f"各单位登记做法不同：{what_differs}的占比从{unit_name(low)} {shares[low]:.0f}% "
            f"到{unit_name(high)} {shares[high]:.0f}%"
        )
    more = len(found.reasons) - 1
    return words + (f"；另有 {more} 条理由" if more else "")
