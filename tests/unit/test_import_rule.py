"""Imports point downward only (ARCHITECTURE, "The house")."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    "jingcang": {"orchestration", "dashboards", "dagster", "dagster_dbt", "dbt", "streamlit"},
    "orchestration": {"dashboards", "streamlit"},
    "dashboards": {"orchestration", "dagster", "dbt", "duckdb", "sqlite3"},
}
SAMPLE_IMPORTERS = {Path("orchestration/serve/demo.py")}


def imported_modules(source: str) -> set[str]:
    """Return every absolute module name a source text imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(package: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py"))


def offences(package: str, modules: set[str]) -> set[str]:
    return {name for name in modules if name.split(".")[0] in FORBIDDEN[package]}


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_imports_nothing_above_it(package: str) -> None:
    assert files(package), f"no files in {package}"
    found = {
        str(path): wrong
        for path in files(package)
        if (wrong := offences(package, imported_modules((ROOT / path).read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_nobody_imports_the_simulator_but_the_demo_command(package: str) -> None:
    found = [
        str(path)
        for path in files(package)
        if path not in SAMPLE_IMPORTERS
        and not path.is_relative_to("jingcang/sample")
        and any(
            name == "jingcang.sample" or name.startswith("jingcang.sample.")
            for name in imported_modules((ROOT / path).read_text(encoding="utf-8"))
        )
    ]
    assert found == []


def test_the_rule_sees_every_form_of_import() -> None:
    source = "def f():\n    import dagster as dg\n    from orchestration.run import x\n"
    source += "    from jingcang import sample\n"
    modules = imported_modules(source)
    assert offences("jingcang", modules) == {"dagster", "orchestration.run", "orchestration.run.x"}
    assert "jingcang.sample" in modules
