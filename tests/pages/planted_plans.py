"""What 下周建议 reads, as a run publishes it: need counted from the planted incidents, rosters of 城北所 and 城南所.

城北所 has two crews from 8 to 16 and two from 20 to 4 every day; 城南所 one crew from 8 to 16 on weekdays; 河西所 has
no roster. A tenth of the incidents of 城北第1责任区 was found by patrols.
"""

from __future__ import annotations

from datetime import timedelta

import duckdb
from issue_tables import AS_OF

WEEK = AS_OF - timedelta(AS_OF.weekday())
"""First day of the week that still runs; the plan is for the one after it."""
SHIFTS = (
    ("S1", "早班", "morning", range(8, 16), range(1, 8), 2),
    ("S1", "夜班", "night", range(20, 28), range(1, 8), 2),
    ("S2", "早班", "morning", range(8, 16), range(1, 6), 1),
)
FOUND = "area_no = 'S1-A1' and cast(substr(incident_id, 2) as bigint) % 10 = 0"
"""Which of the planted incidents patrols found."""


def write_plans(connection: duckdb.DuckDBPyConnection) -> None:
    """Write ``rpt_patrol_need`` and ``rpt_shift_hours``."""
    since = WEEK - timedelta(weeks=70)
    connection.execute(
        "create table rpt_patrol_need as select unit_no, area_no, class_level2_code, class_level2_label, "
        "(event_date - (isodow(event_date) - 1)::integer)::date as week_start, "
        "isodow(event_date)::bigint as weekday_number, event_hour::bigint as event_hour, "
        f"case when class_code is null then 'discreet' when {FOUND} then 'patrol_found' else 'need' end "
        "as need_kind_code, cast(1000000 * sum(record_count) as bigint) as incident_millionths, "
        "0::bigint as presence_seconds from fct_incidents "
        f"where is_effective and event_date >= date '{since}' group by all"
    )
    connection.execute(
        "insert into rpt_patrol_need select unit_no, area_no, null, null, "
        "(event_date - (isodow(event_date) - 1)::integer)::date, isodow(event_date)::bigint, event_hour::bigint, "
        "'patrol', 0, cast(sum(presence_seconds) as bigint) from fct_patrol_presence group by all"
    )
    connection.execute(
        "insert into rpt_patrol_need select unit_no, area_no, null, null, "
        "week_start - 56, weekday_number, event_hour, 'patrol', 0, presence_seconds from rpt_patrol_need "
        "where need_kind_code = 'patrol'"
    )
    connection.execute(
        "create table rpt_shift_hours (unit_no text, shift_kind_code text, shift_kind_label text, week_start date, "
        "weekday_number bigint, shift_hour bigint, crew_seconds bigint)"
    )
    connection.executemany(
        "insert into rpt_shift_hours values (?, ?, ?, ?, ?, ?, ?)",
        [
            (unit, code, label, WEEK - timedelta(weeks=back), weekday, hour, 3600 * crews)
            for unit, label, code, hours, weekdays, crews in SHIFTS
            for back in range(1, 9)
            for weekday in weekdays
            for hour in hours
        ],
    )
