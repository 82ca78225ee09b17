"""Declared KPIs with their wording, basis, evidence, limits, owner, approver and validity.

Belongs here: reading and checking ``data_contracts/kpis``. Does not belong here: computing them (``dbt_project``),
evidence that would have to be typed again (``typed_again``), and metrics, which are sums over marts (``metrics``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pydantic

from jingcang.contracts.entities import load_entities
from jingcang.contracts.files import CONTRACTS_ROOT, Strict, read_model, wrong

DEADLINE_TABLES = {"archive_deadlines": "各门类归档期限", "archive_outcome_windows": "成效确认期限"}
"""Seed with days → what readers call it."""


class Kpi(Strict):
    """One KPI: a ratio of two sums over the records of ``fct_kpi_records``.

    ``basis_zh`` is the rule or paper it comes from. ``evidence`` names the columns (``entity.column``) that decide
    its records. ``scale`` multiplies the ratio for display (100 for a share in percent, 1 for a mean score).
    ``direction`` says which way is better; ``none`` where neither is. ``approver`` signs what ``owner`` words.
    ``minimum_n`` records in the denominator and no fewer make a value, else counts alone are told. ``deadlines`` is
    the seed with the days allowed. ``unmapped_limit_permille`` is the largest share of records left out as 未映射 with
    which a value is told; None where no mapped code leaves a record out. It holds on [``valid_from``, ``valid_to``).
    ``counted_by`` says whether a record belongs to its own day (``event``: quarters add up to the year) or is counted
    once a period, over all of it or at its end (``period``: they do not).
    ``appeal_claims`` are what an officer may claim of a record: that it should not count (exclude), that it reached
    the aim (count), that a record is missing (add); the last two only where each record counts 0 or 1.
    """

    kpi_code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    basis_zh: str = pydantic.Field(min_length=1)
    numerator_zh: str
    denominator_zh: str
    exclusions_zh: str
    anchor_zh: str
    evidence: tuple[str, ...] = pydantic.Field(min_length=1)
    unit: str
    scale: int
    direction: Literal["higher", "lower", "none"]
    record_kind_zh: str
    owner: str = pydantic.Field(min_length=1)
    approver: str = pydantic.Field(min_length=1)
    minimum_n: int = pydantic.Field(default=10, ge=1)
    deadlines: str | None = None
    unmapped_limit_permille: int | None = pydantic.Field(default=None, ge=0, le=1000)
    version: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    note_zh: str = ""
    counted_by: Literal["event", "period"] = "event"
    appeal_claims: tuple[Literal["exclude", "count", "add"], ...] = ("exclude",)

    @property
    def standing_zh(self) -> str:
        """Version, validity, owner and approver in words."""
        until = f"至 {self.valid_to} 前，" if self.valid_to else ""
        return f"第 {self.version} 版，{self.valid_from} 起，{until}{self.owner}负责，{self.approver}批准"

    @property
    def limits_zh(self) -> str:
        """Basis, least n, limit of unmapped records and table of deadlines in words."""
        parts = [f"依据：{self.basis_zh}", f"分母不足 {self.minimum_n} 条只列件数"]
        if self.unmapped_limit_permille is not None:
            parts.append(f"未映射超过 {self.unmapped_limit_permille / 10:g}% 不显示")
        if self.deadlines:
            parts.append(f"天数见期限表“{DEADLINE_TABLES[self.deadlines]}”")
        return "；".join(parts)


def load_kpis(root: Path = CONTRACTS_ROOT) -> dict[str, Kpi]:
    """Return every KPI by code; the file is named after the code.

    Raises:
        JingcangError: naming file and key: a name that is not the file's, evidence that no entity has, a table of
            deadlines that is none of :data:`DEADLINE_TABLES`, an approver who is the owner, a validity that ends
            before it begins.
    """
    return {
        kpi.kpi_code: kpi
        for path in sorted((root / "kpis").glob("*.yaml"))
        for kpi in [_checked(path, read_model(path, Kpi), root)]
    }


def _checked(path: Path, kpi: Kpi, root: Path) -> Kpi:
    if kpi.kpi_code != path.stem:
        raise wrong(path, "kpi_code", f"应与文件名一致（{path.stem}）")
    if kpi.approver == kpi.owner:
        raise wrong(path, "approver", "批准人与负责人不能相同")
    if kpi.valid_to is not None and kpi.valid_to <= kpi.valid_from:
        raise wrong(path, "valid_to", "应晚于生效日期")
    entities = load_entities(root)
    for name in kpi.evidence:
        entity, _, column = name.partition(".")
        if entity not in entities or column not in entities[entity].column_names:
            raise wrong(path, "evidence", f"没有这个实体列：{name}", "写成 实体.列，如 cases.closed_date")
    if kpi.deadlines and kpi.deadlines not in DEADLINE_TABLES:
        raise wrong(
            path, "deadlines", f"没有这张期限表：{kpi.deadlines}", f"可用：{'、'.join(DEADLINE_TABLES)}"
        )
    return kpi
