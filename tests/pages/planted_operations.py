"""专项行动 of the rosters, duty by hour and hours of incidents for 交接与日程; no decision of a meeting has landed yet.

Planted: the 专项 ZX01 was rostered in S1-A1 for two weeks of April; duty in S1 is the same in every hour of every day
but twice as much from 20 to 23 h, and 志愿者 are in no roster. One in ten hours of duty has no recorded member.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
from issue_tables import AS_OF

OPERATION = (date(2026, 4, 6), date(2026, 4, 19))
KINDS = {"police": ("民警", 3600), "auxiliary": ("辅警", 7200)}
MONTHS = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))


def write_operations(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the tables that only 交接与日程 and the marks of charts read."""
    first, last = OPERATION
    connection.execute(
        "create table fct_operations as select 'rostered' as operation_origin_code, '排班' as operation_origin_label, "
        "null::bigint as operation_no, null::bigint as operation_version, 'ZX01' as programme_no, "
        "'专项 ZX01' as operation_name, '' as class_codes, 'u1' as unit_id, 'S1' as unit_no, 'S1-A1' as area_no, "
        f"date '{first}' as operation_start_date, date '{last}' as operation_last_date, 14::bigint as shift_count, "
        "352800::bigint as planned_seconds, 176400::bigint as delivered_seconds, null::varchar as reason, "
        "null::varchar as decided_by, null::timestamptz as decided_at"
    )
    connection.execute(
        "create table fct_meeting_decisions ("
        "decision_no bigint, decision_version bigint, unit_no text, state_code text, decision_text text, "
        "decision_owner text, review_date date, review_verdict_code text, metric_code text, class_code "
        "text, figure_unit_nos text, area_no text, figure_period_kind text, figure_start_date date, "
        "figure_end_date date, decided_count bigint, decided_base bigint, review_start_date date, "
        "review_end_date date, review_count bigint, review_base bigint, decided_generation text, reason "
        "text, decided_by text, decided_at timestamptz)"
    )
    connection.execute(
        "create table rpt_duty_hours (unit_no text, area_no text, month_start date, weekday_number bigint, "
        "event_hour bigint, officer_kind_code text, officer_kind_label text, duty_seconds bigint)"
    )
    connection.executemany(
        "insert into rpt_duty_hours values ('S1', 'S1-A1', ?, ?, ?, ?, ?, ?)",
        [
            (month, weekday, hour, code, label, seconds * 4 * (2 if 20 <= hour <= 23 else 1))
            for month in MONTHS
            for weekday in range(1, 8)
            for hour in range(24)
            for code, (label, seconds) in (*KINDS.items(), ("unrecorded", ("班次未登记成员", 1200)))
        ],
    )
    connection.execute(
        "create table rpt_incident_hours as select unit_no, area_no, class_level1_code, class_level1_label, "
        "date_trunc('month', event_date)::date as month_start, isodow(event_date)::bigint as weekday_number, "
        "event_hour, "
        "cast(sum(record_count) as bigint) as record_count, "
        "cast(sum(case when is_effective then record_count else 0 end) as bigint) as effective_count "
        f"from fct_incidents where event_date >= date '{AS_OF - timedelta(400)}' group by all"
    )
