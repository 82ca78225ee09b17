"""Questions of 申诉: the records an officer may appeal against."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_RECORDS = 5000
MY_RECORDS = Query(
    "我的·可申诉的记录",
    f"""
    select kpi_record_id, record_no, event_date, in_denominator, in_numerator, evidence
    from {{fct_kpi_records}}
    where period_start = $period_start and kpi_code = $kpi_code
    order by in_numerator, event_date desc, record_no
    limit {MOST_RECORDS}
    """,
    {"period_start": date, "kpi_code": str},
)
