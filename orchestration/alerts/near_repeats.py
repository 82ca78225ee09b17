"""Near repeats reckoned once a week over the year before it, and landed as run history.

Belongs here: when, from which events of the build, and the rows that land. Does not belong here: the method
(``jingcang.alerts.near_repeats``).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import duckdb

from jingcang.alerts import NearRepeat, near_repeats
from jingcang.landing import current_cut, land_history, landed_history
from orchestration.alerts.steps import bureau_of, last_week_end
from orchestration.publish.generations import next_number
from orchestration.session import Session

EVENTS = """
    select e.unit_no, c.class_code, c.class_label, e.event_date, e.longitude, e.latitude
    from int_incident_events as e
    join near_repeat_classes as c on e.class_code = c.class_code or starts_with(e.class_code, c.class_code || '.')
    where e.is_first_report and e.is_effective and not e.is_discreet and e.event_date < ?
    order by e.incident_id
"""
"""Reports of one event are one event: two calls about one burglary are no near repeat. Classes whose place is never
shown are not looked at."""
YEAR = dt.timedelta(days=365)


def find_near_repeats(session: Session) -> int:
    """Reckon the near repeats of the year up to the last complete week, unless that was done before.

    Returns:
        Rows landed.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    with session.timed("near_repeats"):
        until = last_week_end(session.as_of, session.profile.week_start)
        if landed_history(session.home, session.cut, "near_repeats")["tested_to_date"].max() == until:
            return 0
        with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
            events = connection.execute(EVENTS, [until]).pl()
            found = near_repeats(events, bureau_of(connection))
        run = {"run_id": session.run_id, "as_of": session.as_of, "generation_no": next_number(session.home)}
        span = {"tested_from_date": session.as_of - YEAR, "tested_to_date": until}
        rows = [run | span | near_repeat_row(item) for item in found]
        if rows:
            land_history(session.home, "near_repeats", {"near_repeats": rows}, as_of=session.as_of)
            session.cut = current_cut(session.home)
    return len(rows)


def near_repeat_row(item: NearRepeat) -> dict[str, Any]:
    """Return one bin as it lands."""
    return {
        "scope_code": item.scope.level, "unit_no": item.scope.unit_no, "class_code": item.class_code,
        "class_label": item.class_label, "incident_count": item.incidents,
        "located_count": item.located, "metres_from": item.metres[0], "metres_to": item.metres[1],
        "days_from": item.days[0], "days_to": item.days[1], "pair_count": item.observed,
        "expected_pair_count": item.expected, "pair_ratio": None if math.isnan(item.ratio) else round(item.ratio, 4),
        "pair_p_value": item.p_value, "pair_q_value": None if math.isnan(item.q_value) else item.q_value,
        "is_nearest_bin": item.is_nearest,
    }  # fmt: skip
