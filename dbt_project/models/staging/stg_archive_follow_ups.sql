-- Grain: 一次对使用单位的回访. Key: archive_follow_up_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'archive_follow_ups') }}
),

renamed as (
    select
        archive_follow_up_id,
        follow_up_no,
        source_system,
        unit_no,
        using_unit_no,
        event_date,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
