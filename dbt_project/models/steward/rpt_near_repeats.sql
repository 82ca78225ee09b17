{{ config(tags=['history']) }}
-- Grain: bureau or unit × class × distance × days apart, as last reckoned. Key: near_repeat_id. Run history.
-- Steps: of each day reckoned the last run, and of these the latest day; a near repeat is told where pairs
-- are at least 1.2 times the expected ones and q is at most 0.05 (METHODS 3).
with reckoned as (
    select
        *,
        dense_rank() over (order by tested_to_date desc, coalesce(run_no, 0) desc) as recency_rank
    from {{ source('landed', 'near_repeats') }}
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'class_code', 'metres_from', 'days_from'
        ]) }} as near_repeat_id,
        scope_code,
        unit_no,
        class_code,
        class_label,
        tested_from_date,
        tested_to_date,
        incident_count,
        located_count,
        metres_from,
        metres_to,
        days_from,
        days_to,
        pair_count,
        expected_pair_count,
        pair_ratio,
        pair_p_value,
        pair_q_value,
        is_nearest_bin,
        coalesce(pair_q_value <= 0.05 and pair_ratio >= 1.2, false) as is_near_repeat,
        as_of as as_of_date
    from reckoned
    where recency_rank = 1
)

select * from final
