-- Grain: 一次一标三实核查. Key: base_check_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'base_record_checks') }}
),

renamed as (
    select
        base_check_id,
        base_check_no,
        source_system,
        record_kind_raw,
        record_no,
        event_date,
        checked_date,
        officer_no,
        unit_no,
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
