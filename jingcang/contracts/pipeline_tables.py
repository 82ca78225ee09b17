"""Tables beside the entities that dbt reads: books of landing, run history, derived steps, control.

Belongs here: their names, what a row is, and typed columns (types as in ``fields``).
Does not belong here: canonical entities (``data_contracts/entities``), and how the tables are filled.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PipelineTable:
    """One table: schema, name, what one row is (Chinese), and column → field type."""

    schema: str
    name: str
    grain_zh: str
    columns: dict[str, str]


def _columns(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


_TEXT, _WHOLE, _DAY = "string", "integer", "date"
_RUN = {"run_id": _TEXT, "run_no": _WHOLE, "as_of": _DAY, "generation_no": _WHOLE}

PIPELINE_TABLES: tuple[PipelineTable, ...] = (
    PipelineTable(
        "landed",
        "quarantined_rows",
        "一条被隔离的来源行（每批次）",
        _columns(_TEXT, "source_system source_table rule_id rule_ids failing_columns source_key source_file")
        | {"source_line": _WHOLE}
        | _columns(_TEXT, "batch_id raw_values_masked")
        | {"event_date": _DAY, "unit_no": _TEXT, "first_seen_at": _DAY},
    ),
    PipelineTable(
        "landed",
        "quarantined_rules",
        "一条被隔离的来源行 × 违反的一条规则",
        _columns(_TEXT, "source_system source_table rule_id failing_columns source_key source_file")
        | {"source_line": _WHOLE}
        | _columns(_TEXT, "batch_id raw_values_masked")
        | {"event_date": _DAY, "unit_no": _TEXT, "first_seen_at": _DAY},
    ),
    PipelineTable(
        "landed",
        "quality_flags",
        "一条已入库但有提示的来源行 × 规则",
        _columns(_TEXT, "source_system source_table rule_id source_key source_file")
        | {"source_line": _WHOLE, "batch_id": _TEXT, "event_date": _DAY, "unit_no": _TEXT, "fix_no": _WHOLE},
    ),
    PipelineTable(
        "landed",
        "books",
        "一张来源表 × 一个批次的账目",
        _columns(_TEXT, "source_system source_table batch_id")
        | _columns(
            _WHOLE,
            "rows_read rows_accepted rows_quarantined rows_superseded rows_repeated rows_tombstoned rows_waived"
            " rows_corrected",
        )
        | {"landed_as_of": _DAY}
        | _columns(_TEXT, "watermark_from watermark_to content_sha256"),
    ),
    PipelineTable(
        "landed",
        "quarantine_waivers",
        "一条被豁免的来源行 × 规则（每次决定）",
        _columns(_TEXT, "waiver_id source_system source_table rule_id source_key row_digest reason")
        | {"valid_from": _DAY, "valid_to": _DAY}
        | _columns(_TEXT, "created_by revoked_by"),
    ),
    PipelineTable(
        "landed",
        "quarantine_fixes",
        "一条修正规则（最近状态）",
        {"fix_no": _WHOLE}
        | _columns(_TEXT, "source_system source_table rule_id column_name kind parameters state_code")
        | _columns(_TEXT, "proposed_by decided_by reason"),
    ),
    PipelineTable(
        "landed",
        "replay_requests",
        "一次重放申请",
        {"request_no": _WHOLE}
        | _columns(_TEXT, "source_system source_table reason requested_by role generation")
        | {"requested_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "correction_tickets",
        "一张退回单的一行",
        {"ticket_row_key": _TEXT, "ticket_id": _WHOLE, "row_no": _WHOLE}
        | _columns(_TEXT, "unit_no check_id object_name row_key assigned_to")
        | {"due_date": _DAY, "run_no": _WHOLE}
        | _columns(_TEXT, "generation created_by")
        | {"created_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "quality_results",
        "一项检查 × 一次运行",
        {"run_id": _TEXT, "run_no": _WHOLE, "as_of": _DAY}
        | _columns(_TEXT, "check_id source_system object_name rule_id dimension severity status")
        | _columns(_WHOLE, "rows_checked rows_violated")
        | {"threshold_pct": "decimal(9,4)"}
        | _columns(_TEXT, "owner note checked_by"),
    ),
    PipelineTable(
        "landed",
        "quality_failures",
        "一项检查的一个违规对象 × 一次运行",
        _columns(_TEXT, "run_id check_id object_name row_key source_file")
        | {"source_line": _WHOLE}
        | _columns(_TEXT, "source_system source_table source_key batch_id unit_no")
        | {"event_date": _DAY},
    ),
    PipelineTable(
        "landed",
        "quality_unit_results",
        "一项检查 × 一个单位 × 一次运行",
        _columns(_TEXT, "run_id check_id unit_no") | _columns(_WHOLE, "rows_checked rows_violated"),
    ),
    PipelineTable(
        "landed",
        "alert_signals",
        "一条报警（一个序列 × 一周 × 一种方法）",
        _RUN
        | {"week_start": _DAY, "alert_id": _TEXT, "is_headline": "boolean", "class_level": _WHOLE}
        | _columns(
            _TEXT, "class_code class_label class_level1_code class_level1_label scope_code unit_no area_no"
        )
        | {"method_code": _TEXT, "weeks_counted": _WHOLE, "observed_count": _WHOLE}
        | _columns("decimal(12,2)", "expected_count low_count threshold_count")
        | _columns("decimal(12,10)", "alpha p_value q_value")
        | {"dispersion": "decimal(12,2)"},
    ),
    PipelineTable(
        "landed",
        "alert_weeks",
        "一周 × 一个单位（或全局）的检验情况 × 一次运行",
        _RUN
        | {"week_start": _DAY, "scope_code": _TEXT, "unit_no": _TEXT, "status": _TEXT}
        | _columns(
            _WHOLE, "missing_days tested_count drift_tested_count short_count unwatched_count alarm_count"
        )
        | {
            "alpha": "decimal(12,10)",
            "expected_alarm_count": "decimal(12,4)",
            "alarms_per_year": "decimal(12,2)",
        },
    ),
    PipelineTable(
        "landed",
        "alert_replays",
        "一次预警方法的历史重放",
        _RUN
        | {"first_week_start": _DAY, "last_week_start": _DAY, "series_count": _WHOLE, "tested_count": _WHOLE}
        | {"alpha": "decimal(12,10)", "alarm_count": _WHOLE, "expected_alarm_count": "decimal(12,4)"}
        | _columns("decimal(9,4)", "rate_ratio ci_low ci_high"),
    ),
    PipelineTable(
        "landed",
        "near_repeats",
        "一个地点层级 × 一类警情 × 一档距离 × 一档间隔的近重复检验",
        _RUN
        | _columns(_TEXT, "scope_code unit_no class_code class_label")
        | _columns(_DAY, "tested_from_date tested_to_date")
        | _columns(_WHOLE, "incident_count located_count metres_from metres_to days_from days_to pair_count")
        | {"expected_pair_count": "decimal(12,2)", "pair_ratio": "decimal(9,4)"}
        | _columns("decimal(12,10)", "pair_p_value pair_q_value")
        | {"is_nearest_bin": "boolean"},
    ),
    PipelineTable(
        "landed",
        "alert_decisions",
        "对一条预警的一次处置（全部）",
        {"decision_no": _WHOLE, "alert_id": _TEXT, "version": _WHOLE}
        | _columns(_TEXT, "disposition reason")
        | {"last_week_start": _DAY, "user_id": _TEXT, "decided_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "special_operations",
        "一项登记的专项行动的一版 × 地点",
        {"place_key": _TEXT, "operation_no": _WHOLE, "version": _WHOLE}
        | _columns(
            _TEXT, "state_code operation_name programme_no class_codes declared_unit_no unit_no area_no"
        )
        | _columns(_DAY, "start_date last_date")
        | _columns(_TEXT, "reason user_id")
        | {"acted_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "meeting_decisions",
        "一条会议决定的一版",
        _columns(_WHOLE, "row_no decision_no version")
        | _columns(_TEXT, "unit_no state_code state_label decision_text owner")
        | {"review_date": _DAY}
        | _columns(_TEXT, "verdict verdict_label metric_code class_code unit_nos area_no period_kind")
        | _columns(_DAY, "period_start period_end")
        | _columns(_WHOLE, "figure_count figure_base")
        | _columns(_DAY, "now_start now_end")
        | _columns(_WHOLE, "now_count now_base")
        | _columns(_TEXT, "generation reason user_id")
        | {"acted_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "kpi_appeals",
        "一项考核申诉的一版",
        _columns(_WHOLE, "row_no appeal_no version")
        | _columns(_TEXT, "state_code effect_code effect_label")
        | _columns(_DAY, "period_start period_end")
        | _columns(_TEXT, "kpi_code kpi_record_id record_no")
        | {"event_date": _DAY}
        | _columns(_TEXT, "unit_no officer_no claim_code reason user_id")
        | {"acted_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "archive_searches",
        "一次档案检索",
        {"search_no": _WHOLE, "event_date": _DAY}
        | _columns(_TEXT, "unit_no officer_no purpose_code linked_no query_kinds")
        | {"is_hit": "boolean", "hit_count": _WHOLE, "searched_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "archive_recodings",
        "一次档案利用的复核编码的一版",
        _columns(_WHOLE, "row_no recoding_no version")
        | _columns(_TEXT, "archive_use_id unit_no purpose_code reason user_id")
        | {"acted_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "patrol_evaluations",
        "一项巡逻评估的一版（页面登记或方案自带）",
        {"evaluation_key": _TEXT, "evaluation_code": _TEXT, "version": _WHOLE}
        | _columns(_TEXT, "origin_code state_code evaluation_name programme_no")
        | {"planned_minutes": _WHOLE}
        | _columns(_TEXT, "treated_areas control_areas buffer_areas")
        | _columns(_DAY, "before_start before_last after_start after_last")
        | _columns(_TEXT, "chosen_because chosen_because_label")
        | _columns(_DAY, "selection_start selection_last")
        | {"class_codes": _TEXT, "excludes_patrol_generated": "boolean"}
        | _columns(_TEXT, "declared_unit_no reason user_id")
        | {"decided_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "evaluation_publications",
        "一项巡逻评估的一次发布",
        {"publication_no": _WHOLE, "evaluation_code": _TEXT, "version": _WHOLE}
        | _columns(_TEXT, "verdict_code content_hash generation reason user_id")
        | {"published_at": "timestamp"},
    ),
    PipelineTable(
        "landed",
        "evaluation_results",
        "一项巡逻评估的一版的结果 × 算得不同的一次运行",
        _RUN
        | {"evaluation_code": _TEXT, "version": _WHOLE}
        | _columns(
            _TEXT, "unit_no state_code state_label state_note treated_areas control_areas buffer_areas"
        )
        | _columns(_DAY, "before_start before_last after_start after_last")
        | _columns(
            _WHOLE,
            "treated_before_count treated_after_count control_before_count control_after_count"
            " buffer_before_count buffer_after_count patrol_generated_count",
        )
        | {"dispersion": "decimal(12,2)"}
        | _columns("decimal(12,6)", "effect_log effect_standard_error")
        | {"effect_p_value": "decimal(12,10)"}
        | _columns(
            "decimal(12,2)",
            "effect_pct effect_low_pct effect_high_pct detectable_fall_pct wdd_count wdd_low_count wdd_high_count",
        )
        | {"wdd_warning": _TEXT}
        | _columns("decimal(12,2)", "displacement_pct displacement_low_pct displacement_high_pct")
        | {"displacement_label": _TEXT, "pre_trend_p_value": "decimal(12,10)", "pre_trend_label": _TEXT}
        | _columns(
            "decimal(9,2)", "planned_minutes observed_minutes delivered_minutes observed_pct delivered_pct"
        )
        | _columns(_TEXT, "dosage_note verdict_code verdict_label verdict_text design_faults design_remarks"),
    ),
    PipelineTable(
        "landed",
        "restated_incidents",
        "一起警情在两次发布之间的一侧变动（每次发布）",
        {"run_no": _WHOLE}
        | _columns(_TEXT, "generation_from generation_to")
        | _columns(_DAY, "from_as_of to_as_of")
        | _columns(
            _TEXT,
            "incident_id side_code cause_code unit_no area_no class_code class_outcome outcome_code incident_no"
            " class_label class_level1_code class_level1_label outcome_label source_table source_key source_file",
        )
        | {"source_line": _WHOLE, "event_date": _DAY, "record_count": _WHOLE},
    ),
    PipelineTable(
        "landed",
        "published_figures",
        "一次发布 × 一个度量 × 单位 × 月份的数",
        {"run_no": _WHOLE}
        | _columns(_TEXT, "generation generation_from")
        | {"published_as_of": _DAY}
        | _columns(_TEXT, "metric_code metric_version definition_digest unit_no")
        | {"month_start": _DAY, "figure_count": _WHOLE},
    ),
    PipelineTable(
        "derived",
        "case_labels",
        "一起案件 × 一个标签",
        _columns(_TEXT, "case_id label_code label_group source rule_id rule_version")
        | _columns(_WHOLE, "evidence_from evidence_to confidence_pct")
        | {"review_state": _TEXT},
    ),
    PipelineTable(
        "derived",
        "case_label_reviews",
        "一起案件 × 一个经审核的标签",
        _columns(_TEXT, "case_id label_code label_group review_state")
        | _columns(_WHOLE, "evidence_from evidence_to reviewer_count"),
    ),
    PipelineTable(
        "derived",
        "label_quality",
        "一个标签 × 一项质量度量（现行规则）；一致性为一组一行",
        _columns(_TEXT, "label_code label_group measure")
        | dict.fromkeys(("estimate", "standard_error", "ci_low", "ci_high"), "decimal(9,6)")
        | _columns(_WHOLE, "reviewed_count hit_count undecided_count covered_count")
        | {"latest_week": _DAY},
    ),
    PipelineTable(
        "derived",
        "case_clues",
        "一起案件中的一处线索",
        _columns(_TEXT, "case_id clue_kind")
        | _columns(_WHOLE, "evidence_from evidence_to")
        | _columns(_TEXT, "value_key value_masked")
        | {"is_checksum_valid": "boolean", "amount_fen": _WHOLE},
    ),
    PipelineTable(
        "derived",
        "case_relations",
        "一起案件中的一处关系",
        _columns(_TEXT, "case_id relation_code subject_kind")
        | _columns(_WHOLE, "subject_from subject_to")
        | _columns(_TEXT, "object_kind object_detail")
        | _columns(_WHOLE, "object_from object_to evidence_from evidence_to")
        | _columns(_TEXT, "rule_id rule_version")
        | {"confidence_pct": _WHOLE},
    ),
    PipelineTable(
        "derived",
        "incident_addresses",
        "一起警情的地址解析结果",
        _columns(
            _TEXT,
            "incident_id address_match_level address_no building_address_no community_name road_name"
            " division_code division_label division_reason",
        ),
    ),
    PipelineTable(
        "derived",
        "located_areas",
        "一个有坐标的对象在当日边界中的责任区",
        _columns(_TEXT, "object_kind object_id geometry_area_no cell_id"),
    ),
    PipelineTable(
        "derived",
        "area_strips",
        "一个责任区的边界在一条 25 米纬度带中线上的一段",
        {"area_id": _TEXT} | _columns(_WHOLE, "strip west_x east_x"),
    ),
)
"""Landing's books and history (schema ``landed``) and derived steps (schema ``derived``)."""
