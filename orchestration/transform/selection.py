"""What an incremental build has to do: only what rests on an input that holds something else than at the last build.

A relation of ``landed`` or ``derived`` is a view over immutable files, so its text says what it holds. The mappings of
codes are told apart by the field they belong to: a decision on one field leaves models alone that read others. Belongs
here: comparing inputs, following them through the project, keeping results of tests nothing of whose inputs changed.
Does not belong here: when a build is made anew (``state``), and which dates a model recomputes
(``dbt_project/macros/incremental.sql``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import duckdb

from jingcang.contracts.lineage import MAPPINGS as MAPPINGS_IN_FORCE
from jingcang.contracts.lineage import Lineage
from orchestration.transform.dbt import history_models

MAPPINGS = "landed.code_mappings"
READ_OF_MAPPINGS = ("source_system", "field_name", "source_value", "dictionary", "code", "outcome", "reason",
                    "valid_from", "valid_to", "mapping_id", "_source_system")  # fmt: skip
"""What ``int_code_mappings`` reads of them; who decided, and in which batch it came, changes no figure."""

_LANDED = re.compile(r"\blanded\.\"?(\w+)")


def input_versions(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return relation of ``landed``, ``derived`` or ``control`` → what it holds, as a digest.

    Of ``control.run`` the number of the run says nothing: a run that differs in nothing else builds the same.
    ``control.affected_partitions`` names dates of inputs that are told apart by themselves.
    """
    texts = dict(
        connection.execute(
            "select schema_name || '.' || view_name, sql from duckdb_views() "
            "where schema_name in ('landed', 'derived')"
        ).fetchall()
    )
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('landed', 'derived')"
    ).fetchall()
    for (name,) in tables:
        texts[name] = str(
            connection.execute(f"select count(*), sum(hash(held)) from {name} as held").fetchone()
        )
    texts["control.run"] = str(
        connection.execute("select * exclude (run_id, generation_no) from control.run").fetchall()
    )
    texts["control.affected_partitions"] = ""
    if MAPPINGS in texts:
        held = f"count(*), sum(hash({', '.join(READ_OF_MAPPINGS)}))"
        fields = connection.execute(
            f"select field_name, {held} from {MAPPINGS} group by field_name"
        ).fetchall()
        texts |= {f"{MAPPINGS}:{field}": str(version) for field, *version in fields}
    return {name: _digest(name, texts) for name in sorted(texts)}


def _digest(name: str, texts: Mapping[str, str]) -> str:
    """Return the digest of a relation's text and of the landed relations that it names."""
    named = sorted({f"landed.{other}" for other in _LANDED.findall(texts[name])} & texts.keys() - {name})
    parts = [texts[name], *(_digest(other, texts) for other in named)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def resting_on(manifest: Mapping[str, Any], changed: Iterable[str]) -> set[str]:
    """Return the dbt ids of everything that reads one of some source relations, directly or through models."""
    waiting, found = _sources(manifest, changed), set[str]()
    while waiting:
        parent = waiting.pop()
        for child in manifest["child_map"].get(parent, ()):
            if child not in found and not _only_after(manifest, parent, child):
                found.add(child)
                waiting.append(child)
    return found


def _sources(manifest: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [
        unique_id for unique_id, source in manifest["sources"].items()
        if f"{source['source_name']}.{source['name']}" in wanted
    ]  # fmt: skip


def _only_after(manifest: Mapping[str, Any], parent: str, child: str) -> bool:
    """Return whether a model names another only to be built after it (``meta.only_after``)."""
    config = manifest["nodes"].get(child, {}).get("config", {})
    return parent.rpartition(".")[2] in config.get("meta", {}).get("only_after", ())


def _resting_on_mappings(manifest: Mapping[str, Any], fields: Collection[str], lineage: Lineage) -> set[str]:
    """Return the dbt ids of the mappings in force, of the models that draw on those of some fields, and their tests."""
    drawn = {MAPPINGS_IN_FORCE, *lineage.read_of_mappings(fields)}
    models = {name for name, node in manifest["nodes"].items() if node["name"] in drawn}
    readers = [*_sources(manifest, [MAPPINGS]), *models]
    below = {child for parent in readers for child in manifest["child_map"].get(parent, ())}
    return models | {name for name in below if name.startswith("test.")}


def nodes_to_build(
    manifest: Mapping[str, Any], before: Mapping[str, str], now: Mapping[str, str], tested: Iterable[str],
    lineage: Lineage,
) -> set[str]:  # fmt: skip
    """Return the names of the models and tests of an incremental build.

    Views and seeds change only with the program, which asks for a full build; models of run history are built later.

    Args:
        manifest: dbt's.
        before, now: :func:`input_versions` of the build database and of this run.
        tested: dbt ids of tests whose results of the last build are known.
        lineage: of the same models.
    """
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    reached = resting_on(manifest, changed - {MAPPINGS})
    if MAPPINGS in changed:
        prefix = f"{MAPPINGS}:"
        fields = {name.removeprefix(prefix) for name in changed if name.startswith(prefix)}
        reached |= _resting_on_mappings(manifest, fields, lineage)
    nodes, known, history = manifest["nodes"], set(tested), history_models(manifest)
    later = {name for name, node in nodes.items() if node["name"] in history}
    chosen = set()
    for name, node in nodes.items():
        if node["resource_type"] == "model":
            wanted = name in reached and node["config"]["materialized"] != "view" and name not in later
        elif node["resource_type"] == "test":
            wanted = (name in reached or name not in known) and not later.intersection(
                node["depends_on"]["nodes"]
            )
        else:
            wanted = False
        if wanted:
            chosen.add(node["name"])
    return chosen
