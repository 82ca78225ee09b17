"""Questions of the page 成效评估: results of evaluations, and the incidents and shifts behind one."""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import NOT_FOUND_BY_PATROL
from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

RESULTS = Query(
    "评估·结果",
    """
    select evaluation_code, evaluation_version, is_withdrawn, evaluation_origin_code, evaluation_name, unit_no,
        programme_no, class_codes, is_patrol_generated_excluded, chosen_because_code, chosen_because_label,
        selection_start_date, selection_last_date, treated_areas, control_areas, buffer_areas, before_start_date,
        before_last_date, after_start_date, after_last_date, evaluation_state_code, evaluation_state_label,
        evaluation_state_note, treated_before_count, treated_after_count, control_before_count, control_after_count,
        buffer_before_count, buffer_after_count, patrol_generated_count, evaluation_dispersion, effect_pct,
        effect_low_pct, effect_high_pct, detectable_fall_pct, wdd_count, wdd_low_count, wdd_high_count, wdd_warning,
        displacement_pct, displacement_low_pct, displacement_high_pct, displacement_label, pre_trend_p_value,
        pre_trend_label, planned_minutes, observed_minutes, delivered_minutes, observed_pct, delivered_pct, dosage_note,
        verdict_code, verdict_label, verdict_text, design_faults, design_remarks, reason, decided_by, decided_at
    from {fct_patrol_evaluations}
    order by after_start_date desc nulls last, evaluation_code, evaluation_version desc
    """,
)

_BEHIND = {"areas": list, "classes": list, "start": date, "last": date, "with_patrol": bool}
_OF_OUTCOME = f"""
    where is_effective and list_contains($areas, area_no) and event_date between $start and $last
        and (len($classes) = 0 or list_contains($classes, class_code))
        and ($with_patrol or {NOT_FOUND_BY_PATROL})
"""

DAILY = Query(
    "评估·逐日",
    f"""
    select area_no, event_date, cast(sum(record_count) as bigint) as incident_count
    from {{fct_incidents}} {_OF_OUTCOME}
    group by area_no, event_date
    order by event_date, area_no
    """,
    _BEHIND,
)

INCIDENTS = Query(
    "评估·警情明细",
    f"""
    select incident_no, event_date, event_hour, area_no, class_level1_label, class_label, outcome_label, record_count,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_incidents}} {_OF_OUTCOME}
    order by event_date desc, incident_no
    limit {MOST_ROWS}
    """,
    _BEHIND,
)

SHIFTS = Query(
    "评估·班次明细",
    f"""
    select shift_no, event_date, area_no, patrol_unit_id, programme_no, planned_minutes, observed_minutes,
        delivered_minutes, observed_pct, _source_table, _source_key, _source_file, _source_line
    from {{fct_patrol_shifts}}
    where list_contains($areas, area_no) and event_date between $start and $last
        and ($programme = '' or programme_no = $programme)
    order by event_date desc, shift_no
    limit {MOST_ROWS}
    """,
    {"areas": list, "start": date, "last": date, "programme": str},
)

PROGRAMMES = Query(
    "评估·排班专项",
    """
    select programme_no, unit_no, area_no, min(event_date) as start_date, max(event_date) as last_date
    from {fct_patrol_shifts}
    where programme_no is not null and area_no is not null
    group by programme_no, unit_no, area_no
    order by programme_no, unit_no, area_no
    """,
)

CLASSES = Query(
    "评估·类别名称",
    """
    select code, max(path_zh) as path_zh
    from {dim_dictionary}
    where dictionary = 'incident_class' and list_contains($codes, code)
    group by code
    order by code
    """,
    {"codes": list},
)
