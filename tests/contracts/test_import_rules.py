"""Imports point downward.

The library knows no framework; pages reach data through named queries only (``dashboards/queries``, run by
the one door of ``jingcang.access``); nobody but the demo command and tests knows the simulator; Great
Expectations is imported by the witness alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FRAMEWORKS = {"dagster", "dagster_dbt", "dbt", "streamlit", "orchestration", "dashboards", "tests"}
DATA_LIBRARIES = {"duckdb", "sqlite3", "sqlalchemy", "psycopg", "pymysql"}
COMPUTED = "an import whose name is computed"
SQL = re.compile(r"\bselect\b.+\bfrom\b\s+[a-z_{\"]", re.IGNORECASE | re.DOTALL)
SIMULATOR_USERS = {Path("orchestration/cli.py"), Path("orchestration/serve/demo.py")}
"""Files of the demo command: the only ones outside tests that may import the simulator."""


def imported(source: str, path: Path) -> Iterator[str]:
    """Return the dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[: -node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__"):
            first = node.args[0] if node.args else None
            yield str(first.value) if isinstance(first, ast.Constant) else COMPUTED


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def declares_query(source: str) -> bool:
    """Return whether the module constructs a ``Query``."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any(_name(call.func) == "Query" for call in calls)


def spells_sql(source: str) -> bool:
    """Return whether a string of the module is a query."""
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and SQL.search(text) for text in texts)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def breaches(path: Path, source: str) -> list[str]:
    """Return the names a file must not import.

    Args:
        path: relative to the repository.
    """
    names = set(imported(source, path))
    found = {name for name in names if name == COMPUTED and path.parts[0] != "orchestration"}
    if path.parts[0] == "jingcang":
        found |= {name for name in names if name.split(".")[0] in FRAMEWORKS}
    if path.parts[0] == "dashboards":
        found |= {name for name in names if name.split(".")[0] in DATA_LIBRARIES}
        found |= {name for name in names if within(name, "orchestration")}
        if path.parts[1:2] != ("queries",):
            found |= {"a query declared outside dashboards/queries"} if declares_query(source) else set()
            found |= {"SQL outside dashboards/queries"} if spells_sql(source) else set()
    simulator = path.parts[:2] == ("jingcang", "sample") or path in SIMULATOR_USERS
    if not simulator:
        found |= {name for name in names if within(name, "jingcang.sample")}
    if path.parts[:2] != ("jingcang", "contracts") or path.name != "witness.py":
        found |= {name for name in names if within(name, "great_expectations")}
    return sorted(found)


def modules() -> list[Path]:
    return sorted(
        path.relative_to(REPOSITORY)
        for package in ("jingcang", "orchestration", "dashboards")
        for path in (REPOSITORY / package).rglob("*.py")
    )


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_point_downward(path):
    assert breaches(path, (REPOSITORY / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("jingcang/landing/x.py", "import dagster"),
        ("jingcang/landing/x.py", "def f():\n    from orchestration.cli import main"),
        ("jingcang/landing/x.py", "import importlib\nimportlib.import_module('streamlit')"),
        ("jingcang/access/x.py", "from jingcang import sample"),
        ("orchestration/run.py", "from jingcang.sample import generate"),
        ("dashboards/app_pages/x.py", "import duckdb"),
        ("jingcang/landing/x.py", "from ..sample import generate"),
        ("jingcang/landing/x.py", "import importlib\nimportlib.import_module(name)"),
        ("dashboards/app_pages/x.py", "from jingcang.access import Query\nq = Query('x')"),
        ("dashboards/app_pages/x.py", "sql = 'select * from fct_incidents'"),
        ("jingcang/landing/x.py", "import great_expectations as gx"),
    ],
)
def test_a_planted_breach_is_found(path, source):
    assert breaches(Path(path), source)


def test_allowed_imports_pass():
    assert (
        breaches(Path("jingcang/landing/x.py"), "import polars\nfrom jingcang.contracts import Entity") == []
    )
    assert breaches(Path("orchestration/serve/demo.py"), "from jingcang.sample import generate") == []
    assert (
        breaches(Path("dashboards/queries/x.py"), "from jingcang.access import Query\nq = Query('x')") == []
    )
    assert breaches(Path("jingcang/landing/x.py"), "from .cut import books\nfrom . import store") == []
