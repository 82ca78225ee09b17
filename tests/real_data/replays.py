"""The replay of alerts on real histories: what it covers, what it counted, and which rate of alarms is fair to ask for.

Belongs here: recounting from rows and the bounds. Does not belong here: running a profile (``test_published_figures``).

The bounds. 1,040 tests at 5% let 52 alarms be expected; were they independent, the exact Poisson interval of the ratio
would be 0.75 to 1.31. They are not: places of one city share weather, holidays and reporting, so that alarms come
several in a week, and levels drift. Twice the variance of Poisson gives 52 ± 2.5 × √104, a ratio of 0.51 to 1.49, which
is also the 1.5 that METHODS section 2 asks for. A history in which nothing is known to have changed must keep to it.
Over a real change the ratio must show that there was one: a bound that holds there too would hold for any method.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from jingcang.alerts import WeeklyCounts, rehearse, weekly_counts

FAIR = (0.5, 1.5)
_ROWS = """
    select unit_no, area_no, class_level1_code, class_level1_label, class_level2_code, class_level2_label, event_date,
        cast(sum(record_count) as bigint) as effective_count
    from fct_incidents where is_effective and event_date < ? group by all
"""
_RECOUNTED = """
    select s.week_start, s.class_code, s.unit_no, s.area_no, s.observed_count, s.threshold_count, (
        select coalesce(sum(i.record_count), 0) from fct_incidents as i
        where i.is_effective and i.event_date >= s.week_start and i.event_date < s.week_start + 7
            and (s.scope_code = 'bureau' or i.unit_no = s.unit_no) and (s.area_no is null or i.area_no = s.area_no)
            and s.class_code = case s.class_level when 1 then i.class_level1_code else i.class_level2_code end
    ) as recounted
    from fct_alert_signals as s where s.weeks_counted = 1
"""


@dataclass(frozen=True)
class History:
    """What is known of a history.

    Args:
        first, last: first days of the first and last week a replay can test: the tenth whole week of data, the last.
        unchanged_until: week up to which nothing is known to have changed.
        is_kept: the rate over all of it is within the accepted one.
    """

    first: dt.date
    last: dt.date
    unchanged_until: dt.date
    is_kept: bool


CHICAGO = History(dt.date(2010, 3, 8), dt.date(2019, 12, 23), dt.date(2014, 12, 29), is_kept=True)
"""Records from 2010-01-01 to 2019-12-31. In 2016 the whole city had 18% more than in 2014."""
ST_LOUIS = History(dt.date(2008, 3, 3), dt.date(2014, 12, 22), dt.date(2011, 12, 26), is_kept=False)
"""2008 to 2011 and 2014 were delivered, with strays since 1900. In 2014 three of nine districts have no records any
more, and the others hold their streets."""


def told(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the replay that pages read."""
    (row,) = connection.execute("select * from rpt_alert_replays where is_latest_replay").pl().to_dicts()
    return {name: value if isinstance(value, (str, dt.date)) else float(value) for name, value in row.items()}


def check_replay(connection: duckdb.DuckDBPyConnection, history: History) -> None:
    """Assert what the replay covers, that its alarms are those of the rows, its interval and its rate."""
    found = told(connection)
    assert (found["first_week_start"], found["last_week_start"]) == (history.first, history.last)
    assert (found["series_count"], found["tested_count"], found["alpha"]) == (20, 1040, 0.05)
    assert found["expected_alarm_count"] == pytest.approx(52)
    table = from_rows(connection, history.last + dt.timedelta(7))
    again = rehearse(table, history.last)
    assert again is not None
    assert found["alarm_count"] == again.alarms
    ratio, alarms = found["rate_ratio"], found["alarm_count"]
    assert ratio == pytest.approx(alarms / 52, abs=1e-3)
    limits = (
        stats.chi2.ppf(0.025, 2 * alarms) / 2 / 52,
        stats.chi2.ppf(0.975, 2 * alarms + 2) / 2 / 52,
    )  # Garwood
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(limits, abs=1e-3)
    assert bool(found["is_accepted"]) is history.is_kept is (ratio <= FAIR[1])
    assert history.is_kept or found["ci_low"] > FAIR[1], "the change of districts is far beyond chance"
    quiet = rehearse(table, history.unchanged_until)
    assert quiet is not None
    assert FAIR[0] <= quiet.rate_ratio <= FAIR[1], quiet


def from_rows(connection: duckdb.DuckDBPyConnection, until: dt.date) -> WeeklyCounts:
    """Return the weekly counts of the incidents themselves, past mart and metric."""
    return weekly_counts(connection.execute(_ROWS, [until]).pl(), until=until)


def check_alarms_in_use(connection: duckdb.DuckDBPyConnection) -> None:
    """Assert that every alarm raised is counted once, is over its limit by the rows, and what the budget allows for."""
    raised = (
        "select week_start, coalesce(unit_no, '') as unit_no, count(*) from fct_alert_signals group by all"
    )
    counted = (
        "select week_start, coalesce(unit_no, ''), alarm_count from rpt_alert_weeks where alarm_count > 0"
    )
    alarms = connection.execute(f"{raised} order by all").fetchall()
    assert alarms == connection.execute(f"{counted} order by all").fetchall()
    rows = connection.execute(_RECOUNTED).fetchall()
    assert rows
    for *where, observed, threshold, recounted in rows:
        assert observed == recounted > threshold, where
    weeks, expected, budget = connection.execute(
        "select count(distinct week_start), sum(expected_alarm_count), max(alarms_per_year) from rpt_alert_weeks "
        "where tested_count > 0"
    ).fetchall()[0]
    assert float(expected) == pytest.approx(float(budget) * weeks / 52, rel=0.05)


def check_page(app: AppTest, connection: duckdb.DuckDBPyConnection) -> None:
    """Assert that 预警 prints realised against nominal with the interval, the weeks covered and the verdict."""
    found = told(connection)
    (title,) = (element.value for element in app.subheader if "报警率" in element.value)
    assert f"实际为名义的 {found['rate_ratio']:.2f} 倍" in title
    assert ("高于名义，报警偏多" in title) is not bool(found["is_accepted"])
    (caption,) = (element.value for element in app.caption if "名义报警率" in element.value)
    for words in (
        f"应报警 52 次，实际 {found['alarm_count']:,.0f} 次",
        f"{found['ci_low']:.2f}–{found['ci_high']:.2f}",
        found["first_week_start"].isoformat(),
        found["last_week_start"].isoformat(),
    ):
        assert words in caption
