{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one visit of a patrol unit (巡组) to a cell. Key: visit_id.
-- Steps: stretches of the unit in the cell joined over absences of at most 120 s; from 180 s on it is a
-- visit, from arrival to departure. gap_seconds: time since any crew was last in the cell on that day, 0
-- where one still was. A visit ends at local midnight, so that a day can be built again alone.
-- is_koper_length: 10 to 16 minutes (Koper 1995).
{%- set dates = affected_dates(this) if is_incremental() else none %}
with stays as (
    select * from {{ ref('int_patrol_stays') }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

shifts as (
    {{ areas_of_shifts(ref('stg_patrol_shifts'), source('control', 'run'), dates) }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

left_before as (
    select
        *,
        lag(ended_second) over unit_track as previous_ended_second
    from stays
    window unit_track as (
        partition by patrol_unit_id, cell_id, event_date order by started_second, ended_second, event_hour
    )
),

numbered as (
    select
        *,
        sum(case when started_second - previous_ended_second <= 120 then 0 else 1 end) over (
            partition by patrol_unit_id, cell_id, event_date
            order by started_second, ended_second, event_hour
            rows between unbounded preceding and current row
        ) as visit_number
    from left_before
),

joined as (
    select
        patrol_unit_id,
        cell_id,
        event_date,
        min(unit_no) as unit_no,
        min(event_hour) as event_hour,
        min(started_second) as started_second,
        max(ended_second) as ended_second,
        cast(sum(ended_second - started_second) as bigint) as presence_seconds
    from numbered
    group by patrol_unit_id, cell_id, event_date, visit_number
),

visits as (
    select
        *,
        ended_second - started_second as visit_seconds,
        max(ended_second) over (
            partition by cell_id, event_date
            order by started_second, ended_second, patrol_unit_id
            rows between unbounded preceding and 1 preceding
        ) as cell_left_second
    from joined
    where ended_second - started_second >= 180
),

final as (
    select
        {{ surrogate_key(['visits.patrol_unit_id', 'visits.cell_id', 'visits.started_second']) }} as visit_id,
        visits.patrol_unit_id,
        units.unit_id,
        visits.unit_no,
        shifts.area_no,
        visits.cell_id,
        visits.event_date,
        visits.event_hour,
        {{ at_clock_second('visits.started_second') }} as visit_started_at,
        {{ at_clock_second('visits.ended_second') }} as visit_ended_at,
        visits.visit_seconds,
        visits.presence_seconds,
        case
            when visits.cell_left_second >= visits.started_second then 0
            else visits.started_second - visits.cell_left_second
        end as gap_seconds,
        visits.visit_seconds between 600 and 960 as is_koper_length,
        {{ minutes_of('visits.visit_seconds') }} as visit_minutes
    from visits
    left join shifts
        on visits.patrol_unit_id = shifts.patrol_unit_no
        and visits.event_date = shifts.event_date
        and visits.event_hour = shifts.event_hour
    left join units on visits.unit_no = units.unit_no
)

select * from final
