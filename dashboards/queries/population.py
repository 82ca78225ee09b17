"""Questions of the page 人口与基础信息.

Stands of residents are read from ``fct_population_monthly`` (counts at the end of each month), freshness from
``rpt_base_record_freshness`` (counts as of the run's day). No single person is read.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

STANDS = Query(
    "人口·月末在册",
    f"""
    select month_start, unit_no, area_no, residence_type_code, cast(sum(resident_count) as bigint) as resident_count
    from {{fct_population_monthly}}
    where {PLACE} and month_start >= $since and month_start < $until
    group by month_start, unit_no, area_no, residence_type_code
    order by month_start, unit_no, area_no, residence_type_code
    """,
    {**SCOPE, "since": date, "until": date},
)

AGES = Query(
    "人口·年龄×性别",
    f"""
    select age_band, coalesce(age_band_label, '年龄未登记') as age_band_label,
        coalesce(gender_label, '性别未登记') as gender_label, residence_type_code,
        cast(sum(resident_count) as bigint) as resident_count
    from {{fct_population_monthly}}
    where {PLACE} and month_start = $month
    group by age_band, coalesce(age_band_label, '年龄未登记'), coalesce(gender_label, '性别未登记'),
        residence_type_code
    order by age_band nulls last, gender_label, residence_type_code
    """,
    {**SCOPE, "month": date},
)

FRESHNESS = Query(
    "人口·基础信息核实",
    f"""
    select unit_no, area_no, record_kind_code, record_kind_label, officer_no, band_rank, verification_band_label,
        is_stale, cast(sum(base_record_count) as bigint) as record_count,
        cast(sum(not_found_count) as bigint) as not_found_count
    from {{rpt_base_record_freshness}}
    where {PLACE}
    group by unit_no, area_no, record_kind_code, record_kind_label, officer_no, band_rank, verification_band_label,
        is_stale
    order by record_kind_code, unit_no, area_no, officer_no, band_rank
    """,
    SCOPE,
)
