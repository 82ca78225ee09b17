"""Reconciliation stops publishing: a published table that lost, doubled, made up or missed a row of its entity."""

from __future__ import annotations

import duckdb
import pytest

from jingcang.config import Settings
from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import current_cut
from orchestration.check.reconciliation import judged, reconciliation_outcomes
from orchestration.check.steps import marts_to_read, stop_if_blocked, table_totals
from orchestration.session import Session
from orchestration.transform.dbt import NodeResult

from .test_witness_process import DEMO


@pytest.fixture(scope="module")
def session(demo_home, tmp_path_factory):
    import shutil

    root = tmp_path_factory.mktemp("reconciled") / "home"
    shutil.copytree(demo_home, root, symlinks=True)
    home = Home(root)
    profile = load_profile(DEMO, data=home.sources)
    made = Session(home, profile, profile.as_of, Settings(), "r1")
    made.cut = current_cut(home)
    with duckdb.connect(str(home.build_database)) as connection:
        # The views name their files by absolute path; the copy has its own.
        from jingcang.contracts import load_entities
        from jingcang.landing import create_landed_views

        create_landed_views(connection, home, made.cut, load_entities())
    return made


def outcomes(session):
    return {item.check_id: item for item in reconciliation_outcomes(session, table_totals(session))}


def test_the_demo_is_explained_row_by_row(session):
    found = outcomes(session)
    assert {item.status for item in found.values()} == {"pass"}
    assert found["case.pj_jjdb.reconciliation"].rows_checked > 1000
    assert found["fct_incidents.reconciliation"].rows_checked > 1000
    assert len([name for name in found if name.startswith(("fct_", "dim_"))]) >= 15


def test_what_nothing_was_delivered_for_is_never_called_passed(session):
    totals = {name: dict.fromkeys(counts, 0) for name, counts in table_totals(session).items()}
    found = judged(session.profile, 0, totals, [], [], {"dim_street_segment": (0, [])})
    statuses = {item.check_id: item.status for item in found}
    assert statuses.pop("landing.files.reconciliation") == "pass"
    assert "dim_street_segment.reconciliation" in statuses
    assert set(statuses.values()) == {"not_applicable"}


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        (
            "delete from fct_incidents where incident_id = (select min(incident_id) from fct_incidents)",
            "缺少 1 行",
        ),
        ("insert into fct_incidents select * from fct_incidents order by incident_id limit 1", "重复 1 行"),
        (
            "insert into fct_incidents select * replace ('没有来源' as incident_id) from fct_incidents limit 1",
            "多出 1 行",
        ),
        (
            "update fct_incidents set _source_batch_id = 'old' where incident_id = "
            "(select max(incident_id) from fct_incidents)",
            "版本不同（不是最新批次） 1 行",
        ),
    ],
    ids=["lost", "doubled", "made up", "stale"],
)
def test_an_unexplained_row_stops_publishing(session, statement, word):
    build = session.home.build_database
    kept = build.read_bytes()
    try:
        with duckdb.connect(str(build)) as connection:
            connection.execute(statement)
        found = outcomes(session)
        assert word in found["fct_incidents.reconciliation"].note
        with pytest.raises(JingcangError, match=r"fct_incidents\.reconciliation"):
            stop_if_blocked(found.values())
        assert [row for row in session.failures if row["object_name"] == "fct_incidents" and row["row_key"]]
    finally:
        build.write_bytes(kept)
        session.failures.clear()


def test_a_mart_is_read_where_no_test_of_dbt_found_it_whole() -> None:
    tests = [
        NodeResult("test.a", "test", status, None, None, "error", f"{name}_keeps_its_contract", 0.0)
        for name, status in (("fct_cases", "pass"), ("fct_incidents", "fail"), ("rpt_freshness", "pass"))
    ]
    assert marts_to_read({"fct_cases", "fct_incidents", "dim_unit"}, tests) == {"fct_incidents", "dim_unit"}
