-- Grain: 一名民警参加一次档案培训. Key: archive_training_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'archive_trainings') }}
),

renamed as (
    select
        archive_training_id,
        training_no,
        source_system,
        training_name,
        officer_no,
        unit_no,
        event_date,
        training_hours,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
