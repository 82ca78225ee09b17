-- Grain: unit × area × kind of dispute × day of registration. Key: dispute_count_id. Counts for the page
-- 矛盾风险: how many, how they stand, and of those followed to the end how many came again or turned criminal.
with disputes as (
    select * from {{ ref('fct_dispute_risks') }}
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        dispute_kind_label,
        coalesce(registered_date, event_date) as registered_date,
        cast(count(*) as bigint) as dispute_count,
        cast(sum({{ as_count('is_open') }}) as bigint) as open_count,
        cast(sum(case when limit_state_code = 'overdue' then 1 else 0 end) as bigint) as overdue_count,
        cast(sum({{ as_count('is_recurrence_followed') }}) as bigint) as recurrence_followed_count,
        cast(sum({{ as_count('has_recurred') }}) as bigint) as recurred_count,
        cast(sum({{ as_count('is_turn_followed') }}) as bigint) as turn_followed_count,
        cast(sum({{ as_count('has_turned_criminal') }}) as bigint) as turned_criminal_count
    from disputes
    group by unit_id, unit_no, area_no, dispute_kind_label, coalesce(registered_date, event_date)
),

final as (
    select
        {{ surrogate_key(['unit_no', 'area_no', 'dispute_kind_label', 'registered_date']) }}
            as dispute_count_id,
        counted.*
    from counted
)

select * from final
