-- Grain: one follow-up visit to a unit that used files. Key: archive_follow_up_id.
with follow_ups as (
    select * from {{ ref('stg_archive_follow_ups') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        follow_ups.archive_follow_up_id,
        follow_ups.follow_up_no,
        units.unit_id,
        follow_ups.unit_no,
        follow_ups.using_unit_no,
        follow_ups.event_date,
        {{ lineage('follow_ups') }}
    from follow_ups
    left join units on follow_ups.unit_no = units.unit_no
)

select * from final
