"""Places and days of an evaluation: as stated, else from the roster, the station and the calendar.

Belongs here: these rules and what is said about them. Does not belong here: counts and verdicts (``result``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.statistics.design import Fault

BASELINE_WEEKS = 52
"""Of a baseline nobody stated: a year, so that no season is missing from it (METHODS section 4, at least 12 months)."""
SHORTEST_WEEKS = 12
"""Down to which a baseline that nobody stated is cut at a change of boundaries: three periods of four weeks, the least
a trend can be checked on."""
BOUNDARY_MOVED = "比较期内边界变动"
Window = tuple[dt.date, dt.date]
"""First and last day, both inside."""


@dataclass(frozen=True)
class Area:
    """One 责任区: its station, and the first days of its later boundaries."""

    area_no: str
    unit_no: str
    changed_on: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class Resolved:
    """Places and days as they are compared.

    Args:
        unit_no: the station; None where it cannot be told.
        treated, control, buffer: 责任区, sorted.
        before: baseline; None where there is none.
        after: days of the measure; None where they cannot be told.
        remarks: what was filled in or left out, one sentence each.
        faults: boundaries that moved within the comparison.
        problem: why it cannot be compared, "" when it can.
    """

    unit_no: str | None
    treated: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    buffer: tuple[str, ...] = ()
    before: Window | None = None
    after: Window | None = None
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    problem: str = ""


def resolve(
    plan: EvaluationPlan,
    areas: Mapping[str, Area],
    roster: Sequence[tuple[str, dt.date]],
    first_day: dt.date | None,
) -> Resolved:
    """Fill in what an evaluation leaves to the roster, the station and the calendar.

    Args:
        plan: what is stated.
        areas: every 责任区 by its number.
        roster: (责任区, day) of the shifts that carry the evaluation's 专项 number.
        first_day: first day with data; None without any.

    Returns:
        See :class:`Resolved`. The baseline ends before the selection period, if there is one, and covers 52 weeks, less
        where data begin later or the boundary of a treated 责任区 moved; the controls are the other 责任区 of the
        station whose boundaries stood.
    """
    treated = tuple(sorted(set(plan.treated_areas) or {area for area, _ in roster}))
    days = [day for _, day in roster]
    after = (
        (plan.after_start, plan.after_last)
        if plan.after_start and plan.after_last
        else (min(days), max(days))
        if days
        else None
    )
    known = [areas[area] for area in treated if area in areas]
    units = {area.unit_no for area in known}
    if not treated or after is None:
        return Resolved(None, problem=f"排班里没有专项 {plan.programme_no} 的班次")
    if len(known) < len(treated) or len(units) != 1:
        what = "干预区不在责任区表里" if len(known) < len(treated) else "干预区分属几个所，要分别登记"
        return Resolved(None, treated, after=after, problem=what)
    unit = units.pop()
    before, remarks = _baseline(plan, after[0], known, first_day)
    span = (before[0] if before else after[0], after[1])
    buffer = tuple(sorted(plan.buffer_areas))
    control = tuple(sorted(plan.control_areas))
    if not control:
        others = [a for a in areas.values() if a.unit_no == unit and a.area_no not in {*treated, *buffer}]
        control = tuple(sorted(a.area_no for a in others if not _moved(a, span)))
        remarks.append(f"没有指定对照区，取本所其余 {len(control)} 个责任区")
        if left := sorted(a.area_no for a in others if _moved(a, span)):
            remarks.append(f"{'、'.join(left)} 的边界在比较期内变动，不作对照")
    moved = [
        area for area in (*treated, *control, *buffer) if area in areas and _moved(areas[area], span)
    ]  # fmt: skip
    faults = [
        Fault(BOUNDARY_MOVED, f"{'、'.join(moved)} 的边界在 {span[0]} 至 {span[1]} 之间变动", "把前期改到变动之后")
    ] * bool(moved)  # fmt: skip
    return Resolved(unit, treated, control, buffer, before, after, tuple(remarks), tuple(faults))


def _moved(area: Area, span: Window) -> bool:
    return any(span[0] < day <= span[1] for day in area.changed_on)


def _baseline(
    plan: EvaluationPlan, start: dt.date, treated: Sequence[Area], first_day: dt.date | None
) -> tuple[Window | None, list[str]]:
    if plan.before_start and plan.before_last:
        return (plan.before_start, plan.before_last), []
    last = min(start, plan.selection_start or start) - dt.timedelta(1)
    first = last - dt.timedelta(7 * BASELINE_WEEKS - 1)
    remarks = []
    changes = [day for area in treated for day in area.changed_on if first < day <= last]
    if changes and _weeks(max(changes), last) >= SHORTEST_WEEKS:
        first = max(changes)
        remarks.append(f"干预区边界在 {first} 变动，前期从这天以后起")
    if first_day is not None and first_day > first:
        first = first_day
        remarks.append(f"数据从 {first} 起，前期不足 {BASELINE_WEEKS} 周")
    weeks = _weeks(first, last)
    return ((last - dt.timedelta(7 * weeks - 1), last) if weeks > 0 else None), remarks


def _weeks(first: dt.date, last: dt.date) -> int:
    return ((last - first).days + 1) // 7
