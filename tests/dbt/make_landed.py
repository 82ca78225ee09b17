"""A DuckDB file with empty, typed ``landed``, ``derived`` and ``control`` tables, for tests of the models.

Belongs here: tables as landing, the derived steps and the orchestration deliver them, without their code, so that
the dbt project can be tested on hand-written rows. Does not belong here: transforms or checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
LINEAGE = {
    "_source_system": "varchar",
    "_source_table": "varchar",
    "_source_key": "varchar",
    "_source_version": "varchar",
    "_source_batch_id": "varchar",
    "_source_file": "varchar",
    "_source_line": "bigint",
    "_row_hash": "varchar",
}
DUCKDB_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "date": "date",
    "timestamp": "timestamptz",
    "boolean": "boolean",
}
# As the build specification gives them; the contracts cover entities only.
LANDED_BOOKS = {
    "quarantined_rows": "source_system varchar, source_table varchar, rule_id varchar, rule_ids varchar,"
    " failing_columns varchar, source_key varchar, source_file varchar, source_line bigint, batch_id varchar,"
    " raw_values_masked varchar, event_date date, unit_no varchar, first_seen_at date",
    "quality_flags": "source_system varchar, source_table varchar, rule_id varchar, source_key varchar,"
    " source_file varchar, source_line bigint, batch_id varchar, event_date date, unit_no varchar, fix_no bigint",
    "quarantined_rules": "source_system varchar, source_table varchar, rule_id varchar, failing_columns varchar,"
    " source_key varchar, source_file varchar, source_line bigint, batch_id varchar, raw_values_masked varchar,"
    " event_date date, unit_no varchar, first_seen_at date",
    "books": "source_system varchar, source_table varchar, batch_id varchar, rows_read bigint,"
    " rows_accepted bigint, rows_quarantined bigint, rows_superseded bigint, rows_repeated bigint,"
    " rows_tombstoned bigint, rows_waived bigint, rows_corrected bigint, landed_as_of date, watermark_from varchar,"
    " watermark_to varchar, content_sha256 varchar",
    "quality_results": "run_id varchar, run_no bigint, as_of date, check_id varchar, source_system varchar,"
    " object_name varchar, rule_id varchar, dimension varchar, severity varchar, status varchar, rows_checked bigint,"
    " rows_violated bigint, threshold_pct decimal(9,4), owner varchar, note varchar, checked_by varchar",
    "quality_failures": "run_id varchar, check_id varchar, object_name varchar, row_key varchar,"
    " source_file varchar, source_line bigint, source_system varchar, source_table varchar, source_key varchar,"
    " batch_id varchar, unit_no varchar, event_date date",
    "quality_unit_results": "run_id varchar, check_id varchar, unit_no varchar, rows_checked bigint,"
    " rows_violated bigint",
    "alert_signals": "run_id varchar, run_no bigint, as_of date, generation_no bigint, week_start date,"
    " alert_id varchar, is_headline boolean, class_level bigint, class_code varchar, class_label varchar,"
    " class_level1_code varchar, class_level1_label varchar, scope_code varchar, unit_no varchar, area_no varchar,"
    " method_code varchar, weeks_counted bigint, observed_count bigint, expected_count decimal(12,2),"
    " low_count decimal(12,2), threshold_count decimal(12,2), alpha decimal(12,10), p_value decimal(12,10),"
    " q_value decimal(12,10), dispersion decimal(12,2)",
    "alert_weeks": "run_id varchar, run_no bigint, as_of date, generation_no bigint, week_start date,"
    " scope_code varchar, unit_no varchar, status varchar, missing_days bigint, tested_count bigint,"
    " drift_tested_count bigint, short_count bigint, unwatched_count bigint, alarm_count bigint,"
    " alpha decimal(12,10), expected_alarm_count decimal(12,4), alarms_per_year decimal(12,2)",
    "alert_replays": "run_id varchar, run_no bigint, as_of date, generation_no bigint, first_week_start date,"
    " last_week_start date, series_count bigint, tested_count bigint, alpha decimal(12,10), alarm_count bigint,"
    " expected_alarm_count decimal(12,4), rate_ratio decimal(9,4), ci_low decimal(9,4), ci_high decimal(9,4)",
    "near_repeats": "run_id varchar, run_no bigint, as_of date, generation_no bigint, scope_code varchar,"
    " unit_no varchar, class_code varchar, class_label varchar, tested_from_date date,"
    " tested_to_date date, incident_count bigint, located_count bigint, metres_from bigint, metres_to bigint,"
    " days_from bigint, days_to bigint, pair_count bigint, expected_pair_count decimal(12,2),"
    " pair_ratio decimal(9,4), pair_p_value decimal(12,10), pair_q_value decimal(12,10), is_nearest_bin boolean",
    "alert_decisions": "decision_no bigint, alert_id varchar, version bigint, disposition varchar, reason varchar,"
    " last_week_start date, user_id varchar, decided_at timestamptz",
    "special_operations": "place_key varchar, operation_no bigint, version bigint, state_code varchar,"
    " operation_name varchar, programme_no varchar, class_codes varchar, declared_unit_no varchar, unit_no varchar,"
    " area_no varchar, start_date date, last_date date, reason varchar, user_id varchar, acted_at timestamptz",
    "meeting_decisions": "row_no bigint, decision_no bigint, version bigint, unit_no varchar, state_code varchar,"
    " state_label varchar, decision_text varchar, owner varchar, review_date date, verdict varchar,"
    " verdict_label varchar, metric_code varchar, class_code varchar, unit_nos varchar, area_no varchar,"
    " period_kind varchar, period_start date, period_end date, figure_count bigint, figure_base bigint, now_start date,"
    " now_end date, now_count bigint, now_base bigint, generation varchar, reason varchar, user_id varchar,"
    " acted_at timestamptz",
    "kpi_appeals": "row_no bigint, appeal_no bigint, version bigint, state_code varchar, effect_code varchar,"
    " effect_label varchar, period_start date, period_end date, kpi_code varchar, kpi_record_id varchar,"
    " record_no varchar, event_date date, unit_no varchar, officer_no varchar, claim_code varchar, reason varchar,"
    " user_id varchar, acted_at timestamptz",
    "archive_searches": "search_no bigint, event_date date, unit_no varchar, officer_no varchar, purpose_code varchar,"
    " linked_no varchar, query_kinds varchar, is_hit boolean, hit_count bigint, searched_at timestamptz",
    "archive_recodings": "row_no bigint, recoding_no bigint, version bigint, archive_use_id varchar, unit_no varchar,"
    " purpose_code varchar, reason varchar, user_id varchar, acted_at timestamptz",
    "patrol_evaluations": "evaluation_key varchar, evaluation_code varchar, version bigint, origin_code"
    " varchar, state_code"
    " varchar, evaluation_name varchar, programme_no varchar, planned_minutes bigint, treated_areas"
    " varchar, control_areas varchar, buffer_areas varchar, before_start date, before_last date,"
    " after_start date, after_last date, chosen_because varchar, chosen_because_label varchar,"
    " selection_start date, selection_last date, class_codes varchar, excludes_patrol_generated"
    " boolean, declared_unit_no varchar, reason varchar, user_id varchar, decided_at timestamptz",
    "evaluation_publications": "publication_no bigint, evaluation_code varchar, version bigint, verdict_code varchar,"
    " content_hash varchar, generation varchar, reason varchar, user_id varchar, published_at"
    " timestamptz",
    "evaluation_results": "run_id varchar, run_no bigint, as_of date, generation_no bigint, evaluation_code"
    " varchar, version"
    " bigint, unit_no varchar, state_code varchar, state_label varchar, state_note varchar,"
    " treated_areas varchar, control_areas varchar, buffer_areas varchar, before_start date,"
    " before_last date, after_start date, after_last date, treated_before_count bigint,"
    " treated_after_count bigint, control_before_count bigint, control_after_count bigint,"
    " buffer_before_count bigint, buffer_after_count bigint, patrol_generated_count bigint, dispersion"
    " decimal(12,2), effect_log decimal(12,6), effect_standard_error decimal(12,6), effect_p_value"
    " decimal(12,10), effect_pct decimal(12,2), effect_low_pct decimal(12,2), effect_high_pct"
    " decimal(12,2), detectable_fall_pct decimal(12,2), wdd_count decimal(12,2), wdd_low_count"
    " decimal(12,2), wdd_high_count decimal(12,2), wdd_warning varchar, displacement_pct decimal(12,2),"
    " displacement_low_pct decimal(12,2), displacement_high_pct decimal(12,2), displacement_label"
    " varchar, pre_trend_p_value decimal(12,10), pre_trend_label varchar, planned_minutes decimal(9,2),"
    " observed_minutes decimal(9,2), delivered_minutes decimal(9,2), observed_pct decimal(9,2),"
    " delivered_pct decimal(9,2), dosage_note varchar, verdict_code varchar, verdict_label varchar,"
    " verdict_text varchar, design_faults varchar, design_remarks varchar",
    "restated_incidents": "run_no bigint, generation_from varchar, generation_to varchar, from_as_of date,"
    " to_as_of date, incident_id varchar, side_code varchar, cause_code varchar, unit_no varchar, area_no varchar,"
    " class_code varchar, class_outcome varchar, outcome_code varchar, incident_no varchar, class_label varchar,"
    " class_level1_code varchar, class_level1_label varchar, outcome_label varchar, source_table varchar,"
    " source_key varchar, source_file varchar, source_line bigint, event_date date, record_count bigint",
    "published_figures": "run_no bigint, generation varchar, generation_from varchar, published_as_of date,"
    " metric_code varchar, metric_version varchar, definition_digest varchar, unit_no varchar, month_start date,"
    " figure_count bigint",
}
DERIVED = {
    "case_labels": "case_id varchar, label_code varchar, label_group varchar, source varchar, rule_id varchar,"
    " rule_version varchar, evidence_from bigint, evidence_to bigint, confidence_pct bigint,"
    " review_state varchar",
    "case_label_reviews": "case_id varchar, label_code varchar, label_group varchar, review_state varchar, "
    "evidence_from bigint, evidence_to bigint, reviewer_count bigint",
    "label_quality": "label_code varchar, label_group varchar, measure varchar, "
    "estimate decimal(9,6), standard_error decimal(9,6), ci_low decimal(9,6), ci_high decimal(9,6), "
    "reviewed_count bigint, hit_count bigint, undecided_count bigint, covered_count bigint, latest_week date",
    "case_clues": "case_id varchar, clue_kind varchar, evidence_from bigint, evidence_to bigint,"
    " value_key varchar, value_masked varchar, is_checksum_valid boolean, amount_fen bigint",
    "case_relations": "case_id varchar, relation_code varchar, subject_kind varchar, subject_from bigint,"
    " subject_to bigint, object_kind varchar, object_detail varchar, object_from bigint, object_to bigint,"
    " evidence_from bigint, evidence_to bigint, rule_id varchar, rule_version varchar, confidence_pct bigint",
    "incident_addresses": "incident_id varchar, address_match_level varchar, address_no varchar,"
    " building_address_no varchar, community_name varchar, road_name varchar, division_code varchar,"
    " division_label varchar, division_reason varchar, event_date date",
    "located_areas": "object_kind varchar, object_id varchar, geometry_area_no varchar, cell_id varchar,"
    " event_date date",
    "area_strips": "area_id varchar, strip bigint, west_x bigint, east_x bigint",
}
CONTROL = {
    "run": "run_id varchar, as_of date, profile varchar, timezone varchar, week_start integer,"
    " assessment_start varchar, assessment_months integer, generation_no bigint",
    "affected_partitions": "entity varchar, event_date date",
    "history": "run_no bigint",
}

Rows = Sequence[Mapping[str, Any]]


def entity_columns() -> dict[str, dict[str, str]]:
    """Columns of every landed entity.

    Returns:
        entity → column → DuckDB type, lineage columns included.
    """
    fields = yaml.safe_load((REPOSITORY / "data_contracts/fields.yaml").read_text(encoding="utf-8"))
    entities = {}
    for path in sorted((REPOSITORY / "data_contracts/entities").glob("*.odcs.yaml")):
        schema = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"][0]
        columns = {}
        for prop in schema["properties"]:
            kind = fields[prop["name"]]["type"]
            columns[prop["name"]] = DUCKDB_TYPES.get(kind, kind)
        entities[schema["name"]] = columns | LINEAGE
    return entities


def make_landed(
    database: Path,
    rows: Mapping[str, Rows] | None = None,
    *,
    as_of: str = "2026-06-30",
    zone: str = "Asia/Shanghai",
) -> None:
    """Create the three schemas in ``database`` and insert ``rows``.

    Args:
        database: DuckDB file; created if absent.
        rows: ``"landed.incidents"`` → list of column → value; columns left out are NULL.
        as_of: day of the run.
        zone: time zone of the run.
    """
    with duckdb.connect(str(database)) as connection:
        for schema in ("landed", "derived", "control"):
            connection.execute(f"create schema if not exists {schema}")
        for entity, columns in entity_columns().items():
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create or replace table landed.{entity} ({listed})")
        for schema, tables in (("landed", LANDED_BOOKS), ("derived", DERIVED), ("control", CONTROL)):
            for table, listed in tables.items():
                connection.execute(f"create or replace table {schema}.{table} ({listed})")
        connection.execute(
            "insert into control.run values ('run-1', ?, 'test', ?, 1, '12-21', 12, 1)", [as_of, zone]
        )
        connection.execute("insert into control.history values (0)")
        for table, records in (rows or {}).items():
            insert_rows(connection, table, records)


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Insert ``rows`` (column → value) into ``table``; columns left out are NULL."""
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


if __name__ == "__main__":
    import sys

    make_landed(Path(sys.argv[1]))
