-- Grain: unit × area × class level 1 × week × month × step × state × band. Key: response_band_id.
-- Counts of dispatches for quantiles and shares. Times stand as the upper edge of a narrow band: 10 seconds
-- up to 10 minutes, 1 minute up to 2 hours, 10 minutes beyond; steps without a time have none. A week that
-- two months share stands in two parts, so that rows add up to weeks and to months.
with steps as (
    select * from {{ ref('int_response_steps') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

dated as (
    {{ with_periods('steps', 'dates') }}
),

bands as (
    select
        step_code,
        band_rank,
        band_label,
        is_slow,
        coalesce(lag(upto_seconds) over (partition by step_code order by band_rank), -1) as above_seconds,
        coalesce(upto_seconds, 999999999) as upto_seconds
    from {{ ref('response_bands') }}
),

counted as (
    select
        dated.unit_id,
        dated.unit_no,
        dated.area_no,
        dated.class_level1_code,
        dated.class_level1_label,
        dated.week_start,
        dated.month_start,
        dated.step_code,
        dated.step_label,
        dated.step_state_code,
        dated.step_state_label,
        bands.band_rank,
        bands.band_label,
        bands.is_slow,
        dated.upto_seconds,
        cast(count(*) as bigint) as dispatch_count
    from dated
    left join bands
        on dated.step_code = bands.step_code
        and bands.above_seconds < dated.upto_seconds
        and dated.upto_seconds <= bands.upto_seconds
    group by
        dated.unit_id,
        dated.unit_no,
        dated.area_no,
        dated.class_level1_code,
        dated.class_level1_label,
        dated.week_start,
        dated.month_start,
        dated.step_code,
        dated.step_label,
        dated.step_state_code,
        dated.step_state_label,
        bands.band_rank,
        bands.band_label,
        bands.is_slow,
        dated.upto_seconds
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_level1_code', 'class_level1_label', 'week_start', 'month_start',
            'step_code', 'step_state_code', 'upto_seconds'
        ]) }} as response_band_id,
        counted.*
    from counted
)

select * from final
order by week_start, month_start, unit_no, step_code
