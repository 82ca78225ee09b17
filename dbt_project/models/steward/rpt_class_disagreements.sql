-- Grain: unit × week × class at the call × class at the feedback. Key: class_disagreement_id.
-- Steps: calls that have a class in the feedback, summed by both classes; the diagonal (is_class_changed
-- false) is the agreement. Calls without a feedback class are left out: nothing is known to disagree there.
-- An unmapped class stays a row of its own with an empty code and an empty is_class_changed.
with incidents as (
    select * from {{ ref('fct_incidents') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

fed_back as (
    select
        incidents.*,
        dates.iso_week_start
    from incidents
    left join dates on incidents.event_date = dates.date_day
    where incidents.final_class_outcome <> 'absent'
),

counted as (
    select
        unit_id,
        unit_no,
        iso_week_start,
        initial_class_code,
        initial_class_label,
        final_class_code,
        final_class_label,
        is_class_changed,
        cast(sum(record_count) as bigint) as record_count
    from fed_back
    group by
        unit_id,
        unit_no,
        iso_week_start,
        initial_class_code,
        initial_class_label,
        final_class_code,
        final_class_label,
        is_class_changed
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'iso_week_start', 'initial_class_code', 'initial_class_label', 'final_class_code',
            'final_class_label'
        ]) }} as class_disagreement_id,
        counted.*
    from counted
)

select * from final
