"""Who may read texts, of which cases, and that a text is the one its published case was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from jingcang.access import Door, Identity, Query
from jingcang.access.door import Forbidden
from jingcang.access.narratives import narratives, readable_cases
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import AuditLog, Workbench

CASES = Query(
    "案件",
    "select case_id, _source_batch_id as batch_id from {fct_cases} where case_id <> $left_out order by case_id desc",
    {"left_out": str},
)
STEWARD = Identity("shu", "某", "steward", ("S1",))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Case a was landed twice and is published from the second batch; b is sealed, c elsewhere, d, e, f not kept."""
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(
            "create table dim_unit as from (values ('B', null), ('S1', 'B'), ('S2', 'B')) t(unit_no, parent_unit_no)"
        )
        connection.execute(
            "create table fct_cases as from (values ('a', 'S1', 'b2'), ('b', 'S1', 'b1'), ('c', 'S2', 'b1'), "
            "('d', 'S1', null), ('e', 'S1', 'b3'), ('f', 'S1', 'b2'), ('g', 'S1', 'b1')) "
            "t(case_id, unit_no, _source_batch_id)"
        )
        connection.execute(
            "create table fct_case_persons as from (values ('b', 'S1', true), ('a', 'S1', false)) "
            "t(case_id, unit_no, is_sealed)"
        )
    home.current_link.symlink_to("g000001.duckdb")
    for batch_id, texts in {
        "b1": {"a": "旧", "b": "封", "c": "外", "g": "庚"},
        "b2": {"a": "新", "x": "别"},
    }.items():
        path = accepted_file(home, "cases", batch_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame({"case_id": list(texts), "narrative_text": list(texts.values())}).write_parquet(path)
    yield home
    Workbench.open(home, {}).close()


@pytest.fixture
def door(home: Home) -> Door:
    return Door(home, workbench=Workbench.open(home, {}), is_current=lambda _: True)


def test_a_steward_reads_the_texts_in_scope_that_are_not_sealed(home: Home, door: Door) -> None:
    cases = readable_cases(door, STEWARD, CASES, left_out="e")
    assert list(cases["case_id"]) == ["g", "f", "d", "a"]
    assert narratives(home, cases).rows() == [("g", "庚"), ("a", "新")]


@pytest.mark.parametrize("role", ["officer", "leader_station", "leader_bureau", "evaluator", "administrator"])
def test_no_other_role_reads_whole_texts(home: Home, door: Door, role: str) -> None:
    with pytest.raises(Forbidden, match="无权查看案情文字"):
        readable_cases(door, Identity("li", "某", role, ("S1",), "1001"), CASES, left_out="e")
    entry = AuditLog(Workbench.open(home, {})).entries(limit=1)[0]
    assert (entry.action, entry.object_name, json.loads(entry.detail)["reason"]) == (
        "query_denied",
        "案件",
        "text_roles",
    )


def test_cases_without_landed_texts_give_none(home: Home) -> None:
    missing = pl.DataFrame({"case_id": ["d", "e"], "batch_id": [None, "b3"]})
    assert narratives(home, missing).rows() == []
    assert narratives(home, missing.clear()).columns == ["case_id", "narrative_text"]
