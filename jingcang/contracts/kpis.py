"""Declared KPIs with their wording, unit, direction, owner and validity.

Belongs here: reading ``data_contracts/kpis``. Does not belong here: computing them (``dbt_project``), and metrics,
which are sums over marts (``metrics``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pydantic

from jingcang.contracts.files import CONTRACTS_ROOT, Strict, read_model, wrong


class Kpi(Strict):
    """One KPI: a ratio of two sums over the records of ``fct_kpi_records``.

    ``scale`` multiplies the ratio for display (100 for a share in percent, 1 for a mean score).
    ``direction`` says which way is better; ``none`` where neither is. ``appeal_claims`` are what an officer may claim
    of a record: that it should not count (exclude), that it reached the aim (count), that a record is missing (add);
    the last two only where each record counts 0 or 1.
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
    appeal_claims: tuple[Literal["exclude", "count", "add"], ...] = ("exclude",)


def load_kpis(root: Path = CONTRACTS_ROOT) -> dict[str, Kpi]:
    """Return every KPI by code; the file is named after the code."""
    return {
        kpi.kpi_code: kpi
        for path in sorted((root / "kpis").glob("*.yaml"))
        for kpi in [_named(path, read_model(path, Kpi))]
    }


def _named(path: Path, kpi: Kpi) -> Kpi:
    if kpi.kpi_code != path.stem:
        raise wrong(path, "kpi_code", f"应与文件名一致（{path.stem}）")
    return kpi
