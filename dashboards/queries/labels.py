"""Questions about labels: which there are, and how good each one is."""

from __future__ import annotations

from jingcang.access import Query

QUALITY = Query(
    "标签质量",
    """
    select label_code, label_zh, label_group, status, measure, estimate, ci_low, ci_high, reviewed_count, hit_count,
        undecided_count, covered_count, latest_week, as_of_date
    from {rpt_label_quality}
    where status = 'active' and (len($labels) = 0 or list_contains($labels, label_code))
    order by label_group, label_code, measure
    """,
    {"labels": list},
)

LABELS = Query(
    "标签·清单",
    """
    select label_group, label_code, label_zh, definition_zh, status
    from {dim_label}
    order by label_group, label_code
    """,
)
