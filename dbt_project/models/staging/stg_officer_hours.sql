-- Grain: 一名民警一天在一个责任区的工时. Key: officer_hour_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'officer_hours') }}
),

renamed as (
    select
        officer_hour_id,
        officer_hour_no,
        source_system,
        unit_no,
        area_no,
        officer_no,
        event_date,
        community_hours,
        non_police_hours,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
