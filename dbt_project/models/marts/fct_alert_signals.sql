{{ config(tags=['history']) }}
-- Grain: one series (class × place) × week × method that alarmed. Key: alert_signal_id. Run history: as
-- raised, never restated; late data change the counts of the pages, not what was raised.
-- Steps: labels of place and method; events above the expected ones; whether the alarm stands after
-- false-discovery control at 0.10 (METHODS 2). A unit reads the alarms of its own places only.
with signals as (
    select * from {{ source('landed', 'alert_signals') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

areas as (
    select
        unit_no,
        area_no,
        max(area_name) as area_name
    from {{ ref('dim_area') }}
    where is_current
    group by unit_no, area_no
),

words as (
    select * from {{ ref('alert_words') }}
),

final as (
    select
        {{ surrogate_key([
            'signals.week_start', 'signals.class_code', 'signals.scope_code', 'signals.unit_no', 'signals.area_no',
            'signals.method_code'
        ]) }} as alert_signal_id,
        signals.alert_id,
        signals.is_headline,
        signals.week_start,
        signals.class_level,
        signals.class_code,
        signals.class_label,
        signals.class_level1_code,
        signals.class_level1_label,
        signals.scope_code,
        scopes.label as scope_label,
        signals.unit_no,
        units.unit_name,
        signals.area_no,
        areas.area_name,
        signals.method_code,
        methods.label as method_label,
        signals.weeks_counted,
        signals.observed_count,
        signals.expected_count,
        signals.low_count,
        signals.threshold_count,
        cast(signals.observed_count - signals.expected_count as decimal(12, 2)) as excess_count,
        signals.alpha,
        signals.p_value,
        signals.q_value,
        coalesce(signals.q_value <= 0.10, false) as is_listed,
        signals.run_id,
        signals.run_no,
        signals.as_of as as_of_date
    from signals
    left join units on signals.unit_no = units.unit_no
    left join areas on signals.unit_no = areas.unit_no and signals.area_no = areas.area_no
    left join words as scopes on signals.scope_code = scopes.code and scopes.kind = 'scope'
    left join words as methods on signals.method_code = methods.code and methods.kind = 'method'
)

select * from final
