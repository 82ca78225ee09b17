"""Which published tables read an entity column: what a schema drift alert names beside the column.

Belongs here: walking dbt's manifest from an entity to the tables below it. Does not belong here: what drifted
(``jingcang.landing``) and lineage from column to column and page, which is a graph of its own.

A column keeps its name on its way through the models (one name a quantity), so a published table below the
entity reads the column if its own SQL or that of a model between them speaks of it by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.publish.generations import PUBLISHED_TABLE


def published_readers(manifest: Mapping[str, Any], entity_columns: Iterable[str]) -> tuple[str, ...]:
    """Return the published tables that read any of some entity columns.

    Args:
        manifest: dbt's manifest.
        entity_columns: ``entity.column`` each.

    Returns:
        Names of dim_, fct_ and rpt_ models, sorted.
    """
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    children: dict[str, list[str]] = {}
    for key, node in nodes.items():
        for parent in node["depends_on"]["nodes"]:
            children.setdefault(parent, []).append(key)
    sources = {
        node["name"]: key for key, node in manifest["sources"].items() if node["source_name"] == "landed"
    }
    found: set[str] = set()
    for qualified in entity_columns:
        entity, _, column = qualified.partition(".")
        word = re.compile(rf"\b{re.escape(column)}\b")
        waiting, seen = list(children.get(sources.get(entity, ""), ())), set[str]()
        while waiting:
            key = waiting.pop()
            if key in seen or not word.search(nodes[key]["raw_code"]):
                continue
            seen.add(key)
            waiting += children.get(key, [])
            if PUBLISHED_TABLE.match(nodes[key]["name"]):
                found.add(nodes[key]["name"])
    return tuple(sorted(found))
