"""A violation of every kind of clause, drawn from shipped contracts: each artefact that claims the kind catches it.

Also: what is declared and tested by nothing is an error, and the strategies keep away from the product.
"""

from __future__ import annotations

import ast
import dataclasses
import os
import random
import secrets
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from jingcang.contracts import artefacts, load_profile, named_rules, witness
from jingcang.contracts.artefacts import CLAIMS, TOGETHER
from jingcang.contracts.example_rows import broken_rules, rows_breaking
from jingcang.contracts.generate import demo_profile
from jingcang.contracts.rules_polars import prepare
from jingcang.contracts.strategies import breaking_rows, valid_rows
from jingcang.errors import JingcangError

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
PROFILE = demo_profile()
BY_KIND = {
    kind: sorted(rule.check_id for table in PROFILE.tables for rule in table.rules if rule.kind == kind)
    for kind in sorted(CLAIMS["split"])
}
TABLES = sorted(table.qualified for table in PROFILE.tables)


def rule_of(check_id):
    return next(
        (table, rule) for table in PROFILE.tables for rule in table.rules if rule.check_id == check_id
    )


def caught_by(table, rule, rows) -> set[str]:
    """Return the artefacts of single rows that count at least one of ``rows`` under ``rule``."""
    frame = pl.DataFrame([dict(row) for row in rows], schema={c.name: pl.String() for c in table.columns})
    frame = frame.with_columns(prepare(table))
    found = set()
    if frame.select(bad=rule.violated(table))["bad"].sum():
        found.add("split")
    with duckdb.connect() as connection:
        connection.register("source_rows", frame.to_arrow())
        query = f"select count(*) from (select {rule.sql(table)} as bad from source_rows) where bad"
        if connection.sql(query).fetchone()[0]:
            found.add("sql")
    if witness.validate(table, frame).counts[rule.rule_id]:
        found.add("ge")
    return found


def test_every_kind_is_declared_somewhere():
    # otherwise its planted violation below would be missing
    assert [kind for kind, rules in BY_KIND.items() if not rules] == []


@pytest.mark.parametrize("kind", BY_KIND)
def test_every_artefact_that_claims_a_kind_catches_a_violation_of_it(kind):
    rng = random.Random(SEED)
    table, rule = rule_of(rng.choice(BY_KIND[kind]))
    rows = rows_breaking(table, rule, rng, alone=False)
    claiming = {name for name in TOGETHER if kind in CLAIMS[name]}
    assert caught_by(table, rule, rows) == claiming == TOGETHER, f"{rule.check_id}, JINGCANG_TEST_SEED={SEED}"


@seed(SEED)
@settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_valid_rows_break_nothing(data):
    table = PROFILE.table(data.draw(st.sampled_from(TABLES)))
    row = data.draw(valid_rows(table))
    assert broken_rules(table, [row]) == [set()], f"JINGCANG_TEST_SEED={SEED}"


@seed(SEED)
@settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_breaking_rows_break_one_clause_and_no_other(data):
    # Kinds that no other clause of a shipped contract overlaps.
    alone = [
        "required",
        "type",
        "format",
        "max_length",
        "enum",
        "requires",
        "all_empty",
        "plausible_text",
        "key",
    ]
    table, rule = rule_of(data.draw(st.sampled_from(BY_KIND[data.draw(st.sampled_from(alone))])))
    rows = data.draw(breaking_rows(table, rule))
    assert set().union(*broken_rules(table, rows)) == {rule.rule_id}, f"JINGCANG_TEST_SEED={SEED}"


def test_a_row_rule_that_one_artefact_leaves_out_is_an_error(folder, monkeypatch):
    folder.schema["properties"][0]["required"] = True
    monkeypatch.setitem(artefacts.CLAIMS, "ge", CLAIMS["ge"] - {"required"})
    with pytest.raises(
        JingcangError, match=r"没有被 ge 检查.*pj\.odcs\.yaml，键 schema\.quality\[BH\.required\]"
    ):
        folder.load()


def test_a_declared_rule_that_no_artefact_tests_is_an_error(folder, monkeypatch):
    monkeypatch.setitem(named_rules._KEYS, "weekday", {"column"})
    monkeypatch.setattr(
        "jingcang.contracts.source_tables.row_rule_parameters",
        lambda kind, given, columns, own: (("BH",), given),
    )
    folder.schema["quality"] = [{
        "name": "on_weekdays", "type": "custom", "engine": "jingcang", "description": "只在工作日登记",
        "implementation": {"kind": "weekday", "column": "BH"},
    }]  # fmt: skip
    with pytest.raises(JingcangError, match=r"没有被 任何一项产物 检查.*schema\.quality\[on_weekdays\]"):
        folder.load()


SLA = {"property": "latency", "value": 3, "unit": "d", "element": "pj.SJ"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"property": "retention"}, "slaProperties[retention]"),
        ({"value": 5, "unit": "h"}, "slaProperties[latency].value"),
        ({"value": 0}, "slaProperties[latency].value"),
        ({"element": "pj.BH"}, "slaProperties[latency].element"),
        ({"element": None}, "slaProperties[latency].element"),
    ],
)
def test_a_service_level_that_nothing_would_test_is_an_error(change, named, folder):
    folder.schema["properties"].append({"name": "SJ", "logicalType": "date"})
    folder.contract["slaProperties"] = [SLA]
    assert [rule.rule_id for rule in folder.load().tables[0].service_levels] == ["sla.latency"]
    folder.contract["slaProperties"] = [SLA | change]
    with pytest.raises(JingcangError) as caught:
        folder.load()
    assert named in str(caught.value)


@pytest.mark.parametrize("place", ["quality", "customProperties", "slaProperties"])
def test_an_entity_contract_promises_nothing_that_is_not_tested(place, folder):
    where = folder.entity if place == "slaProperties" else folder.entity["schema"][0]
    where[place] = [{"property": "latency", "value": 3}] if place != "quality" else [{"name": "x"}]
    with pytest.raises(JingcangError, match=place):
        folder.load()


def test_a_shipped_rule_cannot_lose_its_compiler(monkeypatch):
    monkeypatch.setitem(artefacts.CLAIMS, "set_sql", CLAIMS["set_sql"] - {"reference"})
    with pytest.raises(JingcangError, match="没有被 任何一项产物 检查"):
        load_profile(PROFILE.directory, data=Path("data"), environ={})
    assert dataclasses.is_dataclass(PROFILE)


def test_the_product_does_not_import_the_strategies():
    users = []
    for package in ("jingcang", "orchestration", "dashboards"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = f"{getattr(node, 'module', None)}.{'.'.join(alias.name for alias in node.names)}"
                    if any(word in names.split(".") for word in ("hypothesis", "strategies", "example_rows")):
                        users.append(str(path.relative_to(ROOT)))
    assert set(users) == {"jingcang/contracts/strategies.py"}
