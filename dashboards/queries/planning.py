"""Questions of the page 下周建议.

Needs are read from ``rpt_patrol_need`` by whole weeks before the week that still runs, capacity from
``rpt_shift_hours``, places of fixed posts from ``rpt_cell_weeks``; no fact is scanned. On-call shifts (备勤) patrol
nowhere.
"""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

_WEEKS = {"unit": str, "start": date, "end": date}

NEED = Query(
    "下周建议·需求",
    """
    select area_no, class_level2_code, max(class_level2_label) as class_level2_label, event_hour, need_kind_code,
        cast(sum(incident_millionths) as double) / 1e6 as incident_count
    from {rpt_patrol_need}
    where unit_no = $unit and week_start >= $start and week_start < $end and need_kind_code <> 'patrol'
    group by area_no, class_level2_code, event_hour, need_kind_code
    order by area_no, class_level2_code, event_hour, need_kind_code
    """,
    _WEEKS,
)

WEEK_HOURS = Query(
    "下周建议·逐周警情和巡逻",
    """
    select week_start, need_kind_code, area_no, weekday_number, event_hour,
        cast(sum(incident_millionths) as double) / 1e6 as incident_count,
        cast(sum(presence_seconds) as bigint) as presence_seconds
    from {rpt_patrol_need}
    where unit_no = $unit and week_start >= $start and week_start < $end and need_kind_code in ('need', 'patrol')
        and area_no is not null and weekday_number is not null and event_hour is not null
    group by week_start, need_kind_code, area_no, weekday_number, event_hour
    order by week_start, need_kind_code, area_no, weekday_number, event_hour
    """,
    _WEEKS,
)

FIRST_WEEK = Query(
    "下周建议·最早一周",
    "select min(week_start) as week_start from {rpt_patrol_need} where unit_no = $unit and need_kind_code = 'need'",
    {"unit": str},
)

ROSTER = Query(
    "下周建议·排班",
    """
    select shift_kind_label, weekday_number, shift_hour, cast(sum(crew_seconds) as bigint) as crew_seconds
    from {rpt_shift_hours}
    where unit_no = $unit and week_start >= $start and week_start < $end
        and coalesce(shift_kind_code, '') <> 'standby'
    group by shift_kind_label, weekday_number, shift_hour
    order by shift_kind_label, weekday_number, shift_hour
    """,
    _WEEKS,
)

POST_CELLS = Query(
    "下周建议·固定岗",
    """
    select cell_id, max_by(area_no, incident_count) as area_no,
        cast(sum(incident_count - patrol_found_count) filter (where week_start < $since) as bigint) as before_count,
        cast(sum(incident_count - patrol_found_count) filter (where week_start >= $since) as bigint) as later_count
    from {rpt_cell_weeks}
    where unit_no = $unit and week_start >= $start and week_start < $end and count_kind_code = 'placed'
    group by cell_id
    order by cell_id
    """,
    {**_WEEKS, "since": date},
)

UNPLACED = Query(
    "下周建议·不在格网上的警情",
    """
    select cast(coalesce(sum(incident_count), 0) as bigint) as incident_count
    from {rpt_cell_weeks}
    where unit_no = $unit and week_start >= $start and week_start < $end
        and count_kind_code in ('discreet', 'not_located')
    """,
    _WEEKS,
)
