"""Incidents per hour of staff on duty, by hour: which hours carry more or less than chance gives.

Belongs here: the load of an hour, its interval, and the comparison of each with all the others. Does not belong here:
when windows of uncertain time fall (``hours``), plans of patrols (``planning``), whose shifts they are.

Every hour is compared with the other hours together: were the load the same everywhere, an hour's incidents would be
shared out as the hours of duty are (tests of ``comparison``), controlled for how many hours are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .intervals import poisson_interval
from .verdicts import NOT_COMPARED, Pair, Verdict, dispersion_of_part, judge_together, not_compared

SMALLEST = 10
"""Incidents in all below which no hour is judged (METHODS section 1: no word on a smaller base)."""


LEAST_SECONDS = 36_000
"""Ten hours of a person: a rate per hour of less is told by one or two incidents, and no word is said on it."""


@dataclass(frozen=True)
class Load:
    """The load of one slot.

    Args:
        slot: an hour of the day or of the week, as a number.
        incidents: incidents in it.
        duty_seconds: seconds of persons on duty in it.
        per_hour: incidents per hour of a person; None without duty.
        ci_low, ci_high: exact 95% interval of it; None without duty.
        verdict: against all other slots with enough duty; 明显上升 stands for more than elsewhere.
    """

    slot: int
    incidents: int
    duty_seconds: int
    per_hour: float | None
    ci_low: float | None
    ci_high: float | None
    verdict: Verdict

    @property
    def is_short(self) -> bool:
        """Whether there was too little duty for a load: less than :data:`LEAST_SECONDS`."""
        return self.duty_seconds < LEAST_SECONDS

    @property
    def is_high(self) -> bool:
        return self.verdict.mark == "▲"

    @property
    def is_low(self) -> bool:
        return self.verdict.mark == "▼"

    @property
    def words(self) -> str:
        """The verdict in words of a load."""
        if not self.duty_seconds:
            return "没有排班" if self.incidents else ""
        if self.is_short:
            return "在岗不足 10 人时"
        if not self.verdict.is_compared:
            return NOT_COMPARED
        return _WORDS.get(self.verdict.words, self.verdict.words)


_WORDS = {
    "明显上升": "明显高于其他时段",
    "明显下降": "明显低于其他时段",
    "可能上升": "可能高于其他时段",
    "可能下降": "可能低于其他时段",
}


def duty_loads(
    incidents: Mapping[int, int], duty_seconds: Mapping[int, int], *, dispersion: float = 1.0
) -> list[Load]:
    """Return the load of every slot that has incidents or duty, in the order of the slots.

    Args:
        incidents: slot → incidents, not negative.
        duty_seconds: slot → seconds of persons on duty.
        dispersion: overdispersion phi of the whole series, shared out to the slots.

    Returns:
        Slots without duty have no load; those with less than :data:`LEAST_SECONDS` are not compared; nothing
        is compared from fewer than ten incidents or one slot with duty.
    """
    slots = sorted(set(incidents) | {slot for slot, seconds in duty_seconds.items() if seconds})
    staffed = [slot for slot in slots if duty_seconds.get(slot, 0) >= LEAST_SECONDS]
    total = sum(incidents.get(slot, 0) for slot in staffed)
    on_duty = sum(duty_seconds[slot] for slot in staffed)
    pairs = [(incidents.get(slot, 0), total - incidents.get(slot, 0)) for slot in staffed]
    if total >= SMALLEST and len(staffed) > 1:
        found = judge_together(
            [
                Pair(
                    now, rest, duty_seconds[slot], on_duty - duty_seconds[slot],
                    dispersion_of_part(dispersion, now, total),
                )
                for slot, (now, rest) in zip(staffed, pairs, strict=True)
            ]
        )  # fmt: skip
    else:
        found = not_compared(pairs)
    verdicts = dict(zip(staffed, found, strict=True))
    return [
        _load(slot, incidents.get(slot, 0), duty_seconds.get(slot, 0), verdicts.get(slot)) for slot in slots
    ]


def _load(slot: int, incidents: int, seconds: int, verdict: Verdict | None) -> Load:
    verdict = verdict or not_compared([(incidents, 0)])[0]
    if not seconds:
        return Load(slot, incidents, 0, None, None, None, verdict)
    interval = poisson_interval(incidents, exposure=seconds / 3600)
    return Load(slot, incidents, seconds, interval.estimate, *interval, verdict)
