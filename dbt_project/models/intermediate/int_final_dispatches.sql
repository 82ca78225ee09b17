-- Grain: one incident with at least one classified feedback. Key: incident_id.
-- Steps: of the dispatches that carry a final class, the one fed back last.
with dispatches as (
    select * from {{ ref('stg_dispatches') }}
),

ranked as (
    select
        incident_id,
        dispatch_id,
        source_system,
        event_date,
        final_class_raw,
        outcome_raw,
        place_type_raw,
        row_number() over (
            partition by incident_id
            order by
                case when feedback_at is null then 1 else 0 end asc,
                feedback_at desc,
                dispatch_no desc,
                dispatch_id asc
        ) as recency_rank
    from dispatches
    where final_class_raw is not null
),

final as (
    select
        incident_id,
        dispatch_id,
        source_system,
        event_date,
        final_class_raw,
        outcome_raw,
        place_type_raw
    from ranked
    where recency_rank = 1
)

select * from final
