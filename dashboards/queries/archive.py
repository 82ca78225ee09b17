"""Questions of the pages 档案利用 and 我的: KPIs from record-level rows, down to the files."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_MINE, MOST_CASES = 1000, 500
"""Limits of an officer's own lists; reaching one is said on the page."""

PERIODS = Query(
    "考核·年度",
    "select distinct period_start, period_end from {rpt_kpi_values} order by period_start desc",
)

SUMS = """
    cast(sum(denominator_record_count) as bigint) as denominator_records,
    cast(sum(numerator_record_count) as bigint) as numerator_records,
    cast(sum(denominator_total) as bigint) as denominator_value,
    cast(sum(numerator_total) as bigint) as numerator_value,
    cast(sum(excluded_record_count) as bigint) as excluded_records,
    cast(sum(unmapped_count) as bigint) as unmapped_records
"""
"""Lines of rpt_kpi_values added up, named as :func:`~dashboards.components.kpis.measure` reads them."""

BY_UNIT = Query(
    "考核·按单位",
    f"""
    select kpi_code, unit_no, {SUMS}
    from {{rpt_kpi_values}}
    where period_start = $period_start and (len($units) = 0 or list_contains($units, unit_no))
    group by kpi_code, unit_no
    order by kpi_code, unit_no
    """,
    {"period_start": date, "units": list},
)

BY_PERIOD = Query(
    "考核·历期",
    f"""
    select period_start, period_end, {SUMS}
    from {{rpt_kpi_values}}
    where kpi_code = $kpi_code and (len($units) = 0 or list_contains($units, unit_no))
    group by period_start, period_end
    order by period_start
    """,
    {"kpi_code": str, "units": list},
)

BY_QUARTER = Query(
    "考核·全年与各季",
    """
    select
        unit_no,
        case
            when event_date < $second then 1 when event_date < $third then 2 when event_date < $fourth then 3 else 4
        end as quarter_no,
        cast(sum(in_denominator) as bigint) as denominator_records,
        cast(sum(in_numerator) as bigint) as numerator_records,
        cast(sum(denominator_value) as bigint) as denominator_value,
        cast(sum(numerator_value) as bigint) as numerator_value,
        count(*) filter (where is_excluded) as excluded_records,
        count(*) filter (where appeal_no is null and exclusion_reason like '%未映射%') as unmapped_records
    from {fct_kpi_records}
    where kpi_code = $kpi_code and event_date between $first and $end
        and (len($units) = 0 or list_contains($units, unit_no))
    group by unit_no, quarter_no
    order by unit_no, quarter_no
    """,
    {
        "kpi_code": str,
        "units": list,
        "first": date,
        "second": date,
        "third": date,
        "fourth": date,
        "end": date,
    },
)
"""Records of a year by the quarter of their day, added up as rpt_kpi_values does it."""

BY_OFFICER = Query(
    "考核·按民警",
    f"""
    select kpi_code, officer_no, max(unit_no) as unit_no, {SUMS}
    from {{rpt_kpi_values}}
    where period_start = $period_start and kpi_code = $kpi_code
        and (len($units) = 0 or list_contains($units, unit_no)) and officer_no is not null
    group by kpi_code, officer_no
    order by officer_no
    """,
    {"period_start": date, "kpi_code": str, "units": list},
)

OFFICER_VALUES = Query(
    "考核·各民警各指标",
    f"""
    select kpi_code, officer_no, max(unit_no) as unit_no, {SUMS}
    from {{rpt_kpi_values}}
    where period_start = $period_start and (len($units) = 0 or list_contains($units, unit_no))
        and officer_no is not null
    group by kpi_code, officer_no
    order by officer_no, kpi_code
    """,
    {"period_start": date, "units": list},
)

OFFICERS = Query(
    "考核·民警",
    "select officer_no, max(officer_name) as officer_name from {dim_officer} group by officer_no order by officer_no",
)

RECORDS = Query(
    "考核·记录",
    """
    select record_kind, record_id, record_no, unit_no, officer_no, event_date,
        case when is_excluded then '剔除' when in_numerator = 1 then '达到' when in_denominator = 1 then '未达到'
            else '不计' end as verdict,
        exclusion_reason, evidence, denominator_value, numerator_value,
        _source_table, _source_key, _source_file, _source_line
    from {fct_kpi_records}
    where period_start = $period_start and kpi_code = $kpi_code
        and (len($units) = 0 or list_contains($units, unit_no)) and ($officer_no = '' or officer_no = $officer_no)
    order by in_numerator, is_excluded, event_date desc, record_no
    limit 5000
    """,
    {"period_start": date, "kpi_code": str, "units": list, "officer_no": str},
)

MY_KPIS = Query(
    "我的·考核",
    f"""
    select kpi_code, {SUMS}
    from {{rpt_kpi_values}}
    where period_start = $period_start
    group by kpi_code
    order by kpi_code
    """,
    {"period_start": date},
)

MY_DUE = Query(
    "我的·应归未归",
    f"""
    select distinct record_no, event_date as due_date, evidence, _source_table, _source_key
    from {{fct_kpi_records}}
    where kpi_code = 'archive_due_received' and in_denominator = 1 and in_numerator = 0
    order by due_date, record_no
    limit {MOST_MINE}
    """,
)

MY_FILES = Query(
    "我的·档案",
    f"""
    select file_no, category_label, made_date, due_date, archived_date, is_archived_in_time, missing_document_count,
        page_count, digitised_page_count
    from {{fct_archive_items}}
    order by archived_date desc nulls first, file_no
    limit {MOST_MINE}
    """,
)

MY_USES = Query(
    "我的·利用",
    f"""
    select use_no, event_date, file_no, use_kind_label, purpose_label, linked_no, is_link_valid, is_opened, due_date,
        returned_date, effect_verdict_label
    from {{fct_archive_uses}}
    order by event_date desc, use_no
    limit {MOST_MINE}
    """,
)

MY_CASES = Query(
    "我的·案件",
    f"""
    select case_no, nature_label, class_label, event_date, status_label, days_open
    from {{fct_cases}}
    where is_open
    order by days_open desc nulls last, case_no
    limit {MOST_CASES}
    """,
)
