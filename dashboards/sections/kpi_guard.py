"""考核总览, before the matrix: which KPIs may not be compared between units, and why.

Belongs here: what the guard looks at in which KPI. Does not belong here: the tests and their words
(``jingcang.kpis.guard``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from dashboards.components.kpis import kpis
from dashboards.context import Context
from dashboards.queries import overview
from jingcang.access import Query
from jingcang.kpis import why_not_comparable

DEADLINES: Mapping[str, Query] = {
    "archive_due_received": overview.FILED,
    "archive_in_time": overview.FILED,
    "archive_returned_in_time": overview.RETURNED,
}
"""KPI → days between its deadline and the day that counts."""
LEFT_OUT = {
    "archive_complete": "没有登记卷内文书",
    "archive_search_without_hit": "没有登记是否命中",
    "archive_satisfaction": "没有评分",
    "archive_response": "没有调阅时间",
}
"""KPI → why its records are left out where the unit did not enter what it rests on."""
NOT_COUNTED = "逐条记录不是 0 或 1（页、秒或分），没有可靠的偶然界限，只列数值"


def reasons(
    context: Context, rows: Sequence[Mapping[str, Any]], start: date, end: date, counted: Mapping[str, bool]
) -> dict[str, str]:
    """Return KPI → why its units are not compared; KPIs without a reason are left out.

    Args:
        context: of the page.
        rows: of :data:`~dashboards.queries.overview.VALUES`.
        start, end: of the assessment period.
        counted: KPI → whether each of its records counts 0 or 1.
    """
    margins = {
        query.name: _margins(context.run(query, start=start, end=end).to_dicts())
        for query in DEADLINES.values()
    }
    linked = {
        row["unit_no"] or "": (row["linked_count"], row["unlinked_count"])
        for row in context.run(overview.LINKED, start=start, end=end).to_dicts()
    }
    found = {}
    for code, is_counted in counted.items():
        valid_to = kpis()[code].valid_to
        if valid_to is not None and valid_to <= end:
            found[code] = f"定义在本周期内停用（{valid_to} 起），前后的记录不能合计"
            continue
        if not is_counted:
            found[code] = NOT_COUNTED
            continue
        practice: Mapping[str, tuple[int, int]] = linked if code == "archive_effective" else {}
        if code in LEFT_OUT:
            practice = _left_out([row for row in rows if row["kpi_code"] == code])
        why = why_not_comparable(
            margins[DEADLINES[code].name] if code in DEADLINES else {},
            practice,
            what_differs=LEFT_OUT.get(code, "没有关联编号"),
            unit_name=lambda unit: context.unit_name(unit or None),
        )
        if why:
            found[code] = why
    return found


def _margins(rows: Iterable[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    days: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        days[row["unit_no"] or ""].extend([row["days_after"]] * row["record_count"])
    return {unit: np.array(values, dtype=np.int64) for unit, values in days.items()}


def _left_out(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts[row["unit_no"] or ""][0] += row["denominator_records"]
        counts[row["unit_no"] or ""][1] += row["excluded_records"]
    return {unit: (kept, left) for unit, (kept, left) in counts.items()}
