-- Grain: unit × area. Key: repeat_base_id. What the clusters of the 90 days before the run's day rest on: all
-- effective incidents, those whose class forbids a place, those without one standard address, and the reports
-- that the source itself joins to another.
with incidents as (
    select * from {{ ref('int_incident_events') }} where is_effective and days_ago <= 90
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        cast(count(*) as bigint) as incident_count,
        cast(sum(case when is_discreet then 1 else 0 end) as bigint) as discreet_count,
        cast(sum(case when not is_discreet and building_address_no is null then 1 else 0 end) as bigint)
            as not_placed_count,
        cast(sum(case when is_first_report then 0 else 1 end) as bigint)
            as again_reported_count,
        cast(sum(case when related_incident_no is not null then 1 else 0 end) as bigint)
            as source_joined_count
    from incidents
    group by unit_id, unit_no, area_no
),

final as (
    select
        {{ surrogate_key(['unit_no', 'area_no']) }} as repeat_base_id,
        counted.*
    from counted
)

select * from final
