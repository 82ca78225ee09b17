-- Grain: 一次场所检查. Key: place_check_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'place_checks') }}
),

renamed as (
    select
        place_check_id,
        place_check_no,
        source_system,
        place_no,
        unit_no,
        officer_no,
        event_date,
        checked_at,
        problem_count,
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
