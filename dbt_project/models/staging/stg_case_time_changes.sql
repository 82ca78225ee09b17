-- Grain: 一次办案期限变更（延长、鉴定或听证）. Key: time_change_id.
-- Steps: columns of the landed entity that a model reads; no joins.
with landed as (
    select * from {{ source('landed', 'case_time_changes') }}
),

renamed as (
    select
        time_change_id,
        source_system,
        case_id,
        change_kind_raw,
        from_date,
        to_date
    from landed
)

select * from renamed
