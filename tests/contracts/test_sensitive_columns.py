"""What is sensitive stays in landing: declared so at its source, hidden where raw values are shown, published nowhere.

The name of a visited person is looked at on its own, in every place that shows or counts rows as received.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingcang.access import INTERFACE_LABELS, ROLE_LABELS, policy, source_rows
from jingcang.access.source_rows import NOT_SHOWN
from jingcang.contracts import CONTRACTS_ROOT, load_fields, load_marts, load_profile, witness
from jingcang.contracts.lineage import load_lineage
from jingcang.contracts.model import SourceTable
from jingcang.contracts.rules_polars import prepare
from jingcang.landing.judge import masked_json

PROFILES = sorted(path.parent for path in (CONTRACTS_ROOT / "profiles").glob("*/profile.yaml"))
NAME, COLUMN = "欧阳静怡", "ZFDXXM"
SENSITIVE = {name for name, field in load_fields().items() if field.class_ == "sensitive"}
ROW: dict[str, str | None] = {
    "ZFID": "ZF0000000001", "ZFLB": "06", "JGTS": "15", "DWBH": "999901510000", "ZRQBH": "999901510100",
    "ZFRJH": "110001", COLUMN: NAME, "YZRQ": "2026-06-10", "ZFSJ": "2026-06-09T10:00:00", "ZFJG": "1",
    "GXSJ": "2026-06-09T11:00:00",
}  # fmt: skip
BAD = {**ROW, "ZFID": "ZF0000000002", "JGTS": "0", "ZFSJ": "没有", "YZRQ": "昨天"}


@pytest.fixture(scope="module")
def visits() -> SourceTable:
    """The demo's source table of visits."""
    return load_profile(CONTRACTS_ROOT / "profiles" / "demo", data=Path("data")).table("patrol.qw_zfjl")


@pytest.mark.parametrize("directory", PROFILES, ids=lambda path: path.name)
def test_a_sensitive_column_is_sensitive_where_it_comes_from(directory: Path) -> None:
    wrong = [
        (table.qualified, source, column)
        for table in load_profile(directory, data=Path("data")).tables
        for mapping in table.mappings
        for column, rule in mapping.columns.items()
        for source in rule.from_
        if column in SENSITIVE and table.column(source).classification != "sensitive"
    ]
    assert wrong == []


def test_no_published_table_has_a_sensitive_column() -> None:
    assert "visited_name" in SENSITIVE
    assert [(name, SENSITIVE & set(mart.column_names)) for name, mart in load_marts().items()
            if SENSITIVE & set(mart.column_names)] == []  # fmt: skip


def test_no_model_page_or_figure_rests_on_the_name_of_a_visited_person(visits: SourceTable) -> None:
    assert visits.column(COLUMN).name == visits.mappings[0].columns["visited_name"].from_[0]
    found = load_lineage().consumers({("landed.home_visits", "visited_name")})
    assert (found.models, found.pages, found.kpis) == ((), (), ())


@pytest.mark.parametrize("role", sorted({*ROLE_LABELS, *INTERFACE_LABELS}))
def test_the_row_view_shows_a_visited_person_to_nobody(visits: SourceTable, role: str) -> None:
    shown = source_rows._masked(ROW, visits, policy.ROLE_MASKS[role])
    assert shown[COLUMN] == NOT_SHOWN
    assert NAME not in str(shown)
    assert source_rows._masked({COLUMN: None}, visits, policy.ROLE_MASKS[role]) == {COLUMN: None}


def test_quarantine_keeps_the_shape_of_a_name_only(visits: SourceTable) -> None:
    (text,) = pl.DataFrame([BAD]).select(masked_json(visits)).to_series()
    assert f'"{COLUMN}":"{"某" * len(NAME)}"' in text
    assert NAME not in text


def test_the_witness_reports_no_name(visits: SourceTable) -> None:
    frame = pl.DataFrame([ROW, BAD]).with_columns(prepare(visits))
    report: Any = witness.validate(visits, frame)
    assert report.expectations > 0
    assert report.disagreements({}) != {}, "the bad row must be told"
    assert NAME not in repr(report)
