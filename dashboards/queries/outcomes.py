"""Questions of the page 利用成效: what uses of archive files led to, and the relevant files nobody opened."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_ROWS = 2000
"""Limit of each list of rows; reaching it is said."""

_WITHIN = """
    where event_date between $start and $end and (len($units) = 0 or list_contains($units, unit_no))
"""
_FILTERS = {"start": date, "end": date, "units": list}

VERDICTS = Query(
    "利用成效·判定",
    f"""
    select unit_no, linked_kind_label, effect_verdict_code, effect_verdict_label, count(*) as use_count
    from {{fct_archive_uses}}
    {_WITHIN}
    group by unit_no, linked_kind_label, effect_verdict_code, effect_verdict_label
    order by unit_no, linked_kind_label, effect_verdict_code
    """,
    _FILTERS,
)

USES = Query(
    "利用成效·利用记录",
    f"""
    select archive_use_id, use_no, effect_verdict_label, unit_no, user_officer_no, event_date, file_no, purpose_label,
        linked_no, outcome_date, _source_table, _source_key, _source_file, _source_line
    from {{fct_archive_uses}}
    {_WITHIN}
        and effect_verdict_code = $verdict
    order by event_date desc, use_no
    limit {MOST_ROWS}
    """,
    {**_FILTERS, "verdict": str},
)

FINISHED = Query(
    "利用成效·办结案件",
    """
    select nature_label, opened_file_count > 0 as is_any_used, count(*) as case_count,
        count(*) filter (where is_resolved) as resolved_count,
        cast(sum(relevant_file_count) as bigint) as file_count, cast(sum(opened_file_count) as bigint) as used_count
    from {rpt_case_relevant_files}
    where work_finished_date between $start and $end and (len($units) = 0 or list_contains($units, unit_no))
    group by nature_label, is_any_used
    order by nature_label, is_any_used
    """,
    _FILTERS,
)

UNOPENED = Query(
    "利用成效·没有查阅相关案卷的案件",
    f"""
    select case_no, nature_label, class_label, unit_no, lead_officer_no, event_date, work_finished_date,
        relevant_file_count, _source_table, _source_key, _source_file, _source_line
    from {{rpt_case_relevant_files}}
    where opened_file_count = 0 and (len($units) = 0 or list_contains($units, unit_no))
        and ((work_finished_date is null and $is_open) or
            (not $is_open and work_finished_date between $start and $end))
    order by relevant_file_count desc, event_date desc, case_no
    limit {MOST_ROWS}
    """,
    {**_FILTERS, "is_open": bool},
)

OPEN_CASES = Query(
    "利用成效·在办案件",
    """
    select count(*) as case_count, count(*) filter (where opened_file_count = 0) as unopened_count
    from {rpt_case_relevant_files}
    where work_finished_date is null and (len($units) = 0 or list_contains($units, unit_no))
    """,
    {"units": list},
)
