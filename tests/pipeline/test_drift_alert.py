"""Schema drift: the alert names the column, the entity columns and the published tables that read it."""

from __future__ import annotations

import sqlite3

import pytest

from jingcang.config import Settings
from jingcang.contracts import load_profile
from jingcang.home import Home
from orchestration.ingest import steps, witness_process
from orchestration.registration import ensure_pseudonym_key, read_registration
from orchestration.run import resolve_as_of
from orchestration.session import Session

from .test_witness_process import DEMO


@pytest.fixture(autouse=True)
def stopped():
    yield
    witness_process.stop()


def test_a_renamed_column_loads_the_rest_and_names_who_reads_it(copy_of_demo_home):
    home = Home(copy_of_demo_home)
    ensure_pseudonym_key(read_registration(home))
    profile = load_profile(DEMO, data=home.sources)
    table = profile.table("case.pj_jjdb")
    with sqlite3.connect(home.sources / "case.sqlite") as connection:
        connection.execute("alter table pj_jjdb rename column BJXL to BJXLDM")
    session = Session(home, profile, resolve_as_of(home, profile, None), Settings(), "r1")
    result = steps.land(session, table)
    assert result.accepted > 0, "the class lost its last level everywhere: known columns load"
    (outcome,) = [item for item in session.outcomes if item.rule_id == "extraction"]
    assert outcome.status == "warn"
    assert "BJXL（用于 incidents." in outcome.note
    assert "BJXLDM（没有字段使用）" in outcome.note
    assert "fct_incidents" in outcome.note.split("列变化影响的数据集：")[1]
