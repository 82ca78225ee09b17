"""The shape of the dbt project: declared lists match what exists, marts are tested and promised, tests stay few."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse import PROJECT, REPOSITORY, dbt

READ_BY_PAGES = ("dim_", "fct_", "rpt_")
FEWER_THAN = 300  # ARCHITECTURE: dbt tests cost 20 ms each; bulk rules are compiled instead.


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("target")
    dbt(tmp_path_factory.mktemp("none") / "build.duckdb", target, "parse")
    content: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return content


def _models(manifest: dict[str, Any]) -> dict[str, Any]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def test_every_dictionary_seed_is_stacked() -> None:
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"][
        "dictionary_seeds"
    ]
    files = {path.stem for path in (PROJECT / "seeds/dictionaries").glob("dictionary_*.csv")}
    assert set(declared) == files, "dictionary_seeds in dbt_project.yml"
    properties = yaml.safe_load(
        (PROJECT / "seeds/dictionaries/_dictionaries.yml").read_text(encoding="utf-8")
    )["seeds"]
    typed = {seed["name"]: seed["config"]["column_types"] for seed in properties}
    model = typed["dictionary_place_type"]
    assert len(model) == 10
    assert [name for name in sorted(files) if typed.get(name) != model] == [], "_dictionaries.yml"


def test_every_mart_has_a_contract_and_every_contract_a_mart(manifest: dict[str, Any]) -> None:
    marts = {name for name in _models(manifest) if name.startswith(READ_BY_PAGES)}
    contracts = {
        path.name.split(".")[0] for path in (REPOSITORY / "data_contracts/marts").glob("*.odcs.yaml")
    }
    assert marts == contracts


def test_every_mart_has_a_unit_test(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    marts = {name for name in _models(manifest) if name.startswith(READ_BY_PAGES)}
    # dim_date has fixed bounds of 50 years; test_calendar.py looks at its boundaries instead.
    assert marts - tested == {"dim_date"}


def test_dbt_tests_stay_few(manifest: dict[str, Any]) -> None:
    data_tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert len(data_tests) + len(manifest["unit_tests"]) < FEWER_THAN


def test_every_model_says_its_grain(manifest: dict[str, Any]) -> None:
    silent = [
        name for name, model in _models(manifest).items() if not model["description"].startswith("Grain: ")
    ]
    assert silent == []


def test_marts_hold_no_personal_text() -> None:
    fields = yaml.safe_load((REPOSITORY / "data_contracts/fields.yaml").read_text(encoding="utf-8"))
    allowed = {"person_id", "birth_year", "value_key"}
    for path in sorted((REPOSITORY / "data_contracts/marts").glob("*.odcs.yaml")):
        for prop in yaml.safe_load(path.read_text(encoding="utf-8"))["schema"][0]["properties"]:
            name = prop["name"]
            if name in fields and name not in allowed:
                assert fields[name]["class"] in ("public", "internal"), f"{path.name}: {name}"


def test_today_is_the_day_of_the_run() -> None:
    clocks = re.compile(r"\b(current_date|current_timestamp|now\(|today\()", re.IGNORECASE)
    found = [str(path) for path in _sql_files() if clocks.search(path.read_text(encoding="utf-8"))]
    assert found == []


def _sql_files() -> list[Path]:
    return sorted([*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/*.sql")])
