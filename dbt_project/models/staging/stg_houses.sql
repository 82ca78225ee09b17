-- Grain: 一条实有房屋. Key: house_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'houses') }}
),

renamed as (
    select
        house_id,
        house_reg_no,
        source_system,
        unit_no,
        area_no,
        recorded_by_officer_no,
        verified_date
    from landed
)

select * from renamed
