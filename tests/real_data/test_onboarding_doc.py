"""docs/onboarding-a-source.md is complete: whatever a profile may write stands in it.

Belongs here: the document against the code. Runs without real data.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jingcang.contracts import named_rules, source_tables
from jingcang.contracts.profiles import _Profile, _System
from jingcang.contracts.rules_polars import _PREDICATES
from jingcang.landing import transforms

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "onboarding-a-source.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
WORDS = {word for code in CODE for word in re.findall(r"[\w./-]+", code)}


def _rows(heading: str) -> set[str]:
    """Return the names in the first column of the first table below a heading."""
    section = f"\n{TEXT}".split(f"\n{heading}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_transform_has_a_line_and_every_line_a_transform() -> None:
    assert _rows("### Named transforms") == set(transforms.names())


def test_every_kind_of_rule_and_clause_is_explained() -> None:
    described = _rows("### Rules")
    clauses = (set(_PREDICATES) | {"ragged", "encoding"}) - set(named_rules._KEYS)
    assert described == set(named_rules._KEYS) | clauses


def test_every_parameter_of_a_rule_is_named() -> None:
    keys = set().union(*named_rules._KEYS.values(), *named_rules._OPTIONAL.values())
    assert keys <= WORDS


def test_every_custom_property_of_a_table_is_explained() -> None:
    assert _rows("### Custom properties of a table") == set(source_tables.TABLE_KEYS)


@pytest.mark.parametrize(
    "choices",
    [source_tables.CONTAINERS, source_tables.FILE_FORMATS, source_tables.STRATEGIES,
     source_tables.LOGICAL_TYPES, source_tables.DIMENSIONS],
)  # fmt: skip
def test_every_choice_is_named(choices: tuple[str, ...]) -> None:
    explained = WORDS | set(re.findall(r"\w+", TEXT.split("dimension: ", 1)[1].splitlines()[0]))
    assert set(choices) <= explained


def test_every_key_of_a_profile_is_explained() -> None:
    assert _rows("## profile.yaml") == set(_Profile.model_fields) | {"files", "database", "http"}
    assert set(_System.model_fields) <= WORDS


def test_every_profile_that_the_document_names_exists() -> None:
    shipped = {path.parent.name for path in (ROOT / "data_contracts" / "profiles").glob("*/profile.yaml")}
    assert _rows("# Onboarding a source by configuration alone") == shipped
