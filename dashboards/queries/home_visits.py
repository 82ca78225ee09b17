"""Visits of the statutory lists: what became of one that was due, and an officer's own.

Belongs here: when a visit is in time, late or missed, for leaders and officers alike, and the question of 我的. Does
not belong here: counts by place and category (``community``), names (``jingcang.access.visit_names``).
"""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_MINE = 1000
"""Limit of an officer's own list; reaching it is said on the page."""

IN_TIME = "is_in_time"
LATE = "is_visited and not is_in_time"
MISSED = "not is_visited and not is_in_time"
"""``fct_home_visits`` decides by the day of the visit, or of the run, and the day due; a visit not yet due is none."""

MINE = Query(
    "我的·走访",
    f"""
    select home_visit_id, visit_no,
        case when {MISSED} then 'missed' when {LATE} then 'late' when {IN_TIME} then 'in_time'
            when due_date is null then 'undated' else 'due' end as state,
        is_visited, coalesce(visit_category_label, '未登记类别') as visit_category_label, interval_days, due_date,
        case when is_visited then event_date end as visited_date, check_result_label, area_no, _source_table,
        _source_key
    from {{fct_home_visits}}
    where not is_visited or event_date >= $since
    order by is_visited, case when not is_visited then due_date end nulls last, event_date desc, visit_no
    limit {MOST_MINE}
    """,
    {"since": date},
)
"""What is still to do, the longest overdue first, then visits made, the last first."""
