"""Questions of the page 预警."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query
from jingcang.access.metrics import MetricQuery

MOST_ALERTS = 1000

ALERTS = Query(
    "预警·清单",
    f"""
    select alert_id, class_level, class_code, class_label, class_level1_code, class_level1_label, scope_code,
        scope_label, unit_no, unit_name, area_no, area_name, first_week_start, last_week_start, weeks_count, part_count,
        week_start, method_code, method_label, weeks_counted, observed_count, expected_count, threshold_count,
        excess_count, q_value, is_listed, alert_severity_label, severity_rank, expires_date, is_expired, state_code,
        disposition_code, decision_version, decided_week_start, decided_by, decided_at, reason
    from {{fct_alerts}}
    order by last_week_start desc, severity_rank, excess_count desc, alert_id
    limit {MOST_ALERTS}
    """,
)

SIGNALS = Query(
    "预警·报警",
    """
    select alert_id, is_headline, week_start, class_level, class_code, class_label, class_level1_code, scope_code,
        unit_no, unit_name, area_no, area_name, method_label, weeks_counted, observed_count, expected_count,
        threshold_count, q_value
    from {fct_alert_signals}
    where week_start >= $since
    order by week_start desc, case scope_code when 'bureau' then 1 when 'unit' then 2 else 3 end, class_label
    """,
    {"since": date},
)

WEEKS = Query(
    "预警·检验周",
    """
    select week_start, scope_code, unit_no, unit_name, week_status_code, week_status_label, missing_day_count,
        tested_count, short_count, unwatched_count, alarm_count, expected_alarm_count, alarms_per_year
    from {rpt_alert_weeks}
    order by week_start desc, case scope_code when 'bureau' then 1 else 2 end, unit_no
    """,
)

REPLAY = Query(
    "预警·重放",
    """
    select first_week_start, last_week_start, series_count, tested_count, alpha, alarm_count, expected_alarm_count,
        rate_ratio, ci_low, ci_high, is_accepted
    from {rpt_alert_replays}
    where is_latest_replay
    """,
)

DAILY = MetricQuery(
    "预警·逐日",
    """
    select event_date, cast(sum(record_count) as bigint) as incident_count
    from {rpt_incident_counts}
    where @counted and (len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)
        and event_date >= $since and event_date < $until
        and ($class_code = '' or class_level1_code = $class_code or class_level2_code = $class_code)
    group by event_date
    order by event_date
    """,
    {"units": list, "area": str, "since": date, "until": date, "class_code": str},
)
