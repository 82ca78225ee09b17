"""Questions of the page 口径试算: KPIs as published, and what another definition would have made of past periods."""

from __future__ import annotations

from datetime import date

from dashboards.queries.archive import SUMS
from jingcang.access import Query

_UNITS = "(len($units) = 0 or list_contains($units, unit_no))"
_PERIODS = "(select distinct period_start, period_end from {rpt_kpi_values})"

PUBLISHED = Query(
    "口径试算·现行",
    f"""
    select period_start, period_end, unit_no, {SUMS}
    from {{rpt_kpi_values}}
    where kpi_code = $kpi_code and {_UNITS}
    group by period_start, period_end, unit_no
    order by period_start desc, unit_no
    """,
    {"kpi_code": str, "units": list},
)

RETURNED = Query(
    "口径试算·归还宽限",
    f"""
    select periods.period_start, uses.unit_no, count(*) as denominator_value,
        count(*) filter (where uses.returned_date <= uses.due_date + cast($days as integer)) as numerator_value
    from {{fct_archive_uses}} as uses
    inner join {_PERIODS} as periods on uses.due_date between periods.period_start and periods.period_end
    where uses.due_date <= $as_of and {_UNITS}
    group by periods.period_start, uses.unit_no
    order by periods.period_start desc, uses.unit_no
    """,
    {"days": int, "as_of": date, "units": list},
)

EFFECTIVE = Query(
    "口径试算·成效期限",
    f"""
    select periods.period_start, uses.unit_no,
        count(*) filter (where not $is_linked_only or coalesce(uses.is_link_valid, false)) as denominator_value,
        count(*) filter (
            where uses.has_confirmed_outcome and uses.outcome_date - uses.event_date <= $days
                and (not $is_opened_only or uses.is_opened)
        ) as numerator_value
    from {{fct_archive_uses}} as uses
    inner join {_PERIODS} as periods on uses.event_date between periods.period_start and periods.period_end
    where {_UNITS}
    group by periods.period_start, uses.unit_no
    order by periods.period_start desc, uses.unit_no
    """,
    {"days": int, "is_opened_only": bool, "is_linked_only": bool, "units": list},
)
