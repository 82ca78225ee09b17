-- Grain: one area of the map, or one delivered code that is on no map, × period counted. Key: area_need_id.
-- Steps: only where sources deliver totals by area instead of single incidents; every area on the map has a
-- row, a total of none is 0; codes off the map and totals without a code stand apart, so that all add up.
-- Patrol minutes are those observed in the period; none where no positions came at all.
with counts as (
    select
        area_no,
        count_from_date,
        count_to_date,
        cast(sum(record_count) as bigint) as record_count,
        sum(workload_minutes) as workload_minutes
    from {{ ref('stg_area_counts') }}
    group by
        area_no,
        count_from_date,
        count_to_date
),

periods as (
    select distinct
        count_from_date,
        count_to_date
    from counts
),

areas as (
    select * from {{ ref('dim_area') }}
    where is_current
),

presence as (
    select * from {{ ref('fct_patrol_presence') }}
),

observed as (
    select
        periods.count_from_date,
        presence.area_no,
        cast(sum(presence.presence_seconds) as bigint) as patrol_seconds
    from presence
    inner join periods on presence.event_date between periods.count_from_date and periods.count_to_date
    group by
        periods.count_from_date,
        presence.area_no
),

observed_periods as (
    select distinct count_from_date
    from observed
),

on_map as (
    select
        areas.area_no,
        areas.area_name,
        areas.unit_id,
        areas.unit_no,
        'on_map' as need_place_code,
        '在图上' as need_place_label,
        periods.count_from_date,
        periods.count_to_date,
        coalesce(counts.record_count, 0) as need_count,
        coalesce(counts.workload_minutes, 0) as workload_minutes
    from areas
    cross join periods
    left join counts
        on areas.area_no = counts.area_no
        and periods.count_from_date = counts.count_from_date
        and periods.count_to_date = counts.count_to_date
),

off_map as (
    select
        counts.area_no,
        cast(null as varchar) as area_name,
        cast(null as varchar) as unit_id,
        cast(null as varchar) as unit_no,
        case when counts.area_no is null then 'no_code' else 'not_on_map' end as need_place_code,
        case when counts.area_no is null then '没有登记责任区' else '责任区不在图上' end as need_place_label,
        counts.count_from_date,
        counts.count_to_date,
        counts.record_count as need_count,
        counts.workload_minutes
    from counts
    left join areas on counts.area_no = areas.area_no
    where areas.area_no is null
),

placed as (
    select * from on_map
    union all
    select * from off_map
),

final as (
    select
        {{ surrogate_key([
            'placed.area_no', 'placed.count_from_date', 'placed.count_to_date'
        ]) }} as area_need_id,
        placed.area_no,
        placed.area_name,
        placed.unit_id,
        placed.unit_no,
        placed.need_place_code,
        placed.need_place_label,
        placed.count_from_date,
        placed.count_to_date,
        placed.need_count,
        {{ pct_of(
            'placed.need_count',
            'sum(placed.need_count) over (partition by placed.count_from_date, placed.count_to_date)'
        ) }} as need_pct,
        cast(placed.workload_minutes as decimal(14, 2)) as workload_minutes,
        placed.unit_no is not null as has_patrol_unit,
        case
            when observed_periods.count_from_date is not null and placed.need_place_code = 'on_map'
                then {{ minutes_of('coalesce(observed.patrol_seconds, 0)') }}
        end as patrol_minutes
    from placed
    left join observed
        on placed.area_no = observed.area_no and placed.count_from_date = observed.count_from_date
    left join observed_periods on placed.count_from_date = observed_periods.count_from_date
)

select * from final
