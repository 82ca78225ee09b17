-- Grain: 一个计划巡逻班次. Key: shift_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'patrol_shifts') }}
),

renamed as (
    select
        shift_id,
        shift_no,
        source_system,
        patrol_unit_no,
        unit_no,
        area_no,
        event_date,
        shift_kind_raw,
        planned_start_at,
        planned_end_at,
        crew_officer_nos,
        programme_no,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
