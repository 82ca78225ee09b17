-- Grain: 一次走访. Key: home_visit_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'home_visits') }}
),

renamed as (
    select
        home_visit_id,
        visit_no,
        source_system,
        visit_category_raw,
        interval_days,
        unit_no,
        area_no,
        officer_no,
        event_date,
        visited_at,
        due_date,
        result_raw,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
