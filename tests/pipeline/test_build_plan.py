"""When a build may follow dates and when it is made anew."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import current_cut, land_quality_results
from jingcang.landing.history import history_mark
from jingcang.landing.manifests import Cut, Manifest
from jingcang.workbench import Workbench
from jingcang.workbench.code_mappings import MappingBook
from orchestration.ingest import steps as ingest
from orchestration.transform import dbt, state
from orchestration.transform.state import BuildState, IncrementalInputs


def manifest(batch_id: str, affected: dict[str, list[str] | None]) -> Manifest:
    return Manifest(
        batch_id=batch_id, system="case", table="pj_jjdb", as_of="2026-06-30", fingerprint="f",
        content_sha256="c", rows={}, affected=affected,
    )  # fmt: skip


ARRIVED = {
    "b1": manifest("b1", {"incidents": ["2026-06-01"]}),
    "b2": manifest("b2", {"incidents": ["2026-06-02"], "dispatches": ["2026-06-02"]}),
    "officers": manifest("officers", {"officers": None}),
    "all": manifest("all", {"incidents": None}),
}
INPUTS = [IncrementalInputs("fct_incidents", frozenset({"incidents", "dispatches"}), frozenset({"units"}))]


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    home = Home(tmp_path).prepare()
    home.build_database.touch()
    monkeypatch.setattr(state, "manifests", lambda _: list(ARRIVED.values()))
    monkeypatch.setattr(state, "definitions", lambda _: "d")
    return SimpleNamespace(home=home, cut=Cut(("b1", "b2"), "h"), as_of=dt.date(2026, 6, 30))


def plan(session: SimpleNamespace, **changes: object) -> state.RefreshPlan:
    built: dict = {"status": "complete", "batches": ("b1",), "definitions": "d", "as_of": "2026-06-29"}
    return state.refresh_plan(session, BuildState(**{**built, **changes}), INPUTS)


def test_dated_batches_are_followed_by_date(session: SimpleNamespace) -> None:
    found = plan(session)
    assert not found.full_refresh
    assert found.affected == {"incidents": {"2026-06-02"}, "dispatches": {"2026-06-02"}}


@pytest.mark.parametrize("changes", [{"status": "building"}, {"definitions": "older"}])
def test_an_unfinished_or_outdated_build_is_made_anew(session: SimpleNamespace, changes: dict) -> None:
    assert plan(session, **changes).full_refresh


def test_without_a_build_file_it_is_made_anew(session: SimpleNamespace) -> None:
    session.home.build_database.unlink()
    assert plan(session).full_refresh


def test_a_change_without_dates_makes_it_anew_only_where_a_model_reads_it(session: SimpleNamespace) -> None:
    session.cut = Cut(("b1", "officers"), "h")
    assert not plan(session).full_refresh
    session.cut = Cut(("b1", "all"), "h")
    assert plan(session).full_refresh


def test_dates_and_all_merge_to_all() -> None:
    merged = state.merge_affected([ARRIVED["all"], ARRIVED["b1"]])
    assert merged == {"incidents": None}


def test_a_models_inputs_are_found_through_other_models() -> None:
    content = {
        "nodes": {
            "model.p.fct_incidents": {
                "resource_type": "model", "name": "fct_incidents",
                "config": {
                    "materialized": "incremental",
                    "meta": {"partition_inputs": ["incidents"], "only_after": ["fct_cases"]},
                },
            },
            "model.p.dim_unit": {"resource_type": "model", "name": "dim_unit", "config": {"materialized": "table"}},
        },
        "sources": {
            "source.p.landed.incidents": {"source_name": "landed", "name": "incidents"},
            "source.p.landed.cases": {"source_name": "landed", "name": "cases"},
            "source.p.landed.units": {"source_name": "landed", "name": "units"},
            "source.p.derived.located_areas": {"source_name": "derived", "name": "located_areas"},
            "source.p.control.run": {"source_name": "control", "name": "run"},
        },
        "parent_map": {
            "model.p.fct_incidents": [
                "model.p.dim_unit", "source.p.landed.incidents", "source.p.derived.located_areas",
                "source.p.control.run", "model.p.fct_cases",
            ],
            "model.p.fct_cases": ["source.p.landed.cases"],
            "model.p.dim_unit": ["source.p.landed.units"],
        },
    }  # fmt: skip
    assert state.incremental_inputs(content) == [
        IncrementalInputs(
            "fct_incidents", frozenset({"incidents"}), frozenset({"units", "areas", "code_mappings"})
        )
    ]


def test_a_lost_or_unreadable_workbench_leaves_its_decisions_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)
    home = Home(tmp_path).prepare()
    workbench = Workbench.open(home, {})
    add_account(
        workbench,
        user_id="wang",
        display_name="某",
        role="steward",
        unit_nos=("*",),
        password="long enough for a test",
    )
    book = MappingBook(workbench)
    number = book.propose(
        source_system="case", field_name="incidents.initial_class_raw", source_value="77", dictionary="incident_class",
        outcome="mapped", code="100000", equivalence="exact", valid_from=None, needs_second=False, reason="旧代码",
        by="wang", generation="g1",
    )  # fmt: skip
    book.decide(number, "approve", seen_version=1, reason="核实过", by="wang", generation="g1")
    workbench.close()
    session = SimpleNamespace(
        home=home,
        as_of=dt.date(2026, 6, 30),
        unreachable={},
        profile=SimpleNamespace(timezone="Asia/Shanghai"),
    )
    ingest._land_workbench(session)
    landed = current_cut(home).batches
    assert len(landed) == 1

    def down(home: Home) -> Workbench:
        raise JingcangError("工作台连接不上")

    with monkeypatch.context() as patch:
        patch.setattr(Workbench, "open", down)
        ingest._land_workbench(session)
    assert current_cut(home).batches == landed
    assert list(session.unreachable) == ["_workbench.decisions"]
    home.workbench_database.unlink()
    ingest._land_workbench(session)
    assert current_cut(home).batches == landed


def _runs(home: Home, count: int) -> None:
    for number in range(count):
        row = {"run_id": f"r{number}", "check_id": "k", "as_of": dt.date(2026, 6, 30)}
        land_quality_results(
            home, [row], failures=[{"run_id": f"r{number}", "check_id": "k", "row_key": "1"}]
        )


def test_tables_of_run_history_go_on_while_the_runs_they_hold_are_there(tmp_path: Path) -> None:
    """A run that is gone, or comes back out of a backup, asks for these tables anew and for nothing else."""
    home = Home(tmp_path).prepare()
    _runs(home, 2)
    number, digest = history_mark(home, current_cut(home))
    built = BuildState("complete", (), "d", "2026-06-30", history_no=number, history=digest)
    _runs(home, 1)
    session: Any = SimpleNamespace(home=home, cut=current_cut(home))
    assert number == 2
    assert state.known_history(session, built) == 2
    assert history_mark(home, session.cut)[0] == 3
    by_batch = {path.stem: path for path in (home.landing / "pipeline" / "quality_failures").iterdir()}
    lost = by_batch[session.cut.pipeline_batches[0]]
    kept = lost.read_bytes()
    lost.unlink()
    assert state.known_history(session, built) is None
    without = BuildState(
        "complete",
        (),
        "d",
        "2026-06-30",
        history_no=number,
        history=history_mark(home, session.cut, until=2)[1],
    )
    assert state.known_history(session, without) == 2
    lost.write_bytes(kept)
    assert state.known_history(session, without) is None
    assert state.known_history(session, None) is None


def test_what_an_earlier_project_left_is_not_parsed_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path).prepare()
    target = dbt.target_folder(home)
    target.mkdir(parents=True)
    left, manifest = target / "partial_parse.msgpack", target / "manifest.json"
    left.write_bytes(b"of an earlier project")
    (target / "project.sha256").write_text("another project", encoding="utf-8")
    manifest.write_text("{}", encoding="utf-8")
    was_there: list[bool] = []

    def invoke(_home: Home, _arguments: list[str]) -> None:
        was_there.append(left.exists())
        manifest.write_text('{"nodes": {}}', encoding="utf-8")

    monkeypatch.setattr(dbt, "_invoke", invoke)
    assert dbt.prepared_manifest(home) == {"nodes": {}}
    left.write_bytes(b"of this project")
    assert dbt.prepared_manifest(home) == {"nodes": {}}
    assert was_there == [False]
    assert left.exists()
