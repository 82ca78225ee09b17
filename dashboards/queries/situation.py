"""Questions of the page 态势.

What counts is the definition the reader chose (``data_contracts/metrics``): ``@counted`` stands for it. Counts are sums
of record_count, so that adjustment rows of a source count as it meant them. The area is the one recorded by the source.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query
from jingcang.access.metrics import MetricQuery

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

_CHOSEN = f"@counted and {PLACE}"
_TWO_PERIODS = {**SCOPE, "start": date, "end": date, "before_start": date, "before_end": date}

MATRIX = MetricQuery(
    "态势·类别×地区",
    f"""
    select class_level1_label, class_label, unit_no, area_no,
        cast(coalesce(sum(record_count) filter (where event_date >= $start and event_date < $end), 0) as bigint)
            as current_count,
        cast(coalesce(sum(record_count) filter (where event_date >= $before_start and event_date < $before_end), 0)
            as bigint) as before_count
    from {{rpt_incident_counts}}
    where {_CHOSEN}
        and ((event_date >= $start and event_date < $end)
            or (event_date >= $before_start and event_date < $before_end))
    group by class_level1_label, class_label, unit_no, area_no
    having sum(record_count) <> 0
    order by class_level1_label, class_label, unit_no, area_no
    """,
    _TWO_PERIODS,
)

DAILY = MetricQuery(
    "态势·逐日",
    f"""
    select event_date, cast(sum(record_count) as bigint) as incident_count
    from {{rpt_incident_counts}}
    where {_CHOSEN} and event_date >= $since and event_date < $until
        and ($class_label = '' or class_label = $class_label or class_level1_label = $class_label)
    group by event_date
    order by event_date
    """,
    {**SCOPE, "since": date, "until": date, "class_label": str},
)

HOURS = MetricQuery(
    "态势·星期×小时",
    f"""
    select isodow(event_date) as weekday_number, event_hour, cast(sum(record_count) as bigint) as incident_count
    from {{fct_incidents}}
    where {_CHOSEN} and event_date >= $start and event_date < $end
        and ($class_label = '' or class_level1_label = $class_label)
    group by isodow(event_date), event_hour
    order by weekday_number, event_hour
    """,
    {**SCOPE, "start": date, "end": date, "class_label": str},
)

SHARES = MetricQuery(
    "态势·口径",
    f"""
    select cast(coalesce(sum(record_count), 0) as bigint) as incident_count,
        cast(coalesce(sum(record_count - located_count), 0) as bigint) as not_located_count,
        cast(coalesce(sum(disagreeing_count), 0) as bigint) as disagreeing_count
    from {{rpt_incident_counts}}
    where {_CHOSEN} and event_date >= $start and event_date < $end
    """,
    {**SCOPE, "start": date, "end": date},
)

ROWS = MetricQuery(
    "态势·明细",
    f"""
    select incident_no, event_date, event_hour, unit_no, area_no, class_level1_label, class_label,
        place_type_label, outcome_label, address_match_level, record_count,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_incidents}}
    where {_CHOSEN} and event_date >= $start and event_date < $end
        and ($class_label = '' or class_label = $class_label)
        and ($class_code = '' or class_level1_code = $class_code or class_level2_code = $class_code
            or class_code = $class_code)
    order by event_date desc, event_hour desc nulls last, incident_no
    limit {MOST_ROWS}
    """,
    {**SCOPE, "start": date, "end": date, "class_label": str, "class_code": str},
)

BOUNDARIES = Query(
    "责任区边界",
    """
    select area_no, area_name, unit_no, boundary_wkt, population_count
    from {dim_area}
    where boundary_wkt is not null
        and coalesce(valid_from, date '0001-01-01') <= $day and ($day < valid_to or valid_to is null)
        and (len($units) = 0 or list_contains($units, unit_no))
        and (area_level_code = 'beat' or area_level_code is null)
    order by area_no
    """,
    {"day": date, "units": list},
)

CALENDAR = Query(
    "日历",
    """
    select date_day, spring_festival_offset_days, is_holiday, holiday_label, is_workday, iso_week_start
    from {dim_date} where date_day >= $since and date_day < $until order by date_day
    """,
    {"since": date, "until": date},
)
