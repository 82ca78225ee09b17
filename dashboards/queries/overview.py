"""Questions of the page 考核总览: every KPI of every unit, and what the guard before the comparison looks at."""

from __future__ import annotations

from datetime import date

from dashboards.queries.archive import SUMS
from jingcang.access import Query

_PERIOD = {"start": date, "end": date}

VALUES = Query(
    "考核总览·指标值",
    f"""
    select kpi_code, unit_no, coalesce(category_code, '') as category_code, {SUMS}
    from {{rpt_kpi_values}}
    where period_start = $period_start
    group by kpi_code, unit_no, coalesce(category_code, '')
    order by kpi_code, unit_no, category_code
    """,
    {"period_start": date},
)

EXCLUDED = Query(
    "考核总览·剔除理由",
    """
    select kpi_code, unit_no,
        case when appeal_no is not null then split_part(exclusion_reason, '：', 1) else exclusion_reason end as reason,
        count(*) as record_count
    from {fct_kpi_records}
    where period_start = $period_start and is_excluded
    group by 1, 2, 3
    order by 1, 2, record_count desc, reason
    """,
    {"period_start": date},
)
"""The reason of a ruling on an appeal is somebody's own words and stands with the record."""

FILED = Query(
    "考核总览·归档距期限",
    """
    select unit_no, archived_date - due_date as days_after, count(*) as record_count
    from {fct_archive_items}
    where due_date between $start and $end and archived_date is not null
    group by unit_no, days_after
    order by unit_no, days_after
    """,
    _PERIOD,
)

RETURNED = Query(
    "考核总览·归还距期限",
    """
    select unit_no, returned_date - due_date as days_after, count(*) as record_count
    from {fct_archive_uses}
    where due_date between $start and $end and returned_date is not null
    group by unit_no, days_after
    order by unit_no, days_after
    """,
    _PERIOD,
)

LINKED = Query(
    "考核总览·关联编号",
    """
    select unit_no, count(linked_no) as linked_count, count(*) - count(linked_no) as unlinked_count
    from {fct_archive_uses}
    where event_date between $start and $end
    group by unit_no
    order by unit_no
    """,
    _PERIOD,
)
