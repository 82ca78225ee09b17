"""Who consumes a declared column: models, pages, KPIs and metrics.

Belongs here: the way source contract column → mapping → entity column → models → pages and measures, from the
compiled models of dbt, the declared mappings and the text of the pages.
Does not belong here: reading one query (``column_lineage``) and judging changes (``jingcang.contracts``).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from jingcang.contracts import CONTRACTS_ROOT, load_entities, load_kpis, load_marts, load_metrics
from jingcang.contracts.compare import Change
from jingcang.contracts.declared import DeclaredTable, read_declared
from jingcang.contracts.pipeline_tables import PIPELINE_TABLES
from jingcang.home import Home
from orchestration.column_lineage import NOTHING, Origins, Relation, relation_of
from orchestration.derive.steps import STEPS
from orchestration.page_queries import page_queries
from orchestration.transform.dbt import PROJECT, compiled_manifest

READER_MODELS = ("dim_", "fct_", "rpt_", "stg_", "int_")
COUNTED = ("in_denominator", "in_numerator", "denominator_value", "numerator_value", "is_excluded")
"""Columns of a KPI's records that make its figure."""


@dataclass(frozen=True)
class Consumers:
    """Names of what consumes a column, each list sorted; KPIs and metrics by their code."""

    models: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """What every model, page and measure rests on.

    Args:
        models, pages, kpis: name → columns it rests on.
        declared: declarations of the shipped contracts and profiles by name, the older of two versions last.
    """

    models: Mapping[str, Origins]
    pages: Mapping[str, Origins]
    kpis: Mapping[str, Origins]
    declared: Mapping[str, DeclaredTable] = field(repr=False)

    def consumers(self, columns: Iterable[tuple[str, str]]) -> Consumers:
        """Return everything that rests on at least one of ``columns`` (relation, column)."""
        wanted = frozenset(columns)

        def using(things: Mapping[str, Origins]) -> tuple[str, ...]:
            return tuple(sorted(name for name, origins in things.items() if origins & wanted))

        return Consumers(using(self.models), using(self.pages), using(self.kpis))

    def of(self, change: Change) -> Consumers:
        """Return the consumers of what a change is about."""
        return self.consumers(self._columns(change))

    def _columns(self, change: Change) -> set[tuple[str, str]]:
        rest = change.object_name.partition(".")[2]
        table = self.declared.get(change.object_name)
        columns = change.columns or self._concerned(change, table)
        match change.kind:
            case "source":
                return {made for column in columns for made in self._made_from(change.object_name, column)}
            case "entity":
                return {(f"landed.{rest}", column) for column in columns}
            case "mart":
                return {(rest, column) for column in columns}
            case "fields":
                return {
                    (f"landed.{other.name.partition('.')[2]}" if other.kind == "entity"
                     else other.name.partition(".")[2], column)
                    for other in self.declared.values() if other.kind in ("entity", "mart")
                    for column in columns if column in other.columns
                }  # fmt: skip
            case "mapping":
                return {_split(column) for column in columns if "." in column}
            case "codes":
                return {_split(column.partition("=")[0]) for column in columns}
            case "dictionary":
                return self._coded_by(rest)
            case _:
                return set()

    def _concerned(self, change: Change, table: DeclaredTable | None) -> tuple[str, ...]:
        if table is None:
            return ()
        if change.reason == "time_zone_changed":
            return tuple(n for n, f in table.columns.items() if f.get("type") in ("date", "timestamp"))
        return tuple(table.columns)

    @cached_property
    def _made(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        made: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for mapping in self.declared.values():
            if mapping.kind != "mapping":
                continue
            source = mapping.name.removeprefix("mapping.")
            for target, facts in mapping.columns.items():
                for column in self._read(source, facts["made"]):
                    made.setdefault((source, column), set()).add(_split(target))
            for fact, condition in mapping.facts.items():
                if condition:
                    entity = f"landed.{fact.removeprefix('where.')}"
                    whole = {_split(t) for t in mapping.columns if _split(t)[0] == entity}
                    made.setdefault((source, condition["column"]), set()).update(whole)
        return made

    def _read(self, source: str, how: Any) -> tuple[str, ...]:
        given = how.get("from", ()) if isinstance(how, dict) else ()
        names = (given,) if isinstance(given, str) else tuple(given)
        if not names and isinstance(how, dict) and how.get("transform") == "record_key":
            table = self.declared.get(source)
            return tuple(table.facts["key"]) if table else ()
        return names

    def _made_from(self, source: str, column: str) -> set[tuple[str, str]]:
        return self._made.get((source, column), set())

    def _coded_by(self, dictionary: str) -> set[tuple[str, str]]:
        return {
            _split(str(facts["field"]))
            for table in self.declared.values() if table.kind == "codes"
            for facts in table.columns.values() if facts["meaning"][0] == dictionary
        } | {("dictionary", dictionary)}  # fmt: skip


def _split(target: str) -> tuple[str, str]:
    entity, _, column = target.partition(".")
    return f"landed.{entity}", column


def consumer_graph(*versions: Path) -> Graph:
    """Return the graph of the shipped models and pages.

    Args:
        versions: the compared files or folders; their mappings and contracts count beside the shipped ones,
            the first of them before all others.

    Raises:
        JingcangError: the dbt project does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="jingcang_") as folder:
        manifest = compiled_manifest(Home(Path(folder)).prepare())
    relations, trees = _models(manifest)
    pages: dict[str, Origins] = {}
    for asked in page_queries():
        origins = relation_of(sqlglot.parse_one(asked.sql, read="duckdb"), relations).everything()
        pages[asked.page] = pages.get(asked.page, NOTHING) | origins
    kpis = {code: _kpi(code, trees, relations) for code in load_kpis()}
    for metric in load_metrics().values():
        mart, names = relations[metric.mart], [metric.sum_column, metric.filter_column]
        kpis[metric.metric_code] = mart.rows.union(*(mart.columns.get(n, NOTHING) for n in names if n))
    models = {
        name: relation.everything() for name, relation in relations.items() if name.startswith(READER_MODELS)
    }
    return Graph(models, pages, kpis, _declared(versions))


def _declared(versions: Iterable[Path]) -> dict[str, DeclaredTable]:
    found = {} if not CONTRACTS_ROOT.is_dir() else _shipped()
    for path in reversed(list(versions)):
        found |= read_declared(path)
    return found


def _shipped() -> dict[str, DeclaredTable]:
    found: dict[str, DeclaredTable] = {}
    for part in ("sources", "entities", "marts", *(f"profiles/{p.name}" for p in _profiles())):
        found |= read_declared(CONTRACTS_ROOT / part)
    return found


def _profiles() -> list[Path]:
    return sorted(path.parent for path in (CONTRACTS_ROOT / "profiles").glob("*/profile.yaml"))


def _models(manifest: Mapping[str, Any]) -> tuple[dict[str, Relation], dict[str, exp.Expr]]:
    """Return relation → what it rests on, and model → its parsed SQL, upstream models first."""
    relations = {name: relation.named(name) for name, relation in _inputs().items()}
    relations |= {name: relation.named(name) for name, relation in _derived(relations).items()}
    trees: dict[str, exp.Expr] = {}
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    done: set[str] = set()
    while len(done) < len(nodes):
        ready = [k for k, n in nodes.items() if k not in done
                 and all(up in done or up not in nodes for up in n["depends_on"]["nodes"])]  # fmt: skip
        for key in ready:
            node = nodes[key]
            trees[node["name"]] = sqlglot.parse_one(node["compiled_code"], read="duckdb")
            relations[node["name"]] = relation_of(trees[node["name"]], relations).named(node["name"])
        done.update(ready)
    return relations, trees


def _inputs() -> dict[str, Relation]:
    """Return the relations that no model makes: landed and derived tables, seeds."""
    columns = {f"landed.{e.name}": list(e.duckdb_columns(lineage=True)) for e in load_entities().values()}
    columns |= {f"{table.schema}.{table.name}": list(table.columns) for table in PIPELINE_TABLES}
    columns |= {mart.name: list(mart.column_names) for mart in load_marts().values()}
    for path in (PROJECT / "seeds").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            columns[path.stem] = next(csv.reader(file))
    relations = {name: Relation(dict.fromkeys(names, NOTHING)) for name, names in columns.items()}
    for path in (PROJECT / "seeds" / "dictionaries").glob("dictionary_*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            held = frozenset(("dictionary", row["dictionary"]) for row in csv.DictReader(file))
        relations[path.stem] = Relation(dict.fromkeys(columns[path.stem], held))
    return relations


def _derived(relations: Mapping[str, Relation]) -> dict[str, Relation]:
    """Return the derived tables: every column rests on all that its step reads."""
    found = {}
    for step in STEPS:
        read: Origins = frozenset(
            (f"landed.{item.entity}", column) for item in step.inputs for column in item.columns
        ).union(*(relations[f"landed.{name}"].everything() for name in step.references))
        found[f"derived.{step.name}"] = Relation(dict.fromkeys(step.schema, read))
    return found


def _kpi(code: str, trees: Mapping[str, exp.Expr], relations: Mapping[str, Relation]) -> Origins:
    """Return what one KPI's records rest on: of every union only the branches that make this KPI."""
    origins: Origins = NOTHING
    for tree in trees.values():
        made = {str(item.this.this) for item in tree.find_all(exp.Alias) if _names_kpi(item)}
        if code in made:
            records = relation_of(_only(tree.copy(), made - {code}), relations)
            origins |= records.rows.union(*(records.columns.get(name, NOTHING) for name in COUNTED))
    return origins


def _names_kpi(item: exp.Alias) -> bool:
    return item.alias == "kpi_code" and isinstance(item.this, exp.Literal)


def _only(tree: exp.Expr, others: set[str]) -> exp.Expr:
    for union in reversed(list(tree.find_all(exp.SetOperation))):
        for branch, kept in ((union.left, union.right), (union.right, union.left)):
            if isinstance(branch, exp.Select) and any(
                isinstance(item, exp.Alias) and _names_kpi(item) and item.this.this in others
                for item in branch.expressions
            ):
                union.replace(kept)
                break
    return tree
