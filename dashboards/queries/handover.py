"""Questions of the page 交接与日程.

What other pages ask already is asked with their queries (open dispatches, disputes, alerts, freshness); here stand the
counts of what falls due within days, the calendar ahead, operations, decisions, and duty by hour.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

DISPATCHES = Query(
    "交接·未反馈",
    f"""
    select coalesce(cast(sum(dispatch_count) as bigint), 0) as open_count,
        coalesce(cast(sum(dispatch_count) filter (where week_start < $week) as bigint), 0) as older_count
    from {{rpt_response_bands}}
    where {PLACE} and step_code = 'feedback' and step_state_code = 'open'
    """,
    {**SCOPE, "week": date},
)

CASES = Query(
    "交接·案件期限",
    f"""
    select count(*) as open_count, count(*) filter (where limit_state_code = 'overdue') as overdue_count,
        count(*) filter (where limit_state_code <> 'suspended' and days_left between 0 and $days) as due_count,
        min(due_date) filter (where limit_state_code <> 'suspended' and days_left between 0 and $days) as first_date,
        count(*) filter (where limit_state_code = 'overdue' and nature_code = 'criminal') as criminal_count
    from {{fct_case_limits}}
    where {PLACE}
    """,
    {**SCOPE, "days": int},
)

DISPUTES = Query(
    "交接·纠纷期限",
    f"""
    select count(*) as open_count, count(*) filter (where limit_state_code = 'overdue') as overdue_count,
        count(*) filter (where days_left between 0 and $days) as due_count,
        min(due_date) filter (where days_left between 0 and $days) as first_date
    from {{fct_dispute_risks}}
    where {PLACE} and is_open
    """,
    {**SCOPE, "days": int},
)

OPERATIONS = Query(
    "日程·专项行动",
    """
    select operation_origin_code, operation_no, operation_version, programme_no, operation_name, class_codes, unit_no,
        area_no, operation_start_date, operation_last_date, shift_count, planned_seconds, delivered_seconds, reason,
        decided_by, decided_at
    from {fct_operations}
    order by operation_start_date desc, operation_name, unit_no, area_no
    """,
)

CLASSES = Query(
    "日程·警情类别",
    """
    select class_level1_code, class_level1_label, class_level2_code, class_level2_label,
        cast(sum(record_count) as bigint) as incident_count
    from {rpt_incident_counts}
    where event_date >= $since and class_level1_code is not null
    group by class_level1_code, class_level1_label, class_level2_code, class_level2_label
    order by class_level1_code, class_level2_code
    """,
    {"since": date},
)

DECISIONS = Query(
    "日程·会议决定",
    """
    select decision_no, decision_version, unit_no, state_code, decision_text, decision_owner, review_date,
        review_verdict_code, metric_code, class_code, figure_unit_nos, area_no, figure_period_kind, figure_start_date,
        figure_end_date, decided_count, decided_base, review_start_date, review_end_date, review_count, review_base,
        decided_generation, reason, decided_by, decided_at
    from {fct_meeting_decisions}
    order by review_date, decision_no
    """,
)

DUTY = Query(
    "日程·在岗时数",
    f"""
    select month_start, weekday_number, event_hour, officer_kind_code, officer_kind_label,
        cast(sum(duty_seconds) as bigint) as duty_seconds
    from {{rpt_duty_hours}}
    where {PLACE} and month_start >= $start and month_start < $end
    group by month_start, weekday_number, event_hour, officer_kind_code, officer_kind_label
    order by month_start, weekday_number, event_hour, officer_kind_code
    """,
    {**SCOPE, "start": date, "end": date},
)

INCIDENTS = Query(
    "日程·警情时段",
    f"""
    select month_start, weekday_number, event_hour, cast(sum(effective_count) as bigint) as incident_count
    from {{rpt_incident_hours}}
    where {PLACE} and month_start >= $start and month_start < $end
    group by month_start, weekday_number, event_hour
    order by month_start, weekday_number, event_hour
    """,
    {**SCOPE, "start": date, "end": date},
)

OFFICERS = Query(
    "日程·负责人",
    """
    select officer_no, max(officer_name) as officer_name
    from {dim_officer}
    where is_current and (len($units) = 0 or list_contains($units, unit_no))
    group by officer_no
    order by officer_no
    """,
    {"units": list},
)
