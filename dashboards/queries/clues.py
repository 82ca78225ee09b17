"""Questions of the page 线索; all of them are asked for one case in hand."""

from __future__ import annotations

from jingcang.access import Query

OF_CASE = Query(
    "线索·本案",
    """
    select case_id, clue_kind, clue_kind_label, value_masked, is_checksum_valid, is_linking, is_hub, evidence_from,
        evidence_to
    from {fct_case_clues}
    where is_first_place
    order by is_linking desc, evidence_from, clue_kind
    """,
)

LINKS = Query(
    "线索·关联",
    """
    select link_reason_code, first_case_id, first_case_no, first_unit_no, first_event_date, second_case_id,
        second_case_no, second_unit_no, second_event_date, clue_kind_label, value_masked, label_zh, label_code,
        similarity_permille, first_evidence_from, first_evidence_to, second_evidence_from, second_evidence_to
    from {fct_case_links}
    order by similarity_permille desc nulls last, first_event_date desc, first_case_no, second_case_no, label_zh
    """,
)
