{{ config(materialized='table') }}
-- Grain: one record in one KPI in one assessment year. Key: kpi_record_id.
-- A KPI of units or officers is sum(numerator_value) / sum(denominator_value); in_numerator and
-- in_denominator count records. Definitions: data_contracts/kpis.
with stacked as (
    {% for model in [
        'int_kpi_archive_filing',
        'int_kpi_archive_holdings',
        'int_kpi_archive_uses',
        'int_kpi_archive_response',
        'int_kpi_archive_guided_patrol',
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

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        {{ surrogate_key([
            'stacked.kpi_code', 'stacked.period_start', 'stacked.record_kind', 'stacked.record_id'
        ]) }} as kpi_record_id,
        stacked.kpi_code,
        stacked.period_start,
        stacked.period_end,
        units.unit_id,
        stacked.unit_no,
        stacked.officer_no,
        stacked.record_kind,
        stacked.record_id,
        stacked.record_no,
        stacked.category_code,
        stacked.event_date,
        cast(stacked.in_denominator as bigint) as in_denominator,
        cast(stacked.in_numerator as bigint) as in_numerator,
        cast(stacked.denominator_value as bigint) as denominator_value,
        cast(stacked.numerator_value as bigint) as numerator_value,
        stacked.is_excluded,
        stacked.exclusion_reason,
        stacked.evidence,
        {{ lineage('stacked') }}
    from stacked
    left join units on stacked.unit_no = units.unit_no
)

select * from final
