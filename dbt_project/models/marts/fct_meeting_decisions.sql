-- Grain: one decision of a meeting, in its latest version. Key: meeting_decision_id.
-- Steps: the latest landed version; the unit is the one whose leader decided, none for a leader of all units.
with versions as (
    select
        *,
        row_number() over (partition by decision_no order by version desc) as version_rank
    from {{ source('landed', 'meeting_decisions') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        {{ surrogate_key(['versions.decision_no']) }} as meeting_decision_id,
        versions.decision_no,
        versions.version as decision_version,
        units.unit_id,
        versions.unit_no,
        versions.state_code,
        versions.state_label,
        versions.decision_text,
        versions.owner as decision_owner,
        versions.review_date,
        versions.verdict as review_verdict_code,
        versions.verdict_label as review_verdict_label,
        versions.metric_code,
        nullif(versions.class_code, '') as class_code,
        nullif(versions.unit_nos, '') as figure_unit_nos,
        nullif(versions.area_no, '') as area_no,
        versions.period_kind as figure_period_kind,
        versions.period_start as figure_start_date,
        versions.period_end as figure_end_date,
        versions.figure_count as decided_count,
        versions.figure_base as decided_base,
        versions.now_start as review_start_date,
        versions.now_end as review_end_date,
        versions.now_count as review_count,
        versions.now_base as review_base,
        versions.generation as decided_generation,
        versions.reason,
        versions.user_id as decided_by,
        versions.acted_at as decided_at
    from versions
    left join units on versions.unit_no = units.unit_no
    where versions.version_rank = 1
)

select * from final
