"""Questions of the page 社区工作.

Work is read as counts by officer and day (``rpt_community_work``), visits as counts by category: no page of leaders
reads who is visited.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from dashboards.queries.home_visits import IN_TIME, LATE, MISSED
from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

_PERIOD = {**SCOPE, "start": date, "end": date}
_IN_PERIOD = "event_date >= $start and event_date < $end"
_DUE_IN_PERIOD = "due_date >= $start and due_date < $end"
_DONE = """cast(sum(home_visit_count) as bigint) as home_visit_count,
        cast(sum(place_check_count) as bigint) as place_check_count,
        cast(sum(base_check_count) as bigint) as base_check_count,
        cast(sum(publicity_count) as bigint) as publicity_count,
        cast(sum(community_hours) as double) as community_hours,
        cast(sum(non_police_hours) as double) as non_police_hours,
        count(distinct case when community_hours is not null then officer_no || ' ' || cast(event_date as varchar) end)
            as hour_day_count"""
_WORKED = "home_visit_count + place_check_count + base_check_count + publicity_count > 0"
"""Days with hours alone are no days with registered work."""

WORK = Query(
    "社区·责任区工作",
    f"""
    select unit_no, area_no,
        count(distinct case when {_WORKED} then officer_no || ' ' || cast(event_date as varchar) end)
            as officer_day_count,
        {_DONE}
    from {{rpt_community_work}}
    where {PLACE} and {_IN_PERIOD}
    group by unit_no, area_no
    order by unit_no, area_no
    """,
    _PERIOD,
)

OFFICERS = Query(
    "社区·民警工作",
    f"""
    select officer_no, count(distinct case when {_WORKED} then event_date end) as officer_day_count,
        {_DONE}
    from {{rpt_community_work}}
    where {PLACE} and {_IN_PERIOD}
    group by officer_no
    order by officer_no
    """,
    _PERIOD,
)

POSTINGS = Query(
    "社区·民警责任区",
    f"""
    select officer_no, max(officer_kind_label) as officer_kind_label, max(unit_no) as unit_no, max(area_no) as area_no
    from {{dim_officer}}
    where is_current and {PLACE}
    group by officer_no
    order by officer_no
    """,
    SCOPE,
)

VISITS = Query(
    "社区·到期走访",
    f"""
    select unit_no, area_no, officer_no, coalesce(visit_category_label, '未登记类别') as visit_category_label,
        min(interval_days) as least_interval_days, max(interval_days) as most_interval_days, count(*) as due_count,
        count(*) filter (where {IN_TIME}) as in_time_count,
        count(*) filter (where {LATE}) as late_count,
        count(*) filter (where {MISSED}) as missed_count
    from {{fct_home_visits}}
    where {PLACE} and {_DUE_IN_PERIOD}
    group by unit_no, area_no, officer_no, coalesce(visit_category_label, '未登记类别')
    order by visit_category_label, unit_no, area_no, officer_no
    """,
    _PERIOD,
)

LATE_VISITS = Query(
    "社区·逾期走访明细",
    f"""
    select visit_no, visit_category_label, interval_days, due_date, event_date, is_visited, check_result_label, unit_no,
        area_no, officer_no, _source_table, _source_key, _source_file, _source_line
    from {{fct_home_visits}}
    where {PLACE} and {_DUE_IN_PERIOD} and not {IN_TIME}
    order by is_visited, due_date, visit_no
    limit {MOST_ROWS}
    """,
    _PERIOD,
)

PLACES = Query(
    "社区·重点场所",
    f"""
    select unit_no, area_no, coalesce(place_type_label, '未登记类别') as place_type_label, check_due_code,
        min(interval_days) as interval_days, count(*) as place_count
    from {{rpt_place_check_dues}}
    where {PLACE}
    group by unit_no, area_no, coalesce(place_type_label, '未登记类别'), check_due_code
    order by place_type_label, unit_no, area_no, check_due_code
    """,
    SCOPE,
)

DUE_PLACES = Query(
    "社区·逾期重点场所",
    f"""
    select place_no, place_name, place_type_label, check_due_code, check_due_label, interval_days, last_check_date,
        due_date, overdue_days, check_result_label, problem_count, unit_no, area_no
    from {{rpt_place_check_dues}}
    where {PLACE} and check_due_code in ('overdue', 'never')
    order by check_due_code, overdue_days desc, place_no
    limit {MOST_ROWS}
    """,
    SCOPE,
)

PEOPLE = Query(
    "社区·实有人口",
    f"""
    select unit_no, area_no, cast(sum(resident_count) as bigint) as resident_count,
        cast(sum(case when residence_type_code = 'floating' then resident_count else 0 end) as bigint)
            as floating_count,
        max(event_date) as stand_date
    from {{fct_population_monthly}}
    where {PLACE} and event_date = (select max(event_date) from {{fct_population_monthly}} where event_date < $end)
    group by unit_no, area_no
    order by unit_no, area_no
    """,
    {**SCOPE, "end": date},
)

EVENTS = Query(
    "社区·宣传活动",
    f"""
    select unit_no, area_no, coalesce(publicity_topic_label, '未登记主题') as publicity_topic_label,
        count(*) as event_count, cast(sum(coalesce(attendee_count, 0)) as bigint) as attendee_count,
        count(*) filter (where attendee_count is null) as uncounted_count
    from {{fct_publicity_events}}
    where {PLACE} and {_IN_PERIOD}
    group by unit_no, area_no, coalesce(publicity_topic_label, '未登记主题')
    order by publicity_topic_label, unit_no, area_no
    """,
    _PERIOD,
)

NEEDS = Query(
    "社区·责任区需求",
    """
    select area_no, area_name, unit_no, need_place_code, need_place_label, count_from_date, count_to_date, need_count,
        workload_minutes, has_patrol_unit, patrol_minutes
    from {rpt_area_needs}
    where (unit_no is null or len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)
        and count_to_date = (select max(count_to_date) from {rpt_area_needs})
    order by need_place_code desc, unit_no, area_no
    """,
    SCOPE,
)
