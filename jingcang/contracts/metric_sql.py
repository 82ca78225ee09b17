"""What a metric's definition is in SQL.

Belongs here: conditions over the rows of a table that carries the filters' columns. Does not belong here: the
declarations (``metrics``), periods and places, and who may ask (``jingcang.access``).

Every literal comes from a declaration that was checked against the dictionaries, never from a reader.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from jingcang.contracts.code_trees import SEEDS, load_code_trees
from jingcang.contracts.formats import literal
from jingcang.contracts.metrics import Metric, MetricFilter, MetricVersion

EVERY = "true"


def filters_sql(filters: Iterable[MetricFilter], dictionaries: Path = SEEDS) -> str:
    """Return the condition that all filters hold; it is never NULL."""
    trees = load_code_trees(dictionaries)
    parts = []
    for item in filters:
        codes = ", ".join(literal(code) for code in trees[item.dictionary].below(item.codes))
        parts.append(
            f"({item.column} is not null and {item.column} in ({codes}))"
            if item.in_
            else f"({item.column} is null or {item.column} not in ({codes}))"
        )
    return " and ".join(parts) or EVERY


def counted_sql(
    metric: Metric, *, only_denominator: bool = False, within: Collection[str] | None = None
) -> str:
    """Return the condition under which a row counts, by the version valid on its ``event_date``.

    Args:
        metric: the metric.
        only_denominator: of a ratio, leave the numerator's own filters aside.
        within: keep the filters on these columns only; default all.

    Returns:
        A condition on ``event_date`` and the filters' columns, in brackets where it needs them.
    """
    parts = [
        _of_version(metric, version, only_denominator=only_denominator, within=within)
        for version in metric.versions
    ]
    return parts[0] if len(parts) == 1 else "(" + " or ".join(f"({part})" for part in parts) + ")"


def definition_digest(metric: Metric) -> str:
    """Return twelve hex digits that change with the rows a metric counts, whatever its words."""
    return hashlib.sha256(counted_sql(metric).encode()).hexdigest()[:12]


def _of_version(
    metric: Metric, version: MetricVersion, *, only_denominator: bool, within: Collection[str] | None
) -> str:
    filters = version.filters if only_denominator else (*version.filters, *version.numerator_filters)
    kept = [item for item in filters if within is None or item.column in within]
    days = []
    if version is not metric.versions[0]:  # what came before the first version counts by the first
        days.append(f"event_date >= {_day(version.valid_from)}")
    if version.valid_to is not None:
        days.append(f"event_date < {_day(version.valid_to)}")
    said = filters_sql(kept)
    parts = [*days, *([said] if said != EVERY else [])]
    return " and ".join(parts) or EVERY


def _day(day: dt.date) -> str:
    return f"date '{day.isoformat()}'"
