"""Do the periods a page shows hold all their days.

Belongs here: the reason a page gives for not comparing, and the days a series leaves out. Does not belong here: how
days are found that only their counts betray (``jingcang.statistics.completeness``), the banner at the top
(``components.frame``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from dashboards.context import Context
from dashboards.queries import common, situation
from jingcang.access.metrics import metric_of
from jingcang.contracts.deployment import deployment
from jingcang.statistics.completeness import FAR_BELOW, missing_days, usual_day
from jingcang.statistics.periods import Period, day_label
from jingcang.statistics.series import first_week


def why_incomplete(context: Context, current: Period, before: Period, entity: str) -> str:
    """Return why the periods are not both complete, "" when they are.

    Args:
        context: of the page.
        current: the period shown.
        before: the period compared with.
        entity: canonical entity whose sources are asked; the days they tell of reach 60 days back.
    """
    known = deployment(context.generation.profile)
    rows = context.run(
        common.MISSING_DAYS,
        units=list(context.unit_nos),
        start=current.start,
        end=current.end,
        before_start=before.start,
        before_end=before.end,
    ).to_dicts()
    late = {
        row["event_date"]: known.title(row["source_system"], row["source_table"])
        for row in rows
        if known.feeds(row["source_system"], row["source_table"], (entity,))
    }
    for name, period in (("本期", current), ("对比期", before)):
        days = [day for day in sorted(late) if period.start <= day < period.end]
        if days:
            return f"{name}“{late[days[0]]}”缺 {len(days)} 天（{day_label(days[0])}起）"
    return ""


def days_without_incidents(context: Context, since: date, until: date) -> list[date]:
    """Return the days whose incidents did not arrive, judged by the counts of all incidents of the units shown.

    Args:
        context: of the page.
        since: first day.
        until: first day after the last.
    """
    start = min(since, first_week(until))  # a week alone does not tell what a usual day is
    rows = context.run(
        situation.DAILY.of(metric_of("incidents_all")),
        units=list(context.unit_nos),
        area="",
        since=start,
        until=until,
        class_label="",
    )
    return [day for day in missing_days(dict(rows.rows()), start, until) if day >= since]


def days_left_out(
    context: Context, entities: tuple[str, ...], daily: Mapping[date, int], since: date, end: date
) -> list[date]:
    """Return the days of a long series that did not arrive, those before its first record among them.

    Days of incidents are judged by the counts of all incidents, a stretch as long as that of 态势 at a time, so that
    both pages leave out the same days; days of other sources are those the sources say are missing.

    Args:
        context: of the page.
        entities: canonical entities the series rests on.
        daily: its own counts by day, of every class and area.
        since: first day.
        end: first day after the last.
    """
    found: set[date] = set()
    if "incidents" in entities:
        query = situation.DAILY.of(metric_of("incidents_all"))
        rows = context.run(
            query, units=list(context.unit_nos), area="", since=since, until=end, class_label=""
        )
        daily, until, usual = dict(rows.rows()), end, 0.0
        while until > since:
            start = first_week(until)
            found |= set(missing_days(daily, start, until, usual_later=usual))
            own = usual_day(daily, start, until)
            usual, until = own if own >= FAR_BELOW * usual else usual, start
    else:
        known = deployment(context.generation.profile)
        rows = context.run(
            common.MISSING_DAYS,
            units=list(context.unit_nos),
            start=since,
            end=end,
            before_start=end,
            before_end=end,
        )
        found = {
            row["event_date"]
            for row in rows.to_dicts()
            if known.feeds(row["source_system"], row["source_table"], entities)
        }
    first = min(daily, default=end)
    before = (since + timedelta(number) for number in range(max((first - since).days, 0)))
    return sorted({day for day in found if since <= day < end} | set(before))
