"""A wrong key in any declaration is an error naming the file and the key; unused definitions fail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jingcang.contracts import (
    CONTRACTS_ROOT,
    load_entities,
    load_fields,
    load_kpis,
    load_marts,
    load_profile,
)
from jingcang.errors import JingcangError

PROFILES = sorted(path.parent for path in (CONTRACTS_ROOT / "profiles").glob("*/profile.yaml"))


def rule(**changes):
    declaration = {
        "name": "rule",
        "type": "custom",
        "engine": "jingcang",
        "description": "规则",
        "implementation": {"kind": "all_empty", "columns": ["BH"]},
    }
    return {**declaration, **changes}


def in_rule(**implementation):
    return lambda f: f.schema["quality"].append(rule(implementation=implementation))


def in_property(**changes):
    return lambda f: f.schema["properties"][0].update(changes)


def custom(key, value):
    return lambda f: f.schema["customProperties"].append({"property": key, "value": value})


WRONG = {
    "profile key": (lambda f: f.profile.update(colour="red"), "profile.yaml，键 colour"),
    "profile zone": (lambda f: f.profile.update(timezone="Asia/Nowhere"), "profile.yaml，键 timezone"),
    "period of no calendar": (
        lambda f: f.profile.update(assessment_period="week"),
        "profile.yaml，键 assessment_period",
    ),
    "quarters from a day that not every month has": (
        lambda f: f.profile.update(assessment_year_start="12-31", assessment_period="quarter"),
        "profile.yaml，键 assessment_year_start",
    ),
    "profile missing key": (lambda f: f.profile.pop("title_zh"), "profile.yaml，键 title_zh"),
    "system key": (
        lambda f: f.profile["systems"]["case"].update(pathh="x"),
        "profile.yaml，键 systems.case.pathh",
    ),
    "system kind": (lambda f: f.profile["systems"]["case"].update(kind="ftp"), "键 systems.case.kind"),
    "system path of a database": (
        lambda f: f.profile["systems"]["case"].update(path="x"),
        "键 systems.case.path",
    ),
    "table of no system": (lambda f: f.profile.update(tables=["jail.pj"]), "键 tables[jail.pj]"),
    "table without contract": (lambda f: f.profile.update(tables=["case.xx"]), "case/xx.odcs.yaml"),
    "contract top key": (lambda f: f.contract.update(colour="red"), "case/pj.odcs.yaml，键 colour"),
    "contract id": (lambda f: f.contract.update(id="case.other"), "case/pj.odcs.yaml，键 id"),
    "property key": (in_property(requird=True), "键 schema[pj].properties[BH].requird"),
    "known but not compiled key": (in_property(encryptedName="x"), "properties[BH].encryptedName"),
    "logical type": (in_property(logicalType="array"), "properties[BH].logicalType"),
    "classification": (in_property(classification="secret"), "properties[BH].classification"),
    "unique without key": (in_property(unique=True), "properties[BH].unique"),
    "option key": (in_property(logicalTypeOptions={"patern": "x"}), "logicalTypeOptions.patern"),
    "option of another type": (in_property(logicalTypeOptions={"minimum": 1}), "logicalTypeOptions.minimum"),
    "pattern engines disagree on": (
        in_property(logicalTypeOptions={"pattern": r"(?=x)"}),
        "logicalTypeOptions.pattern",
    ),
    "format directive": (
        in_property(logicalType="date", logicalTypeOptions={"format": "%Q"}),
        "logicalTypeOptions.format",
    ),
    "custom property": (custom("stratgy", "x"), "customProperties[stratgy]"),
    "watermark column": (custom("watermark", "GX"), "customProperties[watermark]"),
    "file key of a database": (custom("sheet", "x"), "customProperties[sheet]"),
    "rule kind": (in_rule(kind="none_such"), "quality[rule].implementation.kind"),
    "rule key": (in_rule(kind="all_empty", columns=["BH"], x=1), "quality[rule].implementation.x"),
    "rule column": (in_rule(kind="all_empty", columns=["XX"]), "quality[rule].implementation.columns"),
    "rule operator": (
        in_rule(kind="compare", left="BH", op="~", value="1"),
        "quality[rule].implementation.op",
    ),
    "rule sql": (in_rule(kind="expression", sql='"XX" is null'), "quality[rule].implementation.sql"),
    "rule severity": (
        lambda f: f.schema["quality"].append(rule(severity="block")),
        "quality[rule].severity",
    ),
    "rule without words": (
        lambda f: f.schema["quality"].append(rule(description=None)),
        "quality[rule].description",
    ),
    "rule twice": (lambda f: f.schema["quality"].extend([rule(), rule()]), "quality[rule]"),
    "column twice": (lambda f: f.schema["properties"].append({"name": "BH"}), "properties[BH]"),
    "mapping key": (lambda f: f.mapping.update(colour=1), "mappings/case__pj.yaml，键 colour"),
    "mapping table": (lambda f: f.mapping.update(table="case.xx"), "mappings/case__pj.yaml，键 table"),
    "mapping entity": (
        lambda f: f.mapping["entities"][0].update(entity="thingz"),
        "键 entities[thingz].entity",
    ),
    "mapping column": (
        lambda f: f.mapping["entities"][0]["columns"].update(colour="BH"),
        "键 entities[things].columns.colour",
    ),
    "mapping source column": (
        lambda f: f.mapping["entities"][0]["columns"].update(thing_no="XX"),
        "键 entities[things].columns.thing_no.from",
    ),
    "mapping without a required column": (
        lambda f: f.mapping["entities"][0]["columns"].pop("thing_id"),
        "键 entities[things].columns.thing_id",
    ),
    "mapping condition without reason": (
        lambda f: f.mapping["entities"][0].update(where={"column": "BH", "in": ["1"]}),
        "键 entities[things].where.reason",
    ),
    "field key": (lambda f: f.fields["thing_no"].update(colour="red"), "fields.yaml，键 thing_no.colour"),
    "field type": (lambda f: f.fields["thing_no"].update(type="float"), "fields.yaml，键 thing_no.type"),
    "field without a unit": (
        lambda f: f.fields["thing_no"].update(unit=" "),
        "fields.yaml，键 thing_no.unit",
    ),
    "entity column without a field": (
        lambda f: f.entity["schema"][0]["properties"].append({"name": "colour"}),
        "entities/things.odcs.yaml，键 schema.properties[colour]",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_names_file_and_key(name, folder):
    change, named = WRONG[name]
    change(folder)
    with pytest.raises(JingcangError) as caught:
        folder.load()
    assert named in str(caught.value)


def test_the_untouched_declarations_load(folder):
    profile = folder.load()
    assert profile.tables[0].qualified == "case.pj"
    assert profile.systems["case"].url == f"sqlite:///{Path.cwd()}/case.sqlite"


def test_a_key_given_twice_is_an_error(folder):
    folder.write()
    path = folder.directory / "profile.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "name: again\n", encoding="utf-8")
    from jingcang.contracts import load_profile

    with pytest.raises(JingcangError, match=r"profile\.yaml，第 \d+ 行"):
        load_profile(folder.directory, root=folder.root)


def test_a_contract_that_no_table_uses_is_an_error(folder):
    folder.write()
    extra = folder.directory / "contracts" / "case" / "unused.odcs.yaml"
    extra.write_text("id: case.unused", encoding="utf-8")
    with pytest.raises(JingcangError, match=r"unused\.odcs\.yaml"):
        load_profile(folder.directory, root=folder.root)


def test_data_folder_and_environment_are_expanded(folder, tmp_path):
    folder.profile["data"] = "${STATION}/in"
    folder.profile["systems"]["case"] |= {"url_env": "CASE_URL", "token_env": "CASE_TOKEN"}
    environment = {"STATION": str(tmp_path), "CASE_URL": "postgresql://u@h/d", "CASE_TOKEN": "t"}
    profile = folder.load(environ=environment)
    assert profile.data == tmp_path / "in"
    assert (profile.systems["case"].url, profile.systems["case"].token) == ("postgresql://u@h/d", "t")
    assert "postgresql" not in repr(profile.systems["case"])
    with pytest.raises(JingcangError, match="STATION"):
        folder.load(environ={})


def test_a_changed_contract_changes_the_fingerprints(folder):
    before = folder.load()
    folder.schema["properties"][0]["required"] = True
    after = folder.load()
    assert before.tables[0].fingerprint != after.tables[0].fingerprint
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize("directory", PROFILES, ids=lambda path: path.name)
def test_shipped_profiles_load(directory, tmp_path):
    profile = load_profile(directory, data=tmp_path)
    assert profile.tables
    assert profile.as_of is None or isinstance(profile.as_of, dt.date)
    for table in profile.tables:
        assert len({rule.check_id for rule in table.rules}) == len(table.rules)
        assert all(rule.title_zh for rule in table.rules)


def test_every_column_of_entities_and_marts_is_a_field_and_every_field_is_used():
    used = {
        column.name
        for table in (*load_entities().values(), *load_marts().values())
        for column in table.columns
    }
    assert set(load_fields()) == used


def test_every_mart_model_has_a_contract_and_every_contract_a_model():
    models = {
        path.stem
        for path in (CONTRACTS_ROOT.parent / "dbt_project" / "models").rglob("*.sql")
        if path.stem.startswith(("dim_", "fct_", "rpt_"))
    }
    assert set(load_marts()) == models


def test_every_kpi_is_computed_and_every_computed_kpi_is_declared():
    import re

    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (CONTRACTS_ROOT.parent / "dbt_project" / "models" / "kpi").glob("*.sql")
    )
    assert set(load_kpis()) == set(re.findall(r"'([a-z_]+)' as kpi_code", text))


def test_entity_types_are_those_of_the_fields():
    schema = load_entities()["incidents"].polars_schema(lineage=True)
    assert str(schema["longitude"]) == "Decimal(precision=9, scale=6)"
    assert schema["event_at"].time_zone == "UTC"
    assert load_entities()["incidents"].duckdb_columns()["event_at"] == "TIMESTAMP WITH TIME ZONE"
    assert list(schema)[-1] == "_row_hash"
