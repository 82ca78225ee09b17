{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'dispatches', 'located_areas', 'incident_addresses']},
) }}
-- depends_on: {{ ref('stg_incidents') }}
-- depends_on: {{ ref('stg_dispatches') }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one incident (接警单). Key: incident_id. Counts are sums of record_count (adjustment rows are -1).
-- Steps: the final class, outcome and place are those of the last classified feedback, else the incident's
-- own (both systems carry one source_system); both classes are mapped on the event date; the class in
-- force is the final one, else the initial one; area by geometry and area as recorded stay side by side.
with
{% if is_incremental() -%}
affected as (
    {{ affected_dates(this) }}
),
{%- endif %}

incidents as (
    select * from {{ ref('stg_incidents') }}
    {% if is_incremental() -%}
    where event_date in (select affected.event_date from affected)
    {%- endif %}
),

final_dispatches as (
    select * from {{ ref('int_final_dispatches') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

flags as (
    select * from {{ ref('incident_class_flags') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

areas as (
    select * from {{ ref('dim_area') }}
),

located_areas as (
    select * from {{ source('derived', 'located_areas') }}
    where
        object_kind = 'incident'
        {% if is_incremental() -%}
        and event_date in (select affected.event_date from affected)
        {%- endif %}
),

addresses as (
    select * from {{ source('derived', 'incident_addresses') }}
    {% if is_incremental() -%}
    where event_date in (select affected.event_date from affected)
    {%- endif %}
),

with_final as (
    select
        incidents.*,
        coalesce(final_dispatches.final_class_raw, incidents.final_class_raw) as last_class_raw,
        case
            when final_dispatches.final_class_raw is not null then 'dispatches.final_class_raw'
            else 'incidents.final_class_raw'
        end as last_class_field,
        coalesce(final_dispatches.outcome_raw, incidents.outcome_raw) as last_outcome_raw,
        case
            when final_dispatches.outcome_raw is not null then 'dispatches.outcome_raw'
            else 'incidents.outcome_raw'
        end as last_outcome_field,
        coalesce(final_dispatches.place_type_raw, incidents.place_type_raw) as last_place_type_raw,
        case
            when final_dispatches.place_type_raw is not null then 'dispatches.place_type_raw'
            else 'incidents.place_type_raw'
        end as last_place_type_field,
        coalesce(final_dispatches.source_system, incidents.source_system) as dispatch_system,
        {{ cell_row_origin('incidents.latitude') }} as cell_row_origin
    from incidents
    left join final_dispatches on incidents.incident_id = final_dispatches.incident_id
),

coded as (
    select
        with_final.incident_id,
        initial_class.code as initial_class_code,
        {{ mapping_label('initial_class', 'with_final.initial_class_raw') }} as initial_class_label,
        {{ mapping_outcome('initial_class', 'with_final.initial_class_raw') }} as initial_class_outcome,
        initial_class.level1_code as initial_level1_code,
        initial_class.level1_label as initial_level1_label,
        initial_class.level2_code as initial_level2_code,
        initial_class.level2_label as initial_level2_label,
        final_class.code as final_class_code,
        {{ mapping_label('final_class', 'with_final.last_class_raw') }} as final_class_label,
        {{ mapping_outcome('final_class', 'with_final.last_class_raw') }} as final_class_outcome,
        final_class.level1_code as final_level1_code,
        final_class.level1_label as final_level1_label,
        final_class.level2_code as final_level2_code,
        final_class.level2_label as final_level2_label
    from with_final
    left join mappings as initial_class
        on {{ mapping_matches(
            'initial_class', 'incidents.initial_class_raw', 'with_final.source_system',
            'with_final.initial_class_raw', 'with_final.event_date'
        ) }}
    left join mappings as final_class
        on final_class.field_name = with_final.last_class_field
        and {{ mapping_holds(
            'final_class', 'with_final.dispatch_system', 'with_final.last_class_raw',
            'with_final.event_date'
        ) }}
),

in_force as (
    select
        *,
        case
            when final_class_outcome = 'absent' then initial_class_code else final_class_code
        end as class_code,
        case
            when final_class_outcome = 'absent' then initial_class_label else final_class_label
        end as class_label,
        case
            when final_class_outcome = 'absent' then initial_class_outcome else final_class_outcome
        end as class_outcome,
        case
            when final_class_outcome = 'absent' then initial_level1_code else final_level1_code
        end as class_level1_code,
        case
            when final_class_outcome = 'absent' then initial_level1_label else final_level1_label
        end as class_level1_label,
        case
            when final_class_outcome = 'absent' then initial_level2_code else final_level2_code
        end as class_level2_code,
        case
            when final_class_outcome = 'absent' then initial_level2_label else final_level2_label
        end as class_level2_label
    from coded
),

final as (
    select
        with_final.incident_id,
        with_final.incident_no,
        with_final.source_system,
        units.unit_id,
        coalesce(with_final.unit_no, areas.unit_no) as unit_no,
        with_final.area_no,
        located_areas.geometry_area_no,
        with_final.area_no <> located_areas.geometry_area_no as is_area_disagreeing,
        {{ cell_id(
            'with_final.cell_row_origin', cell_column_width('with_final.cell_row_origin'),
            'with_final.longitude'
        ) }} as cell_id,
        addresses.community_name,
        addresses.road_name,
        coalesce(addresses.address_match_level, 'none') as address_match_level,
        addresses.division_code,
        addresses.division_label,
        addresses.division_reason,
        with_final.latitude is not null and with_final.longitude is not null as is_located,
        with_final.event_date,
        with_final.event_hour,
        coalesce(with_final.is_time_ambiguous, false) as is_time_ambiguous,
        with_final.recorded_month,
        with_final.record_count,
        {{ code_and_label('report_channel', 'with_final.report_channel_raw', 'report_channel') }},
        with_final.initial_class_raw,
        in_force.initial_class_code,
        in_force.initial_class_label,
        in_force.initial_class_outcome,
        with_final.last_class_raw as final_class_raw,
        in_force.final_class_code,
        in_force.final_class_label,
        in_force.final_class_outcome,
        in_force.class_code,
        coalesce(in_force.class_label, '未登记') as class_label,
        in_force.class_outcome,
        in_force.class_level1_code,
        coalesce(in_force.class_level1_label, in_force.class_label, '未登记') as class_level1_label,
        in_force.class_level2_code,
        coalesce(in_force.class_level2_label, in_force.class_level1_label, in_force.class_label, '未登记')
            as class_level2_label,
        in_force.initial_class_code <> in_force.final_class_code as is_class_changed,
        with_final.last_outcome_raw as outcome_raw,
        {{ code_and_label('incident_outcome', 'with_final.last_outcome_raw', 'outcome') }},
        {{ code_and_label('place_type', 'with_final.last_place_type_raw', 'place_type') }},
        with_final.injured_count,
        coalesce(flags.is_harassment, false) as is_harassment,
        coalesce(flags.is_effective, true) and in_force.class_outcome <> 'ignored' as is_effective,
        {{ lineage('with_final') }}
    from with_final
    inner join in_force on with_final.incident_id = in_force.incident_id
    left join flags on in_force.class_code = flags.code
    left join areas
        on with_final.area_no = areas.area_no and {{ valid_on('areas', 'with_final.event_date') }}
    left join units on coalesce(with_final.unit_no, areas.unit_no) = units.unit_no
    left join located_areas on with_final.incident_id = located_areas.object_id
    left join addresses on with_final.incident_id = addresses.incident_id
    left join mappings as report_channel
        on {{ mapping_matches(
            'report_channel', 'incidents.report_channel_raw', 'with_final.source_system',
            'with_final.report_channel_raw', 'with_final.event_date'
        ) }}
    left join mappings as incident_outcome
        on incident_outcome.field_name = with_final.last_outcome_field
        and {{ mapping_holds(
            'incident_outcome', 'with_final.dispatch_system', 'with_final.last_outcome_raw',
            'with_final.event_date'
        ) }}
    left join mappings as place_type
        on place_type.field_name = with_final.last_place_type_field
        and {{ mapping_holds(
            'place_type', 'with_final.dispatch_system', 'with_final.last_place_type_raw',
            'with_final.event_date'
        ) }}
)

select * from final
