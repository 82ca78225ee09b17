"""Questions of the page 馆藏与数字化: what stands in the archive, what is asked for, missing and due."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_FILES, MOST_GAPS, MOST_DUES = 500, 1000, 2000
"""Limits of the lists; reaching one is said."""

_IN_SCOPE = "(len($units) = 0 or list_contains($units, unit_no))"
_UNITS = {"units": list}

HOLDINGS = Query(
    "馆藏·门类和载体",
    f"""
    select
        category_code, coalesce(category_label, '未登记') as category_label,
        medium_code, coalesce(medium_label, '未登记') as medium_label,
        cast(sum(archive_file_count) as bigint) as archive_file_count,
        cast(sum(page_count) as bigint) as page_count,
        cast(sum(digitised_page_count) as bigint) as digitised_page_count,
        cast(sum(not_digital_file_count) as bigint) as not_digital_file_count,
        cast(sum(year_use_count) as bigint) as year_use_count,
        cast(sum(not_digital_use_count) as bigint) as not_digital_use_count,
        cast(sum(used_file_count) as bigint) as used_file_count,
        cast(sum(never_used_file_count) as bigint) as never_used_file_count,
        min(first_archived_date) as first_archived_date,
        max(last_use_date) as last_use_date,
        cast(sum(unread_file_no_count) as bigint) as unread_file_no_count,
        cast(sum(permanent_file_count) as bigint) as permanent_file_count,
        cast(sum(unknown_retention_count) as bigint) as unknown_retention_count,
        min(first_retention_due_date) as first_retention_due_date
    from {{rpt_archive_holdings}}
    where {_IN_SCOPE}
    group by category_code, category_label, medium_code, medium_label
    order by category_code nulls last, medium_code nulls last, category_label, medium_label
    """,
    _UNITS,
)

DIGITISING = Query(
    "馆藏·待数字化档案",
    f"""
    select file_no, unit_no, coalesce(category_label, '未登记') as category_label,
        coalesce(medium_label, '未登记') as medium_label, page_count, digitised_page_count, year_use_count,
        year_user_count, last_use_date
    from {{rpt_archive_digitising}}
    where {_IN_SCOPE}
    order by year_use_count desc, year_user_count desc, file_no
    limit {MOST_FILES}
    """,
    _UNITS,
)

SEARCHES = Query(
    "馆藏·检索",
    f"""
    select coalesce(purpose_label, '未登记') as purpose_label,
        coalesce(linked_kind_label, '未登记') as linked_kind_label, coalesce(query_kinds, '') as query_kinds,
        cast(sum(search_count) as bigint) as search_count, cast(sum(no_hit_count) as bigint) as no_hit_count,
        cast(sum(no_hit_file_no_count) as bigint) as no_hit_file_no_count
    from {{rpt_archive_searches}}
    where month_start >= $since and {_IN_SCOPE}
    group by purpose_label, linked_kind_label, query_kinds
    order by no_hit_count desc, purpose_label, linked_kind_label, query_kinds
    """,
    {"since": date, **_UNITS},
)

GAPS = Query(
    "馆藏·断号",
    f"""
    select unit_no, coalesce(category_label, '未登记') as category_label, fonds_no, file_class_no, file_year,
        first_missing_serial, last_missing_serial, missing_number_count, is_number_jump, previous_file_no, next_file_no,
        _source_table, _source_key
    from {{rpt_archive_gaps}}
    where {_IN_SCOPE}
    order by is_number_jump, file_year desc, fonds_no, file_class_no, first_missing_serial
    limit {MOST_GAPS}
    """,
    _UNITS,
)

GAP_COUNTS = Query(
    "馆藏·断号合计",
    f"""
    select is_number_jump, count(*) as gap_count, cast(sum(missing_number_count) as bigint) as missing_number_count
    from {{rpt_archive_gaps}}
    where {_IN_SCOPE}
    group by is_number_jump
    """,
    _UNITS,
)

RETENTION = Query(
    "馆藏·保管期满",
    f"""
    select file_no, unit_no, coalesce(category_label, '未登记') as category_label, retention_label, made_date,
        retention_due_date, is_retention_over, page_count
    from {{rpt_archive_retention_dues}}
    where {_IN_SCOPE}
    order by retention_due_date, file_no
    limit {MOST_DUES}
    """,
    _UNITS,
)

RETENTION_COUNTS = Query(
    "馆藏·保管期满合计",
    f"""
    select is_retention_over, count(*) as archive_file_count
    from {{rpt_archive_retention_dues}}
    where {_IN_SCOPE}
    group by is_retention_over
    """,
    _UNITS,
)
