"""Questions of the page 交接与日程.

What other pages ask already is asked with their queries (open dispatches, disputes, alerts, freshness); here stand the
counts of what falls due within days, the calendar ahead, operations, decisions, and duty by hour.
"""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

_PLACE = "(len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)"
_SCOPE = {"units": list, "area": str}

DISPATCHES = Query(
    "交接·未反馈",
    f"""
    select coalesce(cast(sum(dispatch_count) as bigint), 0) as open_count,
        coalesce(cast(sum(dispatch_count) filter (where week_start < $week) as bigint), 0) as older_count
    from {{rpt_response_bands}}
    where {_PLACE} and step_code = 'feedback' and step_state_code = 'open'
    """,
    {**_SCOPE, "week": date},
)

CASES = Query(
    "交接·案件期限",
    f"""
    select count(*) as open_count, count(*) filter (where limit_state_code = 'overdue') as overdue_count,
        count(*) filter (where limit_state_code <> 'suspended' and days_left between 0 and $days) as due_count,
        min(due_date) filter (where limit_state_code <> 'suspended' and days_left between 0 and $days) as first_date
    from {{fct_case_limits}}
    where {_PLACE}
    """,
    {**_SCOPE, "days": int},
)

DISPUTES = Query(
    "交接·纠纷期限",
    f"""
    select count(*) as open_count, count(*) filter (where limit_state_code = 'overdue') as overdue_count,
        count(*) filter (where days_left between 0 and $days) as due_count,
        min(due_date) filter (where days_left between 0 and $days) as first_date
    from {{fct_dispute_risks}}
    where {_PLACE} and is_open
    """,
    {**_SCOPE, "days": int},
)

CALENDAR = Query(
    "日程·节假日",
    """
    select date_day, is_holiday, holiday_label, is_workday, spring_festival_offset_days
    from {dim_date} where date_day >= $since and date_day < $until order by date_day
    """,
    {"since": date, "until": date},
)
