"""Do both periods of a comparison hold all their days, by what the sources say of themselves.

Belongs here: the reason a page gives for not comparing. Does not belong here: days that only their counts betray
(``jingcang.statistics.completeness``), the banner at the top (``components.frame``).
"""

from __future__ import annotations

from dashboards.context import Context
from dashboards.queries import common
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period, day_label


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
