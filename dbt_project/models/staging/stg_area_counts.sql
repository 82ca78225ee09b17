-- Grain: 一个责任区一段时间的合计. Key: area_count_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'area_counts') }}
),

renamed as (
    select
        area_count_id,
        source_system,
        area_no,
        count_from_date,
        count_to_date,
        record_count,
        workload_minutes,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
