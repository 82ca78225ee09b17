"""What a KPI declares holds: evidence is what its models read, limits are there, nothing is typed twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from jingcang.contracts import CONTRACTS_ROOT, load_kpis
from jingcang.contracts.kpis import DEADLINE_TABLES
from jingcang.contracts.lineage import load_lineage
from jingcang.errors import JingcangError

SHIPPED = CONTRACTS_ROOT / "kpis" / "archive_in_time.yaml"


def kpi_file(root: Path, **changes: Any) -> None:
    """Write the shipped 及时归档率 with some keys changed as the KPI ``filed``, which no model computes."""
    declared = yaml.safe_load(SHIPPED.read_text(encoding="utf-8")) | {"kpi_code": "filed"} | changes
    (root / "kpis").mkdir(parents=True, exist_ok=True)
    (root / "kpis" / "filed.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")


def test_declared_evidence_is_what_the_models_read() -> None:
    lineage = load_lineage()
    for code, kpi in load_kpis().items():
        read = {
            f"{relation.removeprefix('landed.')}.{column}"
            for relation, column in lineage.rests_on(lineage.kpis[code])
        }
        assert set(kpi.evidence) <= read, code


def test_a_kpi_whose_models_leave_out_unmapped_records_declares_its_limit() -> None:
    """Every select that says 未映射 of a record it leaves out, and no other KPI, has a limit."""
    models = CONTRACTS_ROOT.parent / "dbt_project" / "models" / "kpi"
    saying = {
        code
        for path in models.glob("int_*.sql")
        for text in path.read_text(encoding="utf-8").split("union all")
        if "未映射" in text
        for code in load_kpis()
        if f"'{code}' as kpi_code" in text
    }
    assert saying
    assert saying == {code for code, kpi in load_kpis().items() if kpi.unmapped_limit_permille is not None}


def test_every_table_of_deadlines_is_a_seed() -> None:
    seeds = {path.stem for path in (CONTRACTS_ROOT.parent / "dbt_project" / "seeds").rglob("*.csv")}
    assert set(DEADLINE_TABLES) <= seeds


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no approver": ({"approver": ""}, "approver"),
    "approver is owner": ({"approver": "考核员"}, "approver"),
    "no basis": ({"basis_zh": ""}, "basis_zh"),
    "no evidence": ({"evidence": []}, "evidence"),
    "evidence of no entity": ({"evidence": ["things.colour"]}, "things.colour"),
    "no such table": ({"deadlines": "no_such_table"}, "deadlines"),
    "ends before it begins": ({"valid_to": "2024-01-01"}, "valid_to"),
    "no minimum": ({"minimum_n": 0}, "minimum_n"),
    "limit above all": ({"unmapped_limit_permille": 1001}, "unmapped_limit_permille"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_names_file_and_key(name: str, folder: Any) -> None:
    changes, named = WRONG[name]
    folder.write()
    kpi_file(folder.root, **{"evidence": ["things.thing_no"], **changes})
    with pytest.raises(JingcangError) as caught:
        load_kpis(folder.root)
    assert "filed.yaml" in str(caught.value)
    assert named in str(caught.value)


@pytest.fixture
def typed(folder: Any) -> Any:
    """A profile whose assessment sheet has people type the number that 接警单 already delivers."""
    folder.fields["typed_no"] = dict(folder.fields["thing_no"])
    folder.entity["schema"][0]["properties"].append({"name": "typed_no"})
    folder.profile["tables"].append("case.kh")
    folder.write()
    contract = yaml.safe_load(yaml.safe_dump(folder.contract))
    contract["id"] = "case.kh"
    contract["schema"][0] |= {"name": "kh", "businessName": "考核填报表"}
    contract["schema"][0]["properties"].append(
        {"name": "TB", "customProperties": [{"property": "held_by", "value": "things.thing_no"}]}
    )
    folder.second = contract
    folder.second_mapping = {
        "table": "case.kh",
        "entities": [
            {"entity": "things", "columns": {"thing_id": {"transform": "record_key"}, "typed_no": "TB"}}
        ],
    }
    return folder


def load_typed(folder: Any) -> Any:
    for path, content in (
        ("contracts/case/kh.odcs.yaml", folder.second),
        ("mappings/case__kh.yaml", folder.second_mapping),
    ):
        (folder.directory / path).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder.load()


def test_a_kpi_that_needs_typed_again_what_a_source_holds_is_refused(typed: Any) -> None:
    """四多: the error names the KPI, the column and the source that already holds the fact."""
    kpi_file(typed.root, evidence=["things.typed_no"])
    with pytest.raises(JingcangError) as caught:
        load_typed(typed)
    said = str(caught.value)
    assert "filed.yaml" in said
    assert "及时归档率以 things.typed_no 为依据，它由人为考核另填（考核填报表 TB）" in said
    assert "而 things.thing_no 已由接警单 BH提供" in said


def test_a_kpi_that_uses_what_the_source_holds_is_not_refused(typed: Any) -> None:
    kpi_file(typed.root, evidence=["things.thing_no"])
    assert load_typed(typed).tables


def test_the_models_tell_on_a_kpi_that_does_not_declare_what_it_reads(typed: Any) -> None:
    """Evidence left out of the declaration is found in what the KPI's models read."""
    shutil.copytree(CONTRACTS_ROOT / "entities", typed.root / "entities", dirs_exist_ok=True)
    shutil.copy(CONTRACTS_ROOT / "fields.yaml", typed.root / "shipped_fields.yaml")
    shipped = yaml.safe_load((typed.root / "shipped_fields.yaml").read_text(encoding="utf-8"))
    typed.fields |= shipped
    typed.second_mapping["entities"] = [
        {
            "entity": "archive_items",
            "columns": {
                name["name"]: ("TB" if name["name"] == "archived_date" else {"value": "x"})
                for name in yaml.safe_load(
                    (CONTRACTS_ROOT / "entities" / "archive_items.odcs.yaml").read_text(encoding="utf-8")
                )["schema"][0]["properties"]
                if name.get("required") or name["name"] == "archived_date"
            },
        }
    ]
    typed.write()
    declared = yaml.safe_load(SHIPPED.read_text(encoding="utf-8")) | {"evidence": ["cases.closed_date"]}
    (typed.root / "kpis").mkdir(parents=True, exist_ok=True)
    (typed.root / "kpis" / SHIPPED.name).write_text(
        yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8"
    )
    with pytest.raises(JingcangError, match=r"archive_items\.archived_date"):
        load_typed(typed)


def test_a_holder_that_does_not_exist_is_an_error_of_the_contract(typed: Any) -> None:
    typed.second["schema"][0]["properties"][-1]["customProperties"][0]["value"] = "things.colour"
    with pytest.raises(JingcangError, match=r"kh\.odcs\.yaml.*held_by"):
        load_typed(typed)
