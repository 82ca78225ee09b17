"""KPIs on a page: value, numerator, denominator and interval from summed records.

Belongs here: which KPIs get an interval and when a rate is withheld. Wording, unit and scale come from
``data_contracts/kpis``; the interval from ``jingcang.statistics``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from dashboards.components import wording
from jingcang.contracts.kpis import Kpi, load_kpis
from jingcang.statistics import shrunken_rates, wilson_interval
from jingcang.statistics.funnel import MIN_EXPECTED, MIN_RELIABILITY, is_rate_shown

ORDER = (
    "archive_due_received",
    "archive_in_time",
    "archive_complete",
    "archive_digitised",
    "archive_non_paper",
    "archive_used",
    "archive_returned_in_time",
    "archive_search_without_hit",
    "archive_response",
    "archive_effective",
    "archive_satisfaction",
    "archive_guided_patrol",
    "archive_trained",
    "archive_publicity",
    "archive_followed_up",
)
Row = dict[str, Any]
FEWEST_OFFICERS = 2
"""Of one officer alone nothing says how much officers differ."""
OFFICER_FLOORS = f"期望不足 {MIN_EXPECTED:g} 件或可靠度不足 {MIN_RELIABILITY:g}"
"""When an officer's rate is withheld, in words (METHODS, officer floors)."""


@cache
def kpis() -> dict[str, Kpi]:
    """Return the declared KPIs in the order of DOMAIN, later additions last."""
    declared = load_kpis()
    return {
        code: declared[code] for code in [*ORDER, *sorted(declared.keys() - set(ORDER))] if code in declared
    }


def in_force(start: date) -> dict[str, Kpi]:
    """Return the KPIs of a period that begins on a day: their definition had not ended by then."""
    return {code: kpi for code, kpi in kpis().items() if kpi.valid_to is None or start < kpi.valid_to}


def without_ended(rows: Sequence[Row], start: date) -> tuple[list[Row], str]:
    """Return the rows of KPIs in force, and what is said of the others, "" where there are none.

    Args:
        rows: with ``kpi_code``, of one period.
        start: its first day.
    """
    kept = [row for row in rows if row["kpi_code"] in in_force(start)]
    present = {row["kpi_code"] for row in rows}
    ended = [kpi for code, kpi in kpis().items() if code in present and code not in in_force(start)]
    said = "；".join(f"{kpi.name_zh}的定义 {kpi.valid_to} 起停用" for kpi in ended)
    return kept, f"本周期不再考核的指标：{said}。以往周期的数仍可选周期查看。" if said else ""


@dataclass(frozen=True)
class Measured:
    """One KPI of one unit, officer or the whole scope.

    Args:
        kpi: the definition.
        numerator: sum of numerator_value.
        denominator: sum of denominator_value.
        excluded: records left out, with a reason each.
        value: numerator / denominator × scale; None without a denominator and where it is withheld.
        low: lower limit of the 95% interval on the same scale; None where records are not 0 or 1.
        high: upper limit.
        withheld: why there is no value though there is a denominator, "" otherwise: counts alone are told.
        is_unmapped: whether that is because too many records are not mapped.
    """

    kpi: Kpi
    numerator: int
    denominator: int
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    withheld: str = ""
    is_unmapped: bool = False

    def words(self) -> str:
        """Return value with numerator, denominator and interval; counts and the reason where it is withheld."""
        if self.withheld:
            return f"{self.numerator:,}/{self.denominator:,}（{self.withheld}）"
        if self.value is None:
            return f"没有分母（剔除 {self.excluded:,} 条）"
        text = f"{self.value:,.1f}{self.kpi.unit}（{self.numerator:,}/{self.denominator:,}"
        if self.low is not None and self.high is not None:
            text += f"，区间 {self.low:.1f}–{self.high:.1f}"
        return text + "）"

    def interval(self) -> str:
        """Return the interval as text, — where there is none."""
        return wording.MISSING if self.low is None or self.high is None else f"{self.low:.1f}–{self.high:.1f}"


def measure(kpi: Kpi, row: Mapping[str, Any]) -> Measured:
    """Return the KPI of summed records.

    An interval is given only where each record counts 0 or 1: pages of one file or seconds of one patrol
    are not independent trials, and a mean score is no share. Fewer records than the declared minimum, or more of them
    not mapped than the declared limit, make no value.

    Args:
        kpi: definition.
        row: sums named as in the archive queries.
    """
    numerator, denominator = int(row["numerator_value"] or 0), int(row["denominator_value"] or 0)
    value = kpi.scale * numerator / denominator if denominator else None
    low = high = None
    few, unmapped = _too_few(kpi, row), _too_unmapped(kpi, row)
    withheld = unmapped or few if denominator else ""
    if withheld:
        value = None
    if (
        value is not None
        and denominator == row["denominator_records"]
        and numerator == row["numerator_records"]
    ):
        interval = wilson_interval(numerator, denominator)
        low, high = kpi.scale * interval.ci_low, kpi.scale * interval.ci_high
    excluded = int(row["excluded_records"] or 0)
    return Measured(
        kpi, numerator, denominator, excluded, value, low, high, withheld, bool(withheld and unmapped)
    )


def _too_few(kpi: Kpi, row: Mapping[str, Any]) -> str:
    return (
        f"分母不足 {kpi.minimum_n:,} 条，只列件数"
        if (row["denominator_records"] or 0) < kpi.minimum_n
        else ""
    )


def _too_unmapped(kpi: Kpi, row: Mapping[str, Any]) -> str:
    unmapped, limit = row["unmapped_records"] or 0, kpi.unmapped_limit_permille
    whole = (row["denominator_records"] or 0) + (row["excluded_records"] or 0)
    if limit is None or 1000 * unmapped <= limit * whole:
        return ""
    return f"未映射的占 {100 * unmapped / whole:.1f}%（{unmapped:,}/{whole:,}），超过 {limit / 10:g}% 的限度"


def add(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over several rows: counts are added first, divided last."""
    names = (
        "numerator_value",
        "denominator_value",
        "numerator_records",
        "denominator_records",
        "excluded_records",
        "unmapped_records",
    )
    return {name: sum(row[name] or 0 for row in rows) for name in names}


def told_officers(measured: Mapping[str, Measured], whole: Measured) -> set[str]:
    """Return the officers whose rate is told: counted record by record, enough expected, and reliable enough.

    Expected is the rarer outcome at the level of all; reliability is that of the shrunken rate among these officers:
    where they differ by chance alone, no rate says anything of one of them.

    Args:
        measured: officer → the KPI of the officer.
        whole: of all officers together.
    """
    counted = {name: m for name, m in measured.items() if m.denominator}
    if whole.value is None or whole.low is None or len(counted) < FEWEST_OFFICERS:
        return set()
    share = whole.value / whole.kpi.scale
    rates = shrunken_rates([m.numerator for m in counted.values()], [m.denominator for m in counted.values()])
    return {
        name
        for (name, m), reliability in zip(counted.items(), rates.reliability, strict=True)
        if m.value is not None and is_rate_shown(m.denominator * min(share, 1 - share), float(reliability))
    }
