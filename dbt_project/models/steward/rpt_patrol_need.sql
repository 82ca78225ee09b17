-- Grain: unit × area × class level 2 × week × weekday × hour × what is counted. Key: need_count_id.
-- What a plan of patrols is made from and held against, 70 weeks back. Kinds: need (effective incidents, in
-- millionths, spread over the hours they may have happened in), discreet (their place is never shown),
-- patrol_found (patrols brought them about themselves), patrol (seconds of presence, without a class).
-- Windows of more than seven days and times without an hour have no hour. The week is that of the day.
with run as (
    select * from {{ source('control', 'run') }}
),

incidents as (
    select fct_incidents.*
    from {{ ref('fct_incidents') }} as fct_incidents
    cross join run
    where
        fct_incidents.is_effective
        and fct_incidents.event_date >= {{ add_days('cast(run.as_of as date)', '-490') }}
        and fct_incidents.event_date < cast(run.as_of as date)
),

presence as (
    select fct_patrol_presence.*
    from {{ ref('fct_patrol_presence') }} as fct_patrol_presence
    cross join run
    where
        fct_patrol_presence.event_date >= {{ add_days('cast(run.as_of as date)', '-490') }}
        and fct_patrol_presence.event_date < cast(run.as_of as date)
),

flags as (
    select * from {{ ref('incident_class_flags') }}
),

days as (
    select distinct event_date from incidents
),

windows as (
    select * from {{ ref('int_incident_windows') }}
    where event_date in (select days.event_date from days)
),

window_hours as (
    select * from {{ ref('int_window_hours') }}
    where event_date in (select days.event_date from days)
),

dates as (
    select * from {{ ref('dim_date') }}
),

things as (
    select
        incidents.unit_id,
        incidents.unit_no,
        incidents.area_no,
        incidents.class_level2_code,
        incidents.class_level2_label,
        incidents.event_date,
        case
            when windows.window_seconds > 604800 then null
            when incidents.event_hour is null and window_hours.event_hour is null then null
            else coalesce(window_hours.weekday_number, {{ weekday_number('incidents.event_date') }})
        end as weekday_number,
        case
            when windows.window_seconds > 604800 then null
            else coalesce(window_hours.event_hour, incidents.event_hour)
        end as event_hour,
        case
            when {{ is_discreet('incidents.class_code', 'class_flags', 'initial_flags') }} then 'discreet'
            when incidents.report_channel_code = 'patrol' then 'patrol_found'
            else 'need'
        end as need_kind_code,
        incidents.record_count * coalesce(window_hours.incident_millionths, 1000000) as incident_millionths,
        0 as presence_seconds
    from incidents
    left join flags as class_flags on incidents.class_code = class_flags.code
    left join flags as initial_flags on incidents.initial_class_code = initial_flags.code
    left join windows on incidents.incident_id = windows.incident_id
    left join window_hours on incidents.incident_id = window_hours.incident_id
    union all
    select
        unit_id,
        unit_no,
        area_no,
        null as class_level2_code,
        null as class_level2_label,
        event_date,
        {{ weekday_number('event_date') }} as weekday_number,
        event_hour,
        'patrol' as need_kind_code,
        0 as incident_millionths,
        presence_seconds
    from presence
),

counted as (
    select
        things.unit_id,
        things.unit_no,
        things.area_no,
        things.class_level2_code,
        things.class_level2_label,
        dates.iso_week_start as week_start,
        things.weekday_number,
        things.event_hour,
        things.need_kind_code,
        cast(sum(things.incident_millionths) as bigint) as incident_millionths,
        cast(sum(things.presence_seconds) as bigint) as presence_seconds
    from things
    left join dates on things.event_date = dates.date_day
    group by
        things.unit_id, things.unit_no, things.area_no, things.class_level2_code, things.class_level2_label,
        dates.iso_week_start, things.weekday_number, things.event_hour, things.need_kind_code
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_level2_code', 'class_level2_label', 'week_start', 'weekday_number',
            'event_hour', 'need_kind_code'
        ]) }} as need_count_id,
        counted.*
    from counted
)

select * from final
order by unit_no, week_start
