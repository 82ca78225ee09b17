"""Draw up the graph of what rests on what, from the compiled models of dbt, the declared KPIs and the pages' text.

    python -m orchestration.lineage            write data_contracts/generated/lineage.json
    python -m orchestration.lineage --check    exit 1 when it differs

Belongs here: which queries and relations there are. Does not belong here: reading one query (``column_lineage``), the
pages' text (``page_queries``), and asking the graph (``jingcang.contracts.lineage``).
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from jingcang.contracts import load_entities, load_kpis, load_marts, load_metrics
from jingcang.contracts.generate import HEADER
from jingcang.contracts.lineage import FILE, FRAME, MAPPINGS
from jingcang.contracts.pipeline_tables import PIPELINE_TABLES
from jingcang.home import Home
from orchestration.column_lineage import NOTHING, Origins, Relation, relation_of
from orchestration.column_values import values_asked
from orchestration.derive.steps import STEPS
from orchestration.page_queries import page_queries
from orchestration.transform.dbt import PROJECT, compiled_manifest

COUNTED = ("in_denominator", "in_numerator", "denominator_value", "numerator_value", "is_excluded")
"""Columns of a KPI's records that make its figure."""
MAPPED_FIELD = "field_name"
"""Column of the mappings that names the field."""
FRAME_QUERIES = "common"
"""Module of the queries that the frame around every page asks."""


def lineage_json() -> str:
    """Return the graph as the generated file holds it.

    Raises:
        JingcangError: the dbt project does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="jingcang_") as folder:
        manifest = compiled_manifest(Home(Path(folder)).prepare())
    known = _inputs()
    made = _derived(known)
    known |= {name: _named(name, relation) for name, relation in made.items()}
    trees, inputs = _models(manifest, known, made)
    pages: dict[str, Origins] = {}
    for asked in page_queries():
        page = FRAME if asked.module == FRAME_QUERIES else asked.page
        used = relation_of(sqlglot.parse_one(asked.sql, read="duckdb"), known).everything()
        pages[page] = pages.get(page, NOTHING) | used
    kpis = {code: _kpi(code, trees, known) for code in load_kpis()}
    for metric in load_metrics().values():
        mart = known[metric.mart]
        kpis[metric.metric_code] = mart.rows.union(*(mart.columns.get(n, NOTHING) for n in metric.columns))
    content = {
        "_header": HEADER.replace("jingcang.contracts.generate", "orchestration.lineage"),
        "relations": {
            name: {
                "inputs": inputs.get(name, []),
                "rows": _texts(relation.rows),
                "columns": {column: _texts(used) for column, used in relation.columns.items()},
            }
            for name, relation in sorted(made.items())
        },
        "pages": {name: _texts(used) for name, used in sorted(pages.items())},
        "kpis": {name: _texts(used) for name, used in sorted(kpis.items())},
        "mapped_fields": _mapped_fields(trees, inputs, known),
    }
    return _lines(content) + "\n"


def _lines(value: Any, depth: int = 0) -> str:
    """Return JSON with one column a line, so that a changed model is a change of few lines."""
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    inner = [f"{' ' * (depth + 1)}{json.dumps(key, ensure_ascii=False)}: {_lines(item, depth + 1)}"
             for key, item in value.items()]  # fmt: skip
    return "{\n" + ",\n".join(inner) + f"\n{' ' * depth}}}"


def _texts(columns: Origins) -> list[str]:
    return sorted(f"{relation}.{column}" for relation, column in columns)


def _named(name: str, relation: Relation) -> Relation:
    """Return a relation as later queries see it, one step away: its own columns, and "" for its rows."""
    rows = frozenset({(name, "")}) if relation.rows else NOTHING
    return Relation({column: frozenset({(name, column)}) for column in relation.columns}, rows)


def _models(
    manifest: Mapping[str, Any], known: dict[str, Relation], made: dict[str, Relation]
) -> tuple[dict[str, exp.Expr], dict[str, list[str]]]:
    """Add every model to ``known`` and ``made``, upstream models first; return their SQL and what they read."""
    trees: dict[str, exp.Expr] = {}
    inputs: dict[str, list[str]] = {}
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    done: set[str] = set()
    while len(done) < len(nodes):
        ready = [k for k, n in nodes.items() if k not in done
                 and all(up in done or up not in nodes for up in n["depends_on"]["nodes"])]  # fmt: skip
        for key in ready:
            name = nodes[key]["name"]
            trees[name] = sqlglot.parse_one(nodes[key]["compiled_code"], read="duckdb")
            made[name] = relation_of(trees[name], known)
            known[name] = _named(name, made[name])
            inputs[name] = sorted(_name(manifest, up) for up in nodes[key]["depends_on"]["nodes"])
        done.update(ready)
    return trees, inputs


def _mapped_fields(
    trees: Mapping[str, exp.Expr], inputs: Mapping[str, list[str]], known: Mapping[str, Relation]
) -> dict[str, list[str]]:
    """Return model → the fields whose mappings it reads, for the models of which that can be told."""
    columns = {name.rpartition(".")[2]: relation.columns for name, relation in known.items()}
    found = {}
    for name in sorted(trees):
        if MAPPINGS in inputs[name]:
            fields = values_asked(trees[name], MAPPINGS, MAPPED_FIELD, columns)
            if fields is not None:
                found[name] = sorted(fields)
    return found


def _name(manifest: Mapping[str, Any], key: str) -> str:
    if key in manifest["sources"]:
        return f"{manifest['sources'][key]['source_name']}.{manifest['sources'][key]['name']}"
    return str(manifest["nodes"][key]["name"]) if key in manifest["nodes"] else key.rpartition(".")[2]


def _inputs() -> dict[str, Relation]:
    """Return the relations that no model makes: landed and derived tables, seeds."""
    columns = {f"landed.{e.name}": list(e.duckdb_columns(lineage=True)) for e in load_entities().values()}
    columns |= {f"{table.schema}.{table.name}": list(table.columns) for table in PIPELINE_TABLES}
    columns |= {mart.name: list(mart.column_names) for mart in load_marts().values()}
    for path in (PROJECT / "seeds").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            columns[path.stem] = next(csv.reader(file))
    relations = {
        name: _named(name, Relation(dict.fromkeys(names, NOTHING))) for name, names in columns.items()
    }
    for path in (PROJECT / "seeds" / "dictionaries").glob("dictionary_*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            held = frozenset(("dictionary", row["dictionary"]) for row in csv.DictReader(file))
        own = relations[path.stem].columns
        relations[path.stem] = Relation({column: held | own[column] for column in own})
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


def main(arguments: Iterable[str] = ()) -> int:
    """Write or check the file; return the exit code."""
    content = lineage_json()
    if "--check" in arguments:
        if not FILE.is_file() or FILE.read_text(encoding="utf-8") != content:
            sys.stderr.write(f"{FILE.name}：与模型和页面不一致，请运行 python -m orchestration.lineage\n")
            return 1
        return 0
    FILE.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
