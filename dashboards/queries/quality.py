"""Questions of the pages 数据质量, 隔离, 字典映射 and 到数与对账."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

RUNS = Query(
    "质量·历次运行",
    """
    select run_id, max(as_of_date) as as_of_date, max(coalesce(run_no, 0)) as run_no, status,
        max(status_label) as status_label, count(*) as check_count
    from {fct_quality_results}
    group by run_id, status
    order by as_of_date desc, run_no desc, run_id desc
    """,
)

CHECKS = Query(
    "质量·最近结果",
    """
    select check_id, source_system, object_name, rule_id, dimension, severity, status, status_label, rows_checked,
        rows_violated, violated_pct, threshold_pct, owner, checked_by, note, as_of_date
    from {fct_quality_results}
    where is_latest_run
    order by case status when 'error' then 0 when 'fail' then 1 when 'warn' then 2 when 'pass' then 3 else 4 end,
        rows_violated desc nulls last, check_id
    """,
)

QUARANTINED = Query(
    "质量·隔离汇总",
    """
    select source_system, source_table, rule_id, count(*) as row_count, min(event_date) as first_date,
        max(event_date) as last_date, max(first_seen_date) as first_seen_date
    from {fct_quarantined_rows}
    group by source_system, source_table, rule_id
    order by row_count desc, source_system, source_table, rule_id
    """,
)

QUARANTINED_OF_DAYS = Query(
    "质量·某段日子的隔离行",
    """
    select count(*) as row_count
    from {fct_quarantined_rows}
    where event_date is null or (event_date >= $since and event_date < $until)
    """,
    {"since": date, "until": date},
)

QUARANTINED_ROWS = Query(
    "质量·隔离明细",
    f"""
    select source_system, source_table, rule_id, rule_ids, failing_columns, source_key, source_file, source_line,
        event_date, unit_no, first_seen_date, raw_values_masked
    from {{fct_quarantined_rows}}
    where source_system = $system and source_table = $source_table and rule_id = $rule_id
    order by first_seen_date desc, source_file, source_line, source_key
    limit {MOST_ROWS}
    """,
    {"system": str, "source_table": str, "rule_id": str},
)

ROWS_BY_FIX = Query(
    "质量·按修正入库的行",
    """
    select fix_no, count(distinct (source_system, source_table, source_key, batch_id)) as row_count
    from {rpt_quality_rows}
    where fix_no is not null
    group by fix_no
    """,
)

UNMAPPED = Query(
    "质量·未映射代码",
    """
    select source_system, field_name, source_value, dictionary, record_count, first_date, last_date
    from {rpt_unmapped_values}
    order by record_count desc, source_system, field_name, source_value
    limit 2000
    """,
)

BUREAU_CODES = Query(
    "字典·本局代码",
    """
    select dictionary, code, parent_code, level_number, name_zh, aliases, standard_ref, valid_from, valid_to,
        is_own_code
    from {dim_dictionary}
    where is_bureau_code
    order by dictionary, code
    """,
)

DICTIONARIES = Query(
    "字典·各部字典",
    """
    select dictionary, count(*) as code_count, count(*) filter (where is_bureau_code) as bureau_count
    from {dim_dictionary}
    group by dictionary
    order by dictionary
    """,
)

DICTIONARY_CODES = Query(
    "字典·代码",
    """
    select code, name_zh, path_zh, level_number, aliases, standard_ref, valid_from, valid_to, is_own_code,
        is_bureau_code
    from {dim_dictionary}
    where dictionary = $dictionary
    order by code
    """,
    {"dictionary": str},
)

UNMATCHED_ROADS = Query(
    "质量·未匹配路名",
    """
    select road_name, cast(sum(record_count) as bigint) as record_count, count(distinct unit_no) as unit_count,
        min(first_date) as first_date, max(last_date) as last_date
    from {rpt_unmatched_roads}
    group by road_name
    order by record_count desc, road_name
    limit 2000
    """,
)

STANDARD_ROADS = Query(
    "质量·标准路名",
    """
    select road_name, count(*) as address_count
    from {dim_address}
    where road_name is not null
    group by road_name
    order by road_name
    """,
)

MAPPING_SHARES = Query(
    "质量·映射占比",
    """
    with weeks as (
        select source_system, field_name, dictionary, iso_week_start, mapping_outcome, record_count, source_value_count,
            max(iso_week_start) over (partition by source_system, field_name) as latest_week
        from {rpt_mapping_shares}
        where iso_week_start >= $since and iso_week_start < $until
    )
    select source_system, field_name, dictionary, max(latest_week) as latest_week,
        cast(sum(record_count) as bigint) as record_count,
        cast(coalesce(sum(record_count) filter (where mapping_outcome = 'mapped'), 0) as bigint) as mapped_count,
        cast(coalesce(sum(record_count) filter (where mapping_outcome = 'ignored'), 0) as bigint) as ignored_count,
        cast(coalesce(sum(record_count) filter (where mapping_outcome = 'unmapped'), 0) as bigint) as unmapped_count,
        cast(sum(source_value_count) filter (where iso_week_start = latest_week) as bigint) as value_count,
        cast(coalesce(sum(source_value_count) filter (
            where iso_week_start = latest_week and mapping_outcome = 'unmapped'
        ), 0) as bigint) as unmapped_value_count
    from weeks
    group by source_system, field_name, dictionary
    order by unmapped_count desc, record_count desc, source_system, field_name
    """,
    {"since": date, "until": date},
)

CLASS_DISAGREEMENTS = Query(
    "质量·初报与反馈类别",
    """
    select initial_class_label, final_class_label, is_class_changed, cast(sum(record_count) as bigint) as record_count
    from {rpt_class_disagreements}
    where iso_week_start >= $since and iso_week_start < $until
    group by initial_class_label, final_class_label, is_class_changed
    order by record_count desc, initial_class_label, final_class_label
    """,
    {"since": date, "until": date},
)

FRESHNESS_DAYS = Query(
    "质量·逐日到数",
    """
    select source_system, source_table, event_date,
        cast(sum(row_count) as bigint) as row_count,
        count(*) filter (where is_missing) as missing_units, count(*) as unit_count
    from {rpt_freshness}
    where event_date >= $since and event_date < $until
    group by source_system, source_table, event_date
    order by source_system, source_table, event_date
    """,
    {"since": date, "until": date},
)

BOOKS = Query(
    "质量·对账",
    """
    select source_system, source_table, count(*) as batch_count, cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_accepted) as bigint) as rows_accepted, cast(sum(rows_quarantined) as bigint) as rows_quarantined,
        cast(sum(rows_superseded) as bigint) as rows_superseded, cast(sum(rows_repeated) as bigint) as rows_repeated,
        cast(sum(rows_tombstoned) as bigint) as rows_tombstoned, cast(sum(rows_waived) as bigint) as rows_waived,
        cast(sum(rows_corrected) as bigint) as rows_corrected, bool_and(is_balanced) as is_balanced
    from {fct_reconciliation}
    group by source_system, source_table
    order by is_balanced, rows_quarantined desc, source_table
    """,
)

UNIT_SCORES = Query(
    "质量·分单位",
    """
    select unit_no, check_id, object_name, source_system, dimension, severity, rows_checked, rows_violated
    from {rpt_quality_units}
    """,
)

CHECK_HISTORY = Query(
    "质量·一项检查的历次结果",
    """
    select run_id, coalesce(run_no, 0) as run_no, as_of_date, status, status_label, rows_checked, rows_violated,
        violated_pct, threshold_pct
    from {fct_quality_results}
    where check_id = $check
    order by as_of_date, run_no, run_id
    """,
    {"check": str},
)
