"""Questions of the page 矛盾风险.

Counts are read from ``rpt_dispute_counts`` and ``rpt_feedback_counts``, open disputes from ``fct_dispute_risks``. What
ties a dispute to another call or case is in no published table: only that there is one, and how many.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

MOST_ROWS = 2000
"""Limit of the lists of rows; reaching it is said on the page."""


COUNTS = Query(
    "纠纷·计数",
    f"""
    select unit_no, area_no, dispute_kind_label,
        cast(coalesce(sum(dispute_count) filter (where registered_date >= $since), 0) as bigint) as dispute_count,
        cast(sum(open_count) as bigint) as open_count, cast(sum(overdue_count) as bigint) as overdue_count,
        cast(coalesce(sum(dispute_count) filter (where registered_date >= $year), 0) as bigint)
            as year_count,
        cast(coalesce(sum(recurrence_followed_count) filter (where registered_date >= $year), 0) as bigint)
            as recurrence_followed_count,
        cast(coalesce(sum(recurred_count) filter (where registered_date >= $year), 0) as bigint)
            as recurred_count,
        cast(coalesce(sum(turn_followed_count) filter (where registered_date >= $year), 0) as bigint)
            as turn_followed_count,
        cast(coalesce(sum(turned_criminal_count) filter (where registered_date >= $year), 0) as bigint)
            as turned_criminal_count
    from {{rpt_dispute_counts}}
    where {PLACE} and registered_date < $until
    group by unit_no, area_no, dispute_kind_label
    order by unit_no, area_no, dispute_kind_label
    """,
    {**SCOPE, "since": date, "year": date, "until": date},
)

OPEN = Query(
    "纠纷·未办结",
    f"""
    select dispute_no, unit_no, area_no, officer_no, registered_date, dispute_kind_label, risk_level_label,
        mediation_count, dispute_stage_label, due_date, days_left, limit_state_code, limit_state_label,
        earlier_dispute_count, escalation_label, is_escalated, legal_reference,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_dispute_risks}}
    where {PLACE} and is_open
    order by due_date, dispute_no
    limit {MOST_ROWS}
    """,
    SCOPE,
)

FEEDBACK = Query(
    "纠纷·回访和诉求",
    f"""
    select unit_no, area_no, feedback_kind_code, feedback_kind_label,
        cast(sum(feedback_count) as bigint) as feedback_count, cast(sum(answered_count) as bigint) as answered_count,
        cast(sum(scored_count) as bigint) as scored_count,
        cast(sum(satisfaction_points) as bigint) as satisfaction_points
    from {{rpt_feedback_counts}}
    where {PLACE} and event_date >= $since and event_date < $until
    group by unit_no, area_no, feedback_kind_code, feedback_kind_label
    order by unit_no, area_no, feedback_kind_code
    """,
    {**SCOPE, "since": date, "until": date},
)
