-- Grain: unit × area × kind of feedback × day. Key: feedback_count_id.
-- Counts of call-backs and complaints, and the sum of the scores given, for metrics: the mean is divided
-- by whoever asks, after summing, and stands beside n and the response rate.
with feedbacks as (
    select * from {{ ref('fct_citizen_feedback') }}
),

counted as (
    select
        feedbacks.unit_id,
        feedbacks.unit_no,
        feedbacks.area_no,
        feedbacks.feedback_kind_code,
        coalesce(feedbacks.feedback_kind_label, '未登记') as feedback_kind_label,
        feedbacks.event_date,
        cast(count(*) as bigint) as feedback_count,
        cast(sum({{ as_count('feedbacks.is_answered') }}) as bigint) as answered_count,
        cast(count(feedbacks.satisfaction_score) as bigint) as scored_count,
        cast(coalesce(sum(feedbacks.satisfaction_score), 0) as bigint) as satisfaction_points
    from feedbacks
    group by
        feedbacks.unit_id,
        feedbacks.unit_no,
        feedbacks.area_no,
        feedbacks.feedback_kind_code,
        feedbacks.feedback_kind_label,
        feedbacks.event_date
),

final as (
    select
        {{ surrogate_key(['unit_no', 'area_no', 'feedback_kind_code', 'feedback_kind_label', 'event_date']) }}
            as feedback_count_id,
        counted.*
    from counted
)

select * from final
