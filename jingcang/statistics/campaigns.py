"""Before and after of many small campaigns, with the areas without one as controls.

Belongs here: which events are one campaign, which areas may stand beside it, the four counts and their verdict, and
the panel of weeks for an estimate over all of them. Does not belong here: the effect itself (``effects``,
``panel``), what is counted.

A campaign where there had just been much falls back by chance alone (regression to the mean); nothing here takes that
away, so readers must be told how places were chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .comparison import false_discovery
from .effects import RISE, UNDECIDED, Effect, effect_verdict, log_rate_ratio, minimum_detectable_change

WEEKS = 8
"""Weeks before and after. Ours: long enough for a few events in an area, short enough that a campaign still works."""
FEWEST_CONTROLS = 3
FEWEST_EVENTS = 20
"""Events of the controls before; fewer say nothing about where things went (METHODS section 4: base ≥ 20)."""

TOO_YOUNG = "未满八周"
TOO_EARLY = "此前记录不足"
LATE = "数据没到齐"
NO_CONTROLS = "对照区太少"
FEW_EVENTS = "对照起数太少"


@dataclass(frozen=True)
class Campaign:
    """Events in one area, each within the weeks after the one before.

    Args:
        area: where.
        start: day of the first event.
        last: day of the last.
        events: how many.
        attendees: people reached, repeats counted again.
    """

    area: str
    start: date
    last: date
    events: int
    attendees: int


@dataclass(frozen=True)
class BeforeAfter:
    """A campaign with its counts and what they say.

    Args:
        campaign: the campaign.
        before, after: events of its area in the weeks before and after its first day.
        control_before, control_after: of all control areas together.
        controls: number of control areas.
        effect: relative change; None where ``why_not`` says why there is none.
        verdict: words of :func:`effect_verdict`, 无法判断 where there is no effect or not beyond all looked at.
        detectable_fall: smallest fall that could have been seen, 0 to 1.
        why_not: reason, "" with an effect.
    """

    campaign: Campaign
    before: int
    after: int
    control_before: int
    control_after: int
    controls: int
    effect: Effect | None
    verdict: str
    detectable_fall: float
    why_not: str


def campaigns(events: Iterable[tuple[str, date, int]], *, weeks: int = WEEKS) -> list[Campaign]:
    """Return the campaigns, the newest first.

    Args:
        events: (area, day, attendees).
        weeks: an event within so many weeks after the one before belongs to the same campaign.
    """
    found: list[Campaign] = []
    for area, day, attendees in sorted(events):
        last = found[-1] if found else None
        if last and last.area == area and day < last.last + timedelta(7 * weeks):
            found[-1] = Campaign(area, last.start, day, last.events + 1, last.attendees + attendees)
        else:
            found.append(Campaign(area, day, day, 1, attendees))
    return sorted(found, key=lambda campaign: (campaign.start, campaign.area), reverse=True)


def before_and_after(
    found: Sequence[Campaign],
    counts: Mapping[str, Mapping[date, int]],
    *,
    first: date,
    until: date,
    missing: Iterable[date] = (),
    weeks: int = WEEKS,
    dispersion: float = 1,
) -> list[BeforeAfter]:
    """Return each campaign with its verdict.

    Args:
        found: campaigns of every area looked at.
        counts: area → day → events; every area that may be a control has an entry, an empty one if nothing happened.
        first: first day of the counts.
        until: first day after the last.
        missing: days whose counts did not arrive.
        weeks: length of before and after.
        dispersion: overdispersion of the counts.

    Returns:
        In the order given. Controls are areas without a campaign from ``weeks`` before to ``weeks`` after. The
        words 明显下降 and 上升 need q ≤ 0.05 over all campaigns judged (Benjamini–Hochberg): of many small
        campaigns a few fall by chance.
    """
    late = set(missing)
    judged = [
        _judged(campaign, found, counts, (first, until), late, timedelta(7 * weeks), dispersion)
        for campaign in found
    ]
    tested = [index for index, one in enumerate(judged) if one.effect]
    effects = [one.effect for one in judged if one.effect]
    adjusted = false_discovery([effect.p_value for effect in effects])
    for index, effect, q in zip(tested, effects, adjusted, strict=True):
        words = effect_verdict(effect) if q <= 0.05 else _within_chance(effect)
        one = judged[index]
        judged[index] = BeforeAfter(
            one.campaign, one.before, one.after, one.control_before, one.control_after, one.controls,
            effect, words, one.detectable_fall, "",
        )  # fmt: skip
    return judged


def _within_chance(effect: Effect) -> str:
    """Return the word for a change that does not stand out among all looked at: no firm one."""
    words = effect_verdict(effect, has_parallel_past=False)
    return UNDECIDED if words == RISE else words


def _judged(
    campaign: Campaign,
    everything: Sequence[Campaign],
    counts: Mapping[str, Mapping[date, int]],
    bounds: tuple[date, date],
    late: set[date],
    span: timedelta,
    dispersion: float,
) -> BeforeAfter:
    since, to = campaign.start - span, campaign.start + span
    busy = {other.area for other in everything if other.start < to and other.last + span > since}
    controls = [area for area in counts if area not in busy]

    def count(areas: Iterable[str], start: date, end: date) -> int:
        return sum(
            number for area in areas for day, number in counts.get(area, {}).items() if start <= day < end
        )

    own = (count([campaign.area], since, campaign.start), count([campaign.area], campaign.start, to))
    other = (count(controls, since, campaign.start), count(controls, campaign.start, to))
    fall = float(minimum_detectable_change(own[0], dispersion).fall) if own[0] else 1.0
    reasons = (
        (since < bounds[0], TOO_EARLY),
        (to > bounds[1], TOO_YOUNG),
        (any(since <= day < to for day in late), LATE),
        (len(controls) < FEWEST_CONTROLS, NO_CONTROLS),
        (min(other) < FEWEST_EVENTS, FEW_EVENTS),
    )
    why_not = next((reason for is_so, reason in reasons if is_so), "")
    effect = None if why_not else log_rate_ratio(*own, *other, dispersion=dispersion)
    return BeforeAfter(campaign, *own, *other, len(controls), effect, UNDECIDED, fall, why_not)


def weekly_panel(
    found: Sequence[Campaign],
    counts: Mapping[str, Mapping[date, int]],
    *,
    first: date,
    until: date,
    missing: Iterable[date] = (),
    weeks: int = WEEKS,
) -> dict[str, list[object]]:
    """Return area × week for :func:`panel_effect`: every campaign at once, areas and weeks compared with themselves.

    Args:
        found, counts, missing, weeks: see :func:`before_and_after`.
        first: first day of the counts; weeks are counted back from ``until``.
        until: first day after the last whole week.

    Returns:
        Columns ``area``, ``week`` (first day), ``events`` and ``is_treated`` (1 in the weeks that begin within
        ``weeks`` weeks from a campaign's first day to its last). Weeks with a day that did not arrive are left out.
    """
    late = set(missing)
    starts = [until - timedelta(7 * number) for number in range((until - first).days // 7, 0, -1)]
    starts = [start for start in starts if not any(start + timedelta(n) in late for n in range(7))]
    frame: dict[str, list[object]] = {"area": [], "week": [], "events": [], "is_treated": []}
    for area, daily in counts.items():
        own = [campaign for campaign in found if campaign.area == area]
        for start in starts:
            frame["area"].append(area)
            frame["week"].append(start)
            frame["events"].append(sum(max(daily.get(start + timedelta(n), 0), 0) for n in range(7)))
            treated = any(one.start <= start < one.last + timedelta(7 * weeks) for one in own)
            frame["is_treated"].append(int(treated))
    return frame
