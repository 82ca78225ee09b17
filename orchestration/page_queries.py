"""Which queries each page asks, read from the text of ``dashboards``.

Belongs here: reading the registry, the query modules and the imports of pages as Python text: this package
imports nothing of ``dashboards``. Does not belong here: what a query rests on (``column_lineage``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jingcang.contracts import load_metrics
from orchestration import PROJECT_ROOT

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
QUERIES = ("Query", "MetricQuery")
COUNTED = "@counted"
"""Stands in the SQL of a ``MetricQuery`` for the filters of the metric a reader chose."""


@dataclass(frozen=True)
class PageQuery:
    """One named query of one page.

    Args:
        page: the page's title.
        module: the query module that declares it.
        query: its name.
        sql: its SQL with plain table names.
    """

    page: str
    module: str
    query: str
    sql: str


def page_queries(root: Path = PROJECT_ROOT) -> list[PageQuery]:
    """Return every query of every page of the registry, those of shared parts included."""
    folder = root / "dashboards"
    queries = {path.stem: _queries(path) for path in sorted((folder / "queries").glob("*.py"))}
    found = []
    for title, file in _pages(folder / "registry.py"):
        asked: dict[tuple[str, str], None] = {}
        for path in _reached(folder, folder / "app_pages" / file):
            for module, constant in _references(path):
                if constant in queries.get(module, {}):
                    asked[module, constant] = None
        found += [PageQuery(title, module, *queries[module][constant]) for module, constant in asked]
    return found


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _pages(registry: Path) -> list[tuple[str, str]]:
    pages = []
    for call in ast.walk(_tree(registry)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "PageSpec":
            texts = [str(item.value) for item in call.args if isinstance(item, ast.Constant)]
            pages.append((texts[1], next(text for text in texts if text.endswith(".py"))))
    return pages


def _reached(folder: Path, page: Path) -> list[Path]:
    """Return the page's file and those of ``dashboards`` that it imports, directly or not."""
    waiting, seen = [page], dict.fromkeys([page])
    while waiting:
        for node in ast.walk(_tree(waiting.pop())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("dashboards"):
                continue
            for alias in ("", *(f".{item.name}" for item in node.names)):
                path = folder.parent / (f"{node.module}{alias}".replace(".", "/") + ".py")
                if path.is_file() and path not in seen and path.parent.name != "queries":
                    seen[path] = None
                    waiting.append(path)
    return list(seen)


def _references(path: Path) -> list[tuple[str, str]]:
    """Return (query module, constant) of everything taken from ``dashboards.queries``."""
    tree = _tree(path)
    modules: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "dashboards.queries":
            modules |= {item.asname or item.name: item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards.queries."):
            found += [(str(node.module).rpartition(".")[2], item.name) for item in node.names]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.append((modules[node.value.id], node.attr))
    return found


def _constants(path: Path) -> dict[str, str]:
    """Return the module-level names that hold a text or number which can be read without running anything.

    Those imported from another module of queries are among them.
    """
    known: dict[str, str] = {}
    for node in _tree(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards.queries."):
            other = _constants(path.with_name(str(node.module).rpartition(".")[2] + ".py"))
            known |= {item.asname or item.name: other[item.name] for item in node.names if item.name in other}
        if isinstance(node, ast.Assign):
            pairs = list(zip(node.targets, [node.value] * len(node.targets), strict=True))
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
            for target, value in pairs:
                text = _text(value, known)
                if isinstance(target, ast.Name) and text is not None:
                    known[target.id] = text
    return known


def _text(node: ast.expr, known: Mapping[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str() | int()):
            return str(node.value)
        case ast.Name(id=name):
            return known.get(name)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_text(left, known), _text(right, known)]
        case ast.JoinedStr(values=values):
            parts = [_text(item, known) for item in values]
        case ast.FormattedValue(value=value):
            return _text(value, known)
        case _:
            return None
    return None if None in parts else "".join(part for part in parts if part is not None)


def _counted(sql: str) -> str:
    """Return the SQL with every filter column of the metrics over its tables in the place of the one chosen."""
    if COUNTED not in sql:
        return sql
    read = set(re.findall(r"from ([a-z_0-9]+)", sql))
    metrics = [metric for metric in load_metrics().values() if read & {metric.mart, metric.rows_table}]
    columns = sorted({column for metric in metrics for column in metric.filter_columns})
    return sql.replace(COUNTED, "(" + " and ".join(f"{column} is not null" for column in columns) + ")")


def _queries(path: Path) -> dict[str, tuple[str, str]]:
    """Return constant → (query name, SQL).

    Raises:
        ValueError: a query whose SQL cannot be read from the text; nobody could say what it consumes.
    """
    tree, known = _tree(path), _constants(path)
    found: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        value = node.value
        if getattr(value.func, "id", "") not in QUERIES:
            continue
        given = {item.arg: item.value for item in value.keywords}
        words = [*value.args, *(given[key] for key in ("name", "sql") if key in given)]
        name, sql = _text(words[0], known), _text(words[1], known)
        if name is None or sql is None:
            raise ValueError(f"{path.name}: the SQL of a query cannot be read from the text")
        found |= {
            target.id: (name, _counted(PLACEHOLDER.sub(r"\1", sql)))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
    return found
