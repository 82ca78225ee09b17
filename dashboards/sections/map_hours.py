"""一张图, when: effective incidents spread over the hours of the week they may have happened in.

Belongs here: the matrix with what is known of the times. Does not belong here: the spreading (``int_window_hours``),
the chart (``hour_matrix``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from dashboards.components import wording
from dashboards.context import Context
from dashboards.queries import map_layers
from dashboards.sections import hour_matrix
from jingcang.statistics.periods import Period

ONE = 1_000_000
"""Millionths of an incident."""


def show(context: Context, period: Period, class_label: str, missing: Sequence[date], *, height: int) -> None:
    """Show weekday × hour, aoristic.

    Args:
        context: of the page.
        period: whole weeks.
        class_label: name of a first-level class, "" for all.
        missing: days of which records did not arrive.
        height: pixels.
    """
    rows = context.run(
        map_layers.HOURS,
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        class_label=class_label,
    ).to_dicts()
    counts: dict[tuple[int, int], float] = defaultdict(float)
    states: Counter[str] = Counter()
    for row in rows:
        states[row["time_state_code"]] += row["incident_millionths"]
        if row["event_hour"] is not None:
            counts[row["weekday_number"], row["event_hour"]] += row["incident_millionths"] / ONE
    told = {state: round(number / ONE) for state, number in states.items()}
    total = sum(told.values())
    note = (
        f"有起止时间的 {told.get('spread', 0):,} 起按时长分摊到各小时，其余 {told.get('known', 0):,} 起按报警时刻"
        "（真正发生的时刻可能更早）。"
    )
    if told.get("too_long"):
        note += f"起止超过 7 天的 {wording.share(told['too_long'], total)} 说不出时段，不在图上。"
    if told.get("absent"):
        note += f"没有时刻的 {told['absent']:,} 起不在图上。"
    hour_matrix.show(
        counts,
        period,
        missing,
        note=note,
        why_empty="来源没有登记时刻" if total else "本期没有有效警情",
        is_suppressed=bool(context.area),
        height=height,
    )
