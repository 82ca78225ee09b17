"""Labelled changes of shipped declarations get the labelled verdict and reason, and nothing else is reported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from jingcang.contracts import CONTRACTS_ROOT, load_profile
from jingcang.contracts.change_consumers import ChangeConsumers
from jingcang.contracts.compare import compare_paths
from jingcang.contracts.lineage import FILE, Consumers, load_lineage, uses_of_source_column
from jingcang.contracts.reasons import REASONS
from jingcang.errors import JingcangError
from orchestration import cli, cli_contracts
from orchestration.lineage import lineage_json

LABELLED = yaml.safe_load((Path(__file__).parent / "labelled_changes.yaml").read_text(encoding="utf-8"))


def _child(parent: Any, step: str) -> Any:
    """Return the key under which a step stands in its parent."""
    if isinstance(parent, dict):
        return step
    if "=" in step:
        name, _, value = step.partition("=")
        return next(index for index, item in enumerate(parent) if item[name] == value)
    return int(step)


def _edit(text: str, edit: dict[str, Any]) -> str:
    if "replace" in edit:
        old, new = edit["replace"]
        assert old in text, f"the edit changes nothing: {old}"
        return text.replace(old, new)
    data = yaml.safe_load(text)
    parent, *steps = data, *edit["at"].split("/")
    for step in steps[:-1]:
        key = _child(parent, step)
        if isinstance(parent, dict):
            parent = parent.setdefault(key, {})
        else:
            parent = parent[key]
    key = _child(parent, steps[-1])
    if "set" in edit:
        parent[key] = edit["set"]
    elif "append" in edit:
        parent[key].append(edit["append"])
    elif "move" in edit:
        parent.insert(edit["move"], parent.pop(key))
    else:
        del parent[key]
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def write_versions(row: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write the old and the new version of a labelled change under the base's own name and parent folder."""
    base = (CONTRACTS_ROOT / row["base"]).resolve()
    text, paths = base.read_text(encoding="utf-8"), []
    for version, edits in (("old", row.get("given", [])), ("new", row["edit"])):
        for edit in edits:
            text = _edit(text, edit)
        path = folder / version / base.parent.parent.name / base.parent.name / base.name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths[0], paths[1]


@pytest.mark.parametrize("row", LABELLED, ids=[row["change"] for row in LABELLED])
def test_a_labelled_change_gets_its_verdict_and_reason(row, tmp_path):
    changes = compare_paths(*write_versions(row, tmp_path))
    expected = [] if row["verdict"] == "none" else [(row["verdict"], row["reason"])]
    assert [(change.verdict, change.reason) for change in changes] == expected


def test_the_table_is_long_and_names_every_kind_of_reason():
    assert len({row["change"] for row in LABELLED}) == len(LABELLED) >= 60
    by_folder = {"table_added", "table_removed"}
    assert set(REASONS) - {row["reason"] for row in LABELLED} == by_folder


def test_a_folder_reports_tables_that_come_and_go(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, names in ((old, ("aj_sary", "aj_wpxx")), (new, ("aj_wpxx", "aj_wsxx"))):
        folder.mkdir()
        for name in names:
            source = CONTRACTS_ROOT / "sources" / "case" / f"{name}.odcs.yaml"
            (folder / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    found = [(change.object_name, change.verdict, change.reason) for change in compare_paths(old, new)]
    assert found == [
        ("case.aj_sary", "breaking", "table_removed"),
        ("case.aj_wsxx", "compatible", "table_added"),
    ]


def test_a_profile_is_compared_with_its_copy_in_a_folder_of_another_name(tmp_path):
    profile, copy = CONTRACTS_ROOT / "profiles" / "demo", tmp_path / "checkout"
    shutil.copytree(profile, copy)
    assert compare_paths(profile, copy) == []
    seed = copy / "mapping_seeds" / "gps.csv"
    text = seed.read_text(encoding="utf-8").replace(",2,duty_status,on_call,", ",2,duty_status,patrol,")
    seed.write_text(text, encoding="utf-8")
    changes = compare_paths(profile, copy)
    assert [(change.object_name, change.reason) for change in changes] == [
        ("codes.demo.gps", "code_meaning_changed")
    ]


def test_a_folder_without_declarations_is_an_error(tmp_path):
    with pytest.raises(JingcangError, match="没有合同"):
        compare_paths(tmp_path, CONTRACTS_ROOT / "sources")


def test_the_committed_graph_is_that_of_the_models_and_pages():
    assert FILE.read_text(encoding="utf-8") == lineage_json(), "run python -m orchestration.lineage"


# (object, column) → (models, pages and KPIs among its consumers, and some that are not)
CONSUMED = {
    ("landed.incidents", "initial_class_raw"): (
        {"stg_incidents", "fct_incidents", "rpt_incident_counts", "态势", "incidents_effective"},
        {"fct_cases", "fct_patrol_presence", "档案利用", "patrol_minutes", "archive_used"},
    ),
    ("landed.archive_uses", "satisfaction_score"): (
        {"fct_archive_uses", "fct_kpi_records", "档案利用", "我的", "archive_satisfaction"},
        {"archive_effective", "archive_used", "fct_incidents", "态势"},
    ),
    ("landed.patrol_points", "longitude"): (
        {"int_patrol_intervals", "fct_patrol_presence", "巡逻成效", "archive_guided_patrol"},
        {"fct_incidents", "archive_satisfaction"},
    ),
    ("landed.cases", "narrative_text"): ({"fct_case_labels", "fct_case_clues"}, {"fct_archive_items", "态势"}),
    ("fct_incidents", "is_effective"): ({"rpt_incident_hours", "巡逻成效"}, {"incidents_effective", "incidents_all"}),
    ("fct_incidents", "outcome_code"): ({"incidents_effective_handled"}, {"residents", "patrol_minutes"}),
    ("landed.houses", "is_rented"): (set(), {"dim_place", "fct_population_monthly", "态势"}),
}  # fmt: skip


@pytest.mark.parametrize("column", CONSUMED, ids=lambda column: ".".join(column))
def test_the_consumers_of_a_column_are_named_and_no_others(column):
    used, unused = CONSUMED[column]
    found = load_lineage().consumers({column})
    names = {*found.models, *found.pages, *found.kpis}
    assert (used - names, unused & names) == (set(), set())


def test_a_published_column_leads_back_to_its_source_columns():
    profile = load_profile(CONTRACTS_ROOT / "profiles" / "demo", data=Path("data"))
    found = {
        (use.table, use.column)
        for use in load_lineage().sources_of(profile, "fct_archive_uses", "satisfaction_score")
    }
    assert ("archive.da_jylog", "满意度") in found
    assert {table for table, _ in found} == {"archive.da_jylog"}
    assert load_lineage().sources_of(profile, "dim_dictionary", "code") == []
    (use,) = uses_of_source_column(profile, "case.pj_jjdb", "BJLX")
    assert (use.entity, use.entity_column) == ("incidents", "initial_class_raw")
    of_key = {use.entity_column for use in uses_of_source_column(profile, "case.pj_jjdb", "JJDBH")}
    assert {"incident_id", "incident_no"} <= of_key


def test_a_source_column_is_followed_through_its_mapping():
    graph = ChangeConsumers()
    assert graph.columns(_change("case.pj_jjdb", "BJLX")) == {("landed.incidents", "initial_class_raw")}
    assert graph.columns(_change("case.pj_jjdb", "BKRS")) == set()
    assert ("landed.incidents", "incident_id") in graph.columns(_change("case.pj_jjdb", "JJDBH"))


def _change(table: str, column: str) -> Any:
    from jingcang.contracts.compare import Change

    return Change(table, "source", column, True, "column_removed", column, None, (column,))


@pytest.mark.parametrize(
    ("label", "code"),
    [("a column is removed", 1), ("a maximum is raised", 0), ("only the version number", 0)],
)
def test_the_command_guards_a_merge(label, code, tmp_path, monkeypatch):
    monkeypatch.setattr(
        cli_contracts, "_consumers", lambda changes, old, new: [Consumers(("fct_x",))] * len(changes)
    )
    row = next(row for row in LABELLED if row["change"] == label)
    old, new = write_versions(row, tmp_path)
    result = CliRunner().invoke(cli.app, ["contracts", "diff", str(old), str(new), "--json"])
    assert result.exit_code == code
    told = json.loads(result.output.splitlines()[-1])
    assert [(c["verdict"], c["reason"], c["models"]) for c in told["changes"]] == [
        (row["verdict"], row["reason"], ["fct_x"])
    ]
    assert told["breaking"] == code
    line = result.output.splitlines()[0]
    assert line.startswith("破坏" if code else "兼容")
    assert REASONS[row["reason"]] in line
