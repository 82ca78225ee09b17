{{ config(materialized='table') }}
-- Grain: one record in one KPI in one assessment period. Key: kpi_record_id.
-- A KPI of units or officers is sum(numerator_value) / sum(denominator_value); in_numerator and
-- in_denominator count records. Definitions: data_contracts/kpis.
-- Steps: records of all KPIs; what a supported appeal says of one: it leaves the denominator, or reached the
-- aim; a missing record that an appeal brings counts until the source has one of its number and officer.
with stacked as (
    {% for model in [
        'int_kpi_archive_filing',
        'int_kpi_archive_holdings',
        'int_kpi_archive_uses',
        'int_kpi_archive_response',
        'int_kpi_archive_searches',
        'int_kpi_archive_guided_patrol',
        'int_kpi_archive_training',
        'int_kpi_archive_publicity',
        'int_kpi_archive_follow_ups',
    ] -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        record_kind,
        record_id,
        record_no,
        category_code,
        event_date,
        in_denominator,
        in_numerator,
        denominator_value,
        numerator_value,
        is_excluded,
        exclusion_reason,
        evidence,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from {{ ref(model) }}
    {%- endfor %}
),

appeals as (
    select
        *,
        effect_label || '：' || reason as ruling
    from (
        select
            *,
            row_number() over (partition by appeal_no order by version desc) as version_rank
        from {{ source('landed', 'kpi_appeals') }}
    ) as versions
    where version_rank = 1 and effect_code is not null
),

keyed as (
    select
        {{ surrogate_key(['kpi_code', 'period_start', 'record_kind', 'record_id']) }} as kpi_record_id,
        stacked.*
    from stacked
),

judged as (
    select
        keyed.*,
        appeals.appeal_no,
        appeals.ruling,
        coalesce(appeals.effect_code = 'exclude', false) as is_appealed_out,
        coalesce(appeals.effect_code = 'count', false) as is_appealed_in
    from keyed
    left join appeals on keyed.kpi_record_id = appeals.kpi_record_id and appeals.effect_code <> 'add'
),

brought as (
    select appeals.*
    from appeals
    left join keyed
        on appeals.kpi_code = keyed.kpi_code
        and appeals.period_start = keyed.period_start
        and appeals.officer_no = keyed.officer_no
        and appeals.record_no = keyed.record_no
    where appeals.effect_code = 'add' and keyed.kpi_record_id is null
),

counted as (
    select
        kpi_record_id,
        kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        record_kind,
        record_id,
        record_no,
        category_code,
        event_date,
        case when is_appealed_out then 0 when is_appealed_in then 1 else in_denominator end as in_denominator,
        case when is_appealed_out then 0 when is_appealed_in then 1 else in_numerator end as in_numerator,
        case
            when is_appealed_out then 0 when is_appealed_in then 1 else denominator_value
        end as denominator_value,
        case
            when is_appealed_out then 0 when is_appealed_in then 1 else numerator_value
        end as numerator_value,
        is_appealed_out or (is_excluded and not is_appealed_in) as is_excluded,
        case
            when is_appealed_out then ruling when not is_appealed_in then exclusion_reason
        end as exclusion_reason,
        case when is_appealed_in then coalesce(evidence || '；', '') || ruling else evidence end as evidence,
        appeal_no,
        {{ lineage('judged') }}
    from judged
    union all
    select
        {{ surrogate_key(['kpi_code', 'period_start', "'appeal'", 'kpi_record_id']) }} as kpi_record_id,
        kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        'appeal' as record_kind,
        kpi_record_id as record_id,
        record_no,
        cast(null as varchar) as category_code,
        event_date,
        1 as in_denominator,
        1 as in_numerator,
        1 as denominator_value,
        1 as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        ruling as evidence,
        appeal_no,
        cast(null as varchar) as _source_system,
        cast(null as varchar) as _source_table,
        cast(null as varchar) as _source_key,
        cast(null as varchar) as _source_batch_id,
        cast(null as varchar) as _source_file,
        cast(null as bigint) as _source_line
    from brought
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        counted.kpi_record_id,
        counted.kpi_code,
        counted.period_start,
        counted.period_end,
        units.unit_id,
        counted.unit_no,
        counted.officer_no,
        counted.record_kind,
        counted.record_id,
        counted.record_no,
        counted.category_code,
        counted.event_date,
        cast(counted.in_denominator as bigint) as in_denominator,
        cast(counted.in_numerator as bigint) as in_numerator,
        cast(counted.denominator_value as bigint) as denominator_value,
        cast(counted.numerator_value as bigint) as numerator_value,
        counted.is_excluded,
        counted.exclusion_reason,
        counted.evidence,
        counted.appeal_no,
        {{ lineage('counted') }}
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
