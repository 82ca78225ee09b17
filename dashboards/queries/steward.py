"""Questions of the stewards' work pages: issues, single rows, corrections."""

from __future__ import annotations

from datetime import date
from functools import cache

from jingcang.access import Query
from jingcang.access.source_rows import ROW
from jingcang.contracts import load_marts

MOST_ISSUES = 20_000
MOST_ROWS = 2_000
"""Limits of the lists; reaching one is said on the page."""

ISSUES = Query(
    "问题·清单",
    f"""
    select issue_id, check_id, check_count, source_system, object_name, dimension, checked_by, issue_severity_code,
        issue_severity_label, severity_rank, is_issue_open, state_code, state_label, change_code, change_label,
        spell_no, opened_date, cleared_date, coalesce(latest_run_no, 0) as latest_run_no, status, status_label,
        rows_checked, rows_violated, previous_rows_violated, unit_count, owner, assigned_to, due_date,
        decision_version, decided_by, decided_at, reason, note
    from {{fct_quality_issues}}
    where is_issue_open or change_code = 'resolved'
    order by severity_rank, rows_violated desc nulls last, check_id
    limit {MOST_ISSUES}
    """,
)

SHARES = Query(
    "问题·近期占比",
    """
    with counted as (
        select check_id, as_of_date, coalesce(run_no, 0) as run_no, run_id, violated_pct,
            row_number() over (partition by check_id order by as_of_date desc, run_no desc, run_id desc) as recency
        from {fct_quality_results}
        where rows_checked > 0 and status in ('pass', 'warn', 'fail')
    )
    select check_id, violated_pct
    from counted
    where recency <= 12
    order by check_id, recency desc
    """,
)

FOLDED = Query(
    "问题·连带的检查",
    """
    select root_check_id, check_id, status_label, rows_violated, rows_checked
    from {fct_quality_results}
    where is_latest_run and root_check_id <> check_id and root_check_id = $check
    order by check_id
    """,
    {"check": str},
)

CHECKS_WITH_ROWS = Query(
    "核查·有违规行的检查",
    """
    select results.check_id, results.object_name, results.source_system, results.rule_id, results.dimension,
        results.severity, results.status, results.status_label, results.rows_checked, results.rows_violated,
        results.threshold_pct, results.owner, results.note, results.checked_by
    from {fct_quality_results} as results
    where results.is_latest_run and (results.rows_violated > 0 or results.status = 'error')
    order by case results.status when 'error' then 0 when 'fail' then 1 else 2 end, results.rows_violated desc,
        results.check_id
    """,
)

CHECK_UNITS = Query(
    "核查·一项检查分单位",
    """
    select unit_no, rows_checked, rows_violated, violated_pct
    from {rpt_quality_units}
    where check_id = $check and rows_violated > 0
    order by rows_violated desc, unit_no
    """,
    {"check": str},
)

ROWS = Query(
    "核查·违规行",
    f"""
    select quality_row_id, row_state, source_system, source_table, source_key, row_key, source_file, source_line,
        unit_no, event_date, fix_no
    from {{rpt_quality_rows}}
    where check_id = $check and ($unit = '' or unit_no = $unit)
    order by event_date desc nulls last, source_key, quality_row_id
    limit {MOST_ROWS}
    """,
    {"check": str, "unit": str},
)

QUARANTINED_ROW = Query(
    "核查·隔离的一行",
    """
    select rule_ids, failing_columns, raw_values_masked, first_seen_date
    from {fct_quarantined_rows}
    where source_system = $system and source_table = $table and source_key = $key and batch_id = $batch
    """,
    {"system": str, "table": str, "key": str, "batch": str},
)

ROW_CHECKS = Query(
    "核查·一行违反过的检查",
    """
    select results.as_of_date, coalesce(results.run_no, 0) as run_no, failures.check_id,
        max(results.note) as note
    from {fct_quality_failures} as failures
    join {fct_quality_results} as results
        on failures.check_id = results.check_id
        and coalesce(results.run_no, 0) >= failures.first_run_no
        and (failures.last_run_no is null or coalesce(results.run_no, 0) <= failures.last_run_no)
    where failures.source_system = $system and failures.source_table = $table and failures.source_key = $key
    group by all
    order by results.as_of_date desc, run_no desc, failures.check_id
    limit 200
    """,
    {"system": str, "table": str, "key": str},
)

UNIT_ERRORS = Query(
    "先修·单位的常见错误",
    """
    select unit_no, check_id, object_name, severity, rows_checked, rows_violated
    from {rpt_quality_units}
    where rows_violated > 0 and severity in ('quarantine', 'flag')
    order by unit_no, rows_violated desc, check_id
    """,
)

UNIT_ROWS = Query(
    "退回·一个单位的违规行",
    f"""
    select check_id, object_name, row_key, row_state, source_system, source_table, source_key, source_file,
        source_line, event_date
    from {{rpt_quality_rows}}
    where unit_no = $unit and object_name = source_system || '.' || source_table
    order by source_system, source_table, source_key, check_id
    limit {MOST_ROWS}
    """,
    {"unit": str},
)

UNITS_WITH_ROWS = Query(
    "退回·各单位的违规行数",
    """
    select unit_no, count(*) as row_count, count(distinct source_key) as key_count
    from {rpt_quality_rows}
    where object_name = source_system || '.' || source_table and unit_no is not null
    group by unit_no
    order by row_count desc, unit_no
    """,
)

KEYS_STILL_FAILING = Query(
    "退回·仍违规的主键",
    """
    select check_id, row_key
    from {rpt_quality_rows}
    where list_contains($checks, check_id) and list_contains($keys, row_key)
    """,
    {"checks": list, "keys": list},
)

CHECKS_LOOKED_AT = Query(
    "退回·复核得了的检查",
    """
    select check_id
    from {fct_quality_results}
    where is_latest_result and list_contains($checks, check_id)
    group by check_id
    having bool_and(status in ('pass', 'warn', 'fail')
        and (checked_by <> 'sql' or coalesce(rows_violated, 0) <= $most))
    """,
    {"checks": list, "most": int},
)
"""Checks whose failing keys are all known: they ran, and their list was not cut (of row rules none ever is)."""

RUN = Query(
    "最近一次运行",
    """
    select max(coalesce(run_no, 0)) as run_no
    from {fct_quality_results}
    where is_latest_run
    """,
)

ONE_ROW = ROW


@cache
def warehouse_row(mart: str, *, dated: bool = False) -> Query | None:
    """Return the query of one row of a mart by its key; None when the mart's key is several columns.

    Args:
        mart: the mart.
        dated: also filter by ``event_date`` (filter ``day``), which spares reading the keys of other days.
    """
    known = load_marts().get(mart)
    if known is None or len(known.key) != 1:
        return None
    day = "event_date = $day and " if dated else ""
    return Query(
        f"核查·仓库里的行·{mart}{'·某日' if dated else ''}",
        f"select * from {{{mart}}} where {day}{known.key[0]} = $key limit 1",
        {"key": str} | ({"day": date} if dated else {}),
    )


@cache
def warehouse_row_of_source(mart: str) -> Query | None:
    """Return the query of a mart's rows made from one source row; None without lineage columns."""
    known = load_marts().get(mart)
    if known is None or "_source_key" not in known.lineage:
        return None
    return Query(
        f"核查·来源行在仓库·{mart}",
        f"select * from {{{mart}}} where _source_key = $key and _source_system = $system "
        "and _source_table in ($table, $system || '.' || $table) limit 1",
        {"key": str, "system": str, "table": str},
    )
