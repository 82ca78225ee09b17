"""Declared measures: KPIs and metrics with their wording, unit, direction, owner and validity.

Belongs here: reading ``data_contracts/kpis`` and ``data_contracts/metrics``.
Does not belong here: computing them (``dbt_project``); pages read wording and numbers from one place.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal, TypeVar

import pydantic

from jingcang.contracts.files import CONTRACTS_ROOT, Strict, read_model, wrong

Measure = TypeVar("Measure", "Kpi", "Metric")


class Kpi(Strict):
    """One KPI: a ratio of two sums over the records of ``fct_kpi_records``.

    ``scale`` multiplies the ratio for display (100 for a share in percent, 1 for a mean score).
    ``direction`` says which way is better; ``none`` where neither is.
    """

    kpi_code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    numerator_zh: str
    denominator_zh: str
    exclusions_zh: str
    anchor_zh: str
    unit: str
    scale: int
    direction: Literal["higher", "lower", "none"]
    record_kind_zh: str
    owner: str
    version: str
    valid_from: dt.date
    note_zh: str = ""


class Metric(Strict):
    """One metric over a mart: the column summed and the rows counted, as words and as a filter.

    ``filter_column`` is a Boolean column of the mart, or null where every row counts: a definition is
    never a silent filter in a page.
    """

    metric_code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    definition_zh: str
    mart: str
    sum_column: str
    filter_column: str | None = None
    unit: str
    is_default: bool = False
    owner: str
    version: str
    valid_from: dt.date


def load_kpis(root: Path = CONTRACTS_ROOT) -> dict[str, Kpi]:
    """Return every KPI by code; the file is named after the code."""
    return {
        kpi.kpi_code: kpi
        for path in sorted((root / "kpis").glob("*.yaml"))
        for kpi in [_named(path, read_model(path, Kpi), "kpi_code")]
    }


def load_metrics(root: Path = CONTRACTS_ROOT) -> dict[str, Metric]:
    """Return every metric by code; the file is named after the code."""
    return {
        metric.metric_code: metric
        for path in sorted((root / "metrics").glob("*.yaml"))
        for metric in [_named(path, read_model(path, Metric), "metric_code")]
    }


def _named(path: Path, measure: Measure, key: str) -> Measure:
    if getattr(measure, key) != path.stem:
        raise wrong(path, key, f"应与文件名一致（{path.stem}）")
    return measure
