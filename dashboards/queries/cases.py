"""Questions of the page 案件办理.

Counts of stages are read from ``rpt_case_counts`` (event_date is the day of the stage), limits of open cases from
``fct_case_limits``; single cases are read for lists only. The natures are never added up.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

_PERIODS = {**SCOPE, "start": date, "end": date, "before_start": date, "before_end": date}

STAGES = Query(
    "案件·环节×类别",
    f"""
    select nature_code, nature_label, stage_code, class_label,
        cast(coalesce(sum(case_count) filter (where event_date >= $start and event_date < $end), 0) as bigint)
            as current_count,
        cast(coalesce(sum(case_count) filter (where event_date >= $before_start and event_date < $before_end), 0)
            as bigint) as before_count,
        cast(coalesce(sum(unmapped_count) filter (where event_date >= $start and event_date < $end), 0) as bigint)
            as unmapped_count
    from {{rpt_case_counts}}
    where {PLACE}
        and ((event_date >= $start and event_date < $end)
            or (event_date >= $before_start and event_date < $before_end))
    group by nature_code, nature_label, stage_code, class_label
    order by nature_code, stage_code, class_label
    """,
    _PERIODS,
)

DAILY = Query(
    "案件·逐日立案",
    f"""
    select event_date, cast(sum(case_count) as bigint) as case_count
    from {{rpt_case_counts}}
    where {PLACE} and nature_code = $nature and stage_code = 'filed' and event_date >= $since and event_date < $until
    group by event_date
    order by event_date
    """,
    {**SCOPE, "nature": str, "since": date, "until": date},
)

LIMITS = Query(
    "案件·期限",
    f"""
    select case_no, nature_label, class_label, unit_no, area_no, lead_officer_no, status_label, limit_label,
        limit_state_code, limit_state_label, accepted_date, filed_date, start_date, due_date, days_left, limit_days,
        extension_count, is_over_extended, excluded_days, suspended_label, legal_reference,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_case_limits}}
    where {PLACE}
    order by due_date, case_no
    limit {MOST_ROWS}
    """,
    SCOPE,
)

LIMIT_COUNTS = Query(
    "案件·期限计数",
    f"""
    select limit_label, unit_no, limit_state_code,
        case when days_left < -180 then -181 when days_left < -30 then -31
            when days_left < 0 then -1 when days_left <= 7 then 7 when days_left <= 30 then 30 else 31 end as left_band,
        count(*) as case_count, min(due_date) as first_due_date
    from {{fct_case_limits}}
    where {PLACE}
    group by limit_label, unit_no, limit_state_code,
        case when days_left < -180 then -181 when days_left < -30 then -31
            when days_left < 0 then -1 when days_left <= 7 then 7 when days_left <= 30 then 30 else 31 end
    order by limit_label, unit_no, limit_state_code, left_band
    """,
    SCOPE,
)

CRIMINAL_AGES = Query(
    "案件·刑事在侦时长",
    f"""
    select case when date_diff('day', filed_date, $as_of) <= 30 then 30
            when date_diff('day', filed_date, $as_of) <= 90 then 90
            when date_diff('day', filed_date, $as_of) <= 180 then 180 else 181 end as age_band,
        count(*) as case_count, count(*) filter (where solved_date is null) as unsolved_count
    from {{fct_cases}}
    where {PLACE} and is_open and nature_code = 'criminal' and filed_date is not null
    group by case when date_diff('day', filed_date, $as_of) <= 30 then 30
            when date_diff('day', filed_date, $as_of) <= 90 then 90
            when date_diff('day', filed_date, $as_of) <= 180 then 180 else 181 end
    order by age_band
    """,
    {**SCOPE, "as_of": date},
)

ROWS = Query(
    "案件·明细",
    f"""
    with staged as (
        select *,
            case $stage when 'accepted' then accepted_date when 'filed' then filed_date when 'solved' then solved_date
                when 'transferred' then transferred_date when 'terminated' then terminated_date
                when 'punished' then punished_date when 'mediated' then mediated_date else closed_date end as stage_date
        from {{fct_cases}}
        where {PLACE} and nature_code = $nature
    )
    select case_no, stage_date, class_label, unit_no, area_no, lead_officer_no, status_label, accepted_date, filed_date,
        solved_date, transferred_date, punished_date, mediated_date, closed_date,
        _source_table, _source_key, _source_file, _source_line
    from staged
    where stage_date >= $start and stage_date < $end
        and ($class_code = '' or class_level1_code = $class_code or class_code = $class_code)
    order by stage_date desc, case_no
    limit {MOST_ROWS}
    """,
    {**SCOPE, "nature": str, "stage": str, "start": date, "end": date, "class_code": str},
)
