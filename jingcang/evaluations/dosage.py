"""Was it carried out: planned, observed and delivered minutes of the shifts of an evaluation, and what may be claimed.

Belongs here: telling shifts nobody went on from shifts nobody could see. Does not belong here: minutes of a shift
(``fct_patrol_shifts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OBSERVED_FLOOR = 0.8
"""Below this share of planned time seen no dosage is claimed (METHODS section 4)."""
NOT_DONE_BELOW = 0.5
"""Share of the plan below which 未执行 is said (METHODS section 4)."""


@dataclass(frozen=True)
class Shift:
    """One planned shift.

    Args:
        planned_seconds, observed_seconds, delivered_seconds: as in ``fct_patrol_shifts``.
        has_fixes: the source of fixes delivered some of that day, of whatever shift.
    """

    planned_seconds: int
    observed_seconds: int
    delivered_seconds: int
    has_fixes: bool


@dataclass(frozen=True)
class Dosage:
    """Planned, observed and delivered time.

    Args:
        planned, observed, delivered: seconds; planned is None where no plan is known.
        observed_share: observed / planned of the shifts that could be seen or on which somebody was; None without any.
        is_claimed: delivered may be set against planned.
        note: one sentence.
    """

    planned: int | None
    observed: int
    delivered: int
    observed_share: float | None
    is_claimed: bool
    note: str


def dosage(shifts: Sequence[Shift], *, planned_minutes: int | None, has_roster: bool) -> Dosage:
    """Return the dosage of the shifts in the treated areas and days.

    A shift without a single fix on a day on which the source delivered fixes of others was not gone on: no terminal of
    its crew was ever switched on. A day without any fix says nothing. Delivered is claimed from :data:`OBSERVED_FLOOR`
    of the remaining time observed on; and below it where even all the time not seen would leave less than
    :data:`NOT_DONE_BELOW` of the plan.

    Args:
        shifts: planned shifts.
        planned_minutes: minutes stated; None to take the planned time of the shifts.
        has_roster: the station has shifts in these days, so that no shift means that none was planned.

    Returns:
        See :class:`Dosage`.
    """
    rostered = sum(shift.planned_seconds for shift in shifts)
    planned = rostered if planned_minutes is None else 60 * planned_minutes
    observed = sum(shift.observed_seconds for shift in shifts)
    delivered = sum(shift.delivered_seconds for shift in shifts)
    if planned <= 0 or (not shifts and not has_roster):
        return Dosage(planned or None, observed, delivered, None, False, "没有排班可核对，是否落实无从判断")
    absent = [shift for shift in shifts if not shift.observed_seconds and shift.has_fixes]
    base = rostered - sum(shift.planned_seconds for shift in absent)
    share = min(observed / base, 1.0) if base > 0 else None
    unseen = max(base - observed, 0)
    if delivered + unseen < NOT_DONE_BELOW * planned:
        told = f"{len(absent)} 个班次整班没有定位" if absent else "即使没看到的时间都在巡逻，也不到计划的一半"
        return Dosage(
            planned, observed, delivered, share, True, told if shifts else "干预期内没有排班到干预区"
        )
    if share is None or share < OBSERVED_FLOOR:
        seen = 0.0 if share is None else share
        return Dosage(
            planned, observed, delivered, share, False,
            f"观测率 {100 * seen:.0f}%，不足 {100 * OBSERVED_FLOOR:.0f}%，不作落实结论",
        )  # fmt: skip
    note = f"观测率 {100 * share:.0f}%" + (f"，另有 {len(absent)} 个班次整班没有定位" if absent else "")
    return Dosage(planned, observed, delivered, share, True, note)
