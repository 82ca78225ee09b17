{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'dispatches', 'located_areas', 'incident_addresses', 'patrol_points', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: unit × area × class level 1 × 500 m cell × week × what is counted. Key: cell_week_id.
-- Kinds: placed (effective incidents in the cell), discreet and not_located (those that no map may or can
-- place, without a cell), patrol (seconds of presence, without a class). The week is the configured one. How
-- many of the incidents patrols found themselves stands beside: they are no need.
with run as (
    select * from {{ source('control', 'run') }}
),

incidents as (
    select
        incidents.*,
        {{ week_start('incidents.event_date', 'run.week_start') }} as week_start
    from {{ ref('fct_incidents') }} as incidents
    cross join run
    where
        incidents.is_effective
        {% if is_incremental() -%}
        and incidents.event_date in ({{ affected_days(this) }})
        {%- endif %}
),

presence as (
    select
        presence.*,
        {{ week_start('presence.event_date', 'run.week_start') }} as week_start
    from {{ ref('fct_patrol_presence') }} as presence
    cross join run
    {% if is_incremental() -%}
    where presence.event_date in ({{ affected_days(this) }})
    {%- endif %}
),

flags as (
    select * from {{ ref('incident_class_flags') }}
),

judged as (
    select
        incidents.*,
        {{ is_discreet('incidents.class_code', 'class_flags', 'initial_flags') }} as is_discreet
    from incidents
    left join flags as class_flags on incidents.class_code = class_flags.code
    left join flags as initial_flags on incidents.initial_class_code = initial_flags.code
),

things as (
    select
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        case when not is_discreet then cell_id end as cell_id,
        week_start,
        case when is_discreet then 'discreet' when cell_id is null then 'not_located' else 'placed' end
            as count_kind_code,
        record_count,
        case when report_channel_code = 'patrol' then record_count else 0 end as patrol_found_count,
        0 as presence_seconds
    from judged
    union all
    select
        unit_id,
        unit_no,
        area_no,
        null as class_level1_code,
        null as class_level1_label,
        cell_id,
        week_start,
        'patrol' as count_kind_code,
        0 as record_count,
        0 as patrol_found_count,
        presence_seconds
    from presence
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        cell_id,
        week_start,
        count_kind_code,
        cast(sum(record_count) as bigint) as incident_count,
        cast(sum(patrol_found_count) as bigint) as patrol_found_count,
        cast(sum(presence_seconds) as bigint) as presence_seconds
    from things
    group by
        unit_id, unit_no, area_no, class_level1_code, class_level1_label, cell_id, week_start, count_kind_code
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_level1_code', 'class_level1_label', 'cell_id', 'week_start',
            'count_kind_code'
        ]) }} as cell_week_id,
        counted.*
    from counted
)

select * from final
order by week_start, unit_no
