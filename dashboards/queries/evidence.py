"""Questions about evidence and relations of cases: an officer's own open cases, and what all cases lack."""

from __future__ import annotations

from jingcang.access import Query

MOST_MISSING = 2_000
"""Limit of each list; reaching it is said on the page."""

MY_MISSING = Query(
    "我的·缺的证据",
    f"""
    select case_no, evidence_item_label, evidence_stage_label, evidence_stage_date, evidence_basis
    from {{fct_case_evidence}}
    where is_open and evidence_state_code = 'missing'
    order by evidence_stage_date, case_no, evidence_item_code
    limit {MOST_MISSING}
    """,
)

ITEMS = Query(
    "证据·按项",
    """
    select evidence_item_code, evidence_item_label, max(nature_label) as nature_label, evidence_stage_label,
        count(*) as due_count,
        count(*) filter (where evidence_state_code = 'missing') as missing_count,
        count(*) filter (where evidence_state_code = 'missing' and is_open) as open_missing_count,
        max(evidence_basis) as evidence_basis
    from {fct_case_evidence}
    where is_required and evidence_stage_date is not null
    group by evidence_item_code, evidence_item_label, evidence_stage_label
    order by missing_count desc, evidence_item_code
    """,
)

CASES = Query(
    "证据·缺项的案件",
    f"""
    select case_no, unit_no, lead_officer_no, evidence_stage_date, is_open, _source_table, _source_key
    from {{fct_case_evidence}}
    where evidence_state_code = 'missing' and evidence_item_code = $item and (not $open_only or is_open)
    order by is_open desc, evidence_stage_date, case_no
    limit {MOST_MISSING}
    """,
    {"item": str, "open_only": bool},
)

MY_RELATIONS = Query(
    "我的·案情中的关系",
    f"""
    select case_no, relation_label, object_kind_label, object_masked, evidence_from, rule_id
    from {{fct_case_relations}}
    where is_open
    order by case_no, evidence_from, relation_code, object_from
    limit {MOST_MISSING}
    """,
)
