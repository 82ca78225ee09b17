-- Grain: unit × area × officer × day with registered work in the community. Key: community_work_id.
-- Steps: visits made, checks of places, verifications of base records and publicity events up to the run's
-- day, counted by who did them; a check and an event stand in their own area, a verification in the one of
-- the officer. Hours are those a source registers by officer and day; none registered is null, not 0.
with visits as (
    select * from {{ ref('fct_home_visits') }}
    where is_visited
),

place_checks as (
    select * from {{ ref('fct_place_checks') }}
),

base_checks as (
    select * from {{ ref('fct_base_record_checks') }}
),

events as (
    select * from {{ ref('fct_publicity_events') }}
),

hours as (
    select * from {{ ref('stg_officer_hours') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

done as (
    {% for relation, kind in [
        ('visits', 'visit'), ('place_checks', 'place'), ('base_checks', 'base'), ('events', 'event')
    ] -%}
    select
        unit_no,
        area_no,
        officer_no,
        event_date,
        '{{ kind }}' as work_kind,
        cast(null as decimal(12, 2)) as community_hours,
        cast(null as decimal(12, 2)) as non_police_hours
    from {{ relation }}
    union all
    {% endfor -%}
    select
        unit_no,
        area_no,
        officer_no,
        event_date,
        'hours' as work_kind,
        community_hours,
        non_police_hours
    from hours
),

counted as (
    select
        done.unit_no,
        done.area_no,
        done.officer_no,
        done.event_date,
        cast(sum(case when done.work_kind = 'visit' then 1 else 0 end) as bigint) as home_visit_count,
        cast(sum(case when done.work_kind = 'place' then 1 else 0 end) as bigint) as place_check_count,
        cast(sum(case when done.work_kind = 'base' then 1 else 0 end) as bigint) as base_check_count,
        cast(sum(case when done.work_kind = 'event' then 1 else 0 end) as bigint) as publicity_count,
        cast(sum(done.community_hours) as decimal(12, 2)) as community_hours,
        cast(sum(done.non_police_hours) as decimal(12, 2)) as non_police_hours
    from done
    cross join run
    where done.event_date <= run.as_of
    group by
        done.unit_no,
        done.area_no,
        done.officer_no,
        done.event_date
),

final as (
    select
        {{ surrogate_key([
            'counted.unit_no', 'counted.area_no', 'counted.officer_no', 'counted.event_date'
        ]) }} as community_work_id,
        units.unit_id,
        counted.*
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
