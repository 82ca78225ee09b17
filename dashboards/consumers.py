"""Which KPIs and readers' pages rest on what a check looks at: what a fix heals, in words.

Belongs here: titles of what the lineage graph (``jingcang.contracts.lineage``) names. Does not belong here: the graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dashboards.deployment import profile_of
from dashboards.registry import PAGES
from jingcang.contracts import load_kpis, load_metrics
from jingcang.contracts.lineage import ColumnName, load_lineage

_READERS = tuple(spec.title for spec in PAGES if spec.needs_data and spec.section != "数据管理")
"""Pages of readers who are no stewards, in the order of the navigation."""


@dataclass(frozen=True)
class Consumers:
    """Titles of the KPIs and pages that rest on something."""

    kpis: tuple[str, ...]
    pages: tuple[str, ...]

    def words(self) -> str:
        """Return both as a phrase; of many KPIs the first three are named."""
        named = "、".join(self.kpis[:3]) + (" 等" if len(self.kpis) > 3 else "")
        parts = [
            f"{len(self.kpis)} 个指标（{named}）" if self.kpis else "",
            f"页面“{'”“'.join(self.pages)}”" if self.pages else "",
        ]
        return "，".join(part for part in parts if part) or "没有指标和页面"


def titled(columns: Iterable[ColumnName]) -> Consumers:
    """Return the KPIs, metrics and readers' pages that rest on any of some columns."""
    found = load_lineage().consumers(columns)
    names = {code: kpi.name_zh for code, kpi in load_kpis().items()}
    names |= {code: metric.title_zh for code, metric in load_metrics().items()}
    return Consumers(
        tuple(names[code] for code in found.kpis), tuple(title for title in _READERS if title in found.pages)
    )


@lru_cache(maxsize=2048)
def consumers_of(profile_name: str, object_name: str) -> Consumers:
    """Return what rests on a source table or model.

    Args:
        profile_name: the generation's profile.
        object_name: ``system.table`` or a model's name, as checks name what they look at.
    """
    return titled(load_lineage().columns_of(profile_of(profile_name), object_name))
