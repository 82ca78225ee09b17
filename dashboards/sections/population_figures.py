"""人口与基础信息: residents, incidents and freshness of each place, and what they make together.

Belongs here: figures by place and their words. Does not belong here: queries, charts and tables (``population_people``,
``population_rates``, ``population_freshness``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.components.wording import SMALLEST_BASE
from jingcang.statistics.intervals import poisson_interval
from jingcang.statistics.verdicts import Pair, Verdict, dispersion_of_part, judge_together

TYPES = {"registered": "户籍", "floating": "流动", "": "其他"}
"""Residence types that pages tell apart; 人户分离, 境外, 未映射 and the like are 其他."""
PER = 1000
FEWEST_EVENTS, FEWEST_RESIDENTS = 5, 20
"""Below these no rate is given: METHODS 10 (counts 1–4, denominators of at least 20)."""
SMALL = "样本不足"
TOTAL = "合计"
RELATIVE = {
    "明显上升": "明显高于其余",
    "可能上升": "可能高于其余",
    "明显下降": "明显低于其余",
    "可能下降": "可能低于其余",
}
"""Words of a verdict on two periods → on a place and the others."""


@dataclass(frozen=True)
class Rate:
    """Incidents of a year per thousand residents.

    Args:
        estimate, low, high: with the 95% interval, counts divided by the overdispersion.
    """

    estimate: float
    low: float
    high: float

    def words(self) -> str:
        return f"{self.estimate:,.1f}（{self.low:,.1f}–{self.high:,.1f}）"


@dataclass
class Place:
    """One place, or all of them.

    Args:
        name: as shown.
        residents: residence type → residents at the end of the last month.
        year_ago: the same a year before.
        person_months: residents at the ends of the last twelve months, added up.
        months: how many of these month ends there are.
        incidents: counted by the metric chosen over those months.
        bands: rank of a band of days since the last verification → residents now registered.
        stale: of them those not verified within a year.
        not_found: of them those the last check did not find.
    """

    name: str
    residents: dict[str, int] = field(default_factory=dict)
    year_ago: dict[str, int] = field(default_factory=dict)
    person_months: int = 0
    months: int = 12
    incidents: int = 0
    bands: dict[int, int] = field(default_factory=dict)
    stale: int = 0
    not_found: int = 0

    @property
    def count(self) -> int:
        return sum(self.residents.values())

    @property
    def before(self) -> int:
        return sum(self.year_ago.values())

    @property
    def mean(self) -> float:
        """Mean of the month ends: the person-years at risk."""
        return self.person_months / self.months

    @property
    def registered_now(self) -> int:
        return sum(self.bands.values())

    def without_stale(self) -> float:
        """Return the mean with the share left out that was not verified within a year."""
        now = self.registered_now
        return self.mean * (1 - self.stale / now) if now else self.mean

    def rate(self, dispersion: float, residents: float | None = None) -> Rate | None:
        """Return the rate; None where events or residents are too few.

        Args:
            dispersion: overdispersion of the weekly counts of this place.
            residents: person-years; those of all registered by default.
        """
        exposure = self.mean if residents is None else residents
        if self.incidents < FEWEST_EVENTS or exposure < FEWEST_RESIDENTS:
            return None
        found = poisson_interval(self.incidents / dispersion, exposure=exposure / dispersion / PER)
        return Rate(float(found.estimate), float(found.ci_low), float(found.ci_high))


@dataclass(frozen=True)
class Places:
    """All places shown.

    Args:
        places: place number → figures, "" for records without a place.
        total: of all together.
        dispersion: overdispersion of the weekly incidents of all together.
    """

    places: Mapping[str, Place]
    total: Place
    dispersion: float

    def part(self, place: Place) -> float:
        """Return the overdispersion of one place's counts."""
        return dispersion_of_part(self.dispersion, place.incidents, self.total.incidents)

    def verdicts(self) -> dict[str, Verdict]:
        """Return place number → verdict on its rate against that of all the others, judged together."""
        known = {
            number: place
            for number, place in self.places.items()
            if number and place.rate(1.0) is not None and self.total.mean - place.mean >= FEWEST_RESIDENTS
        }
        pairs = [
            Pair(
                place.incidents,
                self.total.incidents - place.incidents,
                round(place.mean),
                round(self.total.mean - place.mean),
                self.part(place),
            )
            for place in known.values()
        ]
        return dict(zip(known, judge_together(pairs), strict=True))


def build(
    stands: Iterable[Mapping[str, Any]],
    freshness: Iterable[Mapping[str, Any]],
    incidents: Mapping[str, int],
    names: Mapping[str, str],
    *,
    column: str,
    last_month: Any,
    year_ago: Any,
    dispersion: float,
) -> Places:
    """Return the figures by place.

    Args:
        stands: residents by month, place and residence type.
        freshness: base records by place, kind and band.
        incidents: place number → incidents of the last twelve months; "" without a place.
        names: place number → name.
        column: ``area_no`` or ``unit_no``.
        last_month: first day of the last complete month.
        year_ago: first day of the same month a year before; not among the months of the mean.
        dispersion: overdispersion of the weekly incidents.
    """
    places: dict[str, Place] = {}
    total = Place(TOTAL)

    def both(number: str | None) -> Sequence[Place]:
        key = number or ""
        place = places.setdefault(key, Place(names.get(key, f"代码 {key}") if key else "未登记地区"))
        return place, total

    months: set[Any] = set()
    for row in stands:
        kind = row["residence_type_code"] if row["residence_type_code"] in TYPES else ""
        for place in both(row[column]):
            if row["month_start"] == last_month:
                place.residents[kind] = place.residents.get(kind, 0) + row["resident_count"]
            if row["month_start"] == year_ago:
                place.year_ago[kind] = place.year_ago.get(kind, 0) + row["resident_count"]
            else:
                months.add(row["month_start"])
                place.person_months += row["resident_count"]
    for row in freshness:
        if row["record_kind_code"] != "resident":
            continue
        for place in both(row[column]):
            place.bands[row["band_rank"]] = place.bands.get(row["band_rank"], 0) + row["record_count"]
            place.stale += row["record_count"] if row["is_stale"] else 0
            place.not_found += row["not_found_count"]
    for number, count in incidents.items():
        for place in both(number):
            place.incidents += count
    for place in (*places.values(), total):
        place.months = len(months) or 1
    order = sorted(places, key=lambda number: (not number, -places[number].count, number))
    return Places({number: places[number] for number in order}, total, dispersion)


def change(now: int, before: int) -> str:
    """Return a change in words: +12 人（+3.4%）, without a percentage from a base under ten."""
    difference = now - before
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    words = f"{sign}{abs(difference):,} 人" if difference else "没有变化"
    if difference and before >= SMALLEST_BASE:
        words += f"（{sign}{abs(100 * difference / before):.1f}%）"
    return words
