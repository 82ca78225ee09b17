"""Questions of the page 诚信审计: uses of archive files there is a reason to ask about, and all uses beside them."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_ROWS = 2000
"""Limit of the list of uses; reaching it is said."""

UNLINKED = "unlinked"
"""Many purposes have no number: such uses are counted apart from those whose own course is asked about."""

_WITHIN = """
    where event_date between $start and $end and (len($units) = 0 or list_contains($units, unit_no))
"""
_FILTERS = {"start": date, "end": date, "units": list}

USES = Query(
    "诚信审计·利用",
    f"""
    select unit_no, count(*) as use_count
    from {{fct_archive_uses}}
    {_WITHIN}
    group by unit_no
    order by unit_no
    """,
    _FILTERS,
)

FLAGGED = Query(
    "诚信审计·用法上需要核查的利用",
    f"""
    select unit_no, count(distinct archive_use_id) as use_count
    from {{fct_archive_use_flags}}
    {_WITHIN}
        and flag_code <> '{UNLINKED}'
    group by unit_no
    order by unit_no
    """,
    _FILTERS,
)

REASONS = Query(
    "诚信审计·理由",
    f"""
    select flag_code, flag_label, flag_note, unit_no, count(*) as use_count
    from {{fct_archive_use_flags}}
    {_WITHIN}
    group by flag_code, flag_label, flag_note, unit_no
    order by flag_code, unit_no
    """,
    _FILTERS,
)

MONTHS = Query(
    "诚信审计·月份",
    f"""
    select
        unit_no,
        cast(date_trunc('month', event_date) as date) as month_start,
        cast(last_day(event_date) as date) as month_end,
        count(*) as use_count,
        count(*) filter (where last_day(event_date) - event_date < 3) as last_count
    from {{fct_archive_uses}}
    {_WITHIN}
    group by unit_no, month_start, month_end
    order by unit_no, month_start
    """,
    _FILTERS,
)

RECODED = Query(
    "复核编码·结果",
    """
    select unit_no, month_start, month_use_count, purpose_code, recoded_purpose_code, recoding_result_code,
        count(*) as use_count
    from {fct_archive_recodings}
    where month_start between $start and $end and (len($units) = 0 or list_contains($units, unit_no))
    group by unit_no, month_start, month_use_count, purpose_code, recoded_purpose_code, recoding_result_code
    order by unit_no, month_start, purpose_code, recoded_purpose_code
    """,
    _FILTERS,
)
"""The first code is counted here and shown nowhere beside a use that waits for its second."""

ROWS = Query(
    "诚信审计·记录",
    f"""
    select archive_use_id, use_no, flag_label, evidence, file_no, user_officer_no, unit_no, event_date, use_kind_label,
        purpose_label, linked_no, _source_table, _source_key, _source_file, _source_line
    from {{fct_archive_use_flags}}
    {_WITHIN}
        and ($flag_code = '' or flag_code = $flag_code)
    order by event_date desc, use_no, flag_code
    limit {MOST_ROWS}
    """,
    {**_FILTERS, "flag_code": str},
)
