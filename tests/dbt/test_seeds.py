"""The seeds keep their keys and leave nothing empty that models rely on.

They ship with the product and no run changes them, so they are looked at here and not by dbt at every run.
"""

from __future__ import annotations

import csv
import re

import pytest
import yaml
from warehouse import PROJECT

SEEDS = PROJECT / "seeds"
DICTIONARIES = sorted((SEEDS / "dictionaries").glob("dictionary_*.csv"))
SEVERAL_DICTIONARIES = {"archive", "case", "community", "organisation", "people", "scene"}


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_of_a_seed_has_a_declared_type() -> None:
    declared = {
        seed["name"]: list(seed["config"]["column_types"])
        for path in SEEDS.rglob("_*.yml")
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    }
    files = {path.stem: path for path in SEEDS.rglob("*.csv")}
    found = {}
    for name, path in files.items():
        with path.open(encoding="utf-8", newline="") as file:
            found[name] = next(csv.reader(file))
    assert declared == found


@pytest.mark.parametrize("name", [path.stem for path in DICTIONARIES])
def test_codes_of_a_dictionary_file_are_named_and_distinct(name: str) -> None:
    rows = _rows(f"dictionaries/{name}")
    assert rows
    for row in rows:
        empty = [column for column in ("dictionary", "code", "level_number", "name_zh") if not row[column]]
        assert empty == [], row
    is_stacked = name.removeprefix("dictionary_") in SEVERAL_DICTIONARIES
    assert len({row["dictionary"] for row in rows}) > 1 or not is_stacked
    keys = [(row["dictionary"] if is_stacked else "", row["code"]) for row in rows]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


@pytest.mark.parametrize(
    ("seed", "key"),
    [
        ("alert_severities", "alert_severity_code"),
        ("archive_file_no_patterns", "source_system"),
        ("archive_media", "medium_code"),
        ("archive_outcome_windows", "link_kind"),
        ("archive_retention_years", "retention_code"),
        ("archive_secrecy_levels", "secrecy_code"),
        ("dictionaries/age_bands", "code"),
        ("dictionaries/archive_deadlines", "archive_category"),
        ("dictionaries/holidays", "date_day"),
        ("dictionaries/incident_class_flags", "code"),
        ("dictionaries/labels", "label_code"),
        ("dictionaries/spring_festival", "year_number"),
        ("dictionaries/spring_festival", "spring_festival_date"),
        ("case_limits", "limit_code"),
        ("case_link_limits", "limit_name"),
        ("clue_kinds", "clue_kind"),
        ("dispute_escalation_labels", "label_code"),
        ("dispute_rules", "rule_name"),
        ("duty_status_flags", "code"),
        ("kpi_bases", "kpi_code"),
        ("mo_label_groups", "label_group"),
        ("near_repeat_classes", "class_code"),
        ("place_check_intervals", "place_type_code"),
        ("quality_issue_groups", "check_id"),
        ("quality_issue_severities", "issue_severity_code"),
        ("archive_effect_verdicts", "effect_verdict_code"),
        ("archive_flag_rules", "flag_code"),
        ("repeat_rules", "rule_name"),
        ("sealing_rules", "rule_rank"),
        ("verification_bands", "verification_band_code"),
    ],
)
def test_small_seeds_keep_their_keys(seed: str, key: str) -> None:
    keys = [row[key] for row in _rows(seed)]
    assert keys
    assert all(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("seed", "column"),
    [
        ("alert_words", "code"),
        ("archive_due_rules", "archive_category"),
        ("clue_kinds", "hub_case_count"),
        ("dictionaries/archive_deadlines", "deadline_days"),
        ("dictionaries/archive_required_documents", "archive_category"),
        ("dictionaries/archive_required_documents", "document_type"),
        ("dictionaries/evidence_template_documents", "evidence_item_code"),
        ("dictionaries/evidence_template_documents", "document_type"),
        ("dictionaries/evidence_template_items", "evidence_item_code"),
        ("dictionaries/evidence_template_items", "nature_code"),
        ("dictionaries/evidence_template_items", "evidence_kind_code"),
        ("dictionaries/evidence_template_items", "is_required"),
        ("dictionaries/evidence_template_items", "stage_code"),
        ("dictionaries/labels", "label_zh"),
        ("dictionaries/labels", "is_in_fraud_total"),
        ("quality_issue_states", "code"),
        ("response_bands", "step_code"),
        ("response_bands", "band_rank"),
    ],
)
def test_small_seeds_leave_nothing_empty(seed: str, column: str) -> None:
    values = [row[column] for row in _rows(seed)]
    assert values
    assert all(values)


def test_every_verdict_of_a_use_has_its_words() -> None:
    model = (PROJECT / "models/marts/fct_archive_uses.sql").read_text(encoding="utf-8")
    given = re.findall(r"(?:then|else) '([a-z_]+)'", model.split("as effect_verdict_code", 1)[0])
    assert sorted(given) == sorted(row["effect_verdict_code"] for row in _rows("archive_effect_verdicts"))
