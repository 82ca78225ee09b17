"""Which KPIs and pages rest on a table: what a fix heals.

Belongs here: joining the models' graph (``jingcang.contracts.lineage``) with the pages' queries. Does not belong
here: the graph itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dashboards.deployment import profile_of
from dashboards.queries import archive, patrol, situation
from dashboards.registry import PAGES
from jingcang.access import Query
from jingcang.contracts import load_kpis
from jingcang.contracts.lineage import model_graph, tables_of

_QUERIES = {"situation": situation, "patrol": patrol, "archive": archive, "mine": archive}
"""Pages of readers who are no stewards → the module of their queries."""


@dataclass(frozen=True)
class Consumers:
    """Titles of the KPIs and pages that rest on a table."""

    kpis: tuple[str, ...]
    pages: tuple[str, ...]

    def words(self) -> str:
        """Return both as a phrase."""
        parts = [
            f"{len(self.kpis)} 个指标（{'、'.join(self.kpis)}）" if self.kpis else "",
            f"页面“{'”“'.join(self.pages)}”" if self.pages else "",
        ]
        return "，".join(part for part in parts if part) or "没有指标和页面直接用到"


@lru_cache(maxsize=1)
def _page_tables() -> dict[str, frozenset[str]]:
    titles = {spec.path: spec.title for spec in PAGES}
    return {
        titles[path]: frozenset(
            table for value in vars(module).values() if isinstance(value, Query) for table in value.tables
        )
        for path, module in _QUERIES.items()
    }


@lru_cache(maxsize=2048)
def consumers_of(profile_name: str, object_name: str) -> Consumers:
    """Return what rests on a source table or model.

    Args:
        profile_name: the generation's profile.
        object_name: ``system.table`` or a model's name, as checks name what they look at.
    """
    graph = model_graph()
    names = tables_of(profile_of(profile_name), object_name)
    kpis = load_kpis()
    pages = [
        title
        for title, tables in _page_tables().items()
        if any(graph.upstream(table) & names for table in tables)
    ]
    return Consumers(tuple(kpis[code].name_zh for code in graph.kpis_resting_on(names)), tuple(pages))
