-- Grain: 一个定位点（无声明键）. Key: none declared.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'patrol_points') }}
),

renamed as (
    select
        source_system,
        device_no,
        patrol_unit_no,
        unit_no,
        event_date,
        recorded_at,
        longitude,
        latitude,
        accuracy_m,
        duty_status_raw,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
