"""巡逻成效: what was observed and is no patrol, by reason, and what could not be taken away.

Belongs here: the sentences under the chart of delivery. Does not belong here: the calculation (``fct_patrol_shifts``).

Source: METHODS section 4: time in the station's yard and on calls is no patrol.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.context import Context
from dashboards.queries import patrol

REASONS = {"on_call": "出警", "at_station": "在所", "off_duty": "终端报非巡逻"}
"""Part of the columns' names → the reason in words."""
MOST_NAMED = 3


def note(context: Context, rows: Sequence[dict[str, Any]]) -> str:
    """Return how much of the observed time is no patrol and why, and where a reason could not be known.

    Args:
        context: the page's context.
        rows: of ``patrol.SHIFTS``.
    """
    hours = {name: sum(row[f"{name}_minutes"] or 0.0 for row in rows) / 60 for name in REASONS}
    told = "、".join(f"{words} {hours[name]:,.0f} 小时" for name, words in REASONS.items())
    return f"观测到而不算落实：{told}。" + _yards(context, rows) + _calls(context)


def _yards(context: Context, rows: Sequence[dict[str, Any]]) -> str:
    units = sorted({row["unit_no"] for row in rows if row["unit_no"]})
    missing = context.run(patrol.YARDS, units=units)["unit_no"].to_list()
    if not missing:
        return ""
    if len(missing) == len(units):
        return "单位没有登记院落的位置和半径，在所时间只按终端自报的状态扣。"
    names = "、".join(context.unit_name(unit) for unit in missing[:MOST_NAMED])
    more = "" if len(missing) <= MOST_NAMED else f"等 {len(missing)} 个单位"
    return f"{names}{more}没有登记院落的位置和半径，在所时间只按终端自报的状态扣。"


def _calls(context: Context) -> str:
    period = context.period
    found = context.run(
        patrol.CALLS, units=list(context.unit_nos), start=period.start, end=period.end
    ).to_dicts()[0]
    if not found["dispatch_count"]:
        return "本期没有处警记录，出警时间没有扣。"
    if not found["named_count"]:
        return "处警记录没有写巡组，出警时间只按处警民警当时所在的班次扣。"
    return ""
