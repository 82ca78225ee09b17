-- Grain: unit × area × week × month × hour of the call × band of 派警 to 到场. Key: response_hour_id.
-- Only arrivals with a plausible time; bands and periods as in rpt_response_bands.
with steps as (
    select * from {{ ref('int_response_steps') }}
    where step_code = 'on_scene' and step_state_code = 'done'
),

dates as (
    select * from {{ ref('dim_date') }}
),

dated as (
    {{ with_periods('steps', 'dates') }}
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        week_start,
        month_start,
        event_hour,
        upto_seconds,
        cast(count(*) as bigint) as dispatch_count
    from dated
    group by unit_id, unit_no, area_no, week_start, month_start, event_hour, upto_seconds
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'week_start', 'month_start', 'event_hour', 'upto_seconds'
        ]) }} as response_hour_id,
        counted.*
    from counted
)

select * from final
order by week_start, month_start, unit_no
