"""A number as it was published and as it is now, and what the difference is made of.

The ledger of movements (``fct_restated_incidents``) holds every record that a later publication counts otherwise on a
day that an earlier one had shown. Summed under a metric's own filters the movements are the difference; what was
published is the present number less the movements since. So any period, unit, area or class can be asked for, not only
the figures that were kept as such (``rpt_published_figures``), and the two agree where both are there.

Limits: what was published under another definition is recomputed under the present one
(:attr:`Restatement.is_redefined` says so; the figure kept at the time is :attr:`Restatement.kept`, of the last thirteen
months). Causes and their limits: ``orchestration.publish.restatements``.

Belongs here: asking the ledger. Does not belong here: how movements are found, and how they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.metrics import MetricQuery, metric_of, metric_values
from jingcang.access.query import Query
from jingcang.contracts.metric_sql import definition_digest
from jingcang.errors import JingcangError

LEDGER = ("fct_restated_incidents", "rpt_published_figures")
MOST_ROWS = 2000
FACT = "fct_incidents"

_PLACE = "(len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)"
_SCOPE: Mapping[str, type] = {"start": date, "end": date, "units": list, "area": str, "publications": list}
_MOVED = f"""
    from {{fct_restated_incidents}}
    where @counted and event_date >= $start and event_date < $end and {_PLACE}
        and list_contains($publications, generation_to)
"""

PUBLICATIONS = Query(
    "台账·发布",
    """
    select generation, generation_from, max(published_as_of) as published_as_of from {rpt_published_figures}
    group by generation, generation_from order by generation
    """,
)

PARTS = MetricQuery(
    "台账·原因",
    f"""
    select cause_code, cause_label, cast(sum(record_count) as bigint) as moved_count,
        count(distinct incident_id) as incident_count
    {_MOVED} group by cause_code, cause_label order by cause_code
    """,
    _SCOPE,
)

ROWS = MetricQuery(
    "台账·明细",
    f"""
    select cause_label, incident_no, side_code, record_count, event_date, unit_no, area_no, class_label, outcome_label,
        from_as_of, to_as_of, source_table, source_key, source_file, source_line
    {_MOVED} order by cause_code, event_date desc, incident_no, side_code limit {MOST_ROWS}
    """,
    _SCOPE,
)

KEPT = Query(
    "台账·当时的数",
    """
    select definition_digest, cast(sum(figure_count) as bigint) as figure_count from {rpt_published_figures}
    where generation = $generation and metric_code = $metric and month_start >= $start and month_start < $end
        and (len($units) = 0 or list_contains($units, unit_no))
    group by definition_digest
    """,
    {"generation": str, "metric": str, "start": date, "end": date, "units": list},
)


@dataclass(frozen=True)
class Part:
    """One part of a difference.

    Args:
        cause_code, label: why.
        moved: how much it moved the number.
        incidents: records behind it; they can cancel out.
    """

    cause_code: str
    label: str
    moved: int
    incidents: int


@dataclass(frozen=True)
class Restatement:
    """One number then and now.

    Args:
        metric_code, name_zh, unit: the metric.
        start, end: the period, half-open; it was over when it was published.
        generation, published_as_of: the publication it is compared with.
        published: the number that publication gave.
        now: the present number.
        parts: what the difference is made of; their ``moved`` add up to ``now - published``.
        later: the publications since, the present one last; for :data:`ROWS`.
        kept: the figure kept at the time; None where the period is not whole months or an area is asked for.
        is_redefined: the definition's filters have changed since.
    """

    metric_code: str
    name_zh: str
    unit: str
    start: date
    end: date
    generation: str
    published_as_of: date
    published: int
    now: int
    parts: tuple[Part, ...]
    later: tuple[str, ...]
    kept: int | None
    is_redefined: bool

    @property
    def words(self) -> str:
        """The difference in words: 补报 5 起，改类 −2 起."""
        said = [
            f"{part.label} {part.moved:+,} {self.unit}".replace("-", "−") for part in self.parts if part.moved
        ]
        silent = [part for part in self.parts if not part.moved]
        if silent:
            said.append(f"另有 {sum(part.incidents for part in silent):,} 条有改动而不增减")
        return "，".join(said)


def restatement(
    door: Door, identity: Identity, code: str, period: tuple[date, date], *,
    units: Sequence[str] = (), area: str = "", since: str = "",
) -> Restatement | None:  # fmt: skip
    """Return a number as an earlier publication gave it and as it is now.

    Args:
        door, identity: who asks.
        code: a plain count of incidents.
        period: first day and first day after.
        units, area: as in :func:`jingcang.access.metrics.metric_values`.
        since: the earlier publication; "" for the first one that gave the whole period.

    Returns:
        None when no earlier publication gave the whole period, or the generation has no ledger.

    Raises:
        Forbidden: the role may not read the ledger.
        JingcangError: the metric is no plain count of incidents, or ``since`` did not give the whole period.
    """
    metric = metric_of(code)
    if metric.rows_table != FACT or metric.denominator_column is not None or metric.divide_by != 1:
        raise JingcangError(f"度量“{metric.title_zh}”没有改动台账", remedy="台账只记警情的起数")
    if not all(door.has_table(table) for table in LEDGER):
        return None
    chain = _chain(door, identity)
    given = [item for item in chain[:-1] if item[1] >= period[1]]
    chosen = next((item for item in given if since in ("", item[0])), None)
    if chosen is None:
        if since:
            raise JingcangError(
                f"版本 {since} 没有发布过这一整期",
                remedy=f"可用：{'、'.join(name for name, _ in given) or '无'}",
            )
        return None
    names = [name for name, _ in chain]
    later = tuple(names[names.index(chosen[0]) + 1 :])
    filters: dict[str, Any] = {"start": period[0], "end": period[1], "units": list(units), "area": area}
    (now,) = metric_values(door, identity, [code], period, units=units, area=area)
    found = door.run(PARTS.of(metric), identity, publications=list(later), **filters).to_dicts()
    parts = tuple(
        Part(row["cause_code"], row["cause_label"], row["moved_count"], row["incident_count"])
        for row in found
    )
    present = now.n
    kept, is_redefined = _kept(door, identity, code, chosen[0], period, units, area)
    return Restatement(
        code, metric.title_zh, metric.unit, *period, *chosen, present - sum(part.moved for part in parts), present,
        parts, later, kept, is_redefined,
    )  # fmt: skip


def _chain(door: Door, identity: Identity) -> list[tuple[str, date]]:
    """Return the publications that led to the present one, oldest first; those that were rolled back are left out."""
    known = {row["generation"]: row for row in door.run(PUBLICATIONS, identity).to_dicts()}
    chain: list[tuple[str, date]] = []
    name: str | None = door.generation().name
    while name in known and name not in {item[0] for item in chain}:
        chain.insert(0, (str(name), known[name]["published_as_of"]))
        name = known[name]["generation_from"]
    return chain


def _kept(
    door: Door, identity: Identity, code: str, generation: str, period: tuple[date, date],
    units: Sequence[str], area: str,
) -> tuple[int | None, bool]:  # fmt: skip
    months: dict[str, Any] = {"start": period[0].replace(day=1), "end": period[1]}
    rows = door.run(
        KEPT, identity, generation=generation, metric=code, units=list(units), **months
    ).to_dicts()
    digest = definition_digest(metric_of(code))
    is_redefined = any(row["definition_digest"] != digest for row in rows)
    is_whole = period[0].day == 1 and (period[1] - timedelta(1)).month != period[1].month and not area
    return (sum(row["figure_count"] for row in rows) if rows and is_whole else None), is_redefined
